// The mean divergence of one comparator, by itself or beyond the incumbent's own noise.
#include <algorithm>

#include "fmt/format.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

// A comparator that fails on many pairs has seen a choice of them, which proves nothing about all.
void WithholdIfPartial(const Look& look, std::size_t comparator, CheckEvidence& evidence) {
  const WindowSums* window = look.ledger.Current();
  if (window == nullptr || window->compared == 0) return;
  // A pair counts as compared when every comparator that is for it could tell, so one that is for
  // some pairs alone has told of all of those.
  const LedgerShape& shape = look.ledger.shape();
  const std::string& name = shape.comparators[comparator];
  if (std::find(shape.partial.begin(), shape.partial.end(), name) != shape.partial.end()) return;
  const std::uint64_t scored = window->scores[comparator].n();
  const double share = static_cast<double>(scored) / static_cast<double>(window->compared);
  if (share >= look.min_coverage) return;
  evidence.withheld = InconclusiveReason::kComparatorError;
  evidence.withheld_because = fmt::format(
      "the comparator scored {} of {} pairs in this window, {} are wanted: see why it "
      "could not tell in the divergence records",
      WithCommas(scored), WithCommas(window->compared), Percent(look.min_coverage));
}

std::string MetricOf(const Check& check) { return "mean divergence of " + check.comparator; }

// Why nothing can be said of the check at all.
std::optional<CheckEvidence> Impossible(const Look& look, const Check& check) {
  if (!look.ledger.shape().FindComparator(check.comparator)) {
    return Withheld(MetricOf(check), InconclusiveReason::kComparatorError,
                    fmt::format("no comparator of this route is named \"{}\"", check.comparator));
  }
  const double limit = check.at_most.value_or(0);
  if (limit > 0 && limit < 1) return std::nullopt;
  return Withheld(MetricOf(check), InconclusiveReason::kInsufficientSamples,
                  "the check has no at_most between 0 and 1, so nothing can satisfy it");
}

}  // namespace

CheckEvidence MeanEvidence(const Look& look, const Check& check, const Slice& slice) {
  if (auto impossible = Impossible(look, check)) return *impossible;
  const std::size_t comparator = *look.ledger.shape().FindComparator(check.comparator);
  CheckEvidence evidence;
  evidence.metric = MetricOf(check);
  evidence.limit = *check.at_most;
  FillMean(
      look,
      [&](const WindowSums& window) -> const ScoreSums& {
        return slice.Scores(window, comparator);
      },
      evidence);
  WithholdIfPartial(look, comparator, evidence);
  return evidence;
}

CheckEvidence NoiseEvidence(const Look& look, const Check& check, const Slice& slice) {
  if (auto impossible = Impossible(look, check)) return *impossible;
  const std::size_t comparator = *look.ledger.shape().FindComparator(check.comparator);
  CheckEvidence evidence;
  evidence.metric = MetricOf(check) + " beyond the incumbent's own";
  evidence.limit = *check.at_most;
  FillDifference(
      look,
      [&](const WindowSums& window) -> const DifferenceSums& {
        return slice.Noise(window, comparator).excess;
      },
      evidence);
  evidence.detail = fmt::format("the incumbent's own {}, the candidate's {}",
                                Percent(slice.Noise(look.total, comparator).control.Mean()),
                                Percent(slice.Scores(look.total, comparator).Mean()));
  WithholdIfPartial(look, comparator, evidence);
  const std::uint64_t control = look.total.noise[comparator].control.n();
  if (control < kControlSamples) {
    evidence.withheld = InconclusiveReason::kNoiseFloorUnknown;
    evidence.withheld_samples = kControlSamples - control;
    evidence.withheld_because = fmt::format(
        "how much the incumbent differs from itself is known from {} requests that it was asked "
        "twice, {} are wanted",
        WithCommas(control), kControlSamples);
  }
  return evidence;
}

}  // namespace understudy
