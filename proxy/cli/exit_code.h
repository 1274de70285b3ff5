// The exit codes of understudyctl. CI scripts act on them: a code is never reused, and an unknown
// answer is never kYes.
#pragma once

namespace understudy {

enum class ExitCode : int {
  kYes = 0,           // done; the gate says yes; the rollout completed
  kRegression = 1,    // the gate says no; a rollout ended otherwise; any other error
  kUsage = 2,         // flags, arguments or configuration
  kInconclusive = 3,  // the gate cannot say yes or no yet
  kApproval = 4,      // a human has to approve first
  kTimeout = 5,       // the time given with --wait or --timeout passed
  kStale = 6,         // the verdict is about another version, or too old
  kPermission = 7,
  kUnreachable = 8,
  kInterrupted = 130,  // Ctrl-C, as shells have it
};

inline constexpr ExitCode kFailed = ExitCode::kRegression;

}  // namespace understudy
