// Server-sent events from lines.
#include "comparators/streams/sse_reader.h"

#include <charconv>

#include "fmt/format.h"

namespace understudy {

SseReader::SseReader(const SseOptions& options)
    : options_(options), lines_(LineReader::Endings::kAny, options.max_event_bytes) {}

bool SseReader::Next(StreamEvent& event) {
  if (is_delivered_) {
    copy_.clear();
    type_.clear();
    has_data_ = is_copied_ = is_delivered_ = false;
  }
  if (!status_.ok()) return false;
  StreamLine line;
  while (lines_.Next(line)) {
    if (!line.terminated && !options_.deliver_last) continue;
    if (!line.text.empty()) {
      if (!Field(line)) return false;
    } else if (has_data_) {
      return Deliver(line.end, true, event);
    } else {
      type_.clear();
    }
  }
  status_ = lines_.status();
  if (!status_.ok()) return false;
  if (lines_.finished()) {
    return has_data_ && options_.deliver_last && Deliver(lines_.offset(), false, event);
  }
  if (has_data_ && !is_copied_) {
    copy_ = view_;
    is_copied_ = true;
  }
  return false;
}

bool SseReader::Field(const StreamLine& line) {
  const std::size_t colon = line.text.find(':');
  const std::string_view name = line.text.substr(0, colon);
  std::string_view value;
  if (colon != std::string_view::npos) {
    value = line.text.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
  }
  if (name == "data") return AddData(value, line.in_fed_bytes);
  if (name == "event") {
    type_ = value;
  } else if (name == "id") {
    if (value.find('\0') == std::string_view::npos) id_ = value;
  } else if (name == "retry") {
    std::uint64_t milliseconds = 0;
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, milliseconds);
    if (error == std::errc() && stop == end) retry_ = milliseconds;
  }
  return true;
}

bool SseReader::AddData(std::string_view value, bool in_fed_bytes) {
  const std::size_t before = !has_data_ ? 0 : (is_copied_ ? copy_.size() : view_.size()) + 1;
  if (before + value.size() > options_.max_event_bytes) {
    status_ = absl::ResourceExhaustedError(
        fmt::format("the event before byte {} of the stream has more than {} bytes of data",
                    lines_.offset(), options_.max_event_bytes));
    return false;
  }
  if (!has_data_ && in_fed_bytes) {
    view_ = value;
  } else {
    if (has_data_ && !is_copied_) copy_ = view_;
    if (has_data_) copy_.push_back('\n');
    copy_.append(value);
    is_copied_ = true;
  }
  has_data_ = true;
  return true;
}

bool SseReader::Deliver(std::uint64_t end, bool terminated, StreamEvent& event) {
  event = {type_, is_copied_ ? std::string_view(copy_) : view_, id_, end, terminated};
  is_delivered_ = true;
  return true;
}

}  // namespace understudy
