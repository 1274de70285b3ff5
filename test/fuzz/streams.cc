// Streamed answers: events are the same whatever the cuts, every body is assembled or refused in
// words, and what is assembled is bounded JSON with facts that agree with each other. The input is
// an assembly's letter, a framing's, a content mode's, and a body; cuts depend on all of it.
#include <algorithm>
#include <array>

#include "comparators/streams/assemble.h"
#include "comparators/streams/assemblies.h"
#include "comparators/streams/json_line_reader.h"
#include "comparators/streams/sse_reader.h"
#include "comparators/text.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

// An answer may have a choice of some words for three bytes of a chunk.
constexpr std::size_t kMostGrowth = 32;
constexpr std::size_t kFrame = 1'000;

struct OwnedEvent {
  std::string type, data, id;
  std::uint64_t end;
  bool terminated;
  bool operator==(const OwnedEvent&) const = default;
};

struct Reading {
  std::vector<OwnedEvent> events;
  absl::StatusCode status;
  bool operator==(const Reading&) const = default;
};

Reading Read(EventReader& reader, const std::vector<std::string_view>& pieces) {
  Reading reading;
  StreamEvent event;
  const auto drain = [&] {
    while (reader.Next(event)) {
      reading.events.push_back({std::string(event.type), std::string(event.data),
                                std::string(event.id), event.end, event.terminated});
    }
  };
  for (const std::string_view piece : pieces) {
    const std::string own(piece);  // gone afterwards, so that a view kept of it is seen
    reader.Feed(own);
    drain();
  }
  reader.Finish();
  drain();
  reading.status = reader.status().code();
  return reading;
}

void RequireSoundEvents(const Reading& reading, std::string_view body, std::size_t bound) {
  std::uint64_t before = 0;
  for (const OwnedEvent& event : reading.events) {
    Require(event.end > before && event.end <= body.size(), "events end one after the other");
    Require(event.data.size() <= bound, "an event is bounded");
    Require(event.terminated || &event == &reading.events.back(), "only the last may be cut");
    before = event.end;
  }
}

template <typename MakeReader>
void RequireSameForAnyCuts(MakeReader make, std::string_view body, std::size_t bound,
                           Chance& chance) {
  auto whole_reader = make();
  const Reading whole = Read(whole_reader, {body});
  RequireSoundEvents(whole, body, bound);
  auto cut_reader = make();
  Require(Read(cut_reader, RandomPieces(body, chance)) == whole, "cuts change no event");
}

void RequireSameEvents(std::string_view body, Chance& chance) {
  for (const std::size_t bound : {std::size_t{40}, kMaxEventBytes}) {
    for (const bool last : {true, false}) {
      RequireSameForAnyCuts([&] { return SseReader({bound, last}); }, body, bound, chance);
    }
    RequireSameForAnyCuts([&] { return JsonLineReader(bound); }, body, bound, chance);
  }
}

void RequireSoundFacts(const AssembledStream& stream, std::string_view body) {
  Require(stream.event_ends.size() == std::min<std::uint64_t>(stream.events, kMaxEventEnds),
          "the places of the first events are kept");
  Require(std::is_sorted(stream.event_ends.begin(), stream.event_ends.end()), "in order");
  Require(stream.last_event_end <= body.size(), "events lie in the body");
  Require(stream.token_events <= stream.events, "events with tokens are events");
  Require(stream.first_token_end.has_value() == (stream.token_events > 0),
          "the first token has a place if there is one");
  Require((stream.end == StreamEnd::kFailed) == !stream.failure.empty(), "a failure has words");
  Require(stream.failure.size() <= kMaxShownText + 3, "and few of them");
}

void RequireSoundAnswer(const AssembledStream& stream, std::string_view body) {
  Require(stream.json.size() <= kMostGrowth * body.size() + kFrame, "an answer is bounded");
  const auto document = Document::Parse(stream.json);
  Require(document.ok(), "an answer is JSON, with no member twice");
  Require((*document)->root().is_object(), "and an object");
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  const std::string_view text = TextOf(data, size);
  constexpr std::array kFramings = {StreamFraming::kAuto, StreamFraming::kSse,
                                    StreamFraming::kJsonLines};
  constexpr std::array kModes = {ContentMode::kAuto, ContentMode::kDelta, ContentMode::kCumulative};
  Choices input(text);
  StreamRule rule;
  rule.assembly = AssemblyKinds()[input.Below(AssemblyKinds().size())].name;
  rule.framing = kFramings[input.Below(kFramings.size())];
  rule.content = kModes[input.Below(kModes.size())];
  const std::string_view body = input.Rest();
  Chance chance(text);
  RequireSameEvents(body, chance);
  const auto stream = AssembleStream(body, rule);
  if (!stream.ok()) {
    Require(stream.status().code() == absl::StatusCode::kInvalidArgument ||
                stream.status().code() == absl::StatusCode::kResourceExhausted,
            "a body is refused for what it is");
    Require(!stream.status().message().empty(), "a refusal says why");
    return 0;
  }
  RequireSoundFacts(*stream, body);
  RequireSoundAnswer(*stream, body);
  return 0;
}
