// The server's threads.
#include "test/support/fake_upstream.h"

namespace understudy {

std::string JsonAnswer(std::string_view body, int status, std::string_view fields) {
  std::string answer = "HTTP/1.1 " + std::to_string(status) + " Some Reason\r\n";
  answer += "Content-Type: application/json\r\n";
  answer.append(fields);
  answer += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  return answer.append(body);
}

void FakeUpstream::Connection::Pause(int milliseconds) const {
  for (int waited = 0; waited < milliseconds && !ending; waited += 5) {
    LetPass(5);
  }
}

FakeUpstream::FakeUpstream(std::string answer)
    : FakeUpstream([answer](Connection& c, const HttpText&) { return c.socket.Send(answer); }) {}
FakeUpstream::FakeUpstream(Script script) : FakeUpstream(std::move(script), false) {}

FakeUpstream::FakeUpstream(Script script, bool raw) : raw_(raw), script_(std::move(script)) {
  auto [listener, port] = TestSocket::Listen();
  listener_ = std::move(listener);
  port_ = port;
  acceptor_ = std::thread([this] { Accept(); });
}

FakeUpstream::~FakeUpstream() {
  ending_ = true;
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
}

void FakeUpstream::Accept() {
  while (!ending_) {
    if (!listener_.WaitReadable(10)) continue;
    TestSocket socket(::accept4(listener_.Descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket.Open()) continue;
    const int number = ++connections_;
    threads_.emplace_back(
        [this, number, s = std::move(socket)]() mutable { Serve(std::move(s), number); });
  }
}

void FakeUpstream::Serve(TestSocket socket, int number) {
  HttpReader reader(socket);
  Connection connection{socket, reader, number, 0, ending_};
  while (!ending_) {
    HttpText request;
    if (!raw_) {
      while (!ending_ && !reader.HasBytes() && !socket.WaitReadable(10)) {
      }
      if (ending_) return;
      request = reader.Read();
      if (!request.whole) return;
    }
    ++connection.requests;
    Script script;
    {
      std::lock_guard lock(mutex_);
      if (!raw_) requests_.push_back(request);
      script = script_;
    }
    if (!script(connection, request)) return;
    if (raw_) return;
  }
}

std::vector<HttpText> FakeUpstream::Requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

bool FakeUpstream::WaitForRequests(std::size_t count) const {
  for (int waited = 0; waited < TestSocket::kPatienceMs; waited += 2) {
    if (Requests().size() >= count) return true;
    LetPass(2);
  }
  return false;
}

void FakeUpstream::SetScript(Script script) {
  std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

}  // namespace understudy
