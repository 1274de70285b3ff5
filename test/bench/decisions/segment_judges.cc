// Judges runs pair by pair until they fail.
#include "test/bench/decisions/segment_judges.h"

#include <cmath>

#include "test/bench/decisions/product.h"
#include "test/bench/decisions/sliced_counts.h"

namespace understudy::decisions {
namespace {

constexpr std::uint64_t kBetweenLooks = 200;  // pairs: evidence for PASS grows between differences

}  // namespace

// Evidence only grows when a pair differs, so that looking then is looking after each pair.
void JudgeByFormula(const std::vector<Outcome>& outcomes, double margin, Judged& judged) {
  SlicedCounts counts(kSegments);
  Stop fails;
  for (std::uint64_t i = 1; i <= outcomes.size() && !fails; ++i) {
    const Outcome& outcome = outcomes[i - 1];
    counts.Add(outcome.segment, outcome.differs);
    if (!outcome.differs || counts.LogECombined(margin) < -std::log(kSegmentAlpha)) continue;
    fails = i;
    judged.named +=
        Listed(counts.LogESegments(margin), kSegmentAlpha) == std::vector<std::size_t>{kWorse} ? 1
                                                                                               : 0;
  }
  judged.fails.Add(fails);
}

void JudgeByVerdict(const std::vector<Outcome>& outcomes, double margin, bool declared,
                    Judged& judged) {
  const Plan plan = MeanAtMost(margin, kSegmentAlpha);
  Ledger ledger = declared ? StartedLedger(kSegments) : StartedLedger();
  Stop fails;
  Stop passes;
  for (std::uint64_t i = 1; i <= outcomes.size() && !fails; ++i) {
    const Outcome& outcome = outcomes[i - 1];
    ledger.Add(declared ? PairOfSegment(outcome.differs, outcome.segment) : Pair(outcome.differs));
    ledger.AddCoverage({.eligible = 1, .mirrored = 1, .compared = 1});
    if (!outcome.differs && i % kBetweenLooks != 0) continue;
    const Verdict verdict = Look(ledger, plan);
    if (verdict.kind == VerdictKind::kPass && !passes) passes = i;
    if (verdict.kind != VerdictKind::kFail) continue;
    fails = i;
    judged.named += FailedSegments(verdict) == std::vector{SegmentName(kWorse)} ? 1 : 0;
  }
  judged.fails.Add(fails);
  judged.passes.Add(passes);
}

}  // namespace understudy::decisions
