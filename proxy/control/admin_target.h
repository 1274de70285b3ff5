// Which candidate and rollout a request of the admin API is about.
//
// Threads: pure functions over a picture; the pointers live as long as it does.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "proxy/model/control_view.h"
#include "understudy/v1/rollout.pb.h"

namespace understudy {

// The candidate a reference names. `old_rollout` is set when it names a rollout that is not the
// candidate's newest, that has ended with evidence of its own, or whose candidate left the
// configuration.
struct AdminTarget {
  const CandidateView* candidate = nullptr;  // null only together with old_rollout
  const RolloutState* old_rollout = nullptr;
};

// By id; by route and candidate; by route alone where it has one candidate; by nothing where there
// is one candidate at all. NOT_FOUND or INVALID_ARGUMENT with the names there are.
absl::StatusOr<AdminTarget> FindTarget(const ControlView& view, const v1::RolloutRef& reference);

// The candidate named, or the route's only one.
absl::StatusOr<std::string> CandidateName(const ControlView& view, const std::string& route,
                                          const std::string& candidate);

absl::Status RouteUnknown(const ControlView& view, const std::string& route);

}  // namespace understudy
