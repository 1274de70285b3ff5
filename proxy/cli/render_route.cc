// Routes as tables.
#include "proxy/cli/render_route.h"

#include <fmt/format.h>

#include <vector>

#include "proxy/cli/format.h"
#include "proxy/cli/text.h"
#include "proxy/cli/words.h"

namespace understudy {
namespace {

std::string SwitchesText(const v1::RouteStatus& route) {
  if (route.killed()) return route.frozen() ? "killed, frozen" : "killed";
  return route.frozen() ? "frozen" : "-";
}

// "  killed by operator:ada at 2026-01-02T03:04:05Z: too many flips", a line each.
std::string ActsText(const v1::RouteStatus& route) {
  std::string text;
  const auto add = [&text](const char* what, const v1::TimelineEntry& act) {
    text += fmt::format("  {} by {} at {}: {}\n", what, OneLine(act.actor()),
                        FormatTime(act.at().seconds()), OneLine(act.reason()));
  };
  if (route.has_killed_by()) add("killed", route.killed_by());
  if (route.has_frozen_by()) add("frozen", route.frozen_by());
  if (!route.late_change().empty()) text += "  alarm: " + OneLine(route.late_change()) + "\n";
  return text;
}

std::string IncumbentText(const v1::RouteStatus& route) {
  if (route.incumbent() == route.incumbent_in_file()) return OneLine(route.incumbent());
  return fmt::format("{} (the file says {})", OneLine(route.incumbent()),
                     OneLine(route.incumbent_in_file()));
}

// "skipped 3: client_left 2, loop_guard 1"; reasons that count nothing are left out.
std::string Reasons(const char* name,
                    const google::protobuf::RepeatedPtrField<v1::ReasonCount>& counts) {
  std::uint64_t sum = 0;
  std::vector<std::string> parts;
  for (const v1::ReasonCount& count : counts) {
    sum += count.count();
    if (count.count() > 0) {
      parts.push_back(fmt::format("{} {}", OneLine(count.reason()), count.count()));
    }
  }
  std::string text = fmt::format("{} {}", name, sum);
  if (!parts.empty()) text += fmt::format(": {}", fmt::join(parts, ", "));
  return text;
}

std::string CoverageText(const v1::CoverageCounts& coverage) {
  return fmt::format(
      "  eligible {} = sampled out {} + mirrored {} + skipped + dropped\n"
      "  {}\n  {}\n"
      "  mirrored {} = compared {} + in flight {} + uncomparable\n"
      "  {}\n  coverage {}\n",
      coverage.eligible(), coverage.sampled_out(), coverage.mirrored(),
      Reasons("skipped", coverage.skipped()), Reasons("dropped", coverage.dropped()),
      coverage.mirrored(), coverage.compared(), coverage.in_flight(),
      Reasons("uncomparable", coverage.uncomparable()),
      coverage.chosen() == 0 ? "unknown: no request was chosen for mirroring"
                             : FormatShare(coverage.ratio()));
}

}  // namespace

std::string RenderRoutes(const v1::ListRoutesResponse& response) {
  if (response.routes_size() == 0) return "No routes.\n";
  std::vector<std::vector<std::string>> rows;
  for (const v1::RouteStatus& route : response.routes()) {
    const std::vector<std::string> candidates(route.candidates().begin(), route.candidates().end());
    rows.push_back({OneLine(route.name()), IncumbentText(route),
                    OneLine(fmt::format("{}", fmt::join(candidates, ", "))), SwitchesText(route)});
  }
  return Table({"ROUTE", "INCUMBENT", "CANDIDATES", "SWITCHES"}, rows);
}

std::string RenderRoute(const v1::GetRouteResponse& response, const Paint& paint) {
  const v1::RouteStatus& route = response.route();
  std::string text =
      fmt::format("{}  incumbent {}  switches {}\n", paint.Bold(OneLine(route.name())),
                  IncumbentText(route), SwitchesText(route));
  text += ActsText(route);
  std::vector<std::vector<std::string>> rows;
  for (const v1::ArmStatus& arm : route.arms()) {
    rows.push_back({OneLine(arm.role()), ArmText(arm.cluster(), arm.version()),
                    WeightText(arm.share_configured() * 100), FormatShare(arm.share_measured()),
                    std::to_string(arm.requests()), std::to_string(arm.errors()),
                    FormatLatency(arm.p50_seconds()), FormatLatency(arm.p99_seconds())});
  }
  text +=
      Table({"ARM", "CLUSTER", "CONFIGURED", "MEASURED", "REQUESTS", "ERRORS", "P50", "P99"}, rows);
  for (const v1::CandidateStatus& candidate : response.candidates()) {
    const bool lowered = candidate.mirror_rate_in_force() < candidate.mirror_rate();
    text +=
        fmt::format("\n{}  mirror rate {}{}  {}\n",
                    paint.Bold(ArmText(candidate.candidate(), candidate.candidate_version())),
                    FormatShare(candidate.mirror_rate()),
                    lowered ? fmt::format(" (lowered to {}: the candidate cannot keep up)",
                                          FormatShare(candidate.mirror_rate_in_force()))
                            : "",
                    VerdictText(candidate.verdict().kind(), candidate.verdict().reason(), paint));
    if (candidate.has_rollout()) text += "  " + RolloutLine(candidate.rollout()) + "\n";
    text += CoverageText(candidate.coverage_total());
  }
  return text;
}

std::string RenderSwitch(const v1::RouteSwitchResponse& response) {
  // The sentence says so when it was a dry run.
  std::string text = OneLine(response.sentence()) + "\n";
  for (const v1::RouteStatus& route : response.routes()) {
    text += fmt::format("{}  incumbent {}  switches {}\n", OneLine(route.name()),
                        IncumbentText(route), SwitchesText(route));
  }
  return text;
}

}  // namespace understudy
