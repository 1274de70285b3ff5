// Tool calls from deltas.
#include "comparators/streams/openai_tool_calls.h"

#include <algorithm>

#include "comparators/streams/event_members.h"

namespace understudy {
namespace {

// Keeps the first text that is not empty.
void TakeFirst(std::optional<std::string_view> text, std::string& out, AssemblyGuard& guard) {
  if (text && out.empty()) Append(*text, out, guard);
}

bool HasName(JsonValue delta) {
  const std::optional<JsonValue> function = delta.Find("function");
  const std::optional<JsonValue> name = function ? function->Find("name") : std::nullopt;
  return name && name->is_string() && !name->AsString().empty();
}

}  // namespace

bool FunctionCallText::Take(JsonValue function, AssemblyGuard& guard) {
  const EventMembers members(function, guard);
  const std::string_view arguments = members.Text("arguments").value_or("");
  const std::string_view name = members.Text("name").value_or("");
  TakeFirst(name, name_, guard);
  Append(arguments, arguments_, guard);
  KeepMembers(function, Kept::kFirst, {"name", "arguments"}, others_, guard);
  return !arguments.empty() || !name.empty();
}

std::string FunctionCallText::Text() const {
  JsonObjectText function = others_;
  if (!name_.empty()) function.SetString("name", name_);
  function.SetString("arguments", arguments_);
  return function.Text();
}

bool ToolCallTexts::Take(JsonValue deltas, AssemblyGuard& guard) {
  bool generated = false;
  std::size_t position = 0;
  deltas.ForEachElement([&](JsonValue delta) {
    if (!guard.ok()) return;
    const EventMembers members(delta, guard);
    Call& call = Of(delta, deltas.size() > 1 ? std::optional(position++) : std::nullopt, guard);
    TakeFirst(members.Text("id"), call.id, guard);
    if (const auto function = members.Object("function")) {
      generated = call.function.Take(*function, guard) || generated;
    }
    KeepMembers(delta, Kept::kFirst, {"index", "id", "function"}, call.others, guard);
  });
  return generated;
}

ToolCallTexts::Call& ToolCallTexts::Of(JsonValue delta, std::optional<std::size_t> position,
                                       AssemblyGuard& guard) {
  const EventMembers members(delta, guard);
  const std::string_view id = members.Text("id").value_or("");
  if (const auto index = members.Count("index")) {
    const auto place = by_index_.find(*index);
    last_ = place != by_index_.end() ? place->second : NewCall(*index, guard);
    by_index_.emplace(*index, last_);
  } else if (!id.empty()) {
    const auto place = by_id_.find(id);
    last_ = place != by_id_.end() ? place->second : NewCall(calls_.size(), guard);
  } else {
    last_ = Unlabelled(delta, position);
    if (last_ == calls_.size()) NewCall(last_, guard);
  }
  if (!id.empty() && calls_[last_].id.empty()) by_id_.try_emplace(std::string(id), last_);
  return calls_[last_];
}

// The place of the call that a delta without index and id belongs to; calls_.size(): a new one.
std::size_t ToolCallTexts::Unlabelled(JsonValue delta, std::optional<std::size_t> position) const {
  const std::size_t place = position.value_or(last_);
  if (place >= calls_.size()) return calls_.size();
  return HasName(delta) && calls_[place].function.has_name() ? calls_.size() : place;
}

std::size_t ToolCallTexts::NewCall(std::uint64_t index, AssemblyGuard& guard) {
  guard.Use(AssemblyBound::kParts);
  calls_.push_back({.index = index});
  return calls_.size() - 1;
}

JsonArrayText ToolCallTexts::Calls() const {
  std::vector<const Call*> ordered;
  for (const Call& call : calls_) ordered.push_back(&call);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const Call* a, const Call* b) { return a->index < b->index; });
  JsonArrayText calls;
  for (const Call* call : ordered) {
    JsonObjectText text = call->others;
    if (!call->id.empty()) text.SetString("id", call->id);
    if (text.Find("type") == nullptr) text.SetString("type", "function");
    text.Set("function", call->function.Text());
    calls.Add(text.Text());
  }
  return calls;
}

}  // namespace understudy
