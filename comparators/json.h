// The `json` comparator: structure and values of two JSON documents. The divergence is the share of
// leaves that differ (or 1 for any, by option); a missing, extra or retyped part counts with all
// its leaves.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/json_diff.h"
#include "comparators/options.h"

namespace understudy {

class JsonComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<JsonComparator>> Build(std::string_view options_json);

  // InvalidArgument when the incumbent's body is no JSON; ResourceExhausted when arrays compared as
  // sets would take too long.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;
  // False when a document may differ from itself (NaN that is not equal).
  bool SameBytesAreEqual() const { return rules_.tolerance.equal_nan; }

 private:
  JsonRules rules_;
  bool any_ = false;
};

}  // namespace understudy
