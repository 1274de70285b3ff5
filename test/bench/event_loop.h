// One thread's epoll loop. Sockets are watched edge-triggered, once, for both directions, so that a
// request costs no epoll_ctl: whoever is told reads until the socket is empty.
//
// Threads: one. Ownership: borrows what it watches and paces; owns what was buried, until the turn
// is over, because events for it may still be in the batch.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace understudy::bench {

using Nanos = std::int64_t;  // of the monotonic clock
inline constexpr Nanos kNever = std::numeric_limits<Nanos>::max();
inline constexpr Nanos kSecond = 1'000'000'000;

Nanos Now();

// A descriptor's owner. May be told once more in the turn in which it closed the descriptor.
class Watched {
 public:
  virtual ~Watched() = default;
  virtual void OnReady(std::uint32_t events) = 0;
};

// Something with a schedule. Told every turn; answers when it wants the next one at the latest.
class Paced {
 public:
  virtual ~Paced() = default;
  virtual Nanos OnTurn(Nanos now) = 0;
};

class EventLoop {
 public:
  // A spinning loop never blocks, so that schedules are kept to the microsecond.
  explicit EventLoop(bool spins);
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void Watch(int fd, Watched& watched);
  void Pace(Paced& paced) { paced_.push_back(&paced); }
  void Bury(std::shared_ptr<Watched> gone) { buried_.push_back(std::move(gone)); }
  // Until Stop() or that time.
  void Run(Nanos until);
  void Stop() { stopped_ = true; }
  // For whoever reads at the moment.
  std::string& Scratch() { return scratch_; }

 private:
  void Wait(Nanos next);

  const int fd_;
  const bool spins_;
  bool stopped_ = false;
  std::vector<Paced*> paced_;
  std::vector<std::shared_ptr<Watched>> buried_;
  std::string scratch_;
};

}  // namespace understudy::bench
