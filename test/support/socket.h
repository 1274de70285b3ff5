// A blocking TCP socket on loopback for tests: every wait is bounded, and a wait that runs out is a
// failure that says what was being waited for.
//
// Threads: one owner at a time.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace understudy {

// Lets a moment pass between two looks at something that other threads change.
inline void LetPass(int milliseconds) { ::poll(nullptr, 0, milliseconds); }

class TestSocket {
 public:
  static constexpr int kPatienceMs = 5000;

  TestSocket() = default;
  explicit TestSocket(int descriptor) : descriptor_(descriptor) {
    const int one = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  TestSocket(TestSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  TestSocket& operator=(TestSocket&& other) noexcept {
    Close();
    descriptor_ = std::exchange(other.descriptor_, -1);
    return *this;
  }
  ~TestSocket() { Close(); }

  static TestSocket Connect(std::uint16_t port) {
    TestSocket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = Loopback(port);
    if (::connect(socket.descriptor_, reinterpret_cast<const sockaddr*>(&address),
                  sizeof address) != 0) {
      throw std::runtime_error("cannot connect to port " + std::to_string(port));
    }
    return socket;
  }

  // Listens on a free port.
  static std::pair<TestSocket, std::uint16_t> Listen() {
    TestSocket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    if (::bind(socket.descriptor_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(socket.descriptor_, 128) != 0 ||
        ::getsockname(socket.descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen on loopback");
    }
    return {std::move(socket), ntohs(address.sin_port)};
  }

  int Descriptor() const { return descriptor_; }
  bool Open() const { return descriptor_ >= 0; }

  bool WaitReadable(int milliseconds) const {
    pollfd waiting{descriptor_, POLLIN, 0};
    return ::poll(&waiting, 1, milliseconds) > 0;
  }

  // False: the peer is gone.
  bool Send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  enum class Got { kBytes, kEnd, kReset, kNothing };
  // Appends what arrives within the time.
  Got Read(std::string& into, int milliseconds = kPatienceMs) const {
    if (!WaitReadable(milliseconds)) return Got::kNothing;
    char buffer[65536];
    const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
    if (got < 0) return Got::kReset;
    if (got == 0) return Got::kEnd;
    into.append(buffer, static_cast<std::size_t>(got));
    return Got::kBytes;
  }

  void EndSending() const { ::shutdown(descriptor_, SHUT_WR); }
  // Closes with RST.
  void Reset() {
    const linger at_once{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    Close();
  }
  void Close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  static sockaddr_in Loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  int descriptor_ = -1;
};

}  // namespace understudy
