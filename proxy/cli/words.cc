// Messages of the admin API in the words people read.
#include "proxy/cli/words.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "proxy/cli/format.h"
#include "proxy/cli/text.h"

namespace understudy {

std::string PhaseText(const v1::Rollout& rollout) {
  const std::string& name = v1::Rollout::Phase_Name(rollout.phase());
  if (rollout.phase() == v1::Rollout::SHADOWING || rollout.phase() == v1::Rollout::RAMPING) {
    return fmt::format("{} {}/{}", name, rollout.stage() + 1, rollout.plan().stages_size());
  }
  return name.empty() ? std::to_string(rollout.phase()) : name;  // of a newer server
}

// Exactly: a weight has steps of 0.0001 %.
std::string WeightText(double weight_percent) {
  if (!std::isfinite(weight_percent)) return "-";
  std::string text = fmt::format("{:.4f}", weight_percent);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text + "%";
}

std::string ArmText(const std::string& cluster, const std::string& version) {
  if (version.empty()) return OneLine(cluster);
  return fmt::format("{} ({})", OneLine(cluster), OneLine(version));
}

std::string HoldsText(const v1::Rollout& rollout) {
  std::vector<std::string> names;
  for (const int hold : rollout.holds()) {
    const std::string& name = v1::Rollout::Hold_Name(static_cast<v1::Rollout::Hold>(hold));
    names.push_back(name.empty() ? std::to_string(hold) : name);
  }
  return names.empty() ? "-" : fmt::format("{}", fmt::join(names, ", "));
}

std::string VerdictText(v1::Verdict::Kind kind, v1::Verdict::Reason reason, const Paint& paint) {
  switch (kind) {
    case v1::Verdict::PASS:
      return paint.Green("PASS");
    case v1::Verdict::WARN:
      return paint.Yellow("WARN");
    case v1::Verdict::FAIL:
      return paint.Red("FAIL");
    default:
      break;
  }
  if (reason == v1::Verdict::REASON_NONE) return paint.Yellow("INCONCLUSIVE");
  return paint.Yellow("INCONCLUSIVE " + v1::Verdict::Reason_Name(reason));
}

std::string EstimateText(const v1::CheckStatus& check) {
  return fmt::format("{} [{}, {}], limit {}, n {}", FormatNumber(check.estimate()),
                     FormatNumber(check.interval_low()), FormatNumber(check.interval_high()),
                     FormatNumber(check.limit()), check.samples());
}

std::string RolloutLine(const v1::Rollout& rollout) {
  return fmt::format("{} {}: {} against {}, {} at {}, generation {}", OneLine(rollout.id()),
                     OneLine(rollout.route()),
                     ArmText(rollout.candidate(), rollout.candidate_version()),
                     ArmText(rollout.incumbent(), rollout.incumbent_version()), PhaseText(rollout),
                     WeightText(rollout.weight_percent()), rollout.generation());
}

}  // namespace understudy
