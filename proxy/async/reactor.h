// Readiness of one worker's sockets: an edge-triggered epoll of its own, so that the data path
// makes no system call but those that carry bytes. Asio's reactor tries every read once in vain
// before it waits; here a socket remembers whether it can be read or written, and only then a
// coroutine waits.
//
// Asio's loop stays for timers, posted work and as the coroutines' executor; the reactor waits in
// its place. What other threads post, and timers, run within a tick of the wheel (16 ms).
//
// Threads: one worker's. Ownership: outlives every TcpSocket made with it.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "proxy/async/deadline.h"
#include "proxy/async/loop.h"
#include "proxy/async/resumption.h"
#include "proxy/async/task.h"
#include "proxy/base/time.h"

namespace understudy {

class TlsStream;

// Where a read goes: asked for room once there is something to read, so that sockets which wait
// need no memory. Of anything with Prepare().
class ReadTarget {
 public:
  ReadTarget() = default;
  template <typename Buffer>
  requires(!std::is_same_v<std::remove_const_t<Buffer>, ReadTarget>) explicit ReadTarget(
      Buffer& buffer)
      : buffer_(&buffer), prepare_([](void* it) {
          return asio::mutable_buffer(static_cast<Buffer*>(it)->Prepare());
        }) {}
  explicit operator bool() const { return buffer_ != nullptr; }
  asio::mutable_buffer Prepare() const { return prepare_(buffer_); }

 private:
  void* buffer_ = nullptr;
  asio::mutable_buffer (*prepare_)(void*) = nullptr;
};

// What the reactor knows of one descriptor.
struct SocketWatch {
  SocketWatch();
  ~SocketWatch();

  int fd = -1;
  bool readable = true;  // until a call says otherwise
  bool writable = true;
  bool ended = false;   // the peer ended its side or reset: an end is still to be read
  bool broken = false;  // reset, or ended on both sides
  bool queued = false;  // in the reactor's list of those to go on with
  int burst = 0;        // calls in a row that found it ready
  std::size_t burst_bytes = 0;
  std::size_t most_bytes = 1u << 20;  // in a row; then others come first
  Resumption reader;  // waits to read into `target`, or to be readable where there is none
  ReadTarget target;
  Resumption writer;
  std::function<void()> on_peer;  // called once, on an event that on_peer_events names
  std::uint32_t on_peer_events = 0;
  std::unique_ptr<TlsStream> tls;  // null: plaintext
  SocketWatch* next = nullptr;     // of all there are
  SocketWatch* previous = nullptr;
};

// A coroutine's wait that other code of the worker ends. One at a time.
class Waiter : private DeadlineNode {
 public:
  explicit Waiter(class Reactor& reactor) : reactor_(reactor) {}
  ~Waiter() { Unlink(); }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  Task<IoResult> Wait() {
    return asio::async_initiate<const asio::use_awaitable_t<Executor>&, void(IoResult)>(
        [this](auto&& handler) { Begin(Resumption(std::forward<decltype(handler)>(handler))); },
        asio::use_awaitable_t<Executor>{});
  }
  bool Waiting() const { return static_cast<bool>(waiting_); }
  // Whoever waits goes on later in this turn, never from within this call.
  void Wake();

 private:
  friend class Reactor;
  void Begin(Resumption waiting);

  class Reactor& reactor_;
  Resumption waiting_;
};

// Something to do once at the end of a turn, however often it was asked for: what a turn's code has
// to write then goes out together.
class TurnEnd : private DeadlineNode {
 public:
  using Callback = void (*)(void* context);
  TurnEnd(class Reactor& reactor, Callback callback, void* context)
      : reactor_(reactor), callback_(callback), context_(context) {}
  ~TurnEnd() { Unlink(); }
  TurnEnd(const TurnEnd&) = delete;
  TurnEnd& operator=(const TurnEnd&) = delete;

  void Ask();

 private:
  friend class Reactor;
  class Reactor& reactor_;
  const Callback callback_;
  void* const context_;
};

class Reactor {
 public:
  Reactor(Loop& loop, DeadlineWheel& wheel);
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  // Makes the loop take turns from now on, until it is stopped.
  void Run();
  // One turn: waits so long at most for something to do. Whether another may follow before Asio has
  // looked at what it has. By itself for loops that are polled by hand.
  bool Turn(Duration most);
  // Lets go of every coroutine that waits; for Loop::EndAll().
  void EndAll();

  // --- for TcpSocket ---
  SocketWatch* Add(int fd, error_code& error);
  // Closes the descriptor; who waits is told operation_aborted.
  void Close(SocketWatch& watch);
  // Who waits is told operation_aborted, in the next turn.
  void Cancel(SocketWatch& watch);
  // In the next turns, a few in each: many that end at once, such as shadows whose time is over,
  // hold up no client.
  void ResumeLater(Resumption resumption, const IoResult& result);
  // It is ready, but others come first: goes on in the next turn.
  void GoOnLater(SocketWatch& watch);

 private:
  friend class Waiter;
  friend class TurnEnd;
  bool Wait(Duration most);  // whether there was an event
  void OnEvents(SocketWatch& watch, std::uint32_t events);
  void ResumeReader(SocketWatch& watch);
  void EndTurn();

  Loop& loop_;
  DeadlineWheel& wheel_;
  const int epoll_;
  SocketWatch* all_ = nullptr;
  std::vector<SocketWatch*> closed_;  // events of this turn may still refer to them
  std::deque<SocketWatch*> ready_;
  std::deque<std::pair<Resumption, IoResult>> later_;
  DeadlineNode waiting_;  // rings of Waiters that wait, and of those that go on
  DeadlineNode woken_;
  DeadlineNode ends_;  // of TurnEnds that were asked for
  DeadlineNode mark_;
};

}  // namespace understudy
