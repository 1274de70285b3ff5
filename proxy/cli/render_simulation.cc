// Outcomes, where and why rollouts ended, and what clients met until then.
#include "proxy/cli/render_simulation.h"

#include <fmt/format.h>

#include "proxy/cli/format.h"
#include "proxy/cli/text.h"

namespace understudy {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string Pairs(double pairs) { return fmt::format("{:.0f}", pairs); }

// "86 (60 to 120)"
template <typename Format>
std::string SpreadText(const std::optional<Spread>& spread, Format format) {
  if (!spread) return "-";
  return fmt::format("{} ({} to {})", format(spread->median), format(spread->p10),
                     format(spread->p90));
}

std::vector<std::string> OutcomeRow(const char* name, const EndingSummary& summary) {
  return {name, std::to_string(summary.count), FormatShare(summary.share),
          SpreadText(summary.pairs, Pairs), SpreadText(summary.seconds, FormatSeconds)};
}

std::string Outcomes(const SimulationResult& result) {
  Rows rows = {OutcomeRow("promoted", result.promoted),
               OutcomeRow("rolled back", result.rolled_back)};
  if (result.held.count > 0) rows.push_back(OutcomeRow("held by a check", result.held));
  rows.push_back(OutcomeRow("undecided", result.undecided));
  return Table({"OUTCOME", "RUNS", "SHARE", "PAIRS, MEDIAN (P10 TO P90)", "TIME"}, rows);
}

std::string Places(const SimulationResult& result) {
  Rows rows;
  for (const EndingPlace& place : result.places) {
    rows.push_back({std::string(ToString(place.phase)),
                    FormatShare(static_cast<double>(place.weight_ppm) / kWholePpm),
                    std::to_string(place.rolled_back), std::to_string(place.held),
                    std::to_string(place.undecided)});
  }
  if (rows.empty()) return "";
  return "\n" + Table({"ENDED IN", "WEIGHT", "ROLLED BACK", "HELD", "UNDECIDED"}, rows);
}

std::string Causes(const SimulationResult& result) {
  Rows rows;
  for (const EndingCause& cause : result.causes) {
    rows.push_back({OneLine(cause.check), std::to_string(cause.count)});
  }
  if (rows.empty()) return "";
  return "\n" + Table({"CARRIED BY", "RUNS"}, rows);
}

std::string Exposure(const SimulationResult& result) {
  std::string text;
  if (result.rolled_back.count > 0) {
    text += fmt::format("\nrequests the candidate answered before a rollback: {}, at most {}\n",
                        SpreadText(result.served_before_rollback, Pairs),
                        result.most_served_before_rollback);
  }
  if (result.approvals > 0) text += fmt::format("approvals given: {}\n", result.approvals);
  return text;
}

}  // namespace

std::string RenderSimulation(const SimulationSpec& spec, const SimulationResult& result) {
  const TrafficModel& traffic = spec.rollout.traffic;
  const std::string control = traffic.control_rate > 0
                                  ? fmt::format(" (control {})", FormatShare(traffic.control_rate))
                                  : "";
  const std::string head = fmt::format(
      "plan {}: {} simulated rollouts, {} pairs a second, true rate {}, noise {}{}, error rate {}, "
      "seed {}\n\n",
      OneLine(spec.rollout.plan.name), result.runs, FormatNumber(traffic.pairs_per_second),
      FormatShare(traffic.true_rate), FormatShare(traffic.noise), control,
      FormatShare(traffic.error_rate), spec.rollout.seed);
  return head + Outcomes(result) + Places(result) + Causes(result) + Exposure(result);
}

}  // namespace understudy
