// Reads server-sent events by the rules of the WHATWG HTML standard, section 9.2.6 "Interpreting an
// event stream": any line ending, comments, several data lines joined by LF, the fields "event",
// "id" and "retry", a byte order mark. Bytes are handed on as they are: who reads the data refuses
// what is no UTF-8.
//
// An event is complete with the blank line behind it; of a CRLF there the CR is enough.
//
// Threads, ownership, invariant: as EventReader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "comparators/streams/event_reader.h"
#include "comparators/streams/line_reader.h"

namespace understudy {

struct SseOptions {
  // Of the data of one event, and of any one line.
  std::size_t max_event_bytes = kMaxEventBytes;
  // Whether an event at the end of the stream counts without the blank line behind it. The standard
  // says no; many servers leave the line out.
  bool deliver_last = true;
};

class SseReader final : public EventReader {
 public:
  explicit SseReader(const SseOptions& options = {});

  void Feed(std::string_view bytes) override { lines_.Feed(bytes); }
  void Finish() override { lines_.Finish(); }
  bool Next(StreamEvent& event) override;
  const absl::Status& status() const override { return status_; }
  // The last field "retry" that was a number, in milliseconds.
  std::optional<std::uint64_t> retry() const { return retry_; }

 private:
  bool Field(const StreamLine& line);
  bool AddData(std::string_view value, bool in_fed_bytes);
  bool Deliver(std::uint64_t end, bool terminated, StreamEvent& event);

  const SseOptions options_;
  LineReader lines_;
  // Of the event that is being read: its data is one view of the fed bytes, or a copy.
  std::string_view view_;
  std::string copy_;
  std::string type_;
  bool has_data_ = false;
  bool is_copied_ = false;
  bool is_delivered_ = false;  // the views of these belong to the caller until the next call

  std::string id_;
  std::optional<std::uint64_t> retry_;
  absl::Status status_;
};

}  // namespace understudy
