// The share beyond what is allowed.
#include "comparators/excess.h"

#include <algorithm>
#include <string>

#include "comparators/difference.h"
#include "fmt/format.h"

namespace understudy {

absl::Status ReadExcess(const OptionReader& options, ExcessRules& rules) {
  absl::Status status = options.ReadNonNegative(kAtMostRatio.name, rules.at_most_ratio);
  if (status.ok() && rules.at_most_ratio < 1) {
    status = options.Fault(kAtMostRatio.name, "must be at least 1");
  }
  status.Update(options.ReadNonNegative("at_most_more", rules.at_most_more));
  return status;
}

double Allowed(double incumbent, const ExcessRules& rules) {
  return std::max(incumbent * rules.at_most_ratio, incumbent + rules.at_most_more);
}

double Excess(double incumbent, double candidate, const ExcessRules& rules) {
  const double allowed = Allowed(incumbent, rules);
  return candidate <= allowed ? 0 : (candidate - allowed) / candidate;
}

Comparison CompareExcess(std::string_view what, std::string_view unit, std::string_view verb,
                         double incumbent, double candidate, const ExcessRules& rules) {
  Comparison comparison;
  comparison.divergence = Excess(incumbent, candidate, rules);
  if (comparison.divergence == 0) return comparison;
  const std::string before = fmt::format("{:.4g}{}", incumbent, unit);
  const std::string now = fmt::format("{:.4g}{}", candidate, unit);
  comparison.reason = fmt::format("{} {} became {}, {:.4g}{} {} allowed", what, before, now,
                                  Allowed(incumbent, rules), unit, verb);
  AddDifference(comparison, "", "value", before, now);
  return comparison;
}

}  // namespace understudy
