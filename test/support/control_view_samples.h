// Pictures of a control plane, for tests that read them: one route, one candidate, two checks.
#pragma once

#include <string>
#include <vector>

#include "proxy/model/control_view.h"

namespace understudy::samples {

inline WallTime Noon(std::int64_t seconds_later = 0) {
  return WallTime(std::chrono::seconds(1'772'366'400 + seconds_later));  // 2026-03-01T12:00:00Z
}

inline Plan TwoStagePlan() {
  Plan plan;
  plan.name = "default";
  plan.hash = "00112233aabbccdd";
  Check flips{.name = "flips", .comparator = "top1", .at_most = 0.02};
  Check errors{.name = "errors", .kind = CheckKind::kErrorRate, .at_most_ratio = 1.5};
  errors.floor = 0.001;
  plan.checks = {flips, errors};
  Stage shadow{.min_samples = 500, .min_duration = std::chrono::seconds(30)};
  Stage tenth{.weight_ppm = 100'000, .min_samples = 1000, .min_duration = std::chrono::minutes(1)};
  plan.stages = {shadow, tenth};
  return plan;
}

inline CheckResult Passing(const std::string& name) {
  CheckResult check;
  check.check = name;
  check.metric = name == "errors" ? "error rate" : "mean divergence of top1";
  check.kind = VerdictKind::kPass;
  check.sentence = "within its margin";
  check.samples = 1200;
  check.estimate = 0.005;
  check.interval_low = 0.001;
  check.interval_high = 0.0175;
  check.limit = 0.02;
  check.log_e_rollback = -2.5;
  check.log_e_promotion = 4.25;
  return check;
}

inline CheckResult Failing(const std::string& name) {
  CheckResult check = Passing(name);
  check.kind = VerdictKind::kFail;
  check.sentence = "5.2 % of the labels flip; at most 2 % may";
  check.estimate = 0.052;
  check.interval_low = 0.031;
  check.interval_high = 0.08;
  check.log_e_rollback = 9.5;
  check.log_e_promotion = -12;
  return check;
}

inline CheckResult Open(const std::string& name) {
  CheckResult check = Passing(name);
  check.kind = VerdictKind::kInconclusive;
  check.reason = InconclusiveReason::kInsufficientSamples;
  check.sentence = "about 640 more pairs, 3 min at the present rate";
  check.log_e_promotion = 1.5;
  check.samples_missing = 640;
  return check;
}

inline RolloutState Ramping() {
  RolloutState rollout;
  rollout.id = "r-0123456789ab";
  rollout.route = "digits";
  rollout.incumbent = "v1";
  rollout.incumbent_version = "1";
  rollout.candidate = "v2";
  rollout.candidate_version = "2";
  rollout.plan = TwoStagePlan();
  rollout.phase = Phase::kRamping;
  rollout.stage = 1;
  rollout.weight_ppm = 100'000;
  rollout.generation = 7;
  rollout.created_at = Noon(-600);
  rollout.phase_since = Noon(-300);
  rollout.stage_since = Noon(-300);
  return rollout;
}

inline Verdict PassingVerdict() {
  Verdict verdict;
  verdict.kind = VerdictKind::kPass;
  verdict.reason = InconclusiveReason::kNone;
  verdict.sentence = "every check passes";
  verdict.checks = {Passing("flips"), Passing("errors")};
  verdict.samples = 1200;
  verdict.coverage = 0.96;
  verdict.log_e_rollback = -2.5;
  verdict.evaluated_at = Noon(-1);
  verdict.newest_sample_at = Noon(-2);
  return verdict;
}

// Route "digits": v2 (version 2) ramps at 10 % against v1 and passes, with fresh evidence at
// Noon().
inline ControlView PassingView() {
  ControlView view;
  view.version = 1;
  view.at = Noon();
  RouteView route;
  route.name = "digits";
  route.incumbent = route.incumbent_in_file = "v1";
  route.arms = {{"incumbent", "v1", "1", 9000, 3, 0.9, 0.901, 0.002, 0.0125},
                {"candidate", "v2", "2", 1000, 1, 0.1, 0.099, 0.003, 0.015}};
  view.routes = {route};

  CandidateView candidate;
  candidate.route = "digits";
  candidate.candidate = "v2";
  candidate.candidate_version = "2";
  candidate.incumbent = "v1";
  candidate.incumbent_version = "1";
  candidate.mirror_rate = 1;
  candidate.mirror_rate_in_force = 1;
  candidate.rollout = Ramping();
  candidate.plan = TwoStagePlan();
  candidate.verdict = PassingVerdict();
  candidate.coverage.eligible = 1300;
  candidate.coverage.sampled_out = 50;
  candidate.coverage.mirrored = 1230;
  candidate.coverage.compared = 1200;
  candidate.coverage.skipped[static_cast<std::size_t>(SkipReason::kRequestTooLarge)] = 12;
  candidate.coverage.dropped[static_cast<std::size_t>(DropReason::kInFlightLimit)] = 8;
  candidate.coverage.uncomparable[static_cast<std::size_t>(UncomparableReason::kNotJson)] = 30;
  candidate.coverage_total = candidate.coverage;
  candidate.coverage_total += candidate.coverage;
  candidate.pairs = 1200;
  candidate.pairs_per_second = 4;
  candidate.divergence_history = {0.01, 0.02, 0.005};
  candidate.suppression = {
      {"/parameters/elapsed", "timing", 1200, 600, 0.5, "team serving", "2024-02-29"}};
  candidate.suggestions = {{"/outputs/*/id", 0.75, 40}};
  candidate.segments = {{"language=de", "top1", 300, 0.0125}, {"language=en", "top1", 900, 0.0025}};
  candidate.worst = {
      {"p-1", Noon(-9), "top1", 1, "label 3 became 8", "language=de"},
      {"p-2", Noon(-8), "top1", 0.5, "one of two labels flipped", ""},
      {"p-3", Noon(-7), "values", 0.25, "a quarter of the values differ", "language=en"},
      {"p-4", Noon(-6), "values", 0.125, "never shown: the report has three", ""}};
  JournalLine created{
      1,           Noon(-600), "r-0123456789ab", "digits", 1, "operator:ada", "create",
      "new model", "",         "DRAFT",          ""};
  JournalLine raised{2,
                     Noon(-300),
                     "r-0123456789ab",
                     "digits",
                     7,
                     "automation",
                     "raise",
                     "stage 1 is done",
                     "SHADOWING(1) 0 %",
                     "RAMPING(2) 10 %",
                     "PASS on 800 pairs, ln E 3.4"};
  candidate.timeline = {created, raised};
  candidate.window_since = Noon(-300);
  view.candidates = {candidate};
  view.rollouts = {*candidate.rollout};
  return view;
}

inline ControlView ViewWith(RolloutState rollout, Verdict verdict) {
  ControlView view = PassingView();
  view.candidates[0].rollout = rollout;
  view.candidates[0].verdict = std::move(verdict);
  view.rollouts = {std::move(rollout)};
  return view;
}

inline ControlView RolledBackView() {
  RolloutState rollout = Ramping();
  rollout.phase = Phase::kRolledBack;
  rollout.weight_ppm = 0;
  rollout.ended_reason = "check flips FAIL: 5.2 % of the labels flip & <2 %> may";
  rollout.overrides = {{Noon(-400), "operator:ada", "a customer | waits", "set-weight 10 %"}};
  Verdict verdict = PassingVerdict();
  verdict.kind = VerdictKind::kFail;
  verdict.sentence = "flips FAIL";
  verdict.checks = {Failing("flips"), Open("errors")};
  verdict.log_e_rollback = 9.5;
  ControlView view = ViewWith(rollout, verdict);
  view.quarantine = {{"digits", "2", rollout.id, Noon(-10), "flips FAIL"}};
  return view;
}

// The candidate is mirrored to without a rollout and the evidence is thin.
inline ControlView ObservedView() {
  ControlView view = PassingView();
  CandidateView& candidate = view.candidates[0];
  candidate.rollout.reset();
  candidate.timeline.clear();
  candidate.worst.clear();
  candidate.suppression.clear();
  candidate.suggestions.clear();
  candidate.segments.clear();
  candidate.verdict.kind = VerdictKind::kInconclusive;
  candidate.verdict.reason = InconclusiveReason::kInsufficientSamples;
  candidate.verdict.sentence = "640 more pairs are needed";
  candidate.verdict.checks = {Open("flips"), Passing("errors")};
  candidate.verdict.eta = std::chrono::seconds(160);
  view.rollouts.clear();
  return view;
}

}  // namespace understudy::samples
