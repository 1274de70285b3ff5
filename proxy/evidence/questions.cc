// How the rollback evidence is shared among questions, and who may claim it.
#include "proxy/evidence/questions.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace understudy {
namespace {

bool SharesRollback(const Check& check) { return check.required && IsStatistical(check); }

// What is judged by segment. A candidate's failure is a divergence of 1, so that errors of one
// segment show here, too, without the many pairs that small error rates need.
bool HasSegments(const Check& check) { return check.kind == CheckKind::kComparatorMean; }

// How the rollback evidence is shared. All of the plan's stages count, so that a check's weight
// never changes during a rollout; one whose stage is not now adds nothing.
struct RollbackShares {
  double of_check = 1;    // over all traffic
  double of_segment = 0;  // of one check for one declared value of a required rule
};

std::size_t CountChecks(const Plan& plan, const std::vector<Check>& active,
                        bool (*counts)(const Check&)) {
  auto sum = std::count_if(plan.checks.begin(), plan.checks.end(), counts);
  for (const Stage& stage : plan.stages) {
    sum += std::count_if(stage.checks.begin(), stage.checks.end(), counts);
  }
  const auto now = std::count_if(active.begin(), active.end(), counts);
  return static_cast<std::size_t>(std::max(sum, now));
}

RollbackShares SharesOf(const Plan& plan, const std::vector<Check>& active,
                        const LedgerShape& shape) {
  std::size_t values = 0;
  for (const SegmentShape& segment : shape.segments) {
    if (segment.required) values += segment.values.size();
  }
  const std::size_t checks = CountChecks(plan, active, SharesRollback);
  const std::size_t segments = values * CountChecks(plan, active, [](const Check& check) {
                                 return SharesRollback(check) && HasSegments(check);
                               });
  RollbackShares shares;
  const double whole = segments > 0 ? 0.5 : 1;
  shares.of_check = whole / static_cast<double>(std::max<std::size_t>(checks, 1));
  shares.of_segment = segments > 0 ? 0.5 / static_cast<double>(segments) : 0;
  return shares;
}

double Portion(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::vector<Question> QuestionsOf(const Look& look, const Plan& plan,
                                  const std::vector<Check>& active, double pairs_per_second) {
  const RollbackShares shares = SharesOf(plan, active, look.ledger.shape());
  std::vector<Question> questions;
  for (const Check& check : active) {
    questions.push_back({.check = &check,
                         .required = check.required,
                         .weight = SharesRollback(check) ? shares.of_check : 0,
                         .pairs_per_second = pairs_per_second});
  }
  const LedgerShape& shape = look.ledger.shape();
  for (const Check& check : active) {
    if (!HasSegments(check)) continue;
    for (std::size_t rule = 0; rule < shape.segments.size(); ++rule) {
      const SegmentShape& segment = shape.segments[rule];
      for (std::size_t value = 0; value < segment.values.size(); ++value) {
        const Slice slice{shape.Slot(rule, value)};
        const bool required = check.required && segment.required;
        const double portion = Portion(slice.Errors(look.total).pairs, look.total.errors.pairs);
        questions.push_back({.check = &check,
                             .slice = slice,
                             .segment = shape.SlotName(rule, value),
                             .required = required,
                             .weight = required ? shares.of_segment : 0,
                             .pairs_per_second = pairs_per_second * portion});
      }
    }
  }
  return questions;
}

std::vector<bool> Carriers(const std::vector<Question>& questions,
                           const std::vector<CheckEvidence>& evidence, double log_rollback) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (questions[i].weight > 0) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return evidence[a].log_e_rollback > evidence[b].log_e_rollback;
  });
  std::size_t named = 0;
  const double all = static_cast<double>(order.size());
  for (std::size_t k = 1; k <= order.size(); ++k) {
    const double wanted = log_rollback + std::log(all / static_cast<double>(k));
    if (evidence[order[k - 1]].log_e_rollback >= wanted) named = std::max(named, k);
  }
  std::vector<bool> carries(questions.size());
  for (std::size_t k = 0; k < named; ++k) carries[order[k]] = true;
  const auto brings = [&](std::size_t i) {
    return evidence[i].log_e_rollback + std::log(questions[i].weight);
  };
  const auto most = std::max_element(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return brings(a) < brings(b);
  });
  if (most != order.end()) carries[*most] = true;
  return carries;
}

}  // namespace understudy
