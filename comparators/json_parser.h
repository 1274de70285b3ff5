// The one-pass reader behind Document::Parse(): no recursion, every bound checked as it goes.
// Used by one thread, for one text.
#pragma once

#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "comparators/document.h"

namespace understudy {

class JsonParser {
 public:
  // All three outlive the parser; `document` is filled.
  JsonParser(std::string_view text, const DocumentLimits& limits, Document& document);

  // As Document::Parse().
  absl::Status Run();

 private:
  // An open container. A frame's node knows its kind; `count` grows as values end.
  struct Frame {
    std::uint32_t index;
    std::uint32_t count;
    bool object;
  };

  absl::Status Value(bool& opened);  // one scalar, or the opening of a container
  absl::Status Open(bool object, bool& opened);
  absl::Status Close();
  absl::Status AfterValue(bool& done);  // commas and closings up to the next value
  absl::Status Key();
  absl::Status String(bool is_key);
  absl::Status Escapes(const char* start, bool is_key);
  absl::Status Escape();
  absl::Status Number();
  absl::Status Word(std::string_view word, JsonKind kind, double decimal);
  absl::Status RefuseRepeatedKeys(const Frame& frame);

  absl::Status Push(JsonNode node);
  void SkipSpace();
  absl::Status Fault(std::string_view what) const;
  absl::Status TooLarge(std::string_view what) const;

  const char* p_;
  const char* const begin_;
  const char* const end_;
  const DocumentLimits& limits_;
  Document& document_;
  std::vector<Frame> stack_;
  std::vector<std::string_view> keys_;  // scratch of RefuseRepeatedKeys()
};

}  // namespace understudy
