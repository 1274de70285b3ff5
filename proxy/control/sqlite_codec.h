// Rollouts and their company as bytes, for the rows of control.db
// (proto/understudy/v1/storage.proto).
//
// Threads: pure functions. Decoding trusts nothing: bytes that are no message, an unknown phase,
// hold or kind, a weight above 100 % or a stage beyond the plan is an error that says so.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "proxy/model/rollout.h"

namespace understudy {

std::string EncodeRollout(const RolloutState& rollout);
absl::StatusOr<RolloutState> DecodeRollout(std::string_view bytes);

// Without the sequence, which is the row's key.
std::string EncodeJournalLine(const JournalLine& line);
absl::StatusOr<JournalLine> DecodeJournalLine(std::string_view bytes);

std::string EncodeQuarantine(const Quarantine& quarantine);
absl::StatusOr<Quarantine> DecodeQuarantine(std::string_view bytes);

std::string EncodeRouteControl(const RouteControl& control);
absl::StatusOr<RouteControl> DecodeRouteControl(std::string_view bytes);

}  // namespace understudy
