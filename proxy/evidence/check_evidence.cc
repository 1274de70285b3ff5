// The mixture of rollback processes that all kinds of checks share.
#include "proxy/evidence/check_evidence.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "proxy/evidence/e_process.h"

namespace understudy {

double MixedRollback(const Look& look,
                     const std::function<double(const WindowSums& window)>& of_window) {
  absl::InlinedVector<double, 16> terms;
  const auto hold = [&terms](double weight, double log_e) {
    terms.push_back(std::log(weight) + log_e);
  };
  hold(0.5, of_window(look.total));
  double k = 0;
  for (const WindowSums& window : look.ledger.windows()) {
    // Merged ledgers may have counted from different beginnings; weights must not repeat.
    k = std::max(static_cast<double>(window.ordinal), k + 1);
    hold(0.5 / (k * (k + 1)), of_window(window));
  }
  hold(0.5 / (k + 1), 0);
  return LogMeanExp(terms) + std::log(static_cast<double>(terms.size()));
}

CheckEvidence Withheld(std::string metric, InconclusiveReason reason, std::string because) {
  CheckEvidence evidence;
  evidence.metric = std::move(metric);
  evidence.withheld = reason;
  evidence.withheld_because = std::move(because);
  evidence.rollback_at = evidence.promotion_at = [](double) { return 0.0; };
  return evidence;
}

}  // namespace understudy
