// Operators' commands, handed over to the control thread: which rollout or route is meant, and what
// comes of it.
#include <fmt/format.h>

#include <future>
#include <string>
#include <utility>

#include "proxy/base/hash.h"
#include "proxy/base/status.h"
#include "proxy/flow/drive_rollouts.h"
#include "proxy/rollout/describe.h"
#include "proxy/rollout/state_machine.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxReason = 1000;
constexpr std::size_t kMaxActor = 128;

bool IsSwitch(CommandKind kind) {
  return kind == CommandKind::kKill || kind == CommandKind::kUnkill ||
         kind == CommandKind::kFreeze || kind == CommandKind::kUnfreeze;
}

// What must work whatever else does not.
bool IsDown(CommandKind kind) {
  return kind == CommandKind::kKill || kind == CommandKind::kRollBack || kind == CommandKind::kHold;
}

absl::Status CheckTexts(Command& command) {
  if (IsDown(command.kind) && command.reason.size() > kMaxReason) {
    command.reason.resize(kMaxReason);
  }
  if (command.reason.size() > kMaxReason) {
    return InvalidArgument(fmt::format("the reason has {} bytes; at most {} are kept",
                                       command.reason.size(), kMaxReason));
  }
  if (command.actor.size() > kMaxActor) command.actor.resize(kMaxActor);
  // Nobody outside acts under the names "automation" or "breaker".
  if (command.actor.empty()) command.actor = "operator";
  const bool named = command.actor == "operator" || command.actor.starts_with("operator:");
  if (!named) command.actor = "operator:" + command.actor;
  return absl::OkStatus();
}

// Candidates that get no traffic while a command that takes it away has not been carried out.
class HeldDown {
 public:
  HeldDown() = default;
  HeldDown(const HeldDown&) = delete;
  HeldDown& operator=(const HeldDown&) = delete;
  ~HeldDown() {
    for (StopSwitch* stop : serving_) stop->serving.fetch_sub(1);
    for (StopSwitch* stop : mirroring_) stop->mirroring.fetch_sub(1);
  }
  void Add(StopSwitch& stop, bool mirroring) {
    stop.serving.fetch_add(1);
    serving_.push_back(&stop);
    if (!mirroring) return;
    stop.mirroring.fetch_add(1);
    mirroring_.push_back(&stop);
  }

 private:
  std::vector<StopSwitch*> serving_;
  std::vector<StopSwitch*> mirroring_;
};

// Which candidates a kill or rollback means, by what was last shown.
std::shared_ptr<HeldDown> HoldDown(const Command& command, const ControlView& view,
                                   TrafficBook& book) {
  auto down = std::make_shared<HeldDown>();
  const bool kill = command.kind == CommandKind::kKill;
  if (command.dry_run || (!kill && command.kind != CommandKind::kRollBack)) return down;
  for (const CandidateView& candidate : view.candidates) {
    const bool by_id = !command.rollout.empty();
    const bool meant =
        by_id ? candidate.rollout && candidate.rollout->id == command.rollout
              : (command.route.empty() ? kill : candidate.route == command.route) &&
                    (kill || command.candidate.empty() || candidate.candidate == command.candidate);
    if (meant) down->Add(book.Stop(candidate.route, candidate.candidate), kill);
  }
  return down;
}

}  // namespace

absl::StatusOr<RolloutState> RolloutDriver::Apply(const Command& command) {
  auto answer = std::make_shared<std::promise<absl::StatusOr<RolloutState>>>();
  auto answered = answer->get_future();
  auto down = HoldDown(command, *Read(), around_.book);
  around_.post([this, command, answer, down = std::move(down)]() mutable {
    auto result = Execute(command, around_.now());
    down.reset();  // what it stands for is published by now, or refused
    answer->set_value(std::move(result));
  });
  if (answered.wait_for(around_.command_deadline) != std::future_status::ready) {
    return Unavailable(fmt::format(
        "the control loop did not answer {} within {:.0f} s; it may still take effect: look at the "
        "rollout before you ask again",
        ToString(command.kind), Seconds(around_.command_deadline)));
  }
  return answered.get();
}

absl::StatusOr<RolloutState> RolloutDriver::Execute(Command command, WallTime now) {
  RETURN_IF_ERROR(CheckTexts(command));
  if (!IsDown(command.kind)) ResolveUncertainWrites(now);
  absl::StatusOr<RolloutState> result = RolloutState{};
  if (IsSwitch(command.kind)) {
    result = Switch(command, now);
  } else if (command.kind == CommandKind::kCreate) {
    result = Create(command, now);
  } else {
    result = Operate(command, now);
  }
  if (changed_ || journal_.available() != Read()->store_available) PublishControl(now);
  return result;
}

absl::StatusOr<RolloutDriver::Key> RolloutDriver::KeyOf(const Command& command) const {
  const Route* route = topology_->FindRoute(command.route);
  if (route == nullptr) {
    return NotFound(fmt::format("there is no route '{}' in the configuration", command.route));
  }
  std::string candidate = command.candidate;
  if (candidate.empty() && route->candidates.size() == 1) {
    candidate = route->candidates.front().cluster;
  }
  if (candidate.empty()) {
    return InvalidArgument(
        fmt::format("route {} has {} candidates; name one", route->name, route->candidates.size()));
  }
  if (FindArm({route->name, candidate}) == nullptr) {
    return NotFound(fmt::format("{} is no candidate of route {}", candidate, route->name));
  }
  return Key{route->name, candidate};
}

absl::StatusOr<RolloutState> RolloutDriver::Create(const Command& command, WallTime now) {
  ASSIGN_OR_RETURN(const Key key, KeyOf(command));
  const auto binding = BindingOf(key);
  if (!binding || binding->incumbent == key.second) {
    return FailedPrecondition(
        fmt::format("{} is the incumbent of route {} already", key.second, key.first));
  }
  if (const RolloutState* active = rollouts_.Active(key.first, key.second)) {
    return FailedPrecondition(fmt::format("rollout {} of {} on route {} is {}; end it first",
                                          active->id, key.second, key.first, Describe(*active)));
  }
  const Plan* named = command.plan.empty() ? nullptr : topology_->FindPlan(command.plan);
  if (!command.plan.empty() && named == nullptr) {
    return NotFound(fmt::format("there is no plan '{}' in the configuration", command.plan));
  }
  NewRollout wanted;
  wanted.plan = named != nullptr ? *named : PlanOf(key);
  if (wanted.plan.name.empty()) {
    return FailedPrecondition(fmt::format("route {} names no plan; name one of yours", key.first));
  }
  // What is observed goes on being observed until the start; a record of an ended rollout stays
  // one.
  const auto at = candidates_.find(key);
  const bool observed = at != candidates_.end() && !at->second.ended && at->second.evidence &&
                        at->second.rollout_id.empty();
  wanted.window = observed ? at->second.evidence->window() : NextWindow(key);
  do {
    const std::string salt = fmt::format("{} {}", now.time_since_epoch().count(), ++ids_made_);
    const std::uint64_t hash =
        H64("rollout", {key.first, key.second, binding->candidate_version, salt});
    wanted.id = fmt::format("r-{:012x}", hash & 0xffffffffffff);
  } while (rollouts_.Find(wanted.id) != nullptr);
  wanted.route = key.first;
  wanted.incumbent = binding->incumbent;
  wanted.incumbent_version = binding->incumbent_version;
  wanted.candidate = key.second;
  wanted.candidate_version = binding->candidate_version;
  wanted.actor = command.actor;
  wanted.reason = command.reason;
  wanted.unquarantine = command.unquarantine;
  std::optional<Quarantine> quarantine;
  if (const auto* found = rollouts_.FindQuarantine(key.first, binding->candidate_version)) {
    quarantine = *found;
  }
  ASSIGN_OR_RETURN(const RolloutStep step, CreateRollout(wanted, quarantine, now));
  if (command.dry_run && command.start) {
    Command start = command;
    start.kind = CommandKind::kStart;
    start.if_generation.reset();
    ASSIGN_OR_RETURN(RolloutStep started, StepRollout(step.state, start, FactsOf(step.state), now));
    return std::move(started.state);
  }
  if (command.dry_run) return step.state;
  RETURN_IF_ERROR(Perform(step, now));
  if (!observed) Observe(key, now);
  PublishTraffic();
  return step.state;
}

absl::StatusOr<std::string> RolloutDriver::FindRollout(const Command& command) const {
  if (!command.rollout.empty()) {
    if (rollouts_.Find(command.rollout) != nullptr) return command.rollout;
    return NotFound(fmt::format("there is no rollout '{}'", command.rollout));
  }
  const RolloutState* found = nullptr;
  const RolloutState* newest = nullptr;
  const std::vector<RolloutState> all = rollouts_.NewestFirst();
  for (const RolloutState& rollout : all) {
    if (!command.route.empty() && rollout.route != command.route) continue;
    if (!command.candidate.empty() && rollout.candidate != command.candidate) continue;
    if (newest == nullptr) newest = &rollout;
    if (IsTerminal(rollout.phase)) continue;
    if (found != nullptr) {
      return InvalidArgument(
          fmt::format("rollouts {} and {} are both under way; name one", found->id, rollout.id));
    }
    found = &rollout;
  }
  if (found != nullptr) return found->id;
  // An ended one: the refusal then says how it ended.
  if (newest != nullptr) return newest->id;
  return NotFound(fmt::format("there is no rollout{}{}; create one first",
                              command.route.empty() ? "" : " on route ", command.route));
}

absl::StatusOr<RolloutState> RolloutDriver::Operate(const Command& command, WallTime now) {
  ASSIGN_OR_RETURN(const std::string id, FindRollout(command));
  if (journal_.owed() >= RolloutJournal::kManyOwed && !IsDown(command.kind)) {
    return Unavailable(
        fmt::format("{} changes wait for the control store to accept writes; repair it first",
                    journal_.owed()));
  }
  if (!command.dry_run) return Feed(id, command, now);
  const RolloutState& rollout = *rollouts_.Find(id);
  ASSIGN_OR_RETURN(RolloutStep step, StepRollout(rollout, command, FactsOf(rollout), now));
  return std::move(step.state);
}

absl::StatusOr<RolloutState> RolloutDriver::Switch(const Command& command, WallTime now) {
  std::vector<std::string> routes;
  for (const Route& route : topology_->routes) {
    if (command.route.empty() || route.name == command.route) routes.push_back(route.name);
  }
  if (!command.route.empty() && routes.empty()) {
    return NotFound(fmt::format("there is no route '{}' in the configuration", command.route));
  }
  if (command.dry_run) return RolloutState{};
  std::vector<SwitchChange> changes;
  for (const std::string& route : routes) {
    if (auto change = SwitchOf(route, command, now)) changes.push_back(std::move(*change));
  }
  const bool restricts = command.kind == CommandKind::kKill || command.kind == CommandKind::kFreeze;
  if (restricts) {
    // All of it takes effect before the first byte is written.
    for (const SwitchChange& change : changes) {
      rollouts_.SetSwitches(change.switches);
      rollouts_.AddRouteLine(change.line);
    }
    changed_ = true;
    PublishTraffic();
  }
  for (const SwitchChange& change : changes) {
    ControlTxn txn;
    txn.routes.push_back(change.switches);
    txn.journal.push_back(change.line);
    if (restricts) {
      journal_.WriteSoon(std::move(txn));
      continue;
    }
    RETURN_IF_ERROR(journal_.Write(std::move(txn)));
    rollouts_.SetSwitches(change.switches);
    rollouts_.AddRouteLine(change.line);
    changed_ = true;
  }
  PublishTraffic();
  for (const std::string& route : routes) {
    for (const std::string& id : rollouts_.ActiveIdsOn(route)) {
      RETURN_IF_ERROR(Feed(id, command, now).status());
    }
  }
  return RolloutState{};
}

std::optional<RolloutDriver::SwitchChange> RolloutDriver::SwitchOf(const std::string& route,
                                                                   const Command& command,
                                                                   WallTime now) const {
  SwitchChange change{rollouts_.Switches(route), {}};
  const bool kills = command.kind == CommandKind::kKill || command.kind == CommandKind::kUnkill;
  const bool wanted = command.kind == CommandKind::kKill || command.kind == CommandKind::kFreeze;
  bool& present = kills ? change.switches.killed : change.switches.frozen;
  if (present == wanted) return std::nullopt;
  const auto describe = [&] {
    return fmt::format("{}, {}", change.switches.killed ? "killed" : "not killed",
                       change.switches.frozen ? "frozen" : "not frozen");
  };
  change.line.at = now;
  change.line.route = route;
  change.line.actor = command.actor;
  change.line.action = ToString(command.kind);
  change.line.reason = command.reason.empty() ? "no reason given" : command.reason;
  change.line.from = describe();
  present = wanted;
  change.line.to = describe();
  change.line.evidence = "by hand";
  return change;
}

}  // namespace understudy
