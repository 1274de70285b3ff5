// The events of a stream, whatever its framing.
//
// Threads: one.
// Ownership: bytes given to Feed() are borrowed until Next() has returned false.
// Invariant: which events there are does not depend on where the bytes were cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace understudy {

inline constexpr std::size_t kMaxEventBytes = 8u << 20;

// Views are valid until the next call of the reader.
struct StreamEvent {
  std::string_view type;  // the field "event" of server-sent events; empty when there is none
  std::string_view data;
  std::string_view id;     // the last field "id" so far
  std::uint64_t end = 0;   // bytes of the stream up to where the event was complete
  bool terminated = true;  // false: the stream ended before the event did
};

class EventReader {
 public:
  virtual ~EventReader() = default;

  virtual void Feed(std::string_view bytes) = 0;
  // No more bytes come.
  virtual void Finish() = 0;
  // The next event. False: more bytes are needed, the stream is over, or status() is an error.
  virtual bool Next(StreamEvent& event) = 0;
  // ResourceExhausted once an event is larger than the bound; there are no events after it.
  virtual const absl::Status& status() const = 0;
};

}  // namespace understudy
