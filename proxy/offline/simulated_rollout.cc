// The loop of one simulated rollout: let pairs come, judge, step.
#include "proxy/offline/simulated_rollout.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "proxy/base/status.h"
#include "proxy/evidence/evaluate.h"
#include "proxy/offline/look_times.h"
#include "proxy/offline/plan_shape.h"
#include "proxy/rollout/state_machine.h"

namespace understudy {
namespace {

// Simulated time begins in the year 2000: some clocks mean "never" by their zero.
constexpr WallTime kBeginning{std::chrono::seconds(946'684'800)};
constexpr const char* kOperator = "operator:simulated";

Command Order(CommandKind kind) {
  Command command;
  command.kind = kind;
  command.actor = kOperator;
  command.reason = "simulated";
  return command;
}

// The failed check with the most evidence; without one, time was what carried it.
std::string Carrier(const std::optional<Verdict>& verdict) {
  const CheckResult* strongest = nullptr;
  if (!verdict) return kTimeOut;
  for (const CheckResult& check : verdict->checks) {
    if (!check.required || check.kind != VerdictKind::kFail) continue;
    if (strongest == nullptr || check.log_e_rollback > strongest->log_e_rollback) {
      strongest = &check;
    }
  }
  return strongest == nullptr ? kTimeOut : strongest->check;
}

class RolloutRun {
 public:
  explicit RolloutRun(const RolloutSpec& spec)
      : spec_(spec),
        ledger_(ShapeOfPlan(spec.plan, spec.traffic.control_rate > 0)),
        traffic_(spec.traffic, ledger_.shape(), spec.seed, spec.run, kBeginning) {
    facts_.started_at = kBeginning;
  }

  absl::Status Start() {
    NewRollout wanted;
    wanted.id = "r-000000000001";
    wanted.route = "simulated";
    wanted.incumbent = "incumbent";
    wanted.incumbent_version = "1";
    wanted.candidate = "candidate";
    wanted.candidate_version = "2";
    wanted.plan = spec_.plan;
    wanted.actor = kOperator;
    ASSIGN_OR_RETURN(const RolloutStep created, CreateRollout(wanted, std::nullopt, now_));
    state_ = created.state;
    return Feed(Order(CommandKind::kStart));
  }

  bool Ended() const { return IsTerminal(state_.phase) || HeldForGood() || now_ >= End(); }

  // To the next look, and what follows from it.
  absl::Status Advance() {
    const std::uint64_t seen = ledger_.Current()->compared;
    const Duration wait = UntilNextLook(state_, seen, spec_.traffic.pairs_per_second, now_);
    now_ += std::min(wait, Duration(End() - now_));
    traffic_.FeedUntil(now_, state_.weight_ppm, ledger_);
    Judge();
    RETURN_IF_ERROR(Feed(TimePassed{}));
    if (!state_.holds.Has(Hold::kAwaitingApproval)) return absl::OkStatus();
    ++approvals_;
    RETURN_IF_ERROR(Feed(Order(CommandKind::kApprove)));
    return Feed(TimePassed{});
  }

  RolloutOutcome Outcome() const {
    RolloutOutcome outcome;
    const bool failed = state_.holds.Has(Hold::kFailedCheck);
    if (state_.phase == Phase::kCompleted) outcome.ending = RolloutEnding::kPromoted;
    if (state_.phase == Phase::kRolledBack) outcome.ending = RolloutEnding::kRolledBack;
    if (failed) outcome.ending = RolloutEnding::kHeld;
    outcome.phase = phase_;
    outcome.weight_ppm = weight_ppm_;
    outcome.carried_by = carried_by_;
    outcome.pairs = traffic_.pairs();
    outcome.served = traffic_.served();
    outcome.approvals = approvals_;
    outcome.lasted = now_ - kBeginning;
    return outcome;
  }

 private:
  WallTime End() const { return kBeginning + spec_.max_time; }

  // Nobody resumes here, and without that nothing moves any more.
  bool HeldForGood() const {
    if (!state_.holds.Has(Hold::kFailedCheck)) return false;
    return state_.plan.on_fail == OnFail::kHold || state_.weight_ppm == 0;
  }

  void Judge() {
    const bool baking = state_.phase == Phase::kBaking;
    StageContext context =
        ContextOfStage(state_.plan, baking ? state_.plan.stages.size() : state_.stage);
    context.pairs_per_second = spec_.traffic.pairs_per_second;
    verdict_ = Evaluate(ledger_, state_.plan, context, now_);
    facts_.verdict_window = ledger_.Current()->id;
  }

  absl::Status Feed(const RolloutInput& input) {
    facts_.verdict = verdict_ ? &*verdict_ : nullptr;
    ASSIGN_OR_RETURN(RolloutStep step, StepRollout(state_, input, facts_, now_));
    const bool held_before = state_.holds.Has(Hold::kFailedCheck);
    state_ = std::move(step.state);
    if (!IsTerminal(state_.phase)) {
      phase_ = state_.phase;
      weight_ppm_ = state_.weight_ppm;
    }
    const bool held = state_.holds.Has(Hold::kFailedCheck) && !held_before;
    if (held || state_.phase == Phase::kRolledBack) carried_by_ = Carrier(verdict_);
    if (step.Has(RolloutAction::kStartWindow)) {
      ledger_.StartWindow(state_.window, now_);
      verdict_.reset();
    }
    return absl::OkStatus();
  }

  const RolloutSpec& spec_;
  WallTime now_ = kBeginning;
  Ledger ledger_;
  SimulatedTraffic traffic_;
  RolloutState state_;
  RolloutFacts facts_;
  std::optional<Verdict> verdict_;
  Phase phase_ = Phase::kDraft;  // the last that was no end
  std::uint32_t weight_ppm_ = 0;
  std::string carried_by_;  // why it was rolled back or held; empty while it is neither
  std::uint64_t approvals_ = 0;
};

}  // namespace

absl::StatusOr<RolloutOutcome> SimulateRollout(const RolloutSpec& spec,
                                               const std::function<bool()>& stopped) {
  RolloutRun run(spec);
  RETURN_IF_ERROR(run.Start());
  while (!run.Ended()) {
    if (stopped && stopped()) break;
    RETURN_IF_ERROR(run.Advance());
  }
  return run.Outcome();
}

}  // namespace understudy
