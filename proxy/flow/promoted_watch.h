// Watches a promoted incumbent after its rollout has COMPLETED: an alarm when its error rate rises
// beyond what the rollout allowed. Nothing is rolled back then; an ended rollout never changes, and
// people decide.
//
// Threads: the control thread. Ownership: a plain value.
#pragma once

#include <string>

#include "proxy/evidence/change_detector.h"
#include "proxy/flow/rollout_evidence.h"
#include "proxy/model/rollout.h"

namespace understudy {

class PromotedWatch {
 public:
  // `margin`: the largest error rate allowed, in (0,1).
  PromotedWatch(std::string rollout_id, double margin, const ServedTotals& served);

  const std::string& rollout_id() const { return rollout_id_; }
  // Takes in what was served since. True when the alarm has just come on: false ones come in less
  // than `alpha` of all spans of 100,000 requests.
  bool Look(const ServedTotals& served, double alpha);
  bool alarmed() const { return alarmed_; }
  double margin() const { return margin_; }

 private:
  std::string rollout_id_;
  double margin_;
  ServedTotals served_;
  ChangeDetector detector_;
  bool alarmed_ = false;
};

// What the plan's required error-rate checks allow a candidate, given the incumbent's rate over the
// rollout; 1 % where it has none.
double AllowedErrorRate(const Plan& plan, const Ledger* ledger);

}  // namespace understudy
