// "May I promote?": the answer CI trusts. Whatever is unknown, old, held or undecided is not YES.
//
// Threads: a pure function of the picture and the time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/model/control_view.h"

namespace understudy {

enum class GateKind { kUnknown, kYes, kNo, kNotYet, kNeedsApproval, kStale };
std::string_view ToString(GateKind kind);  // "UNKNOWN", "YES", ...

struct GateQuery {
  std::string route;
  std::string candidate;          // may be empty where the route has one candidate
  std::string candidate_version;  // empty: whatever version is there
};

struct GateReason {
  std::string code;  // stable, for scripts: "CHECK_FAILED", "HOLD_OPERATOR", ...
  std::string sentence;
  std::string check;  // the check it is about, or empty
};

struct GateAnswer {
  GateKind kind = GateKind::kUnknown;
  // Waiting cannot change it: YES, NO, an unknown name, another version than asked.
  bool settled = false;
  std::string sentence;
  std::vector<GateReason> reasons;       // at least one
  std::string candidate;                 // as resolved
  std::string candidate_version;         // the present one
  std::optional<RolloutState> rollout;   // the one the answer rests on
  std::optional<Duration> evidence_age;  // absent: no evidence
};

// YES needs: every required check PASS in a verdict that is neither FAIL nor INCONCLUSIVE, evidence
// and evaluation younger than the plan's max_evidence_age, the versions as asked, no hold, no
// missing approval, no kill or freeze, a writable store; or a COMPLETED rollout of that version
// that is still the route's incumbent. A FAIL, a rollback or a quarantine of the version is NO.
GateAnswer DecideGate(const ControlView& view, const GateQuery& query, WallTime now);

}  // namespace understudy
