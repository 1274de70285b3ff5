// The checks of a plan as questions to the ledger: over all traffic and by segment, each with its
// share of the rollback evidence; and which of them carry a rollback.
//
// Threads: pure functions. A question borrows its check.
#pragma once

#include <string>
#include <vector>

#include "proxy/evidence/check_evidence.h"
#include "proxy/model/plan.h"

namespace understudy {

// One check as it is judged: over all traffic, or for one segment.
struct Question {
  const Check* check = nullptr;
  Slice slice;
  std::string segment;  // "language=de"; empty: all traffic
  bool required = true;
  double weight = 1;            // of its rollback evidence, 0..1; 0: it has none
  double pairs_per_second = 0;  // of its traffic
};

// Has the check evidence with chance in it? All but coverage.
inline bool IsStatistical(const Check& check) { return check.kind != CheckKind::kCoverage; }

// Every active check over all traffic, then by segment. `pairs_per_second` are all of the route's.
std::vector<Question> QuestionsOf(const Look& look, const Plan& plan,
                                  const std::vector<Check>& active, double pairs_per_second);

// Which of the questions carry a rollback: e-BH (Wang and Ramdas, "False discovery rate control
// with e-values") names the k largest e-values with the k-th at least K/(k alpha), so that on
// average at most alpha of those named are within their margins; the one that brings most of the
// weighted evidence is always named. Of questions without a weight nobody is named.
std::vector<bool> Carriers(const std::vector<Question>& questions,
                           const std::vector<CheckEvidence>& evidence, double log_rollback);

}  // namespace understudy
