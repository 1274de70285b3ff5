// Collects everything that keeps a candidate where it is.
#include "proxy/control/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "proxy/control/explain_knobs.h"
#include "proxy/control/report_text.h"
#include "proxy/rollout/raise.h"

namespace understudy {
namespace {

std::string_view HoldSentence(Hold hold) {
  switch (hold) {
    case Hold::kOperator:
      return "an operator holds it; `rollout resume` lifts that";
    case Hold::kAwaitingApproval:
      return "the stage is done and the next one begins once `rollout approve` allows it";
    case Hold::kInconclusive:
      return "the stage ran out of time without a verdict; more evidence or `rollout resume` "
             "lifts that";
    case Hold::kFailedCheck:
      return "a check failed and the plan says hold; roll it back, or `rollout resume` to go on "
             "judging";
    case Hold::kFrozen:
      return "raises are frozen; `unfreeze` lifts that";
    case Hold::kRestarted:
      return "the proxy restarted; one fresh full evaluation lifts that";
    case Hold::kCapacity:
      return "the route's other candidates leave no room for the next weight; lowering or ending "
             "another candidate's rollout lifts it";
  }
  return "";
}

// Collects the blockers of one candidate.
class Search {
 public:
  Search(const ControlView& view, const CandidateView& candidate, WallTime now)
      : view_(view), candidate_(candidate), now_(now) {}

  Explanation Run() {
    found_.route = candidate_.route;
    found_.candidate = candidate_.candidate;
    Switches();
    if (!candidate_.rollout.has_value()) {
      WithoutRollout();
    } else {
      WithRollout(*candidate_.rollout);
    }
    if (!finished_) {
      found_.eta = Eta();
      found_.knobs = KnobsOf(view_, candidate_, now_);
    }
    Summarise();
    return std::move(found_);
  }

 private:
  void Add(std::string_view kind, std::string_view name, std::string sentence) {
    found_.blockers.push_back({std::string(kind), std::string(name), std::move(sentence)});
  }

  void Switches() {
    if (!view_.store_available) {
      Add("store", "", "the control store cannot be written, so nothing is raised; see the log");
    }
    const RouteView* route = view_.FindRoute(candidate_.route);
    if (route == nullptr) return;
    if (route->killed) {
      Add("killed", "",
          fmt::format("the route is killed{}: weight 0 and mirrors off; `unkill` lifts that",
                      ByWhom(route->killed_by)));
    }
    if (route->frozen) {
      Add("frozen", "",
          fmt::format("raises on the route are frozen{}; `unfreeze` lifts that",
                      ByWhom(route->frozen_by)));
    }
  }

  void WithoutRollout() {
    found_.next_step = "create a rollout";
    for (const Quarantine& entry : view_.quarantine) {
      if (entry.route != candidate_.route ||
          entry.candidate_version != candidate_.candidate_version) {
        continue;
      }
      Add("quarantine", entry.candidate_version,
          fmt::format("version {} was rolled back by {} ({}); a new rollout of it needs "
                      "--unquarantine",
                      entry.candidate_version, entry.rollout_id, entry.reason));
    }
    Add("phase", "", "no rollout exists: the candidate is observed; `rollout create` makes one");
    Evidence(nullptr);
  }

  void WithRollout(const RolloutState& rollout) {
    if (IsTerminal(rollout.phase)) {
      finished_ = true;
      found_.next_step = "none";
      Add("phase", std::string(ToString(rollout.phase)),
          fmt::format("the rollout ended in {}: {}", ToString(rollout.phase),
                      rollout.ended_reason.empty() ? "no reason was given" : rollout.ended_reason));
      return;
    }
    found_.next_step = NextStep(rollout);
    if (rollout.phase == Phase::kDraft) {
      Add("phase", "DRAFT", "the rollout is a draft; `rollout start` starts it");
    }
    for (const Hold hold : rollout.holds.All()) {
      if (hold == Hold::kFrozen && HasBlocker("frozen")) continue;
      Add("hold", ToString(hold), std::string(HoldSentence(hold)));
    }
    if (rollout.weight_lowered_by_operator) {
      Add("hold", "LOWERED",
          "an operator lowered the weight and automation does not undo that; `rollout resume` "
          "hands it back");
    }
    if (rollout.phase == Phase::kCalibrating) {
      Calibration(rollout);
    } else if (rollout.phase == Phase::kBaking) {
      Remaining("bake", rollout.plan.bake_duration, StageTime(rollout, now_));
      Evidence(nullptr);
    } else if (rollout.stage < rollout.plan.stages.size()) {
      const Stage& stage = rollout.plan.stages[rollout.stage];
      if (rollout.phase != Phase::kDraft) {
        Remaining("stage", stage.min_duration, StageTime(rollout, now_));
      }
      Evidence(&stage);
      Approval(rollout);
    }
  }

  void Calibration(const RolloutState& rollout) {
    const std::uint64_t wanted = rollout.plan.calibration_samples;
    const std::uint64_t have = candidate_.verdict.control_samples;
    if (have >= wanted) return;
    Add("samples", "calibration",
        fmt::format("the incumbent was asked twice in {} of {} requests; then its own noise is "
                    "known",
                    have, wanted));
  }

  void Remaining(std::string_view what, Duration wanted, Duration had) {
    if (had >= wanted) return;
    Add("time", std::string(what),
        fmt::format("the {} has run {} of {}; {} are left", what, DurationText(had),
                    DurationText(wanted), DurationText(wanted - had)));
  }

  void Approval(const RolloutState& rollout) {
    const auto stage = UnapprovedStage(rollout);
    if (!stage || rollout.holds.Has(Hold::kAwaitingApproval)) return;
    Add("approval", "",
        fmt::format("the next stage, {}, begins only after `rollout approve`",
                    WeightText(rollout.plan.stages[*stage].weight_ppm)));
  }

  void Evidence(const Stage* stage) {
    const Plan& plan = candidate_.rollout.has_value() ? candidate_.rollout->plan : candidate_.plan;
    if (stage != nullptr && candidate_.pairs < stage->min_samples) {
      const std::uint64_t missing = stage->min_samples - candidate_.pairs;
      Add("samples", "",
          fmt::format("{} of {} pairs are compared; {} more are needed{}", candidate_.pairs,
                      stage->min_samples, missing, AtThisRate(missing)));
    }
    const double wanted =
        stage != nullptr && stage->min_coverage ? *stage->min_coverage : plan.min_coverage;
    const double covered = candidate_.coverage.Ratio();
    if (candidate_.mirror_rate <= 0) {
      Add("mirror", "",
          "the candidate's mirror rate is 0, so nothing is compared: write 'mirror: {rate: 100%}' "
          "(or a smaller share) at this candidate in the configuration and reload it");
    }
    if (candidate_.coverage.Settled() > 0 && covered < wanted) {
      Add("coverage", "",
          fmt::format("{} of the chosen requests were compared and {} are needed; see the "
                      "skipped, dropped and uncomparable counters",
                      ShareText(covered), ShareText(wanted)));
    }
    Checks();
    const WallTime newest = candidate_.verdict.newest_sample_at;
    if (newest != WallTime{} && now_ - newest > plan.max_evidence_age) {
      Add("freshness", "",
          fmt::format("the newest pair is {} old and at most {} is allowed; send traffic",
                      DurationText(now_ - newest), DurationText(plan.max_evidence_age)));
    }
  }

  void Checks() {
    const Verdict& verdict = candidate_.verdict;
    bool named = false;
    for (const CheckResult& check : verdict.checks) {
      if (!check.required || check.kind == VerdictKind::kPass || check.kind == VerdictKind::kWarn) {
        continue;
      }
      named = true;
      std::string sentence = fmt::format("{}: {}", ToString(check.kind), check.sentence);
      if (check.samples_missing.has_value() && check.kind == VerdictKind::kInconclusive) {
        sentence += fmt::format(
            " (about {} more pairs{})", *check.samples_missing,
            check.segment.empty() ? AtThisRate(*check.samples_missing)
            : check.eta.has_value()
                ? fmt::format(", {} at the segment's present rate", DurationText(*check.eta))
                : ", and none of this segment arrive at present");
      }
      Add("check", check.segment.empty() ? check.check : check.check + " " + check.segment,
          std::move(sentence));
    }
    const bool open =
        verdict.kind == VerdictKind::kInconclusive || verdict.kind == VerdictKind::kFail;
    if (open && !named && !HasBlocker("samples") && !HasBlocker("coverage")) {
      Add("check", std::string(ToString(verdict.reason)),
          fmt::format("{}: {}", ToString(verdict.kind), verdict.sentence));
    }
  }

  std::string AtThisRate(std::uint64_t pairs) const {
    if (!(candidate_.pairs_per_second > 0)) {
      return candidate_.mirror_rate > 0 ? ", and no pairs arrive at present"
                                        : ", and none can come at a mirror rate of 0";
    }
    return fmt::format(", {} at the present rate", DurationText(TimeFor(pairs)));
  }

  Duration TimeFor(std::uint64_t pairs) const {
    static constexpr double kYear = 365.0 * 86400;  // beyond it a number says nothing
    const double seconds = static_cast<double>(pairs) / candidate_.pairs_per_second;
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double>(std::min(seconds, kYear)));
  }

  std::optional<Duration> Eta() const {
    const Verdict& verdict = candidate_.verdict;
    if (verdict.kind != VerdictKind::kInconclusive) return std::nullopt;
    if (verdict.eta.has_value()) return verdict.eta;
    if (!(candidate_.pairs_per_second > 0)) return std::nullopt;
    std::optional<std::uint64_t> missing;
    for (const CheckResult& check : verdict.checks) {
      if (!check.required || check.kind != VerdictKind::kInconclusive) continue;
      if (!check.samples_missing.has_value()) return std::nullopt;
      missing = std::max(missing.value_or(0), *check.samples_missing);
    }
    if (!missing.has_value()) return std::nullopt;
    return TimeFor(*missing);
  }

  static std::string NextStep(const RolloutState& rollout) {
    if (rollout.phase == Phase::kDraft) return "start";
    if (rollout.phase == Phase::kCalibrating) return "begin shadowing";
    if (rollout.phase == Phase::kBaking) return "complete";
    const RaiseTarget target = NextTarget(rollout);
    return target.bakes ? "raise to 100 % and bake" : "raise to " + WeightText(target.weight_ppm);
  }

  bool HasBlocker(std::string_view kind) const {
    return std::any_of(found_.blockers.begin(), found_.blockers.end(),
                       [&](const Blocker& blocker) { return blocker.kind == kind; });
  }

  void Summarise() {
    if (finished_) {
      found_.summary = found_.blockers.back().sentence;
    } else if (found_.blockers.empty()) {
      found_.summary =
          fmt::format("nothing stands in the way of the next step: {}", found_.next_step);
    } else {
      found_.summary = fmt::format("next step: {}; {} {} in the way, first: {}", found_.next_step,
                                   found_.blockers.size(),
                                   found_.blockers.size() == 1 ? "thing stands" : "things stand",
                                   found_.blockers.front().sentence);
    }
    if (found_.eta.has_value()) {
      found_.summary += fmt::format("; a verdict is expected in {}", DurationText(*found_.eta));
    }
  }

  const ControlView& view_;
  const CandidateView& candidate_;
  const WallTime now_;
  Explanation found_;
  bool finished_ = false;
};

}  // namespace

Explanation Explain(const ControlView& view, const CandidateView& candidate, WallTime now) {
  return Search(view, candidate, now).Run();
}

Duration StageTime(const RolloutState& rollout, WallTime now) {
  const WallTime since =
      rollout.phase == Phase::kBaking ? rollout.phase_since : rollout.stage_since;
  const WallTime until = rollout.held_since.value_or(now);
  return std::max(Duration::zero(), until - since - rollout.stage_held);
}

}  // namespace understudy
