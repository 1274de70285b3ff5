// How a model answers a request: decided by the request's id, so that the model that answers and
// the client that checks agree without talking.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace understudy {

enum class Ending {
  kKept,      // the connection is kept
  kSaid,      // Connection: close, and closed
  kUnsaid,    // closed without a word: the next request on it finds it stale
  kUntilEnd,  // the body ends with the connection
  kNoAnswer,  // closed without one
};

struct PlannedAnswer {
  int status = 200;
  std::string payload;
  std::string trailers;  // as on the wire
  bool interim = false;  // 103 comes first
  bool chunked = false;
  Ending ending = Ending::kKept;
  std::string wire;
};

// `may_close_unsaid`: whether this model closes connections without a word, at times instead of an
// answer.
PlannedAnswer AnswerTo(std::string_view id, std::string_view method, bool may_close_unsaid);

}  // namespace understudy
