// Rollouts, journal lines and their company with every field set, for tests that store them.
#pragma once

#include <string>

#include "proxy/model/control_store.h"

namespace understudy {

inline WallTime At(std::int64_t seconds) { return WallTime(std::chrono::seconds(seconds)); }

inline Plan FullPlan() {
  Plan plan;
  plan.name = "careful";
  plan.alpha_rollback = 0.02;
  plan.alpha_promotion = 0.03;
  Check flips{.name = "flips", .comparator = "top1", .at_most = 0.02};
  Check errors{.name = "errors", .kind = CheckKind::kErrorRate, .at_most_ratio = 1.5};
  errors.floor = 0.001;
  Check latency{.name = "latency", .kind = CheckKind::kLatency, .quantile = 0.9};
  latency.at_most_ratio = 1.25;
  latency.required = false;
  Check coverage{.name = "coverage", .kind = CheckKind::kCoverage, .at_least = 0.8};
  plan.checks = {flips, errors, latency};
  Stage shadow{.min_samples = 500, .min_duration = std::chrono::seconds(30)};
  Stage half{.weight_ppm = 500'000, .min_samples = 7, .max_duration = std::chrono::minutes(30)};
  half.min_coverage = 0.7;
  half.approval_required = true;
  half.checks = {coverage};
  plan.stages = {shadow, half};
  plan.bake_duration = std::chrono::minutes(3);
  plan.breaker = {.consecutive_failures = 9,
                  .error_ratio = 0.25,
                  .window = std::chrono::seconds(3),
                  .min_requests = 11};
  plan.on_fail = OnFail::kStepDown;
  plan.on_inconclusive = OnInconclusive::kRollback;
  plan.min_coverage = 0.85;
  plan.max_evidence_age = std::chrono::minutes(4);
  plan.auto_start = true;
  plan.hash = "0123456789abcdef";
  return plan;
}

inline RolloutState FullRollout(const std::string& id, std::uint64_t generation) {
  RolloutState rollout;
  rollout.id = id;
  rollout.route = "digits";
  rollout.incumbent = "v1";
  rollout.incumbent_version = "1";
  rollout.candidate = "v2";
  rollout.candidate_version = "2";
  rollout.plan = FullPlan();
  rollout.phase = Phase::kRamping;
  rollout.stage = 1;
  rollout.weight_ppm = 500'000;
  rollout.holds.Add(Hold::kOperator);
  rollout.holds.Add(Hold::kCapacity);
  rollout.generation = generation;
  rollout.window = 3;
  rollout.stage_approved = true;
  rollout.weight_lowered_by_operator = true;
  rollout.created_at = At(100);
  rollout.phase_since = At(200);
  rollout.stage_since = At(300) + std::chrono::nanoseconds(7);
  rollout.stage_held = std::chrono::seconds(5);
  rollout.held_since = At(400);
  rollout.overrides = {{At(250), "operator:ada", "known noise", "advance to stage 2"}};
  rollout.ended_reason = "not yet";
  return rollout;
}

inline JournalLine FullLine(const std::string& rollout, std::uint64_t generation) {
  JournalLine line;
  line.at = At(500);
  line.rollout_id = rollout;
  line.route = "digits";
  line.generation = generation;
  line.actor = "operator:ada";
  line.action = "raise";
  line.reason = "tea \"time\"\n\xff";  // not UTF-8: reads back all the same
  line.from = "RAMPING(1) 1%";
  line.to = "RAMPING(2) 10%";
  line.evidence = "PASS over 500 pairs";
  return line;
}

// A transaction that touches every kind of record.
inline ControlTxn FullTxn(const std::string& rollout, std::uint64_t generation) {
  ControlTxn txn;
  txn.expected = {{rollout, generation - 1}};
  txn.rollouts = {FullRollout(rollout, generation)};
  txn.routes = {{"digits", true, true, "v2", "2", rollout}};
  txn.quarantine = {{"digits", "1.9", rollout, At(50), "flips"}};
  txn.journal = {FullLine(rollout, generation)};
  txn.evidence = {{rollout, std::string("sums\0of", 7) + std::to_string(generation)}};
  return txn;
}

}  // namespace understudy
