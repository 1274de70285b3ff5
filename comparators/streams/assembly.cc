// What assemblies share: types of events, failures, token counts.
#include "comparators/streams/assembly.h"

#include "comparators/streams/event_members.h"
#include "comparators/streams/json_text.h"
#include "comparators/text.h"

namespace understudy {
namespace {

constexpr std::string_view kErrorType = "error";

bool SaysNothing(JsonValue value) {
  if (value.is_string()) return value.AsString().empty();
  if (value.is_number()) return value.AsDouble() == 0;
  if (value.is_scalar()) return value.kind() != JsonKind::kTrue;
  return value.size() == 0;
}

std::string WordsOf(JsonValue value) {
  if (value.is_string()) return ShownText(value.AsString());
  const std::optional<JsonValue> message = value.Find("message");
  if (message && message->is_string() && !message->AsString().empty()) {
    return ShownText(message->AsString());
  }
  return RenderJson(value, kMaxShownText);
}

std::optional<std::uint64_t> FirstCount(const EventMembers& members, std::string_view key,
                                        std::string_view other_key) {
  const std::optional<std::uint64_t> count = members.Count(key);
  return count ? count : members.Count(other_key);
}

}  // namespace

std::string_view EventType(JsonValue value, const StreamEvent& event) {
  const std::optional<JsonValue> type = value.Find("type");
  return type && type->is_string() ? type->AsString() : event.type;
}

std::string FailureOf(JsonValue value, const StreamEvent& event) {
  const std::optional<JsonValue> error = value.Find("error");
  if (error && !SaysNothing(*error)) return WordsOf(*error);
  if (EventType(value, event) != kErrorType) return {};
  const std::string words = WordsOf(value);
  return words.empty() ? std::string(kErrorType) : words;
}

TokenCounts ReadTokenCounts(std::optional<JsonValue> usage, AssemblyGuard& guard) {
  if (!usage) return {};
  const EventMembers members(*usage, guard);
  return {FirstCount(members, "prompt_tokens", "input_tokens"),
          FirstCount(members, "completion_tokens", "output_tokens")};
}

}  // namespace understudy
