// The parts that chunks of chat and of plain completions share.
#include "comparators/streams/openai_chunk.h"

namespace understudy {

void OpenAiFrame::Take(JsonValue chunk, AssemblyGuard& guard) {
  KeepMembers(chunk, Kept::kFirst, {"choices", "usage", "obfuscation"}, members_, guard);
  const std::optional<JsonValue> usage = EventMembers(chunk, guard).Object("usage");
  if (!usage) return;
  KeepMember("usage", *usage, Kept::kLast, members_, guard);
  tokens_ = ReadTokenCounts(usage, guard);
}

std::string OpenAiFrame::Answer(std::string_view object, const JsonArrayText& choices) {
  if (!object.empty()) members_.SetString("object", object);
  members_.Set("choices", choices.Text());
  return members_.Text();
}

void OpenAiChoiceEnd::Take(JsonValue choice, AssemblyGuard& guard) {
  const EventMembers members(choice, guard);
  if (const auto reason = members.Text("finish_reason"); reason && !reason->empty()) {
    finish_reason_ = *reason;
  }
  if (const auto ids = choice.Find("token_ids")) TakeArray("token_ids", *ids, token_ids_, guard);
  if (!choice.Find("logprobs")) return;
  const std::optional<JsonValue> logprobs = members.Object("logprobs");
  (logprobs ? has_logprobs_ : has_null_logprobs_) = true;
  if (!logprobs) return;
  logprobs->ForEachMember([&](std::string_view key, JsonValue value) {
    if (guard.ok()) TakeArray(key, value, logprobs_, guard);
  });
}

void OpenAiChoiceEnd::TakeArray(std::string_view key, JsonValue value, Arrays& out,
                                AssemblyGuard& guard) {
  const bool is_null = value.kind() == JsonKind::kNull;
  if (!is_null && !value.is_array()) return RefuseMember(key, "an array", guard);
  auto place = out.find(key);
  if (place == out.end()) {
    guard.Use(AssemblyBound::kMembers);
    place = out.emplace(key, std::nullopt).first;
  }
  if (is_null) return;
  if (!place->second) place->second.emplace();
  AppendElements(value, *place->second, guard);
}

void OpenAiChoiceEnd::AppendTo(JsonObjectText& choice) const {
  const auto set_all = [](const Arrays& arrays, JsonObjectText& out) {
    for (const auto& [key, elements] : arrays) out.Set(key, elements ? elements->Text() : "null");
  };
  set_all(token_ids_, choice);
  if (has_logprobs_) {
    JsonObjectText logprobs;
    set_all(logprobs_, logprobs);
    choice.Set("logprobs", logprobs.Text());
  } else if (has_null_logprobs_) {
    choice.Set("logprobs", "null");
  }
  choice.Set("finish_reason", finish_reason_.empty() ? "null" : QuotedJson(finish_reason_));
}

}  // namespace understudy
