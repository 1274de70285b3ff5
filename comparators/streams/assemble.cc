// From a body to an assembled answer.
#include "comparators/streams/assemble.h"

#include <memory>

#include "comparators/streams/assemblies.h"
#include "comparators/streams/json_line_reader.h"
#include "comparators/streams/json_text.h"
#include "comparators/streams/sse_reader.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::string_view kDone = "[DONE]";
constexpr std::size_t kMaxAnswerBytes = 64u << 20;
// An answer may stand some levels deeper than the event it comes from, and has the usual bound.
constexpr DocumentLimits kEventLimits{.max_bytes = kMaxEventBytes, .max_depth = 500};

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// One stream on its way through one assembly.
class Assembling {
 public:
  Assembling(const AssemblyKind& kind, ContentMode mode)
      : kind_(kind), assembly_(kind.make(mode)) {}

  // False: nothing that follows is looked at.
  absl::StatusOr<bool> Take(const StreamEvent& event) {
    const std::string_view data = Trimmed(event.data);
    if (data.empty()) return true;
    if (data == kDone) return Follow(event, {.ends = true});
    const auto document = Document::Parse(data, kEventLimits);
    if (!document.ok()) return TakeOther(event, data, document.status());
    const JsonValue value = (*document)->root();
    if (!kind_.takes_anything) {
      const std::string failure = FailureOf(value, event);
      if (!failure.empty()) return Fail(event, failure, JsonText(value));
    }
    return Follow(event, assembly_->Add(value, event));
  }

  absl::StatusOr<AssembledStream> Finish() {
    AssembledAnswer answer = assembly_->Finish();
    if (!assembly_->guard().ok()) return assembly_->guard().fault();
    if (stream_.json.empty()) stream_.json = std::move(answer.json);
    if (stream_.json.size() > kMaxAnswerBytes) {
      return absl::ResourceExhaustedError(
          fmt::format("the answer has more than {} bytes", kMaxAnswerBytes));
    }
    stream_.finish_reason = ShownText(answer.finish_reason);
    stream_.tokens = answer.tokens;
    if (is_open_ && !is_cut_ && answer.finished) stream_.end = StreamEnd::kFinished;
    return std::move(stream_);
  }

 private:
  // Data that could not be read.
  absl::StatusOr<bool> TakeOther(const StreamEvent& event, std::string_view data,
                                 const absl::Status& why) {
    if (why.code() != absl::StatusCode::kInvalidArgument) return Fault(event, why);
    const bool is_text = kind_.takes_anything && data.front() != '{' && data.front() != '[';
    if (!event.terminated && !is_text) {
      is_cut_ = true;
      return false;
    }
    if (kind_.takes_anything) return Follow(event, assembly_->AddText(event));
    if (event.type != "error") return Fault(event, why);
    return Fail(event, ShownText(data), fmt::format(R"({{"error":{}}})", QuotedJson(data)));
  }

  absl::StatusOr<bool> Follow(const StreamEvent& event, const EventMeaning& meaning) {
    if (!assembly_->guard().ok()) return Fault(event, assembly_->guard().fault());
    if (!meaning.failure.empty()) return Fail(event, meaning.failure, {});
    Count(event, meaning.has_token);
    if (!meaning.ends) return true;
    stream_.end = StreamEnd::kEnded;
    is_open_ = false;
    return false;
  }

  // Without `json` the answer is what the assembly says.
  bool Fail(const StreamEvent& event, std::string_view words, std::string json) {
    Count(event, false);
    stream_.end = StreamEnd::kFailed;
    stream_.failure = words;
    stream_.json = std::move(json);
    is_open_ = false;
    return false;
  }

  void Count(const StreamEvent& event, bool has_token) {
    ++stream_.events;
    if (stream_.event_ends.size() < kMaxEventEnds) stream_.event_ends.push_back(event.end);
    stream_.last_event_end = event.end;
    if (!has_token) return;
    ++stream_.token_events;
    if (!stream_.first_token_end) stream_.first_token_end = event.end;
  }

  absl::Status Fault(const StreamEvent& event, const absl::Status& why) const {
    return absl::Status(
        why.code(), fmt::format("event {}, complete at byte {}: {}", stream_.events + 1, event.end,
                                std::string_view(why.message().data(), why.message().size())));
  }

  const AssemblyKind& kind_;
  std::unique_ptr<StreamAssembly> assembly_;
  AssembledStream stream_;
  bool is_open_ = true;  // neither ended nor failed
  bool is_cut_ = false;  // the body ends inside an event
};

std::unique_ptr<EventReader> MakeReader(StreamFraming framing) {
  if (framing == StreamFraming::kJsonLines) return std::make_unique<JsonLineReader>();
  return std::make_unique<SseReader>();
}

}  // namespace

absl::StatusOr<AssembledStream> AssembleStream(std::string_view body, const StreamRule& rule,
                                               std::string_view content_type) {
  const absl::StatusOr<const AssemblyKind*> kind = FindAssembly(rule.assembly);
  if (!kind.ok()) return kind.status();
  StreamFraming framing = rule.framing;
  if (framing == StreamFraming::kAuto) framing = FramingOf(content_type);
  if (framing == StreamFraming::kAuto) framing = (*kind)->framing;
  const std::unique_ptr<EventReader> reader = MakeReader(framing);
  reader->Feed(body);
  reader->Finish();
  Assembling assembling(**kind, rule.content);
  StreamEvent event;
  bool goes_on = true;
  while (goes_on && reader->Next(event)) {
    const absl::StatusOr<bool> taken = assembling.Take(event);
    if (!taken.ok()) return taken.status();
    goes_on = *taken;
  }
  if (!reader->status().ok()) return reader->status();
  return assembling.Finish();
}

}  // namespace understudy
