// How events are cut out of an answer's bytes, by its content-type. Pure functions, safe on any
// thread.
#pragma once

#include <string_view>

namespace understudy {

enum class StreamFraming {
  kAuto,       // by the content-type, else what the protocol is usually sent in
  kSse,        // server-sent events
  kJsonLines,  // one JSON value a line
};

// By the media type alone, in any case, parameters left aside; kAuto: it is of no stream.
StreamFraming FramingOf(std::string_view content_type);

// Whether an answer of this content-type is a stream of events.
inline bool IsStream(std::string_view content_type) {
  return FramingOf(content_type) != StreamFraming::kAuto;
}

}  // namespace understudy
