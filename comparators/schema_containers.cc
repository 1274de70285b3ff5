// Following a compiled schema into lists and objects.
#include <bit>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "comparators/schema_check.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kShownName = 64;

std::uint64_t Mixed(std::uint64_t hash) {
  hash = (hash ^ (hash >> 31)) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

// Equal values have equal hashes, whatever the order of members and the form of numbers.
std::uint64_t HashOf(JsonValue value) {
  std::uint64_t hash = 0;
  if (value.is_number()) return Mixed(std::bit_cast<std::uint64_t>(value.AsDouble() + 0.0));
  if (value.is_string()) return Mixed(absl::Hash<std::string_view>()(value.AsString()));
  if (value.is_array()) {
    value.ForEachElement([&](JsonValue element) { hash = Mixed(hash + HashOf(element)); });
    return hash + 1;
  }
  if (value.is_object()) {
    value.ForEachMember([&](std::string_view key, JsonValue member) {
      hash += Mixed(absl::Hash<std::string_view>()(key) ^ Mixed(HashOf(member)));
    });
    return Mixed(hash + 2);
  }
  return static_cast<std::uint64_t>(value.kind()) + 3;
}

bool IsWithin(std::uint64_t count, const CountBounds& bounds) {
  return count >= bounds.least && count <= bounds.most;
}

}  // namespace

bool SchemaCheck::ValidArray(const SchemaNode& node, JsonValue value) {
  if (!budget_.Spend(value.size() / 16)) return false;  // for walking over them
  if (!IsWithin(value.size(), node.elements)) {
    return Fault([&] { return fmt::format("must not have {} elements", value.size()); });
  }
  if (node.unique && !Unique(value))
    return Fault([] { return std::string("must not have the same element twice"); });
  return ValidElements(node, value) && ValidContents(node, value);
}

bool SchemaCheck::ValidElements(const SchemaNode& node, JsonValue value) {
  if (node.first_elements.empty() && !node.other_elements) return true;
  const std::size_t length = path_.size();
  std::size_t index = 0;
  bool valid = true;
  value.ForEachElement([&](JsonValue element) {
    const std::size_t i = index++;
    if (!valid) return;
    const std::optional<SchemaId> id =
        i < node.first_elements.size() ? node.first_elements[i] : node.other_elements;
    if (!id) return;
    fmt::format_to(std::back_inserter(path_), "/{}", i);
    valid = Valid(*id, element);
    path_.resize(length);
  });
  return valid;
}

bool SchemaCheck::ValidContents(const SchemaNode& node, JsonValue value) {
  if (!node.contains) return true;
  std::uint64_t found = 0;
  value.ForEachElement([&](JsonValue element) { found += Tried(*node.contains, element) ? 1 : 0; });
  if (IsWithin(found, node.contained)) return true;
  return Fault([&] {
    return fmt::format("must not have {} elements of the kind it should contain", found);
  });
}

bool SchemaCheck::Unique(JsonValue array) {
  if (!budget_.Spend(array.document().Next(array.index()) - array.index())) return false;
  absl::flat_hash_map<std::uint64_t, std::vector<JsonValue>> seen;
  bool unique = true;
  array.ForEachElement([&](JsonValue element) {
    if (!unique) return;
    std::vector<JsonValue>& alike = seen[HashOf(element)];
    for (const JsonValue other : alike) unique = unique && !Equal(other, element);
    alike.push_back(element);
  });
  return unique;
}

bool SchemaCheck::ValidObject(const SchemaNode& node, JsonValue value) {
  if (!budget_.Spend(value.size() / 16)) return false;
  if (!IsWithin(value.size(), node.members)) {
    return Fault([&] { return fmt::format("must not have {} members", value.size()); });
  }
  return ValidMembers(node, value) && ValidDependencies(node, value);
}

bool SchemaCheck::ValidMembers(const SchemaNode& node, JsonValue value) {
  if (node.properties.empty() && node.patterns.empty() && !node.other_properties &&
      !node.property_names) {
    return true;
  }
  const std::size_t length = path_.size();
  std::size_t required = 0;
  bool valid = true;
  value.ForEachMember([&](std::string_view key, JsonValue member) {
    if (!valid) return;
    AppendPointerSegment(key, path_);
    bool one_of_required = false;
    valid = budget_.Spend(1) && ValidMember(node, key, member, one_of_required);
    required += one_of_required ? 1 : 0;
    path_.resize(length);
  });
  if (!valid || required == node.required.size()) return valid;
  for (const std::string_view name : node.required) {
    if (!Member(value, name)) {
      return Fault(
          [&] { return fmt::format("must have a member \"{}\"", ShownText(name, kShownName)); });
    }
  }
  return true;
}

bool SchemaCheck::ValidMember(const SchemaNode& node, std::string_view key, JsonValue value,
                              bool& required) {
  if (node.property_names && !ValidName(*node.property_names, key)) return false;
  const auto property = node.properties.find(key);
  bool named = false;
  if (property != node.properties.end()) {
    required = property->second.required;
    named = property->second.schema.has_value();
    if (named && !Valid(*property->second.schema, value)) return false;
  }
  for (const auto& [pattern, id] : node.patterns) {
    if (!Matches(*pattern, key)) continue;
    named = true;
    if (!Valid(id, value)) return false;
  }
  return named || !node.other_properties || Valid(*node.other_properties, value);
}

// A name is checked as a text of its own.
bool SchemaCheck::ValidName(SchemaId id, std::string_view key) {
  std::string quoted = "\"";
  for (const char c : key) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  quoted += '"';
  if (!budget_.Spend(quoted.size() / 64)) return false;
  const auto name = Document::Parse(quoted);
  // A key with a lone surrogate is no text that can be looked at again.
  if (!name.ok() || !Tried(id, (*name)->root()))
    return Fault([] { return std::string("has a name that is not allowed"); });
  return true;
}

bool SchemaCheck::ValidDependencies(const SchemaNode& node, JsonValue value) {
  for (const auto& [name, needed] : node.required_with) {
    if (!Member(value, name)) continue;
    for (const std::string_view other : needed) {
      if (!Member(value, other)) {
        return Fault([&] {
          return fmt::format("must have a member \"{}\" beside \"{}\"",
                             ShownText(other, kShownName), ShownText(name, kShownName));
        });
      }
    }
  }
  for (const auto& [name, id] : node.schema_with) {
    if (Member(value, name) && !Valid(id, value)) return false;
  }
  return true;
}

std::optional<JsonValue> SchemaCheck::Member(JsonValue object, std::string_view key) {
  if (!budget_.Spend(object.size())) return std::nullopt;
  return object.Find(key);
}

}  // namespace understudy
