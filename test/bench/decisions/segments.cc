// One slice of traffic of twenty is 6 points worse than the others: does the check of all traffic
// notice, and does evidence of each segment?
#include <string>
#include <vector>

#include "fmt/format.h"
#include "test/bench/decisions/random.h"
#include "test/bench/decisions/segment_judges.h"
#include "test/bench/decisions/tables.h"

namespace understudy::decisions {
namespace {

struct Case {
  double margin;
  double rate;       // of every segment
  double worse = 0;  // added to one
};

std::vector<Outcome> Draw(const Case& given, std::uint64_t run) {
  Random random(fmt::format("segments {} {} {}", given.margin, given.rate, given.worse), run);
  std::vector<Outcome> outcomes;
  for (std::uint64_t i = 0; i < kPairs; ++i) {
    const auto segment = static_cast<std::uint16_t>(random.Uniform() * kSegments);
    outcomes.push_back(
        {segment, random.Chance(given.rate + (segment == kWorse ? given.worse : 0))});
  }
  return outcomes;
}

std::string MedianText(const Stops& stops) {
  const Figure median = stops.Median();
  return fmt::format("median {}{:.0f} pairs", median.beyond ? "more than " : "", median.value);
}

// Among the segments listed at most a share kSegmentAlpha is listed wrongly on average; here only
// one can be right.
Row NamedRow(const std::string& about, const Judged& judged) {
  const std::size_t runs = judged.fails.runs();
  return ErrorRow(about + ", not that one alone named",
                  1 - static_cast<double>(judged.named) / static_cast<double>(runs), runs,
                  kSegmentAlpha);
}

Row FoundRow(const std::string& about, const Judged& judged) {
  Row row = MedianRow(about, judged.fails);
  row.rule = "found in every run";
  row.ok = judged.fails.Share() == 1;
  return row;
}

void AddWorse(Rows& rows, const Case& given) {
  constexpr std::uint64_t kRuns = 200;
  Judged formula;
  Judged all;
  Judged declared;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    const std::vector<Outcome> outcomes = Draw(given, run);
    JudgeByFormula(outcomes, given.margin, formula);
    JudgeByVerdict(outcomes, given.margin, false, all);
    JudgeByVerdict(outcomes, given.margin, true, declared);
  }
  const std::string about =
      fmt::format("margin {:g} %, others {:g} %: ", 100 * given.margin, 100 * given.rate);
  rows.push_back(ReportedRow(about + "the check of all traffic fails", "share of runs",
                             {all.fails.Share()}, kRuns));
  rows.back().remark = MedianText(all.fails);
  rows.push_back(ReportedRow(about + "the check of all traffic passes it", "share of runs",
                             {all.passes.Share()}, kRuns));
  rows.back().remark = MedianText(all.passes);
  rows.push_back(FoundRow(about + "with segments by the formula", formula));
  rows.push_back(NamedRow(about + "with segments by the formula", formula));
  rows.push_back(FoundRow(about + "segments declared, verdict FAIL", declared));
  rows.push_back(NamedRow(about + "segments declared, verdict FAIL", declared));
  rows.push_back(ErrorRow(about + "segments declared, PASS before FAIL", declared.passes.Share(),
                          kRuns, kSegmentAlpha));
}

void AddEqual(Rows& rows, const Case& given) {
  constexpr std::uint64_t kRuns = 2000;
  Judged formula;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    JudgeByFormula(Draw(given, run), given.margin, formula);
  }
  rows.push_back(ErrorRow(fmt::format("margin {:g} %, all {:g} %: with segments, 20,000 pairs",
                                      100 * given.margin, 100 * given.rate),
                          formula.fails.Share(), kRuns, kSegmentAlpha));
}

}  // namespace

Rows Segments() {
  constexpr double kSixPoints = 0.06;
  Rows rows;
  AddWorse(rows, {.margin = 0.02, .rate = 0.01, .worse = kSixPoints});
  AddWorse(rows, {.margin = 0.01, .rate = 0.01, .worse = kSixPoints});
  AddEqual(rows, {.margin = 0.02, .rate = 0.02});
  AddEqual(rows, {.margin = 0.02, .rate = 0.01});
  return rows;
}

}  // namespace understudy::decisions
