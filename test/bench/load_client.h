// One client connection of the load: sends a request, checks its answer, connects anew when it
// broke.
//
// Threads: the loop's. Ownership: the load owns it; borrows the load.
#pragma once

#include "test/bench/body_check.h"
#include "test/bench/load.h"
#include "test/bench/message_scanner.h"
#include "test/bench/sockets.h"

namespace understudy::bench {

class Load::Http1Client : public Load::Client, public Watched {
 public:
  explicit Http1Client(Load& load) : load_(load) {}
  ~Http1Client() override;

  void Connect() override;
  void Ask(Nanos due) override;
  void OnReady(std::uint32_t events) override;

 private:
  enum class State { kConnecting, kIdle, kWaiting };

  void Read(bool until_empty);
  void Take(std::string_view input);
  void Complete();
  void Break(LoadError error);

  Load& load_;
  int fd_ = -1;
  State state_ = State::kConnecting;
  MessageScanner scanner_{true};
  BodyCheck body_{load_.expected_};
  Outgoing outgoing_;
};

}  // namespace understudy::bench
