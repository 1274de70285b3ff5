// Typed members of an event.
#include "comparators/streams/event_members.h"

#include <algorithm>
#include <utility>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxShownKey = 64;

}  // namespace

void RefuseMember(std::string_view key, std::string_view wanted, AssemblyGuard& guard) {
  guard.Refuse(fmt::format("\"{}\" is not {}", ShownText(key, kMaxShownKey), wanted));
}

EventMembers::EventMembers(JsonValue object, AssemblyGuard& guard)
    : object_(object), guard_(&guard) {
  if (!object.is_object()) guard.Refuse("a JSON object was expected");
}

std::optional<JsonValue> EventMembers::Find(std::string_view key) const {
  const std::optional<JsonValue> value = object_.Find(key);
  if (value && value->kind() == JsonKind::kNull) return std::nullopt;
  return value;
}

std::optional<std::string_view> EventMembers::Text(std::string_view key) const {
  const std::optional<JsonValue> value = Find(key);
  if (!value) return std::nullopt;
  if (value->is_string()) return value->AsString();
  RefuseMember(key, "a text", *guard_);
  return std::nullopt;
}

std::optional<std::uint64_t> EventMembers::Count(std::string_view key) const {
  const std::optional<JsonValue> value = Find(key);
  if (!value) return std::nullopt;
  const JsonNode& node = value->node();
  if (node.kind == JsonKind::kUint) return node.payload.unsigned_integer;
  if (node.kind == JsonKind::kInt && node.payload.signed_integer >= 0) {
    return static_cast<std::uint64_t>(node.payload.signed_integer);
  }
  RefuseMember(key, "an integer from 0", *guard_);
  return std::nullopt;
}

std::optional<JsonValue> EventMembers::Object(std::string_view key) const {
  const std::optional<JsonValue> value = Find(key);
  if (!value || value->is_object()) return value;
  RefuseMember(key, "an object", *guard_);
  return std::nullopt;
}

std::optional<JsonValue> EventMembers::Array(std::string_view key) const {
  const std::optional<JsonValue> value = Find(key);
  if (!value || value->is_array()) return value;
  RefuseMember(key, "an array", *guard_);
  return std::nullopt;
}

bool EventMembers::True(std::string_view key) const {
  const std::optional<JsonValue> value = Find(key);
  if (value && !value->is_bool()) RefuseMember(key, "true or false", *guard_);
  return value && value->kind() == JsonKind::kTrue;
}

void KeepMember(std::string_view key, JsonValue value, Kept which, JsonObjectText& out,
                AssemblyGuard& guard) {
  const std::string* const before = out.Find(key);
  if (before != nullptr) {
    const bool is_null = value.kind() == JsonKind::kNull;
    const bool says_nothing = *before == "null" || *before == "\"\"";
    if (is_null || (which == Kept::kFirst && !says_nothing)) return;
  } else {
    guard.Use(AssemblyBound::kMembers);
  }
  std::string json = JsonText(value);
  guard.Use(AssemblyBound::kText, json.size());
  out.Set(key, std::move(json));
}

void KeepMembers(JsonValue object, Kept which, std::initializer_list<std::string_view> without,
                 JsonObjectText& out, AssemblyGuard& guard) {
  if (!object.is_object()) return;
  object.ForEachMember([&](std::string_view key, JsonValue value) {
    if (!guard.ok() || std::find(without.begin(), without.end(), key) != without.end()) return;
    KeepMember(key, value, which, out, guard);
  });
}

void Append(std::string_view text, std::string& out, AssemblyGuard& guard) {
  guard.Use(AssemblyBound::kText, text.size());
  if (guard.ok()) out += text;
}

void Append(JsonValue value, JsonArrayText& out, AssemblyGuard& guard) {
  const std::string json = JsonText(value);
  guard.Use(AssemblyBound::kText, json.size());
  if (guard.ok()) out.Add(json);
}

void AppendElements(JsonValue array, JsonArrayText& out, AssemblyGuard& guard) {
  array.ForEachElement([&](JsonValue element) { Append(element, out, guard); });
}

}  // namespace understudy
