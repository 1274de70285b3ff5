// The event loop of one thread.
//
// Coroutines that still wait when a loop ends live in its queues, and their frames refer to what
// stands around the loop. EndAll() destroys them while all of that still exists; the loop's own
// destructor would come too late.
//
// Threads: EndAll() once nothing runs the loop any more.
#pragma once

#include <boost/asio/io_context.hpp>
#include <utility>

namespace understudy {

class Loop : public boost::asio::io_context {
 public:
  Loop() : boost::asio::io_context(1) {}
  void EndAll() { shutdown(); }

  // Says on the loop's own thread that a handler is ready: a Reactor then does not wait for a tick.
  static void Poke() { poked = true; }
  static bool Poked() { return poked; }
  static bool TakePoke() { return std::exchange(poked, false); }

 private:
  static inline thread_local bool poked = false;
};

}  // namespace understudy
