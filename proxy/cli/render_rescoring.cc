// Counts, a line for each comparator, its examples and the checks.
#include "proxy/cli/render_rescoring.h"

#include <fmt/format.h>

#include "proxy/cli/format.h"
#include "proxy/cli/text.h"

namespace understudy {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string MeanText(const std::optional<double>& mean) { return mean ? FormatNumber(*mean) : "-"; }

std::string Counts(const Rescoring& rescoring) {
  std::string text =
      fmt::format("{} records, {} of them compared again", rescoring.records, rescoring.rescored);
  const auto add = [&text](std::uint64_t count, const char* what) {
    if (count > 0) text += fmt::format("; {} {}", count, what);
  };
  add(rescoring.not_kept, "without bodies (see capture.mode)");
  add(rescoring.cut, "with a body cut to capture.max_bytes");
  add(rescoring.withheld, "with a body that redaction withheld");
  add(rescoring.no_answer, "without a whole answer of both arms");
  text += "\n";
  if (rescoring.redacted > 0) {
    text += fmt::format("{} of them have redacted values, which compare as the same\n",
                        rescoring.redacted);
  }
  return text;
}

std::string Comparators(const Rescoring& rescoring) {
  Rows rows;
  for (const RescoredComparator& one : rescoring.comparators) {
    rows.push_back({OneLine(one.name), std::to_string(one.pairs), MeanText(one.mean_before),
                    MeanText(one.mean_after), std::to_string(one.became_same),
                    std::to_string(one.became_different), std::to_string(one.uncomparable)});
  }
  return Table({"COMPARATOR", "PAIRS", "MEAN BEFORE", "MEAN NOW", "NOW THE SAME", "NOW DIFFERENT",
                "UNCOMPARABLE"},
               rows);
}

std::string Examples(const Rescoring& rescoring) {
  std::string text;
  for (const RescoredComparator& one : rescoring.comparators) {
    for (const auto* examples : {&one.examples_same, &one.examples_different}) {
      for (const RescoredExample& example : *examples) {
        text += fmt::format("{}  {}  {} -> {}  {}\n", OneLine(one.name), OneLine(example.id),
                            FormatNumber(example.before), FormatNumber(example.after),
                            OneLine(example.reason));
      }
    }
  }
  return text;
}

std::string Checks(const Rescoring& rescoring) {
  Rows rows;
  for (const RescoredCheck& check : rescoring.checks) {
    const EvidenceAnswer& answer = check.answer;
    rows.push_back({OneLine(check.comparator), FormatShare(answer.limit),
                    std::string(ToString(answer.verdict)), FormatNumber(answer.estimate),
                    fmt::format("{} to {}", FormatNumber(answer.interval_low),
                                FormatNumber(answer.interval_high)),
                    std::to_string(answer.samples)});
  }
  if (rows.empty()) return "";
  return "\n" + Table({"CHECK", "AT MOST", "WOULD BE", "ESTIMATE", "INTERVAL", "PAIRS"}, rows);
}

}  // namespace

std::string RenderRescoring(const Rescoring& rescoring, const Paint& paint) {
  std::string text = Counts(rescoring) + paint.Yellow(SampleNote(rescoring)) + "\n";
  if (rescoring.rescored == 0) return text;
  return text + Comparators(rescoring) + Examples(rescoring) + Checks(rescoring);
}

}  // namespace understudy
