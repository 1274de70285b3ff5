// A rollout as a tree. Each branch is a function that returns its lines; RenderTree joins them.
#include "proxy/cli/render_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "proxy/cli/format.h"
#include "proxy/cli/text.h"
#include "proxy/cli/words.h"

namespace understudy {
namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t kSparklineWidth = 40;

struct Branch {
  std::string title;
  Lines lines;
};

Lines SplitLines(const std::string& text) {
  Lines lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// "digits  v2 (2) against v1 (1)": of the rollout, or of the candidate that has none.
template <typename Named>
std::string Contest(const Named& named, const Paint& paint) {
  return paint.Bold(OneLine(named.route())) + "  " +
         ArmText(named.candidate(), named.candidate_version()) + " against " +
         ArmText(named.incumbent(), named.incumbent_version());
}

std::string Title(const Picture& picture, const Paint& paint) {
  const v1::CandidateStatus& status = picture.status;
  std::string text =
      status.has_rollout() ? Contest(status.rollout(), paint) : Contest(status, paint);
  if (status.has_rollout()) {
    const v1::Rollout& rollout = status.rollout();
    text += fmt::format("  {} at {}", paint.Bold(PhaseText(rollout)),
                        WeightText(rollout.weight_percent()));
    if (rollout.holds_size() > 0) text += paint.Yellow("  held: " + HoldsText(rollout));
    text +=
        paint.Dim(fmt::format("  {} generation {}", OneLine(rollout.id()), rollout.generation()));
  } else {
    text += "  observed without a rollout";
  }
  if (picture.route.killed()) text += paint.Red("  KILLED");
  if (picture.route.frozen()) text += paint.Yellow("  FROZEN");
  return text;
}

Branch Arms(const v1::RouteStatus& route) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::ArmStatus& arm : route.arms()) {
    rows.push_back({OneLine(arm.role()), ArmText(arm.cluster(), arm.version()),
                    WeightText(arm.share_configured() * 100), FormatShare(arm.share_measured()),
                    std::to_string(arm.requests()), std::to_string(arm.errors()),
                    FormatLatency(arm.p50_seconds()), FormatLatency(arm.p99_seconds())});
  }
  if (rows.empty()) return {"arms", {"no traffic yet"}};
  return {"arms", SplitLines(Table({"ROLE", "CLUSTER", "CONFIGURED", "MEASURED", "REQUESTS",
                                    "ERRORS", "P50", "P99"},
                                   rows))};
}

std::string CoverageText(const v1::CandidateStatus& status) {
  const bool none = status.has_coverage() && status.coverage().chosen() == 0;
  return none ? "unknown (none chosen)" : FormatShare(status.verdict().coverage());
}

Branch Evidence(const v1::CandidateStatus& status) {
  Lines lines;
  lines.push_back(fmt::format("{} pairs, {}/s, coverage {}", status.pairs(),
                              FormatNumber(status.pairs_per_second()), CoverageText(status)));
  const std::vector<double> history(status.divergence_history().begin(),
                                    status.divergence_history().end());
  if (!history.empty()) {
    lines.push_back(fmt::format("divergence {} now {}, at most {}",
                                Sparkline(history, kSparklineWidth), FormatNumber(history.back()),
                                FormatNumber(*std::max_element(history.begin(), history.end()))));
  }
  return {"evidence", std::move(lines)};
}

// Where the present stage stands against what it asks for.
std::string StageProgress(const Picture& picture, const v1::PlanStage& stage) {
  const v1::CandidateStatus& status = picture.status;
  std::string text = fmt::format("{}/{} pairs", status.pairs(), stage.min_samples());
  if (picture.now > 0) {
    text += fmt::format(", {}", FormatSeconds(StageSeconds(status.rollout(), picture.now)));
    text += fmt::format("/{}", FormatSeconds(static_cast<double>(stage.min_duration().seconds())));
  }
  text += fmt::format(", coverage {}/{}", CoverageText(status), FormatShare(stage.min_coverage()));
  return text;
}

// What a stage asks for; its approval is asked for before it begins.
std::string StageDemand(const v1::PlanStage& stage, bool begun, bool approved) {
  std::string text =
      fmt::format("{} pairs, {}", stage.min_samples(),
                  FormatSeconds(static_cast<double>(stage.min_duration().seconds())));
  if (stage.approval_required() && !begun) text += approved ? ", approved" : ", needs approval";
  return text;
}

// How many stages lie behind; all of them while BAKING and after completion.
int StagesDone(const v1::Rollout& rollout) {
  switch (rollout.phase()) {
    case v1::Rollout::BAKING:
    case v1::Rollout::COMPLETED:
      return rollout.plan().stages_size();
    case v1::Rollout::SHADOWING:
    case v1::Rollout::RAMPING:
    case v1::Rollout::ROLLED_BACK:
    case v1::Rollout::CANCELLED:
      return static_cast<int>(rollout.stage());
    default:
      return 0;
  }
}

bool InStages(const v1::Rollout& rollout) {
  return rollout.phase() == v1::Rollout::SHADOWING || rollout.phase() == v1::Rollout::RAMPING;
}

std::string Marked(bool done, bool present, const std::string& text, const Paint& paint) {
  if (done) return paint.Green("✓ ") + text;
  if (present) return paint.Bold("▶ " + text);
  return paint.Dim("· " + text);
}

Branch Stages(const Picture& picture, const Paint& paint) {
  const v1::Rollout& rollout = picture.status.rollout();
  const int done = StagesDone(rollout);
  Lines lines;
  for (int i = 0; i < rollout.plan().stages_size(); ++i) {
    const v1::PlanStage& stage = rollout.plan().stages(i);
    const bool present = InStages(rollout) && i == done;
    const std::string text =
        PadRight(WeightText(stage.weight_percent()), 8) +
        (present ? StageProgress(picture, stage)
                 : StageDemand(stage, i < done, i == done + 1 && rollout.stage_approved()));
    lines.push_back(Marked(i < done, present, text, paint));
  }
  const std::string bake = fmt::format(
      "bake    {}", FormatSeconds(static_cast<double>(rollout.plan().bake_duration().seconds())));
  lines.push_back(Marked(rollout.phase() == v1::Rollout::COMPLETED,
                         rollout.phase() == v1::Rollout::BAKING, bake, paint));
  return {fmt::format("stages of plan {}", OneLine(rollout.plan().name())), std::move(lines)};
}

Branch Checks(const v1::Verdict& verdict, const Paint& paint) {
  std::vector<std::vector<std::string>> rows;
  for (const v1::CheckStatus& check : verdict.checks()) {
    std::string name = OneLine(check.check());
    if (!check.segment().empty()) name += " " + OneLine(check.segment());
    if (!check.required()) name += " (not required)";
    rows.push_back({name, VerdictText(check.kind(), check.reason(), paint), EstimateText(check),
                    OneLine(check.sentence())});
  }
  if (rows.empty()) return {"checks", {"not evaluated yet"}};
  return {"checks", SplitLines(Table({"CHECK", "VERDICT", "ESTIMATE", "WHY"}, rows))};
}

Branch Outlook(const Picture& picture, const Paint& paint) {
  const v1::Verdict& verdict = picture.status.verdict();
  Lines lines;
  if (!verdict.sentence().empty()) lines.push_back(OneLine(verdict.sentence()));
  if (verdict.has_eta()) {
    lines.push_back("verdict in about " +
                    FormatSeconds(static_cast<double>(verdict.eta().seconds())));
  }
  if (!picture.explanation.next_step().empty()) {
    lines.push_back("next: " + OneLine(picture.explanation.next_step()));
  }
  return {"verdict " + VerdictText(verdict.kind(), verdict.reason(), paint), std::move(lines)};
}

Branch Blockers(const v1::Explanation& explanation, const Paint& paint) {
  Lines lines;
  for (const v1::Blocker& blocker : explanation.blockers()) {
    std::string kind = OneLine(blocker.kind());
    if (!blocker.name().empty()) kind += " " + OneLine(blocker.name());
    lines.push_back(paint.Yellow(kind) + ": " + OneLine(blocker.sentence()));
  }
  return {"blocked by", std::move(lines)};
}

std::string Join(const std::vector<Branch>& branches, const Paint& paint) {
  std::string text;
  for (std::size_t i = 0; i < branches.size(); ++i) {
    const bool last = i + 1 == branches.size();
    text += (last ? "└─ " : "├─ ") + paint.Bold(branches[i].title) + "\n";
    for (const std::string& line : branches[i].lines) {
      text += (last ? "     " : "│    ") + line + "\n";
    }
  }
  return text;
}

}  // namespace

double StageSeconds(const v1::Rollout& rollout, std::int64_t now) {
  std::int64_t end = now;  // a hold stops the stage's clock
  if (rollout.has_held_since()) end = std::min(end, rollout.held_since().seconds());
  const std::int64_t seconds =
      end - rollout.stage_since().seconds() - rollout.stage_held().seconds();
  return static_cast<double>(std::max<std::int64_t>(0, seconds));
}

std::string RenderTree(const Picture& picture, const Paint& paint) {
  const v1::CandidateStatus& status = picture.status;
  std::vector<Branch> branches;
  if (!picture.route.name().empty()) branches.push_back(Arms(picture.route));
  branches.push_back(Evidence(status));
  if (status.has_rollout()) branches.push_back(Stages(picture, paint));
  if (!status.rollout().ended_reason().empty()) {
    branches.push_back({"ended", {OneLine(status.rollout().ended_reason())}});
  }
  branches.push_back(Checks(status.verdict(), paint));
  branches.push_back(Outlook(picture, paint));
  if (picture.explanation.blockers_size() > 0) {
    branches.push_back(Blockers(picture.explanation, paint));
  }
  return Title(picture, paint) + "\n" + Join(branches, paint);
}

}  // namespace understudy
