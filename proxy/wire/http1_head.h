// Reading heads of HTTP/1.0 and 1.1 in place, strictly: what two parsers could read differently is
// refused (request smuggling). Views of the results point into the bytes that were parsed.
//
// Threads: none; pure functions and a small scanner per connection.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/model/message.h"

namespace understudy {

struct HeadLimits {
  std::size_t bytes = 64u << 10;  // start line and fields together
  int fields = 100;
};

// Why a head was refused: the status a client should get, and a sentence. For an answer's head the
// status is 502.
struct HeadError {
  int status = 400;
  std::string_view reason;  // a literal
};

// Finds the end of a head in bytes that arrive piece by piece; each byte is looked at once.
class HeadScanner {
 public:
  enum class State { kNeedMore, kFound, kBad };
  // `bytes` starts at the same byte on every call until Reset().
  State Scan(std::string_view bytes, const HeadLimits& limits);
  std::size_t HeadBytes() const { return line_start_; }  // with the empty line, when found
  const HeadError& Error() const { return error_; }
  // Whether the start line has been seen whole.
  bool SawStartLine() const { return lines_ > 0; }
  void Reset() { *this = HeadScanner(); }

 private:
  std::size_t scanned_ = 0;
  std::size_t line_start_ = 0;
  int lines_ = 0;
  HeadError error_;
};

// `head` is what HeadScanner found, with its empty line. `out` keeps its vector's capacity.
std::optional<HeadError> ParseRequestHead(std::string_view head, const HeadLimits& limits,
                                          RequestHead& out);

// `request_method` decides whether a body follows (RFC 9112 section 6.3).
std::optional<HeadError> ParseAnswerHead(std::string_view head, const HeadLimits& limits,
                                         std::string_view request_method, AnswerHead& out);

// Parses `name: value` lines up to the empty line; used for heads and for trailers.
std::optional<HeadError> ParseFields(std::string_view lines, int max_fields,
                                     std::vector<HeaderField>& out);

}  // namespace understudy
