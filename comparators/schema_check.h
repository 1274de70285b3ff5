// Checking a value against a compiled schema. Used by one thread, for one value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/document.h"
#include "comparators/schema.h"
#include "comparators/schema_node.h"
#include "comparators/work_budget.h"

namespace understudy {

class SchemaCheck {
 public:
  // Both outlive the check.
  SchemaCheck(const SchemaNodes& schema, WorkBudget& budget) : schema_(schema), budget_(budget) {}

  // As Schema::Check().
  absl::StatusOr<std::optional<SchemaFault>> Run(JsonValue value);

 private:
  // Each says whether the value is valid; a fault is noted unless a schema that may fail is tried.
  bool Valid(SchemaId id, JsonValue value);
  bool ValidInPlace(const SchemaNode& node, JsonValue value);
  bool ValidAlternatives(const SchemaNode& node, JsonValue value);
  bool ValidNumber(const SchemaNode& node, JsonValue value);
  bool ValidString(const SchemaNode& node, JsonValue value);
  bool ValidArray(const SchemaNode& node, JsonValue value);
  bool ValidElements(const SchemaNode& node, JsonValue value);
  bool ValidContents(const SchemaNode& node, JsonValue value);
  bool ValidObject(const SchemaNode& node, JsonValue value);
  bool ValidMembers(const SchemaNode& node, JsonValue value);
  bool ValidMember(const SchemaNode& node, std::string_view key, JsonValue value, bool& required);
  bool ValidName(SchemaId id, std::string_view key);
  bool ValidDependencies(const SchemaNode& node, JsonValue value);

  bool Tried(SchemaId id, JsonValue value);  // Valid() without a note
  bool Unique(JsonValue array);
  bool Equal(JsonValue a, JsonValue b);
  bool Matches(const re2::RE2& pattern, std::string_view text);
  std::optional<JsonValue> Member(JsonValue object, std::string_view key);
  // False; `describe` makes the sentence when it is wanted.
  template <typename Describe>
  bool Fault(Describe describe) {
    if (tries_ == 0 && !fault_) fault_ = SchemaFault{path_, describe()};
    return false;
  }

  const SchemaNodes& schema_;
  WorkBudget& budget_;
  std::string path_;
  std::optional<SchemaFault> fault_;
  int tries_ = 0;  // schemas around this one that may fail
  int depth_ = 0;
};

}  // namespace understudy
