// Non-blocking TCP sockets of the loopback address, and bytes on their way out of one.
//
// Threads: one for each socket. Ownership: descriptors belong to the caller.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace understudy::bench {

// A listening socket on 127.0.0.1; port 0 picks one. Ends the program when that fails.
int ListenOn(std::uint16_t port, int backlog);
// A bound socket that does not listen: connecting to it is refused, and nobody else takes its port.
int BindOnly(std::uint16_t port);
std::uint16_t PortOf(int fd);
// A socket that is connecting to 127.0.0.1:port.
int ConnectTo(std::uint16_t port);
// The error of a socket that was connecting; 0 when it is connected.
int ErrorOf(int fd);
void SendSmallPacketsAtOnce(int fd);

// What is still to be sent. Nothing is copied unless more is sent before the last bytes have left.
class Outgoing {
 public:
  // `bytes` must live until they have left. False: the connection is broken.
  bool Send(int fd, std::string_view bytes);
  // Goes on after the socket became writable.
  bool Flush(int fd);
  bool Empty() const { return rest_.empty() && later_.empty(); }
  void Clear();

 private:
  std::string_view rest_;
  std::string kept_;   // what rest_ views, if it was later_
  std::string later_;  // after rest_
};

}  // namespace understudy::bench
