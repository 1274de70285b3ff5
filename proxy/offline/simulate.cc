// Sums over simulated rollouts.
#include "proxy/offline/simulate.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "proxy/base/status.h"

namespace understudy {
namespace {

using Outcomes = std::vector<RolloutOutcome>;

std::optional<Spread> SpreadOf(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const auto at = [&values](double quantile) {
    const double rank = std::ceil(quantile * static_cast<double>(values.size()));
    return values[static_cast<std::size_t>(rank) - 1];
  };
  return Spread{at(0.1), at(0.5), at(0.9)};
}

// Of the runs that ended so, one number each.
template <typename NumberOf>
std::optional<Spread> SpreadOver(const Outcomes& outcomes, RolloutEnding ending,
                                 NumberOf number_of) {
  std::vector<double> values;
  for (const RolloutOutcome& outcome : outcomes) {
    if (outcome.ending == ending) values.push_back(number_of(outcome));
  }
  return SpreadOf(std::move(values));
}

EndingSummary SummaryOf(const Outcomes& outcomes, RolloutEnding ending) {
  EndingSummary summary;
  for (const RolloutOutcome& outcome : outcomes) summary.count += outcome.ending == ending ? 1 : 0;
  if (!outcomes.empty()) {
    summary.share = static_cast<double>(summary.count) / static_cast<double>(outcomes.size());
  }
  summary.pairs = SpreadOver(outcomes, ending, [](const RolloutOutcome& outcome) {
    return static_cast<double>(outcome.pairs);
  });
  summary.seconds = SpreadOver(
      outcomes, ending, [](const RolloutOutcome& outcome) { return Seconds(outcome.lasted); });
  return summary;
}

std::vector<EndingPlace> PlacesOf(const Outcomes& outcomes) {
  std::map<std::pair<Phase, std::uint32_t>, EndingPlace> places;
  for (const RolloutOutcome& outcome : outcomes) {
    if (outcome.ending == RolloutEnding::kPromoted) continue;
    EndingPlace& place = places[{outcome.phase, outcome.weight_ppm}];
    place.phase = outcome.phase;
    place.weight_ppm = outcome.weight_ppm;
    place.rolled_back += outcome.ending == RolloutEnding::kRolledBack ? 1 : 0;
    place.held += outcome.ending == RolloutEnding::kHeld ? 1 : 0;
    place.undecided += outcome.ending == RolloutEnding::kUndecided ? 1 : 0;
  }
  std::vector<EndingPlace> list;
  for (const auto& [key, place] : places) list.push_back(place);
  return list;
}

std::vector<EndingCause> CausesOf(const Outcomes& outcomes) {
  std::map<std::string, std::uint64_t> counts;
  for (const RolloutOutcome& outcome : outcomes) {
    if (!outcome.carried_by.empty()) ++counts[outcome.carried_by];
  }
  std::vector<EndingCause> causes;
  for (const auto& [check, count] : counts) causes.push_back({check, count});
  std::stable_sort(
      causes.begin(), causes.end(),
      [](const EndingCause& one, const EndingCause& other) { return one.count > other.count; });
  return causes;
}

SimulationResult SumUp(const Outcomes& outcomes) {
  SimulationResult result;
  result.runs = outcomes.size();
  result.promoted = SummaryOf(outcomes, RolloutEnding::kPromoted);
  result.rolled_back = SummaryOf(outcomes, RolloutEnding::kRolledBack);
  result.held = SummaryOf(outcomes, RolloutEnding::kHeld);
  result.undecided = SummaryOf(outcomes, RolloutEnding::kUndecided);
  result.places = PlacesOf(outcomes);
  result.causes = CausesOf(outcomes);
  result.served_before_rollback =
      SpreadOver(outcomes, RolloutEnding::kRolledBack,
                 [](const RolloutOutcome& outcome) { return static_cast<double>(outcome.served); });
  for (const RolloutOutcome& outcome : outcomes) {
    result.approvals += outcome.approvals;
    if (outcome.ending != RolloutEnding::kRolledBack) continue;
    result.most_served_before_rollback =
        std::max(result.most_served_before_rollback, outcome.served);
  }
  return result;
}

}  // namespace

absl::StatusOr<SimulationResult> Simulate(const SimulationSpec& spec,
                                          const std::function<bool()>& stopped) {
  RolloutSpec rollout = spec.rollout;
  Outcomes outcomes;
  for (rollout.run = 0; rollout.run < spec.runs; ++rollout.run) {
    ASSIGN_OR_RETURN(RolloutOutcome outcome, SimulateRollout(rollout, stopped));
    if (stopped && stopped()) return absl::CancelledError("the simulation was stopped");
    outcomes.push_back(std::move(outcome));
  }
  return SumUp(outcomes);
}

}  // namespace understudy
