// The one way in: the whole body of a streamed answer becomes the answer it would have been without
// streaming, and facts about the stream.
//
// Reading stops at the protocol's sign of the end ("[DONE]", `done`, `stop`, `message_stop`,
// `response.completed`) and at a failure, as clients do; what follows is not looked at. Events
// without data, or with nothing but spaces in it, are passed over and not counted.
//
// Threads: pure functions, safe on any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/streams/assembly.h"
#include "comparators/streams/content_text.h"
#include "comparators/streams/framing.h"

namespace understudy {

// How to read a stream; what a configuration would say.
struct StreamRule {
  std::string assembly;                          // a name of AssemblyKinds()
  StreamFraming framing = StreamFraming::kAuto;  // auto: by content-type, else the assembly's own
  ContentMode content = ContentMode::kAuto;
};

enum class StreamEnd {
  kEnded,      // the protocol's sign of the end came
  kFinished,   // it did not, but every choice has its finish reason, or the protocol has no such
               // sign
  kTruncated,  // the bytes end too early
  kFailed,     // an event says that the answer failed
};

inline constexpr std::size_t kMaxEventEnds = 4'096;

struct AssembledStream {
  // The answer as JSON. Of a stream that failed: the event that says so, as the protocol's answer
  // to a failed request would be.
  std::string json;
  StreamEnd end = StreamEnd::kTruncated;
  std::string failure;        // the words of the failure; empty when none
  std::string finish_reason;  // as the protocol writes it, of the first choice; empty when not told
  // Both are cut to 256 bytes.
  TokenCounts tokens;

  // Offsets count bytes of the body up to and with the byte that completed an event.
  std::uint64_t events = 0;
  std::uint64_t token_events = 0;         // events that bear something the model generated
  std::vector<std::uint64_t> event_ends;  // of the first kMaxEventEnds events, ascending
  std::uint64_t last_event_end = 0;
  std::optional<std::uint64_t> first_token_end;
};

// `body`: content-encoding removed. Errors: NotFound for an unknown assembly; InvalidArgument, with
// the event's number and place, for data that is no JSON, repeats a member or has a member of the
// wrong type; ResourceExhausted for an event above 8 MiB and beyond the bounds of assembly_guard.h.
// The last event of a body that ends in the middle of it is left out, which makes the stream
// truncated, not wrong.
absl::StatusOr<AssembledStream> AssembleStream(std::string_view body, const StreamRule& rule,
                                               std::string_view content_type = {});

}  // namespace understudy
