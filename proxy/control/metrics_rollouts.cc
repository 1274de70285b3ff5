// What the control plane shows: checks against their limits, and where each rollout stands.
#include <array>

#include "proxy/control/metrics_family.h"
#include "proxy/control/metrics_sections.h"

namespace understudy {
namespace {

constexpr std::array kPhases = {Phase::kDraft,      Phase::kCalibrating, Phase::kShadowing,
                                Phase::kRamping,    Phase::kBaking,      Phase::kCompleted,
                                Phase::kRolledBack, Phase::kCancelled};
constexpr std::array kHolds = {Hold::kOperator,    Hold::kAwaitingApproval, Hold::kInconclusive,
                               Hold::kFailedCheck, Hold::kFrozen,           Hold::kRestarted,
                               Hold::kCapacity};

void CollectChecks(const ControlView& view, Families& out) {
  FamilyBuilder value = GaugeFamily("check_value", "Estimate of a check, in its own unit");
  FamilyBuilder limit = GaugeFamily("check_limit", "Margin of a check, in the same unit");
  FamilyBuilder samples = GaugeFamily("check_samples", "Samples a check rests on");
  FamilyBuilder evidence = GaugeFamily("check_log_evidence",
                                       "Natural log of the e-value for rollback and for promotion");
  for (const CandidateView& candidate : view.candidates) {
    for (const CheckResult& check : candidate.verdict.checks) {
      // A check of one segment would need the segment's value as a label.
      if (!check.segment.empty()) continue;
      const MetricLabels labels = {
          {"route", candidate.route}, {"candidate", candidate.candidate}, {"check", check.check}};
      value.Value(labels, check.estimate);
      limit.Value(labels, check.limit);
      samples.Value(labels, static_cast<double>(check.samples));
      const auto side = [&](std::string_view name, double log_e) {
        evidence.Value({{"route", candidate.route},
                        {"candidate", candidate.candidate},
                        {"check", check.check},
                        {"side", name}},
                       log_e);
      };
      side("rollback", check.log_e_rollback);
      side("promotion", check.log_e_promotion);
    }
  }
  std::move(value).Finish(out);
  std::move(limit).Finish(out);
  std::move(samples).Finish(out);
  std::move(evidence).Finish(out);
}

void CollectMirrorRates(const ControlView& view, Families& out) {
  FamilyBuilder rate = GaugeFamily(
      "mirror_rate_ratio",
      "Share of eligible requests that is mirrored: as configured, and in force while a candidate "
      "that cannot keep up has it lowered");
  for (const CandidateView& candidate : view.candidates) {
    const auto add = [&](std::string_view kind, double value) {
      rate.Value({{"route", candidate.route}, {"candidate", candidate.candidate}, {"kind", kind}},
                 value);
    };
    add("configured", candidate.mirror_rate);
    add("in_force", candidate.mirror_rate_in_force);
  }
  std::move(rate).Finish(out);
}

}  // namespace

void CollectRollouts(const ControlView& view, Families& out) {
  CollectChecks(view, out);
  CollectMirrorRates(view, out);
  FamilyBuilder weight =
      GaugeFamily("rollout_weight_ratio", "Share of traffic units the candidate serves, 0 to 1");
  FamilyBuilder phase = GaugeFamily("rollout_phase", "1 for the phase the newest rollout is in");
  FamilyBuilder hold = GaugeFamily("rollout_hold", "1 for each hold in force");
  for (const CandidateView& candidate : view.candidates) {
    if (!candidate.rollout) continue;
    const RolloutState& rollout = *candidate.rollout;
    weight.Value({{"route", candidate.route}, {"candidate", candidate.candidate}},
                 static_cast<double>(rollout.weight_ppm) / kWholePpm);
    for (const Phase one : kPhases) {
      phase.Value({{"route", candidate.route},
                   {"candidate", candidate.candidate},
                   {"phase", ToString(one)}},
                  rollout.phase == one ? 1 : 0);
    }
    for (const Hold one : kHolds) {
      hold.Value(
          {{"route", candidate.route}, {"candidate", candidate.candidate}, {"hold", ToString(one)}},
          rollout.holds.Has(one) ? 1 : 0);
    }
  }
  std::move(weight).Finish(out);
  std::move(phase).Finish(out);
  std::move(hold).Finish(out);
  FamilyBuilder late = GaugeFamily(
      "late_change", "1 once a promoted incumbent has failed more often than its rollout allowed");
  for (const RouteView& route : view.routes) {
    late.Value({{"route", route.name}}, route.late_change.empty() ? 0 : 1);
  }
  std::move(late).Finish(out);
  FamilyBuilder store = GaugeFamily("store_available", "1 while the control store takes writes");
  store.Value({}, view.store_available ? 1 : 0);
  std::move(store).Finish(out);
}

}  // namespace understudy
