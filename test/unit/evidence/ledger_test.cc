// What the ledger counts, where, and what it refuses.
#include "proxy/evidence/ledger.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "evidence_samples.h"
#include "proxy/base/histogram.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;

TEST_CASE("a score that is no number in [0,1] is refused whole and counted") {
  Ledger ledger = OneComparator();
  const double bad[] = {std::nan(""), -0.001, 1.0000001, std::numeric_limits<double>::infinity(),
                        -std::numeric_limits<double>::infinity()};
  for (const double divergence : bad) CHECK_FALSE(ledger.Add(Scored(divergence)));
  CHECK(ledger.refused() == 5);
  CHECK(ledger.Current()->scores[0].n() == 0);
  CHECK(ledger.Current()->errors.pairs == 0);
  CHECK_FALSE(ledger.Current()->newest_sample.has_value());
}

TEST_CASE("a sample beyond the ledger's shape is refused") {
  Ledger ledger(LedgerShape{.comparators = {"top1"}, .segment_values = {2}, .ignore_rules = 1});
  ledger.StartWindow(1, At(0));
  Sample unknown_comparator = Scored(0);
  unknown_comparator.scores[0].comparator = 1;
  Sample twice = Scored(0);
  twice.scores.push_back(twice.scores[0]);
  Sample unknown_slot = Scored(0);
  unknown_slot.segments = {4};
  Sample unknown_segment = Scored(0);
  unknown_segment.segments = {0, 0};
  Sample unknown_rule = Scored(0);
  unknown_rule.ignore_hits = {1, 1};
  for (const Sample& sample :
       {unknown_comparator, twice, unknown_slot, unknown_segment, unknown_rule}) {
    CHECK_FALSE(ledger.Add(sample));
  }
  CHECK(ledger.refused() == 5);
  Sample last_slot = Scored(0);
  last_slot.segments = {3};
  CHECK(ledger.Add(last_slot));
}

TEST_CASE("a sample counts in the window it was served in, and nowhere when that is unknown") {
  Ledger ledger = OneComparator();
  ledger.StartWindow(2, At(10));
  CHECK(ledger.Add(Scored(1, 1)));
  CHECK(ledger.Add(Scored(0, 2)));
  CHECK_FALSE(ledger.Add(Scored(0, 3)));
  CHECK(ledger.stale() == 1);
  CHECK(ledger.windows()[0].scores[0].ones == 1);
  CHECK(ledger.Current()->scores[0].zeros == 1);
  CHECK(ledger.Current()->id == 2);
  CHECK(ledger.Total().scores[0].n() == 2);
}

TEST_CASE("naming the current window or an older one again changes nothing") {
  Ledger ledger = OneComparator();
  ledger.Add(Scored(1));
  const Ledger before = ledger;
  ledger.StartWindow(1, At(50));
  ledger.StartWindow(0, At(50));
  CHECK(ledger == before);
}

TEST_CASE("scores keep 0 and 1 exactly and the rest in bins") {
  Ledger ledger = OneComparator();
  for (const double score : {0.0, 0.0, 1.0, 0.5, 1e-9, std::nextafter(1.0, 0.0)}) {
    ledger.Add(Scored(score));
  }
  const ScoreSums& scores = ledger.Current()->scores[0];
  CHECK(scores.zeros == 2);
  CHECK(scores.ones == 1);
  CHECK(scores.between.bins() == std::vector<BinCount>{{0, 1}, {512, 1}, {1023, 1}});
  CHECK(scores.Mean() == Approx(2.5 / 6).margin(1e-6));
}

TEST_CASE("errors are counted per arm and together") {
  Ledger ledger = OneComparator();
  Sample candidate = Scored(1);
  candidate.candidate_result = Failed();
  Sample incumbent = Scored(0);
  incumbent.scores.clear();
  incumbent.incumbent = Answered(milliseconds(1), 503);
  Sample both = incumbent;
  both.candidate_result = Answered(milliseconds(1), 500);
  for (const Sample& sample : {Scored(0), candidate, incumbent, both}) CHECK(ledger.Add(sample));
  const ErrorSums& errors = ledger.Current()->errors;
  CHECK(errors.pairs == 4);
  CHECK(errors.candidate == 2);
  CHECK(errors.incumbent == 2);
  CHECK(errors.both == 1);
  CHECK(errors.Discordant() == 2);
  CHECK(ledger.Current()->compared == 2);
}

TEST_CASE("segments and ignore rules have sums of their own") {
  Ledger ledger(
      LedgerShape{.comparators = {"top1", "values"}, .segment_values = {2, 1}, .ignore_rules = 2});
  ledger.StartWindow(1, At(0));
  Sample sample = Scored(1);
  sample.scores.push_back({.comparator = 1, .divergence = 0.25});
  sample.segments = {3, 0};
  sample.ignore_hits = {0, 7};
  ledger.Add(sample);
  ledger.Add(sample);
  CHECK(ledger.Segment(0, 3, 0).n == 2);
  CHECK(ledger.Segment(0, 3, 0).Mean() == 1);
  CHECK(ledger.Segment(1, 0, 1).Mean() == 0.25);
  CHECK(ledger.Segment(0, 0, 0).n == 0);
  CHECK(ledger.Segment(9, 0, 0).n == 0);
  CHECK(ledger.Current()->ignore_hits == std::vector<std::uint64_t>{0, 14});
}

TEST_CASE("the latency threshold freezes at the hundredth answer and judges only later ones") {
  Ledger ledger = OneComparator();
  for (int i = 1; i <= 99; ++i) {
    Sample sample = Scored(0);
    sample.incumbent = Answered(milliseconds(i));
    ledger.Add(sample);
  }
  CHECK_FALSE(ledger.Current()->latency.baseline.has_value());
  ledger.Add(Scored(0));
  REQUIRE(ledger.Current()->latency.baseline.has_value());
  CHECK(ledger.Current()->latency.judged.empty());
  const LatencyBaseline frozen = *ledger.Current()->latency.baseline;

  Sample slow = Scored(0);
  slow.incumbent = Answered(milliseconds(1000));
  slow.candidate_result = Failed(ExchangeOutcome::kTotalTimeout);
  Sample refused = Scored(1);
  refused.candidate_result = Failed(ExchangeOutcome::kConnectRefused);
  ledger.Add(slow);
  ledger.Add(refused);
  const LatencySums& latency = ledger.Current()->latency;
  CHECK(latency.baseline == frozen);
  REQUIRE(latency.judged.count(frozen) == 1);
  // Above all four quantiles of the incumbent, and in the candidate's last bucket.
  CHECK(latency.judged.at(frozen)[4].total() == 1);
  CHECK(latency.judged.at(frozen)[4].AtOrAbove(HistogramScale::kBuckets - 1) == 1);
  CHECK(latency.candidate.total() == 101);
}

TEST_CASE("a later window takes its latency threshold from the windows before it") {
  Ledger ledger = OneComparator();
  AddPairs(ledger, 120, 0);
  ledger.StartWindow(2, At(60));
  CHECK(ledger.Current()->latency.baseline.has_value());
}

TEST_CASE("beyond the bound the oldest windows are folded together and nothing is lost") {
  Ledger ledger = OneComparator();
  for (std::uint64_t window = 1; window <= Ledger::kMaxWindows + 10; ++window) {
    ledger.StartWindow(window, At(0));
    CHECK(ledger.Add(Scored(1, window)));
  }
  CHECK(ledger.windows().size() == Ledger::kMaxWindows);
  CHECK(ledger.Total().scores[0].ones == Ledger::kMaxWindows + 10);
  CHECK(ledger.Current()->ordinal == Ledger::kMaxWindows + 10);
  CHECK_FALSE(ledger.Add(Scored(1, 1)));
  CHECK(ledger.stale() == 1);
}

TEST_CASE("ledgers of different shapes do not merge") {
  Ledger ledger = OneComparator("top1");
  CHECK(ledger.Merge(OneComparator("values")).code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("coverage goes to the current window and is refused without one") {
  Ledger ledger(LedgerShape{.comparators = {"top1"}});
  CHECK_FALSE(ledger.AddCoverage(FullCoverage(3)));
  ledger.StartWindow(1, At(0));
  CHECK(ledger.AddCoverage(FullCoverage(3)));
  CHECK(ledger.AddCoverage(FullCoverage(4)));
  CHECK(ledger.Current()->coverage == FullCoverage(7));
}

}  // namespace
}  // namespace understudy
