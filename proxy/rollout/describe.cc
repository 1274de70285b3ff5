// Wording of positions and evidence.
#include "proxy/rollout/describe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace understudy {

std::string PercentText(std::uint32_t ppm) { return fmt::format("{:g}%", ppm / 1e4); }

std::string DescribePosition(const RolloutState& state) {
  const std::string_view phase = ToString(state.phase);
  if (state.phase != Phase::kShadowing && state.phase != Phase::kRamping) return std::string(phase);
  std::size_t ordinal = 0;
  for (std::size_t i = 0; i <= state.stage && i < state.plan.stages.size(); ++i) {
    const bool weighted = state.plan.stages[i].weight_ppm > 0;
    if (weighted == (state.phase == Phase::kRamping)) ++ordinal;
  }
  return fmt::format("{}({})", phase, ordinal);
}

std::string Describe(const RolloutState& state) {
  std::string text = fmt::format("{} {}", DescribePosition(state), PercentText(state.weight_ppm));
  std::vector<std::string_view> held;
  for (const Hold hold : state.holds.All()) held.push_back(ToString(hold));
  if (state.weight_lowered_by_operator) held.push_back("lowered");
  if (!held.empty()) text += fmt::format(" [{}]", fmt::join(held, ", "));
  return text;
}

std::string DescribeEvidence(const Verdict* verdict) {
  if (verdict == nullptr) return "no verdict yet";
  const std::string_view why = ToString(verdict->reason);
  return fmt::format("{}{}{}: {} ({} pairs, coverage {:.1f}%, log evidence of harm {:.2f})",
                     ToString(verdict->kind), why.empty() ? "" : " ", why, verdict->sentence,
                     verdict->samples, verdict->coverage * 100, verdict->log_e_rollback);
}

}  // namespace understudy
