// Resolves references and says what exists when one leads nowhere.
#include "proxy/control/admin_target.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "proxy/base/status.h"

namespace understudy {
namespace {

// At most twenty names, so that an answer stays readable and bounded.
std::string Listed(const std::vector<std::string>& names) {
  static constexpr std::size_t kShown = 20;
  if (names.empty()) return "there is none";
  std::string text = "there is ";
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) {
    text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", names[i]);
  }
  return names.size() > kShown ? text + ", …" : text;
}

std::vector<std::string> CandidatesOf(const ControlView& view, const std::string& route) {
  std::vector<std::string> names;
  for (const CandidateView& candidate : view.candidates) {
    if (route.empty()) {
      names.push_back(candidate.route + "/" + candidate.candidate);
    } else if (candidate.route == route) {
      names.push_back(candidate.candidate);
    }
  }
  return names;
}

absl::StatusOr<AdminTarget> ById(const ControlView& view, const std::string& id) {
  for (const CandidateView& candidate : view.candidates) {
    const bool its = candidate.rollout.has_value() && candidate.rollout->id == id;
    // What is observed after a rollout's end is not its evidence.
    if (its && (!IsTerminal(candidate.rollout->phase) || view.FindEnded(id) == nullptr)) {
      return AdminTarget{&candidate, nullptr};
    }
  }
  for (const RolloutState& rollout : view.rollouts) {
    if (rollout.id != id) continue;
    return AdminTarget{view.Find(rollout.route, rollout.candidate), &rollout};
  }
  return NotFound(fmt::format("there is no rollout with id \"{}\"; `rollout list` shows all", id));
}

}  // namespace

absl::Status RouteUnknown(const ControlView& view, const std::string& route) {
  std::vector<std::string> names;
  for (const RouteView& known : view.routes) names.push_back(known.name);
  return NotFound(fmt::format("there is no route named \"{}\"; {}", route, Listed(names)));
}

absl::StatusOr<std::string> CandidateName(const ControlView& view, const std::string& route,
                                          const std::string& candidate) {
  if (view.FindRoute(route) == nullptr) return RouteUnknown(view, route);
  const std::vector<std::string> names = CandidatesOf(view, route);
  if (candidate.empty()) {
    if (names.size() == 1) return names.front();
    return InvalidArgument(
        fmt::format("name a candidate of route \"{}\"; {}", route, Listed(names)));
  }
  if (std::find(names.begin(), names.end(), candidate) != names.end()) return candidate;
  return NotFound(fmt::format("route \"{}\" has no candidate named \"{}\"; {}", route, candidate,
                              Listed(names)));
}

absl::StatusOr<AdminTarget> FindTarget(const ControlView& view, const v1::RolloutRef& reference) {
  if (!reference.id().empty()) return ById(view, reference.id());
  if (reference.route().empty()) {
    if (!reference.candidate().empty() || view.candidates.size() != 1) {
      return InvalidArgument(fmt::format("name a rollout's id, or a route and a candidate; {}",
                                         Listed(CandidatesOf(view, ""))));
    }
    return AdminTarget{&view.candidates.front(), nullptr};
  }
  absl::StatusOr<std::string> name = CandidateName(view, reference.route(), reference.candidate());
  if (name.ok()) return AdminTarget{view.Find(reference.route(), *name), nullptr};
  // The configuration may have dropped a candidate whose rollouts are still known.
  for (const RolloutState& rollout : view.rollouts) {
    if (rollout.route == reference.route() && rollout.candidate == reference.candidate()) {
      return AdminTarget{nullptr, &rollout};
    }
  }
  return std::move(name).status();
}

}  // namespace understudy
