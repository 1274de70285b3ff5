// The `json_schema` comparator: is the answer valid under a JSON Schema where the incumbent's is?
// The divergence is 1 at an answer that is not while the incumbent's is, and 0 when both are valid
// or the candidate's alone is.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/options.h"
#include "comparators/path_pattern.h"
#include "comparators/schema.h"

namespace understudy {

class JsonSchemaComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<JsonSchemaComparator>> Build(std::string_view options_json);

  // Errors as AlignValues() and Schema::Check(); Unimplemented when neither answer has anything at
  // the path, or when both are invalid and the option says so.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;
  // False when an invalid answer is not even like itself.
  bool SameBytesAreEqual() const { return both_invalid_ == BothInvalid::kSame; }

 private:
  enum class BothInvalid { kSame, kDifferent, kUncomparable };

  // Why what stands at a place is not valid; empty when it is.
  absl::StatusOr<std::optional<SchemaFault>> FaultOf(std::optional<JsonValue> value,
                                                     WorkBudget& budget) const;

  std::unique_ptr<const Schema> schema_;
  std::vector<PathPattern> paths_;
  bool parse_text_ = true;
  BothInvalid both_invalid_ = BothInvalid::kSame;
};

}  // namespace understudy
