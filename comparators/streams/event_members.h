// Reading an event's members with the types its protocol gives them, and keeping the others.
//
// Threads: one.
// Ownership: values are valid as long as the event's document.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "comparators/document.h"
#include "comparators/streams/assembly_guard.h"
#include "comparators/streams/json_text.h"

namespace understudy {

// A member that is not what its protocol says, such as "a text".
void RefuseMember(std::string_view key, std::string_view wanted, AssemblyGuard& guard);

// Each is empty when the member is absent or null; of another type it is a fault of the guard.
class EventMembers {
 public:
  // A value that is no object has no members, which is a fault.
  EventMembers(JsonValue object, AssemblyGuard& guard);

  std::optional<std::string_view> Text(std::string_view key) const;
  std::optional<std::uint64_t> Count(std::string_view key) const;  // an integer >= 0
  std::optional<JsonValue> Object(std::string_view key) const;
  std::optional<JsonValue> Array(std::string_view key) const;
  bool True(std::string_view key) const;  // false when absent or null

 private:
  std::optional<JsonValue> Find(std::string_view key) const;

  JsonValue object_;
  AssemblyGuard* guard_;
};

// Which value of a member that stands in several events is kept. Null never replaces a value, and a
// first value that says nothing (null, or the empty text that some servers send for a name that is
// not known yet) gives way to the next.
enum class Kept { kFirst, kLast };

void KeepMember(std::string_view key, JsonValue value, Kept which, JsonObjectText& out,
                AssemblyGuard& guard);
// All members of `object` but those named.
void KeepMembers(JsonValue object, Kept which, std::initializer_list<std::string_view> without,
                 JsonObjectText& out, AssemblyGuard& guard);

// Appends to `out`, within the bound on text.
void Append(std::string_view text, std::string& out, AssemblyGuard& guard);
void Append(JsonValue value, JsonArrayText& out, AssemblyGuard& guard);
void AppendElements(JsonValue array, JsonArrayText& out, AssemblyGuard& guard);

}  // namespace understudy
