// Rollouts as tables and sentences.
#include "proxy/cli/render_rollout.h"

#include <fmt/format.h>

#include "proxy/cli/format.h"
#include "proxy/cli/text.h"
#include "proxy/cli/words.h"

namespace understudy {

std::string RenderCommandResponse(const v1::RolloutCommandResponse& response) {
  std::string text;  // the sentence says so when it was a dry run
  if (!response.sentence().empty()) text += OneLine(response.sentence()) + "\n";
  text += RolloutLine(response.rollout());
  if (response.rollout().holds_size() > 0) text += ", held: " + HoldsText(response.rollout());
  return text + "\n";
}

std::string RenderRollouts(const v1::ListRolloutsResponse& response) {
  if (response.rollouts_size() == 0 && response.quarantine_size() == 0) {
    return "No rollouts. 'understudyctl rollout create' makes one.\n";
  }
  std::vector<std::vector<std::string>> rows;
  for (const v1::Rollout& rollout : response.rollouts()) {
    rows.push_back({OneLine(rollout.id()), OneLine(rollout.route()),
                    ArmText(rollout.candidate(), rollout.candidate_version()),
                    ArmText(rollout.incumbent(), rollout.incumbent_version()), PhaseText(rollout),
                    WeightText(rollout.weight_percent()), HoldsText(rollout),
                    FormatTime(rollout.phase_since().seconds()), OneLine(rollout.ended_reason())});
  }
  std::string text = Table({"ID", "ROUTE", "CANDIDATE", "INCUMBENT", "PHASE", "WEIGHT", "HELD",
                            "SINCE", "ENDED BECAUSE"},
                           rows);
  if (response.more()) text += "There are more; --limit shows up to 500.\n";
  if (response.quarantine_size() == 0) return text;
  rows.clear();
  for (const v1::QuarantineStatus& entry : response.quarantine()) {
    rows.push_back({OneLine(entry.route()), OneLine(entry.candidate_version()),
                    OneLine(entry.rollout_id()), FormatTime(entry.since().seconds()),
                    OneLine(entry.reason())});
  }
  return text + "\nIn quarantine (a new rollout needs --unquarantine):\n" +
         Table({"ROUTE", "VERSION", "ROLLOUT", "SINCE", "REASON"}, rows);
}

}  // namespace understudy
