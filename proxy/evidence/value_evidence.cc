// A number in the answers, such as tokens or cost, as share of its cap; or a quantile of a time.
#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

// Whether a limit lies strictly between 0 and 1.
bool IsShare(const std::optional<double>& limit) { return limit && *limit > 0 && *limit < 1; }

void WithholdIfMissing(const Look& look, std::size_t rule, CheckEvidence& evidence) {
  const ValueSums& value = look.total.values[rule];
  const std::uint64_t present = value.candidate.n();
  const std::uint64_t all = present + value.missing;
  if (all == 0) return;
  const double share = static_cast<double>(present) / static_cast<double>(all);
  if (share >= look.min_coverage) return;
  evidence.withheld = InconclusiveReason::kComparatorError;
  evidence.withheld_because =
      fmt::format("both answers have it in {} of {} pairs, {} are wanted: see the value's rule",
                  WithCommas(present), WithCommas(all), Percent(look.min_coverage));
}

CheckEvidence Quantile(const Look& look, const Check& check, std::size_t rule) {
  CheckEvidence evidence = TimeEvidence(
      look, check, fmt::format("{} p{:g}", check.value, check.quantile * 100),
      [&](const WindowSums& window) -> const LatencySums& { return window.values[rule].times; });
  WithholdIfMissing(look, rule, evidence);
  return evidence;
}

}  // namespace

CheckEvidence ValueEvidence(const Look& look, const Check& check) {
  const auto rule = look.ledger.shape().FindValue(check.value);
  const std::string metric = fmt::format("mean of {} as share of its cap", check.value);
  if (!rule) {
    return Withheld(metric, InconclusiveReason::kComparatorError,
                    fmt::format("no value of this route is named \"{}\"", check.value));
  }
  if (check.at_most_ratio && look.ledger.shape().IsTime(*rule)) {
    return Quantile(look, check, *rule);
  }
  if (!IsShare(check.at_most) && !IsShare(check.at_most_increase)) {
    return Withheld(metric, InconclusiveReason::kInsufficientSamples,
                    "the check has neither an at_most nor an at_most_increase between 0 and 1, "
                    "and no at_most_ratio of a time, so nothing can satisfy it");
  }
  CheckEvidence evidence;
  evidence.metric = metric;
  if (check.at_most_increase) {
    evidence.metric += ", increase over the incumbent's";
    evidence.limit = *check.at_most_increase;
    FillDifference(
        look,
        [&](const WindowSums& window) -> const DifferenceSums& {
          return window.values[*rule].increase;
        },
        evidence);
  } else {
    evidence.limit = *check.at_most;
    FillMean(
        look,
        [&](const WindowSums& window) -> const ScoreSums& {
          return window.values[*rule].candidate;
        },
        evidence);
  }
  evidence.detail = fmt::format("incumbent {}", Percent(look.total.values[*rule].incumbent.Mean()));
  WithholdIfMissing(look, *rule, evidence);
  return evidence;
}

}  // namespace understudy
