// Binding, filling backlogs and the threads.
#include "test/integration/faults/servers/faulty_server.h"

#include <sys/resource.h>

#include "test/integration/faults/servers/faults.h"

namespace understudy {
namespace {

sockaddr_in LoopbackAddress(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Bound but not listening: connects are refused, and nobody else gets the port.
std::pair<TestSocket, std::uint16_t> Bound() {
  TestSocket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = LoopbackAddress(0);
  socklen_t size = sizeof address;
  if (::bind(socket.Descriptor(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.Descriptor(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot bind on loopback");
  }
  return {std::move(socket), ntohs(address.sin_port)};
}

// Begins a connection and does not wait for it.
TestSocket BeginConnect(std::uint16_t port) {
  TestSocket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const sockaddr_in address = LoopbackAddress(port);
  ::connect(socket.Descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return socket;
}

}  // namespace

FaultyServer::FaultyServer(Fault fault) : fault_(std::move(fault)) {
  std::tie(listener_, port_) = Bound();
  if (fault_.listening == Fault::Listening::kAccepts) {
    ::listen(listener_.Descriptor(), 512);
    accepting_ = true;
  } else if (fault_.listening == Fault::Listening::kNeverAccepts) {
    // The kernel holds one connection for a backlog of 0 and ignores whoever comes then.
    ::listen(listener_.Descriptor(), 0);
    for (int i = 0; i < 3; ++i) filling_.push_back(BeginConnect(port_));
    LetPass(20);
  }
  acceptor_ = std::thread([this] { Accept(); });
}

FaultyServer::~FaultyServer() {
  ending_ = true;
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
}

void FaultyServer::Heal() {
  healed_ = true;
  filling_.clear();
  if (!accepting_) ::listen(listener_.Descriptor(), 512);
  accepting_ = true;
}

void FaultyServer::Accept() {
  while (!ending_) {
    if (!accepting_) {
      LetPass(2);
      continue;
    }
    if (!listener_.WaitReadable(10)) continue;
    TestSocket socket(::accept4(listener_.Descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket.Open()) continue;
    const int number = ++connections_;
    threads_.emplace_back(
        [this, number, s = std::move(socket)]() mutable { Serve(std::move(s), number); });
  }
}

void FaultyServer::Serve(TestSocket socket, int number) {
  ::setpriority(PRIO_PROCESS, 0, 19);  // of this thread alone
  HttpReader reader(socket);
  FakeUpstream::Connection connection{socket, reader, number, 0, ending_};
  const HttpText nothing;
  (healed_ ? EchoModel() : fault_.serve)(connection, nothing);
}

}  // namespace understudy
