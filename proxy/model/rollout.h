// A rollout as a value: where a candidate is on its way to 100 %, what holds it, who did what.
// The state machine (proxy/rollout) is the only code that makes new ones from old ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/base/time.h"
#include "proxy/model/plan.h"
#include "proxy/model/verdict.h"

namespace understudy {

enum class Phase {
  kDraft,
  kCalibrating,  // weight 0, until the incumbent's own noise is known
  kShadowing,
  kRamping,
  kBaking,
  kCompleted,
  kRolledBack,
  kCancelled,
};
std::string_view ToString(Phase phase);  // "DRAFT", ...
std::optional<Phase> ParsePhase(std::string_view name);
inline bool IsTerminal(Phase phase) { return phase >= Phase::kCompleted; }

enum class Hold : std::uint32_t {
  kOperator = 1u << 0,
  kAwaitingApproval = 1u << 1,
  kInconclusive = 1u << 2,
  kFailedCheck = 1u << 3,
  kFrozen = 1u << 4,
  kRestarted = 1u << 5,
  kCapacity = 1u << 6,
};
std::string_view ToString(Hold hold);  // "OPERATOR", ...

// A set of holds. Any member stops raises and the stage's timers, nothing else.
class HoldSet {
 public:
  HoldSet() = default;
  explicit HoldSet(std::uint32_t bits) : bits_(bits) {}
  bool Has(Hold hold) const { return (bits_ & static_cast<std::uint32_t>(hold)) != 0; }
  void Add(Hold hold) { bits_ |= static_cast<std::uint32_t>(hold); }
  void Remove(Hold hold) { bits_ &= ~static_cast<std::uint32_t>(hold); }
  bool Empty() const { return bits_ == 0; }
  std::uint32_t Bits() const { return bits_; }
  std::vector<Hold> All() const;
  bool operator==(const HoldSet&) const = default;

 private:
  std::uint32_t bits_ = 0;
};

// An operator's override of a missing PASS; shown in every later report.
struct Override {
  WallTime at{};
  std::string actor;
  std::string reason;
  std::string what;  // "advance to stage 2", "set-weight 5%", "promote"
  bool operator==(const Override&) const = default;
};

struct RolloutState {
  std::string id;  // "r-" and 12 hex digits
  std::string route;
  std::string incumbent;
  std::string incumbent_version;
  std::string candidate;  // cluster name
  std::string candidate_version;
  Plan plan;  // frozen at creation

  Phase phase = Phase::kDraft;
  std::size_t stage = 0;         // index into plan.stages while SHADOWING or RAMPING
  std::uint32_t weight_ppm = 0;  // what the candidate serves now
  HoldSet holds;
  std::uint64_t generation = 0;             // moves with every change
  std::uint64_t window = 0;                 // evidence window; a new one with each stage entered
  bool stage_approved = false;              // the stage that the next raise begins
  bool weight_lowered_by_operator = false;  // automation does not undo it until resume
  WallTime created_at{};
  WallTime phase_since{};
  WallTime stage_since{};
  Duration stage_held = Duration::zero();  // time the stage spent held; its timers do not count it
  std::optional<WallTime> held_since;
  std::vector<Override> overrides;
  std::string ended_reason;  // why it rolled back, completed or was cancelled
};

// One line of the journal: what changed, who did it, why, and on what evidence.
struct JournalLine {
  std::uint64_t sequence = 0;  // assigned by the store
  WallTime at{};
  std::string rollout_id;  // empty for route-wide acts (kill, freeze)
  std::string route;
  std::uint64_t generation = 0;  // after the change
  std::string actor;             // "automation", "operator:<name>", "breaker"
  std::string action;            // "create", "start", "raise", "lower", "hold", "rollback", ...
  std::string reason;
  std::string from;  // "RAMPING(2) 10%"
  std::string to;
  std::string evidence;  // the verdict as one sentence, with n and log evidence
};

// What an operator (or automation: breakers, CI) asks for.
enum class CommandKind {
  kCreate,
  kStart,
  kHold,
  kResume,
  kApprove,
  kAdvance,
  kSetWeight,
  kRollBack,
  kPromote,
  kCancel,
  kKill,
  kUnkill,
  kFreeze,
  kUnfreeze,
};
std::string_view ToString(CommandKind kind);  // "create", "set-weight", ...

struct Command {
  CommandKind kind = CommandKind::kHold;
  std::string rollout;  // id; or empty and then the active rollout of route (and candidate)
  std::string route;    // kill, unkill, freeze, unfreeze: empty means all routes
  std::string candidate;
  std::string plan;              // create: empty means the route's
  std::uint32_t weight_ppm = 0;  // set-weight
  std::string actor;
  std::string reason;
  bool override_verdict = false;
  bool unquarantine = false;  // create
  bool start = false;         // create: a dry run shows the rollout as started
  bool dry_run = false;
  std::optional<std::uint64_t> if_generation;
};

// A candidate version that was rolled back on a route and may not start again without a word.
struct Quarantine {
  std::string route;
  std::string candidate_version;
  std::string rollout_id;
  WallTime since{};
  std::string reason;
};

// Route-wide switches, and the incumbent a completed rollout made.
struct RouteControl {
  std::string route;
  bool killed = false;   // weight 0, mirrors off
  bool frozen = false;   // no raises
  std::string promoted;  // cluster that a completed rollout made the incumbent, or empty
  std::string promoted_version;
  std::string promoted_by;  // rollout id
};

}  // namespace understudy
