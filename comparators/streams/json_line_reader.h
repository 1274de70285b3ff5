// Reads newline-delimited JSON: each line that is not blank is an event. A last line without
// newline counts, too.
//
// Threads, ownership, invariant: as EventReader.
#pragma once

#include <cstddef>
#include <string_view>

#include "comparators/streams/event_reader.h"
#include "comparators/streams/line_reader.h"

namespace understudy {

class JsonLineReader final : public EventReader {
 public:
  // The bound is on a line.
  explicit JsonLineReader(std::size_t max_event_bytes = kMaxEventBytes)
      : lines_(LineReader::Endings::kLineFeed, max_event_bytes) {}

  void Feed(std::string_view bytes) override { lines_.Feed(bytes); }
  void Finish() override { lines_.Finish(); }
  bool Next(StreamEvent& event) override;
  const absl::Status& status() const override { return lines_.status(); }

 private:
  LineReader lines_;
};

}  // namespace understudy
