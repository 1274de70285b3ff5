// Cutting a stream into lines.
#include "comparators/streams/line_reader.h"

#include <cstring>

#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// The first `wanted` in [begin, end), or `end`.
const char* FindByte(const char* begin, const char* end, char wanted) {
  if (begin == end) return end;
  const void* found = std::memchr(begin, wanted, static_cast<std::size_t>(end - begin));
  return found == nullptr ? end : static_cast<const char*>(found);
}

}  // namespace

void LineReader::Feed(std::string_view bytes) {
  rest_ = bytes;
  line_feed_ = nullptr;
}

bool LineReader::Next(StreamLine& line) {
  if (held_is_done_) {
    held_.clear();
    held_is_done_ = false;
  }
  if (!status_.ok()) return false;
  if (after_carriage_return_ && !rest_.empty()) {
    after_carriage_return_ = false;
    if (rest_.front() == '\n') Use(1);
  }
  const std::size_t length = FindEnding();
  if (held_.size() + length > max_line_bytes_) {
    status_ = absl::ResourceExhaustedError(
        fmt::format("the line after byte {} of the stream is longer than {} bytes",
                    offset_ - held_.size(), max_line_bytes_));
    return false;
  }
  const bool terminated = length < rest_.size();
  line.in_fed_bytes = terminated && held_.empty();
  line.terminated = terminated;
  if (line.in_fed_bytes) {
    line.text = rest_.substr(0, length);
  } else {
    held_.append(rest_.substr(0, length));
  }
  if (terminated) {
    after_carriage_return_ = rest_[length] == '\r';
    Use(length + 1);
  } else {
    Use(length);
    if (!finished_ || held_.empty()) return false;
  }
  line.end = offset_;
  if (!line.in_fed_bytes) {
    line.text = held_;
    held_is_done_ = true;
  }
  if (at_start_ && line.text.starts_with(kByteOrderMark)) {
    line.text.remove_prefix(kByteOrderMark.size());
  }
  at_start_ = false;
  return true;
}

// Where the line ends in rest_; its size when it does not.
std::size_t LineReader::FindEnding() {
  const char* const begin = rest_.data();
  const char* const end = begin + rest_.size();
  // Looked for once, so that lines that end in CR alone do not search the whole rest each time.
  if (line_feed_ == nullptr || line_feed_ < begin) line_feed_ = FindByte(begin, end, '\n');
  const char* ending = line_feed_;
  if (endings_ == Endings::kAny) ending = FindByte(begin, line_feed_, '\r');
  return static_cast<std::size_t>(ending - begin);
}

void LineReader::Use(std::size_t bytes) {
  rest_.remove_prefix(bytes);
  offset_ += bytes;
}

}  // namespace understudy
