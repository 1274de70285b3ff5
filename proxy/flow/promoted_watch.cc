// Requests in, an alarm out.
#include "proxy/flow/promoted_watch.h"

#include <algorithm>
#include <utility>

namespace understudy {
namespace {

constexpr double kUsual = 0.01;

}  // namespace

PromotedWatch::PromotedWatch(std::string rollout_id, double margin, const ServedTotals& served)
    : rollout_id_(std::move(rollout_id)), margin_(margin), served_(served), detector_(margin) {}

bool PromotedWatch::Look(const ServedTotals& served, double alpha) {
  const std::uint64_t errors = served.errors - served_.errors;
  const std::uint64_t requests = std::max(served.requests - served_.requests, errors);
  served_ = served;
  // Which of them came first is not known: the worst order raises no alarm by itself.
  detector_.Add(1, errors);
  detector_.Add(0, requests - errors);
  if (alarmed_ || !detector_.Alarms(alpha)) return false;
  alarmed_ = true;
  return true;
}

double AllowedErrorRate(const Plan& plan, const Ledger* ledger) {
  const ErrorSums errors = ledger == nullptr ? ErrorSums() : ledger->Total().errors;
  const bool known = errors.pairs > 0;
  const double incumbent =
      known ? static_cast<double>(errors.incumbent) / static_cast<double>(errors.pairs) : 0;
  double allowed = 0;
  for (const Check& check : plan.checks) {
    if (check.kind != CheckKind::kErrorRate || !check.required) continue;
    allowed = std::max(allowed, check.at_most.value_or(0));
    if (!known) continue;  // a multiple of what nobody knows allows nothing
    const double by_ratio =
        check.at_most_ratio ? std::max(check.floor, *check.at_most_ratio * incumbent) : 0;
    const double by_increase = check.at_most_increase ? incumbent + *check.at_most_increase : 0;
    allowed = std::max({allowed, by_ratio, by_increase});
  }
  return allowed > 0 && allowed < 1 ? allowed : kUsual;
}

}  // namespace understudy
