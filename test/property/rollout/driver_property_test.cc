// The same rules on random histories of the whole control loop, with crashes and a failing store.
#include <algorithm>
#include <map>
#include <random>

#include "proxy/base/log.h"
#include "proxy/rollout/describe.h"
#include "test/support/driven_rollouts.h"

namespace understudy {
namespace {

using Random = std::mt19937_64;
using Fault = MemoryControlStore::Fault;

std::uint64_t Pick(Random& random, std::uint64_t below) { return random() % below; }
bool Chance(Random& random, int percent) {
  return Pick(random, 100) < static_cast<std::uint64_t>(percent);
}

std::string Record(const RolloutState& state) {
  return Describe(state) + " g" + std::to_string(state.generation) + " w" +
         std::to_string(state.window) + " s" + std::to_string(state.stage) + " o" +
         std::to_string(state.overrides.size()) + " " + state.ended_reason;
}

struct History {
  explicit History(std::uint64_t seed, bool ambiguous_faults)
      : random(seed), ambiguous(ambiguous_faults), driven(DigitsTopology(QuickPlan())) {}

  static Plan QuickPlan() {
    Plan plan = FlipPlan();
    for (Stage& stage : plan.stages) {
      stage.min_samples = 20;
      stage.min_duration = std::chrono::seconds(2);
    }
    plan.bake_duration = std::chrono::seconds(4);
    return plan;
  }

  void Command(const std::string& candidate) {
    static constexpr CommandKind kKinds[] = {
        CommandKind::kCreate,    CommandKind::kStart,    CommandKind::kHold,
        CommandKind::kResume,    CommandKind::kApprove,  CommandKind::kAdvance,
        CommandKind::kSetWeight, CommandKind::kRollBack, CommandKind::kPromote,
        CommandKind::kCancel,    CommandKind::kKill,     CommandKind::kUnkill,
        CommandKind::kFreeze,    CommandKind::kUnfreeze};
    understudy::Command command;
    command.kind = kKinds[Pick(random, std::size(kKinds))];
    const bool stops = command.kind == CommandKind::kHold || command.kind == CommandKind::kKill ||
                       command.kind == CommandKind::kRollBack ||
                       command.kind == CommandKind::kCancel || command.kind == CommandKind::kFreeze;
    if (stops && Chance(random, 60)) {
      command.kind = Chance(random, 50) ? CommandKind::kResume : CommandKind::kUnkill;
    }
    command.route = "digits";
    command.candidate = candidate;
    command.reason = "drawn";
    command.unquarantine = true;
    command.override_verdict = Chance(random, 50);
    command.weight_ppm = static_cast<std::uint32_t>(Pick(random, kWholePpm + 1));
    const RolloutState state = driven.State(candidate);
    const bool active = state.generation > 0 && !IsTerminal(state.phase);
    if (!active && Chance(random, 60)) command.kind = CommandKind::kCreate;
    if (active && state.phase == Phase::kDraft && Chance(random, 60))
      command.kind = CommandKind::kStart;
    const bool down = command.kind == CommandKind::kRollBack || command.kind == CommandKind::kKill;
    const auto done = driven.driver->Apply(command);
    if (down && (active || command.kind == CommandKind::kKill)) {
      CHECK(done.ok());
      CHECK(driven.Weight(candidate) == 0);
    }
  }

  // True when the whole process went down.
  bool Act() {
    const std::string candidate = Chance(random, 60) ? "v2" : "v3";
    const bool configured = Serves(candidate);
    const std::uint64_t what = Pick(random, 100);
    if (what < 45) {
      if (configured) driven.Compare(candidate, 12, Chance(random, 3) ? 8 : 0);
      driven.Tick(0.6);
    } else if (what < 80) {
      driven.Tick(static_cast<double>(Pick(random, 20)) / 10);
    } else if (what < 87) {
      if (configured) Command(candidate);
    } else if (what < 89) {
      driven.Serve(candidate, 30, Chance(random, 15) ? 30 : 0);
      driven.Tick(0.2);
    } else if (what < 92) {
      const Fault broken = ambiguous && Chance(random, 50) ? Fault::kWriteAndFail : Fault::kRefuse;
      driven.store.SetFault(Chance(random, 40) ? broken : Fault::kNone);
    } else if (what < 93) {
      driven.Crash();
      return true;
    }
    return false;
  }

  bool Serves(const std::string& candidate) {
    const auto view = driven.traffic.Read();
    const auto& all = view->routes.front().candidates;
    return std::any_of(all.begin(), all.end(),
                       [&](const auto& one) { return one.cluster->name == candidate; });
  }

  void CheckTraffic() {
    const auto view = driven.traffic.Read();
    const RouteTraffic& route = view->routes.front();
    std::uint64_t sum = 0;
    for (const CandidateTraffic& candidate : route.candidates) {
      sum += candidate.weight_ppm;
      if (route.killed) {
        CHECK(candidate.weight_ppm == 0);
        CHECK_FALSE(candidate.mirroring);
      }
      // What is served was written, or is less than what was written.
      std::uint32_t written = 0;
      for (const RolloutState& stored : driven.store.contents().rollouts) {
        const bool mine = stored.candidate == candidate.cluster->name;
        if (mine) written = std::max(written, stored.weight_ppm);
      }
      CHECK(candidate.weight_ppm <= written);
    }
    CHECK(sum <= kWholePpm);
  }

  void CheckStore() {
    const auto view = driven.driver->Read();
    if (!view->store_available) return;
    for (const RolloutState& shown : view->rollouts) {
      const RolloutState stored = driven.Stored(shown.id);
      CHECK(Record(stored) == Record(shown));
    }
    CHECK(view->rollouts.size() == driven.store.contents().rollouts.size());
  }

  void CheckEnded() {
    for (const RolloutState& stored : driven.store.contents().rollouts) {
      if (!IsTerminal(stored.phase)) continue;
      const auto [at, first] = ended.try_emplace(stored.id, Record(stored));
      if (!first) CHECK(at->second == Record(stored));
    }
  }

  void CheckJournal() {
    std::map<std::string, std::string> at;
    for (const JournalLine& line : driven.store.contents().journal) {
      CHECK_FALSE(line.actor.empty());
      CHECK_FALSE(line.reason.empty());
      CHECK_FALSE(line.evidence.empty());
      if (line.rollout_id.empty()) continue;
      if (!ambiguous) CHECK(line.from == at[line.rollout_id]);
      at[line.rollout_id] = line.to;
      const bool passed = line.evidence.starts_with("PASS") || line.evidence.starts_with("WARN");
      if (line.action == "raise" && line.actor == "automation") CHECK(passed);
    }
    for (const RolloutState& stored : driven.store.contents().rollouts) {
      CHECK(at[stored.id] == Describe(stored));
    }
  }

  // What a crash must leave of the rollouts that were under way in the store.
  void CheckRestart(const ControlState& before) {
    for (const RolloutState& stored : before.rollouts) {
      if (IsTerminal(stored.phase)) continue;
      const auto view = driven.driver->Read();
      const auto now = std::find_if(view->rollouts.begin(), view->rollouts.end(),
                                    [&](const RolloutState& one) { return one.id == stored.id; });
      REQUIRE(now != view->rollouts.end());
      CHECK(now->phase == stored.phase);
      CHECK(now->weight_ppm == stored.weight_ppm);
      CHECK(now->holds.Has(Hold::kRestarted) == (stored.phase != Phase::kDraft));
    }
  }

  void Run(int steps) {
    for (int i = 0; i < steps; ++i) {
      INFO("step " << i);
      const ControlState before = driven.store.contents();
      if (Act()) {
        ++crashes;
        CheckRestart(before);
      }
      CheckTraffic();
      CheckStore();
      CheckEnded();
    }
    driven.store.SetFault(Fault::kNone);
    driven.Tick(2);
    driven.Tick(2);
    CHECK(driven.driver->Read()->store_available);
    CheckStore();
    CheckJournal();
  }

  Random random;
  const bool ambiguous;
  DrivenRollouts driven;
  std::map<std::string, std::string> ended;  // by id
  std::size_t crashes = 0;
};

void RunHistories(std::uint64_t first_seed, bool ambiguous) {
  std::size_t ended = 0, crashes = 0, completed = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + 100; ++seed) {
    INFO("seed " << seed);
    History history(seed, ambiguous);
    history.Run(300);
    ended += history.ended.size();
    crashes += history.crashes;
    for (const RolloutState& rollout : history.driven.store.contents().rollouts) {
      completed += rollout.phase == Phase::kCompleted;
    }
  }
  CHECK(ended > 30);
  CHECK(crashes > 20);
  CHECK(completed > 0);
}

TEST_CASE("The control loop keeps every rule through crashes and a store that refuses") {
  spdlog::set_level(spdlog::level::off);
  RunHistories(1, false);
}

TEST_CASE("It keeps them with a store that writes and says it did not") {
  spdlog::set_level(spdlog::level::off);
  RunHistories(5000, true);
}

}  // namespace
}  // namespace understudy
