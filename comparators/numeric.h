// The `numeric` comparator: regressions, scores, forecasts. Each number has an error, absolute by a
// scale or relative to the incumbent's number; the divergence grows with it to 1 at `full`. Or the
// share of numbers outside a tolerance. Linear. Integers beyond 2^53 are compared as doubles.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/json_number.h"
#include "comparators/number_source.h"
#include "comparators/options.h"
#include "comparators/row_scores.h"

namespace understudy {

// How a number of the candidate is held against the incumbent's.
struct NumericRules {
  Tolerance tolerance;   // numbers within are at 0; NaN equals NaN
  double scale = 0;      // what an absolute error is divided by; 0: the incumbent's number
  double full = 1;       // the error, after scaling, that counts 1; > 0
  bool sign = false;     // a positive number for a negative one, or the reverse, counts 1
  bool outside = false;  // any number outside the tolerance counts 1
};

// The divergence of one number, in [0,1]: min(1, |c - i| / scale / full). 1 when one of two
// different numbers is NaN or infinite, or i is 0 and the error relative.
double NumberDistance(double candidate, double incumbent, const NumericRules& rules);

class NumericComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<NumericComparator>> Build(std::string_view options_json);

  // Errors as NumberSource::ForEach().
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

  bool ReadsPaths() const { return source_.ReadsPaths(); }

 private:
  NumberSource source_{{}};
  NumericRules rules_;
  Reduce reduce_ = Reduce::kWorst;
};

}  // namespace understudy
