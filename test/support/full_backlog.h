// A server that listens and never accepts, its queue full: connecting to it hangs.
#pragma once

#include <string>
#include <vector>

#include "test/support/socket.h"

namespace understudy {

class FullBacklog {
 public:
  FullBacklog() {
    auto [listener, port] = TestSocket::Listen();
    listener_ = std::move(listener);
    port_ = port;
    ::listen(listener_.Descriptor(), 0);
    for (int i = 0; i < 3; ++i) {
      TestSocket filler(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      ::connect(filler.Descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
      fillers_.push_back(std::move(filler));
    }
  }
  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  TestSocket listener_;
  std::uint16_t port_ = 0;
  std::vector<TestSocket> fillers_;
};

}  // namespace understudy
