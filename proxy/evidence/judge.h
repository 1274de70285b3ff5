// From one check's evidence to its result.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>

#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/questions.h"
#include "proxy/model/plan.h"
#include "proxy/model/verdict.h"

namespace understudy {

// What the other checks and the stage say about one check.
struct Ruling {
  bool enough_pairs = false;         // a statistical FAIL is allowed: min_samples is reached
  bool evidence_carries = false;     // the weighted evidence of all required checks demands a FAIL
  const LateChange* late = nullptr;  // the check's alarm
};

CheckEvidence GatherEvidence(const Look& look, const Question& question);

// PASS, FAIL (WARN when the check is not required) or INCONCLUSIVE, with a sentence for people.
CheckResult Judge(const Look& look, const Question& question, const CheckEvidence& evidence,
                  const Ruling& ruling);

// A coverage check has no chance in it: PASS or INCONCLUSIVE, never FAIL.
CheckResult JudgeCoverage(const Look& look, const Check& check);

}  // namespace understudy
