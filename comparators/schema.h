// A JSON Schema, draft 2020-12, made ready to check values. Our own, since the packaged validator
// reads no later draft than 7 and matches with std::regex, which takes exponential time and deep
// recursion on strings from outside.
//
// Keywords: all of the core, applicator and validation vocabularies but for $dynamicRef,
// unevaluatedItems and unevaluatedProperties, which are refused. `format` and what describes is
// read over; other unknown keywords are refused unless they start with "x-", as a misspelt one
// would check nothing. References stay inside the schema. Patterns are RE2's, so no look-around
// and no back-references.
//
// Threads: immutable, safe on any thread. Ownership: owns its text; borrows nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/document.h"
#include "comparators/work_budget.h"

namespace understudy {

struct SchemaNodes;

// Why a value is not valid: the first fault found.
struct SchemaFault {
  std::string path;  // JSON pointer inside the value that was checked
  std::string what;  // "must be a string", ...
};

class Schema {
 public:
  // `json` is an object, true or false. InvalidArgument says at which place which keyword is wrong;
  // so are references that lead nowhere, outside, or back to where they started without going
  // further into the value. ResourceExhausted beyond 1 MiB or 128 containers inside each other.
  static absl::StatusOr<std::unique_ptr<const Schema>> Build(std::string json);
  ~Schema();

  // Empty when the value is valid; what rules ignore always is. A step of the budget is about one
  // value looked at, again and again. ResourceExhausted when it does not do, or when 1,000 schemas
  // are inside each other.
  absl::StatusOr<std::optional<SchemaFault>> Check(JsonValue value, WorkBudget& budget) const;

 private:
  Schema();

  std::string text_;
  std::unique_ptr<Document> document_;
  std::unique_ptr<SchemaNodes> nodes_;
};

}  // namespace understudy
