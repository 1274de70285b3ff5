// A text that comes in pieces, where a piece may be what was added (a delta) or all so far
// (cumulative). Most servers stream deltas; some repeat the whole text in each event.
//
// In mode kAuto the pieces of a whole stream decide: it is cumulative when every piece that is not
// empty starts with the whole piece before it (of the same choice), and at least two are longer
// than the one before. Its limits: a cumulative stream of one or two pieces is taken for deltas,
// and deltas that happen to grow each out of the last ("1", "11", "111") for cumulative ones. Who
// knows the server says kDelta or kCumulative.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "comparators/streams/assembly_guard.h"

namespace understudy {

enum class ContentMode { kAuto, kDelta, kCumulative };

// What the pieces of all texts of a stream say about it.
class ContentReading {
 public:
  explicit ContentReading(ContentMode mode) : mode_(mode) {}

  bool may_be_delta() const { return mode_ != ContentMode::kCumulative; }
  bool may_be_cumulative() const { return mode_ != ContentMode::kDelta && !refuted_; }
  // A piece after another one.
  void See(std::string_view piece, std::string_view before);
  // Only once the stream is over.
  bool IsCumulative() const;

 private:
  const ContentMode mode_;
  bool refuted_ = false;
  std::uint64_t growths_ = 0;
};

class ContentText {
 public:
  // `reading` is shared by all texts of the stream.
  void Add(std::string_view piece, ContentReading& reading, AssemblyGuard& guard);
  const std::string& Text(const ContentReading& reading) const {
    return reading.IsCumulative() ? last_ : joined_;
  }

 private:
  std::string joined_;
  std::string last_;  // the last piece that was not empty, while the stream may be cumulative
};

}  // namespace understudy
