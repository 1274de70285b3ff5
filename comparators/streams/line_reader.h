// Lines of a stream whose bytes come in any cuts.
//
// Threads: one.
// Ownership: bytes given to Feed() are borrowed until Next() has returned false.
// Invariant: which lines there are does not depend on where the bytes were cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace understudy {

struct StreamLine {
  std::string_view text;     // without its ending; valid until the next call
  std::uint64_t end = 0;     // bytes of the stream up to and with the ending; a CRLF ends at its CR
  bool terminated = true;    // false: the stream ended before the line did
  bool in_fed_bytes = true;  // then `text` is valid until Next() returns false
};

class LineReader {
 public:
  enum class Endings {
    kAny,       // CR, LF and CRLF
    kLineFeed,  // LF alone; a CR before it stays in the line
  };

  LineReader(Endings endings, std::size_t max_line_bytes)
      : endings_(endings), max_line_bytes_(max_line_bytes) {}

  void Feed(std::string_view bytes);
  // No more bytes come. A last line without ending is then a line, unless it is empty.
  void Finish() { finished_ = true; }
  // The next line. False: more bytes are needed, the stream is over, or status() is an error. A
  // byte order mark at the start of the stream belongs to no line.
  bool Next(StreamLine& line);

  // ResourceExhausted once a line is longer than the bound; there are no lines after it.
  const absl::Status& status() const { return status_; }
  bool finished() const { return finished_; }
  std::uint64_t offset() const { return offset_; }  // bytes used so far

 private:
  std::size_t FindEnding();
  void Use(std::size_t bytes);

  const Endings endings_;
  const std::size_t max_line_bytes_;
  std::string_view rest_;            // fed and not used yet
  const char* line_feed_ = nullptr;  // the next one in rest_ or its end; null: not looked for
  std::string held_;                 // the beginning of a line that came in several pieces
  std::uint64_t offset_ = 0;
  bool held_is_done_ = false;  // `held_` is the line that Next() returned
  bool after_carriage_return_ = false;
  bool at_start_ = true;
  bool finished_ = false;
  absl::Status status_;
};

}  // namespace understudy
