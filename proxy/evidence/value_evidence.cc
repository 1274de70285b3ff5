// A number in the answers, such as tokens or cost, as share of its cap.
#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

// Whether a limit lies strictly between 0 and 1.
bool IsShare(const std::optional<double>& limit) { return limit && *limit > 0 && *limit < 1; }

void WithholdIfMissing(const Look& look, std::size_t rule, CheckEvidence& evidence) {
  const ValueSums& value = look.total.values[rule];
  const std::uint64_t all = evidence.samples + value.missing;
  if (all == 0) return;
  const double share = static_cast<double>(evidence.samples) / static_cast<double>(all);
  if (share >= look.min_coverage) return;
  evidence.withheld = InconclusiveReason::kComparatorError;
  evidence.withheld_because =
      fmt::format("both answers name it in {} of {} pairs, {} are wanted: see the rule's pointer",
                  WithCommas(evidence.samples), WithCommas(all), Percent(look.min_coverage));
}

}  // namespace

CheckEvidence ValueEvidence(const Look& look, const Check& check) {
  const auto rule = look.ledger.shape().FindValue(check.value);
  const std::string metric = fmt::format("mean of {} as share of its cap", check.value);
  if (!rule) {
    return Withheld(metric, InconclusiveReason::kComparatorError,
                    fmt::format("no value of this route is named \"{}\"", check.value));
  }
  if (!IsShare(check.at_most) && !IsShare(check.at_most_increase)) {
    return Withheld(metric, InconclusiveReason::kInsufficientSamples,
                    "the check has neither an at_most nor an at_most_increase between 0 and 1, so "
                    "nothing can satisfy it");
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
