// How far a measure of the candidate's answer is beyond what the incumbent's allows: the part of
// `latency` and `cost` that is the same.
//
// Threads: values and pure functions, safe on any thread.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "comparators/comparator.h"
#include "comparators/options.h"

namespace understudy {

struct ExcessRules {
  double at_most_ratio = 1;  // of the incumbent's, >= 1
  double at_most_more = 0;   // than the incumbent's, in the measure's unit, >= 0
};

// The two options every comparator of a measure has; `unit` of at_most_more is the caller's to say.
inline constexpr OptionDoc kAtMostRatio = {"at_most_ratio", "number >= 1", "1",
                                           "the multiple of the incumbent's that counts 0"};

absl::Status ReadExcess(const OptionReader& options, ExcessRules& rules);

// The largest of the candidate's that counts 0: the larger of what the two rules allow.
double Allowed(double incumbent, const ExcessRules& rules);

// 0 up to what is allowed, else the share of the candidate's that is beyond it: in [0,1). Both >= 0
// and finite.
double Excess(double incumbent, double candidate, const ExcessRules& rules);

// The same as a comparison, with a reason such as "latency 40 ms became 100 ms, 50 ms are allowed"
// of `what` "latency", `unit` " ms" and `verb` "are".
Comparison CompareExcess(std::string_view what, std::string_view unit, std::string_view verb,
                         double incumbent, double candidate, const ExcessRules& rules);

}  // namespace understudy
