// Puts the events of one streamed answer together: the contract, and what every assembly shares.
//
// Threads: one, for one stream.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "comparators/document.h"
#include "comparators/streams/assembly_guard.h"
#include "comparators/streams/event_reader.h"

namespace understudy {

// Tokens as the server counts them.
struct TokenCounts {
  std::optional<std::uint64_t> input;   // of the prompt
  std::optional<std::uint64_t> output;  // that were generated
};

// What an event was to its protocol.
struct EventMeaning {
  bool has_token = false;  // it bears something the model generated
  bool ends = false;       // the protocol's own end of the stream
  std::string failure;     // not empty: the answer failed with these words, which ends it
};

struct AssembledAnswer {
  std::string json;           // in the shape of the protocol's answer that is not streamed
  std::string finish_reason;  // as the protocol writes it; empty when none was told
  TokenCounts tokens;
  // Whether the bytes may end here although no event said so: a finish reason is there, or the
  // protocol has no sign of the end.
  bool finished = false;
};

class StreamAssembly {
 public:
  virtual ~StreamAssembly() = default;

  // `value` is the event's data. What it has not the right shape for is a fault of guard().
  virtual EventMeaning Add(JsonValue value, const StreamEvent& event) = 0;
  // An event whose data is no JSON; asked only of assemblies that take anything.
  virtual EventMeaning AddText(const StreamEvent&) { return {}; }
  // Once, after the last event.
  virtual AssembledAnswer Finish() = 0;

  const AssemblyGuard& guard() const { return guard_; }

 protected:
  AssemblyGuard guard_;
};

// The event's type: the member "type" of its data when that is a text, else the field "event".
std::string_view EventType(JsonValue value, const StreamEvent& event);

// The words of an event that says an answer failed, which protocols send after status 200: one with
// a member "error" that is neither null, false, empty nor 0, or with the type "error". Empty for
// every other event.
std::string FailureOf(JsonValue value, const StreamEvent& event);

// The counts of a usage object, by the names of OpenAI's chat or of its responses and Anthropic.
TokenCounts ReadTokenCounts(std::optional<JsonValue> usage, AssemblyGuard& guard);

}  // namespace understudy
