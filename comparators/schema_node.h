// The parts of a compiled schema: what Schema::Build() makes and Schema::Check() follows.
//
// Threads: immutable once built. Ownership: values and texts borrow from the schema's document.
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "comparators/document.h"

namespace understudy {

using SchemaId = std::uint32_t;  // a position in SchemaNodes::nodes

// Bits of the types a value may have.
enum SchemaType : std::uint8_t {
  kTypeNull = 1,
  kTypeBoolean = 2,
  kTypeInteger = 4,
  kTypeNumber = 8,  // integers too
  kTypeString = 16,
  kTypeArray = 32,
  kTypeObject = 64,
  kAnyType = 127,
};

struct CountBounds {
  std::uint64_t least = 0;
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

struct SchemaNode {
  bool never = false;  // the schema `false`
  std::uint8_t types = kAnyType;
  std::optional<JsonValue> constant;
  std::optional<JsonValue> allowed;  // the list of "enum"

  std::optional<JsonValue> minimum, maximum, above, below, multiple_of;

  CountBounds length;  // in code points
  std::shared_ptr<const re2::RE2> pattern;

  CountBounds elements;
  bool unique = false;
  std::vector<SchemaId> first_elements;
  std::optional<SchemaId> other_elements;
  std::optional<SchemaId> contains;
  CountBounds contained{.least = 1};

  struct Property {
    std::optional<SchemaId> schema;
    bool required = false;
  };
  CountBounds members;
  absl::flat_hash_map<std::string_view, Property> properties;
  std::vector<std::string_view> required;
  std::vector<std::pair<std::shared_ptr<const re2::RE2>, SchemaId>> patterns;
  std::optional<SchemaId> other_properties;
  std::optional<SchemaId> property_names;
  std::vector<std::pair<std::string_view, std::vector<std::string_view>>> required_with;
  std::vector<std::pair<std::string_view, SchemaId>> schema_with;

  std::vector<SchemaId> all;  // "$ref" too
  std::vector<SchemaId> any;
  std::vector<SchemaId> one;
  std::optional<SchemaId> negated;
  std::optional<SchemaId> condition, consequence, alternative;
};

struct SchemaNodes {
  std::vector<SchemaNode> nodes;  // the first is the root
};

}  // namespace understudy
