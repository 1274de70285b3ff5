// From evidence to a verdict: every check of a plan is judged by an anytime-valid test, so that
// looking often costs nothing. A pure function; `now` is an argument.
//
// Threads: any; it keeps nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "proxy/base/time.h"
#include "proxy/evidence/ledger.h"
#include "proxy/model/plan.h"
#include "proxy/model/verdict.h"

namespace understudy {

// What the present stage asks beyond the plan.
struct StageContext {
  std::uint64_t min_samples = 0;       // compared pairs in the current window before PASS; in the
                                       // whole rollout before a statistical FAIL
  std::optional<double> min_coverage;  // none: the plan's
  std::vector<Check> extra_checks;     // the stage's own
  // The next stage's: the evidence that a raise into it needs. None: alpha_promotion.
  std::optional<double> exposure_risk;
  double pairs_per_second = 0;  // compared lately; 0: unknown, no ETA
  double mirror_rate = 1;       // as configured; at 0 no pair will ever come
  // False when the ledger belongs to another window, version or plan than the one asked about: then
  // nothing is concluded from it.
  bool window_current = true;
  std::vector<LateChange> late;  // alarms of change detectors, which make their checks FAIL
};

// The context of plan.stages[stage]; beyond the last stage (baking, or no rollout) only the plan
// counts. The rate is the caller's to fill in.
StageContext ContextOfStage(const Plan& plan, std::size_t stage);

// What Evaluate concludes from with these arguments, kept so that others can conclude it again.
// `context` is ContextOfStage(plan, stage), filled in.
VerdictBasis BasisOf(const Ledger& ledger, const Plan& plan, std::size_t stage,
                     const StageContext& context);

// Judges every check of the plan and the stage, those of comparators for each declared segment too;
// none stops at the first. Where there are segments the checks over all traffic share one half of
// the rollback evidence's weight and those of segments the other. The plan's alphas bound the
// chance that a candidate within (beyond) its margins ever gets FAIL (PASS) over the rollout. PASS:
// every required check passes, samples and coverage suffice and the evidence is fresh. WARN is a
// PASS on which a check that is not required would have failed. FAIL outweighs INCONCLUSIVE:
// evidence of harm does not go stale.
Verdict Evaluate(const Ledger& ledger, const Plan& plan, const StageContext& context, WallTime now);

}  // namespace understudy
