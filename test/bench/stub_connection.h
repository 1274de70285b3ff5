// One connection of a stub: reads requests and checks them against the one that was sent.
//
// Threads: the loop's. Ownership: keeps itself until the other side has left; borrows the stub's
// counters and the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "test/bench/body_check.h"
#include "test/bench/message_scanner.h"
#include "test/bench/sockets.h"
#include "test/bench/stub.h"

namespace understudy::bench {

class Stub::Connection : public Watched, public std::enable_shared_from_this<Stub::Connection> {
 public:
  Connection(Stub& stub, int fd) : stub_(stub), fd_(fd) {}
  ~Connection() override;

  void Begin();
  bool Closed() const { return fd_ < 0; }
  void Send(std::string_view bytes);
  void OnReady(std::uint32_t events) override;

  std::size_t events_sent = 0;  // of the stream under way

 private:
  void Read(bool until_empty);
  void Take(std::string_view input);
  void Close();

  Stub& stub_;
  int fd_;
  MessageScanner scanner_{false};
  Outgoing outgoing_;
  BodyCheck body_{stub_.expected_body_};
  std::shared_ptr<Connection> self_;  // while open
};

}  // namespace understudy::bench
