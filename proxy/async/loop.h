// The event loop of one thread.
//
// Coroutines that still wait when a loop ends live in its queues, and their frames refer to what
// stands around the loop. EndAll() destroys them while all of that still exists; the loop's own
// destructor would come too late.
//
// Threads: EndAll() once nothing runs the loop any more.
#pragma once

#include <boost/asio/io_context.hpp>

namespace understudy {

class Loop : public boost::asio::io_context {
 public:
  Loop() : boost::asio::io_context(1) {}
  void EndAll() { shutdown(); }
};

}  // namespace understudy
