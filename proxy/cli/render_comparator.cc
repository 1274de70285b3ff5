// Tables of comparators and options, and a trial as a diff.
#include "proxy/cli/render_comparator.h"

#include <fmt/format.h>

#include "proxy/cli/format.h"
#include "proxy/cli/text.h"

namespace understudy {
namespace {

std::string Verdict(const TrialScore& trial, const Paint& paint) {
  if (trial.score.compared) return FormatNumber(trial.score.divergence);
  if (!trial.applies) return paint.Dim("does not apply to this pair");
  return paint.Yellow("not compared (" + OneLine(trial.score.uncomparable) + ")");
}

}  // namespace

std::string RenderComparators(const std::vector<ComparatorInfo>& comparators) {
  std::vector<std::vector<std::string>> rows;
  for (const ComparatorInfo& one : comparators) {
    rows.push_back({OneLine(one.name), one.way, OneLine(one.summary)});
  }
  return Table({"NAME", "WAY", "SCORE"}, rows);
}

std::string RenderComparator(const ComparatorInfo& comparator, const Paint& paint) {
  std::string text = fmt::format("{}  {}, version {}\n", paint.Bold(OneLine(comparator.name)),
                                 OneLine(comparator.origin), comparator.version);
  text += fmt::format("score 0 (the same) to 1 (nothing alike): {}\n", OneLine(comparator.summary));
  if (comparator.options.empty()) return text + "It has no options.\n";
  std::vector<std::vector<std::string>> rows;
  for (const OptionInfo& option : comparator.options) {
    rows.push_back({OneLine(option.name), OneLine(option.type), OneLine(option.default_value),
                    OneLine(option.meaning)});
  }
  return text + Table({"OPTION", "TAKES", "DEFAULT", "MEANS"}, rows);
}

std::string RenderTrial(const TrialResult& result, const Paint& paint) {
  std::string text;
  for (const TrialScore& trial : result.scores) {
    text +=
        fmt::format("{}  {}", paint.Bold(OneLine(trial.score.comparator)), Verdict(trial, paint));
    if (!trial.score.reason.empty()) text += "  " + OneLine(trial.score.reason);
    text += "\n";
    for (const RecordedDifference& difference : trial.score.differences) {
      text += fmt::format("  {}  {}\n",
                          difference.path.empty() ? "(the whole body)" : OneLine(difference.path),
                          paint.Dim(OneLine(difference.kind)));
      if (!difference.baseline.empty()) {
        text += "    " + paint.Red("- " + OneLine(difference.baseline)) + "\n";
      }
      if (!difference.candidate.empty()) {
        text += "    " + paint.Green("+ " + OneLine(difference.candidate)) + "\n";
      }
    }
  }
  for (const IgnoredPlace& place : result.ignored) {
    text += fmt::format("ignored: {} ({} {})\n", OneLine(place.path), place.leaves,
                        place.leaves == 1 ? "value" : "values");
  }
  return text;
}

}  // namespace understudy
