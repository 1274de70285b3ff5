// Names of phases, holds and commands, as the outside reads them.
#include "proxy/model/rollout.h"

#include <array>

namespace understudy {
namespace {

constexpr std::array kHolds = {Hold::kOperator,    Hold::kAwaitingApproval, Hold::kInconclusive,
                               Hold::kFailedCheck, Hold::kFrozen,           Hold::kRestarted,
                               Hold::kCapacity};
constexpr std::array kPhases = {Phase::kDraft,      Phase::kCalibrating, Phase::kShadowing,
                                Phase::kRamping,    Phase::kBaking,      Phase::kCompleted,
                                Phase::kRolledBack, Phase::kCancelled};

}  // namespace

std::string_view ToString(Phase phase) {
  switch (phase) {
    case Phase::kDraft:
      return "DRAFT";
    case Phase::kCalibrating:
      return "CALIBRATING";
    case Phase::kShadowing:
      return "SHADOWING";
    case Phase::kRamping:
      return "RAMPING";
    case Phase::kBaking:
      return "BAKING";
    case Phase::kCompleted:
      return "COMPLETED";
    case Phase::kRolledBack:
      return "ROLLED_BACK";
    case Phase::kCancelled:
      return "CANCELLED";
  }
  return "DRAFT";
}

std::optional<Phase> ParsePhase(std::string_view name) {
  for (const Phase phase : kPhases) {
    if (ToString(phase) == name) return phase;
  }
  return std::nullopt;
}

std::string_view ToString(Hold hold) {
  switch (hold) {
    case Hold::kOperator:
      return "OPERATOR";
    case Hold::kAwaitingApproval:
      return "AWAITING_APPROVAL";
    case Hold::kInconclusive:
      return "INCONCLUSIVE";
    case Hold::kFailedCheck:
      return "FAILED_CHECK";
    case Hold::kFrozen:
      return "FROZEN";
    case Hold::kRestarted:
      return "RESTARTED";
    case Hold::kCapacity:
      return "CAPACITY";
  }
  return "OPERATOR";
}

std::vector<Hold> HoldSet::All() const {
  std::vector<Hold> all;
  for (const Hold hold : kHolds) {
    if (Has(hold)) all.push_back(hold);
  }
  return all;
}

std::string_view ToString(CommandKind kind) {
  switch (kind) {
    case CommandKind::kCreate:
      return "create";
    case CommandKind::kStart:
      return "start";
    case CommandKind::kHold:
      return "hold";
    case CommandKind::kResume:
      return "resume";
    case CommandKind::kApprove:
      return "approve";
    case CommandKind::kAdvance:
      return "advance";
    case CommandKind::kSetWeight:
      return "set-weight";
    case CommandKind::kRollBack:
      return "rollback";
    case CommandKind::kPromote:
      return "promote";
    case CommandKind::kCancel:
      return "cancel";
    case CommandKind::kKill:
      return "kill";
    case CommandKind::kUnkill:
      return "unkill";
    case CommandKind::kFreeze:
      return "freeze";
    case CommandKind::kUnfreeze:
      return "unfreeze";
  }
  return "hold";
}

}  // namespace understudy
