// Output items from their events.
#include "comparators/streams/response_items.h"

#include <array>

namespace understudy {

// Where the text of "<event>.delta" and "<event>.done" goes.
struct ResponseItems::TextRule {
  enum class Place { kItem, kContent, kSummary };

  std::string_view event;
  Place place;
  std::string_view key;        // of the text, in the item or part, and in the event that is done
  std::string_view item_type;  // of an item that no event announced
  std::string_view part_type;
};

const ResponseItems::TextRule* ResponseItems::FindTextRule(std::string_view event) {
  using enum TextRule::Place;
  static constexpr std::array<TextRule, 8> kRules{{
      {"response.output_text", kContent, "text", "message", "output_text"},
      {"response.refusal", kContent, "refusal", "message", "refusal"},
      {"response.reasoning_text", kContent, "text", "reasoning", "reasoning_text"},
      {"response.reasoning_summary_text", kSummary, "text", "reasoning", "summary_text"},
      {"response.function_call_arguments", kItem, "arguments", "function_call", ""},
      {"response.mcp_call_arguments", kItem, "arguments", "mcp_call", ""},
      {"response.custom_tool_call_input", kItem, "input", "custom_tool_call", ""},
      {"response.code_interpreter_call_code", kItem, "code", "code_interpreter_call", ""},
  }};
  for (const TextRule& rule : kRules) {
    if (rule.event == event) return &rule;
  }
  return nullptr;
}

namespace {

void SetType(std::string_view type, JsonObjectText& members) {
  if (members.Find("type") != nullptr) return;
  members.SetString("type", type);
  if (type == "message") members.SetString("role", "assistant");
  if (type == "output_text") members.Set("annotations", "[]");
}

void SetWhole(JsonValue value, std::string& out, AssemblyGuard& guard) {
  out.clear();
  Append(JsonText(value), out, guard);
}

}  // namespace

bool ResponseItems::Take(std::string_view type, JsonValue event, AssemblyGuard& guard) {
  const std::size_t dot = type.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view what = type.substr(0, dot);
  const bool is_done = type.substr(dot) == ".done";
  if (!is_done && type.substr(dot) != ".delta" && type.substr(dot) != ".added") return false;
  if (what == "response.output_item") return TakeItem(event, is_done, guard);
  if (what == "response.content_part") {
    TakePart(event, false, is_done, guard);
  } else if (what == "response.reasoning_summary_part") {
    TakePart(event, true, is_done, guard);
  } else if (const TextRule* const rule = FindTextRule(what)) {
    return TakeText(*rule, event, is_done, guard);
  }
  return false;
}

bool ResponseItems::TakeItem(JsonValue event, bool is_done, AssemblyGuard& guard) {
  const auto value = EventMembers(event, guard).Object("item");
  if (!value) return false;
  const EventMembers members(*value, guard);
  Item& item = ItemOf(event, members.Text("id").value_or(""), !is_done, guard);
  if (is_done) {
    SetWhole(*value, item.done, guard);
  } else {
    KeepMembers(*value, Kept::kFirst, {}, item.members, guard);
  }
  return !is_done && value->Find("name").has_value();
}

void ResponseItems::TakePart(JsonValue event, bool in_summary, bool is_done, AssemblyGuard& guard) {
  const EventMembers members(event, guard);
  const auto value = members.Object("part");
  if (!value) return;
  Item& item = ItemOf(event, members.Text("item_id").value_or(""), false, guard);
  SetType(in_summary ? "reasoning" : "message", item.members);
  Part& part = PartOf(item, event, in_summary, guard);
  if (is_done) {
    SetWhole(*value, part.done, guard);
  } else {
    KeepMembers(*value, Kept::kFirst, {}, part.members, guard);
  }
}

bool ResponseItems::TakeText(const TextRule& rule, JsonValue event, bool is_done,
                             AssemblyGuard& guard) {
  const EventMembers members(event, guard);
  const auto text = members.Text(is_done ? rule.key : "delta");
  if (!text) return false;
  Item& item = ItemOf(event, members.Text("item_id").value_or(""), false, guard);
  SetType(rule.item_type, item.members);
  const auto put = [&](auto& holder) {
    holder.text_key = rule.key;
    if (is_done) holder.text.clear();
    Append(*text, holder.text, guard);
  };
  if (rule.place == TextRule::Place::kItem) {
    put(item);
  } else {
    Part& part = PartOf(item, event, rule.place == TextRule::Place::kSummary, guard);
    SetType(rule.part_type, part.members);
    put(part);
  }
  return !is_done && !text->empty();
}

ResponseItems::Item& ResponseItems::ItemOf(JsonValue event, std::string_view id, bool may_be_new,
                                           AssemblyGuard& guard) {
  const auto index = EventMembers(event, guard).Count("output_index");
  const auto known = id.empty() ? by_id_.end() : by_id_.find(id);
  if (index) {
    last_ = *index;
  } else if (known != by_id_.end()) {
    last_ = known->second;
  } else if ((may_be_new || !id.empty()) && !items_.empty()) {
    last_ = items_.rbegin()->first + 1;
  }
  const auto [place, is_new] = items_.try_emplace(last_);
  if (is_new) {
    guard.Use(AssemblyBound::kParts);
    if (!id.empty()) by_id_.try_emplace(std::string(id), last_);
  }
  return place->second;
}

// A part without index is the first.
ResponseItems::Part& ResponseItems::PartOf(Item& item, JsonValue event, bool in_summary,
                                           AssemblyGuard& guard) {
  const std::string_view key = in_summary ? "summary_index" : "content_index";
  const std::uint64_t index = EventMembers(event, guard).Count(key).value_or(0);
  const auto [place, is_new] = (in_summary ? item.summary : item.content).try_emplace(index);
  if (is_new) guard.Use(AssemblyBound::kParts);
  return place->second;
}

std::string ResponseItems::Part::Text() const {
  if (!done.empty()) return done;
  JsonObjectText part = members;
  if (!text_key.empty()) part.SetString(text_key, text);
  return part.Text();
}

std::string ResponseItems::Item::Text() const {
  if (!done.empty()) return done;
  JsonObjectText item = members;
  const auto set_parts = [&item](std::string_view key, const Parts& parts) {
    if (parts.empty()) return;
    JsonArrayText texts;
    for (const auto& [index, part] : parts) texts.Add(part.Text());
    item.Set(key, texts.Text());
  };
  set_parts("content", content);
  set_parts("summary", summary);
  if (!text_key.empty()) item.SetString(text_key, text);
  return item.Text();
}

JsonArrayText ResponseItems::Items() const {
  JsonArrayText items;
  for (const auto& [index, item] : items_) items.Add(item.Text());
  return items;
}

}  // namespace understudy
