// The `cost` comparator: how much more the candidate's answer to the same request costs, by the
// tokens its server counts and a price for a million of them; without prices tokens count alike.
// What is beyond the allowed counts as its share of the candidate's cost. A candidate that answers
// an error is wholly different however cheap that is.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/excess.h"
#include "comparators/measures.h"
#include "comparators/options.h"

namespace understudy {

class CostComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<CostComparator>> Build(std::string_view options_json);

  // Unimplemented where an answer does not say how many tokens there were.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

 private:
  TokenPrices prices_{1, 1};            // of the incumbent's tokens
  TokenPrices candidate_prices_{1, 1};  // of the candidate's
  ExcessRules rules_;
};

}  // namespace understudy
