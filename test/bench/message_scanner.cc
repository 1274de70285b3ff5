// Heads, bodies and chunks.
#include "test/bench/message_scanner.h"

#include <strings.h>

#include <algorithm>
#include <charconv>

namespace understudy::bench {
namespace {

constexpr std::string_view kEndOfHead = "\r\n\r\n";

// The value of a field, or nothing; a linear look at the line starts.
std::string_view FieldOf(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
       at = head.find("\r\n", at + 2)) {
    const std::string_view line = head.substr(at + 2);
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
    std::string_view value = line.substr(name.size() + 1, line.find("\r\n") - name.size() - 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    return value;
  }
  return {};
}

}  // namespace

void MessageScanner::Restart() {
  state_ = State::kHead;
  partial_.clear();
}

MessageScanner::Found MessageScanner::Next(std::string_view& input) {
  switch (state_) {
    case State::kHead:
      return NextOfHead(input);
    case State::kBody:
      return TakePiece(input, State::kDone);
    case State::kDone:
      state_ = State::kHead;
      return Found::kEnd;
    default:
      return NextOfChunks(input);
  }
}

MessageScanner::Found MessageScanner::NextOfHead(std::string_view& input) {
  if (input.empty()) return Found::kNothing;
  std::string_view head = input;
  const std::size_t before = partial_.size();
  if (before > 0) {
    partial_ += input;
    head = partial_;
  }
  const std::size_t end = head.find(kEndOfHead, before > 3 ? before - 3 : 0);
  if (end == std::string_view::npos) {
    if (before == 0) partial_ = input;
    input = {};
    return partial_.size() > (256u << 10) ? Found::kFault : Found::kNothing;
  }
  const bool understood = Understand(head.substr(0, end + 2));
  input.remove_prefix(end + kEndOfHead.size() - before);
  partial_.clear();
  return understood ? Found::kHead : Found::kFault;
}

bool MessageScanner::Understand(std::string_view head) {
  if (answers_) {
    if (head.size() < 12 || !head.starts_with("HTTP/1.")) return false;
    std::from_chars(head.data() + 9, head.data() + 12, status_);
  }
  left_ = 0;
  if (const std::string_view length = FieldOf(head, "content-length"); !length.empty()) {
    const auto read = std::from_chars(length.data(), length.data() + length.size(), left_);
    state_ = left_ > 0 ? State::kBody : State::kDone;
    return read.ec == std::errc();
  }
  if (!FieldOf(head, "transfer-encoding").empty()) {
    state_ = State::kChunkSize;
    return true;
  }
  state_ = State::kDone;
  return !answers_ || status_ == 204 || status_ == 304;
}

MessageScanner::Found MessageScanner::NextOfChunks(std::string_view& input) {
  if (state_ == State::kChunk) return TakePiece(input, State::kChunkEnd);
  std::string_view line;
  while (TakeLine(input, line)) {
    if (state_ == State::kChunkEnd) {
      if (!line.empty()) return Found::kFault;
      state_ = State::kChunkSize;
    } else if (state_ == State::kTrailer) {
      if (!line.empty()) continue;
      state_ = State::kHead;
      return Found::kEnd;
    } else {
      const auto read = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
      if (read.ec != std::errc()) return Found::kFault;
      state_ = left_ > 0 ? State::kChunk : State::kTrailer;
      if (left_ > 0) return TakePiece(input, State::kChunkEnd);
    }
  }
  return Found::kNothing;
}

bool MessageScanner::TakeLine(std::string_view& input, std::string_view& line) {
  const std::size_t end = input.find('\n');
  if (end == std::string_view::npos) {
    partial_ += input;
    input = {};
    return false;
  }
  line = input.substr(0, end);
  input.remove_prefix(end + 1);
  if (!partial_.empty()) {
    line_ = std::move(partial_) + std::string(line);
    partial_.clear();
    line = line_;
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

MessageScanner::Found MessageScanner::TakePiece(std::string_view& input, State after) {
  if (input.empty()) return Found::kNothing;
  piece_ = input.substr(0, std::min<std::uint64_t>(left_, input.size()));
  input.remove_prefix(piece_.size());
  left_ -= piece_.size();
  if (left_ == 0) state_ = after;
  return Found::kPiece;
}

}  // namespace understudy::bench
