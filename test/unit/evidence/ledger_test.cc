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
  Ledger ledger(LedgerShape{
      .comparators = {"top1"}, .segments = {{"language", {"en", "de"}}}, .ignore_rules = 1});
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
  Ledger ledger(LedgerShape{.comparators = {"top1", "values"},
                            .segments = {{"language", {"en", "de"}}, {"size", {"large"}}},
                            .ignore_rules = 2});
  ledger.StartWindow(1, At(0));
  Sample sample = Scored(1);
  sample.scores.push_back({.comparator = 1, .divergence = 0.25});
  sample.segments = {3, 0};
  sample.ignore_hits = {0, 7};
  ledger.Add(sample);
  ledger.Add(sample);
  const auto& slots = ledger.Current()->slots;
  const LedgerShape& shape = ledger.shape();
  REQUIRE(slots.size() == 2);
  CHECK(slots.at(shape.Slot(0, 3)).errors.pairs == 2);
  CHECK(slots.at(shape.Slot(0, 3)).scores[0].Mean() == 1);
  CHECK(slots.at(shape.Slot(1, 0)).scores[1].Mean() == 0.25);
  CHECK(shape.SlotName(0, 1) == "language=de");
  CHECK(shape.SlotName(0, 2) == "language=other");
  CHECK(shape.SlotName(0, 3) == "language=unknown");
  CHECK(ledger.Current()->ignore_hits == std::vector<std::uint64_t>{0, 14});
  CHECK(ledger.Current()->ignore_pairs == std::vector<std::uint64_t>{0, 2});
}

TEST_CASE("numbers that are no shares, and the control's scores, are held to the same bounds") {
  Ledger ledger(LedgerShape{.comparators = {"top1"}, .values = {"tokens"}, .control = true});
  ledger.StartWindow(1, At(0));
  Sample control = Scored(0);
  control.control = {{.comparator = 0, .divergence = std::nan("")}};
  Sample second = Scored(0);
  second.control = {{.comparator = 1, .divergence = 0}};
  Sample value = Scored(0);
  value.values = {{.rule = 0, .present = true, .incumbent = 0.5, .candidate = 1.5}};
  Sample rule = Scored(0);
  rule.values = {{.rule = 1}};
  for (const Sample& sample : {control, second, value, rule}) CHECK_FALSE(ledger.Add(sample));
  CHECK(ledger.refused() == 4);
  CHECK(ledger.Current()->compared == 0);
}

TEST_CASE("the candidate's divergence is counted beyond the control's of the same request") {
  Ledger ledger(LedgerShape{.comparators = {"top1"}, .control = true});
  ledger.StartWindow(1, At(0));
  const auto add = [&](double candidate, double control) {
    Sample sample = Scored(candidate);
    sample.control = {{.comparator = 0, .divergence = control}};
    REQUIRE(ledger.Add(sample));
  };
  add(1, 0);
  add(0, 1);
  add(1, 1);
  add(0.75, 0.25);
  ledger.Add(Scored(1));  // was not asked twice
  const NoiseSums& noise = ledger.Current()->noise[0];
  CHECK(noise.control.n() == 4);
  CHECK(noise.excess.plus == 1);
  CHECK(noise.excess.minus == 1);
  CHECK(noise.excess.zeros == 1);
  CHECK(noise.excess.between.bins() == std::vector<BinCount>{{1536, 1}});
  CHECK(noise.excess.Mean() == Approx(0.125).margin(1e-6));
  CHECK(ledger.Current()->scores[0].n() == 5);
}

TEST_CASE("values are counted by arm and by difference, and missing ones apart") {
  Ledger ledger(LedgerShape{.comparators = {"top1"}, .values = {"tokens"}});
  ledger.StartWindow(1, At(0));
  Sample sample = Scored(0);
  sample.values = {{.rule = 0, .present = true, .incumbent = 0.25, .candidate = 0.5}};
  ledger.Add(sample);
  sample.values = {{.rule = 0}};
  ledger.Add(sample);
  const ValueSums& value = ledger.Current()->values[0];
  CHECK(value.incumbent.Mean() == 0.25);
  CHECK(value.candidate.Mean() == 0.5);
  CHECK(value.increase.Mean() == 0.25);
  CHECK(value.missing == 1);
}

TEST_CASE("samples of the warm-up and retries are shown and do not count") {
  Ledger ledger(LedgerShape{.comparators = {"top1"}, .warm_up = std::chrono::seconds(10)});
  ledger.StartWindow(1, At(100));
  CHECK_FALSE(ledger.Add(Scored(1, 1, 109.9)));
  CHECK(ledger.Add(Scored(1, 1, 110)));
  Sample retry = Scored(1, 1, 111);
  retry.retry = true;
  CHECK_FALSE(ledger.Add(retry));
  CHECK(ledger.Current()->warming_up == 1);
  CHECK(ledger.Current()->retries == 1);
  CHECK(ledger.Current()->compared == 1);
  CHECK(ledger.Current()->scores[0].n() == 1);
}

TEST_CASE(
    "what arms served is kept by the share that was in force, and latencies from a baseline on") {
  Ledger ledger = OneComparator();
  ServingSums delta;
  delta.share_ppm = 100'000;
  delta.candidate_assigned = 10;
  delta.incumbent_assigned = 90;
  for (int i = 0; i < 2; ++i) {
    delta.incumbent_latency = SparseCounts();
    delta.incumbent_latency.Add(100, 60);
    delta.candidate_latency = SparseCounts();
    delta.candidate_latency.Add(200, 5);
    ledger.AddServing(delta);
  }
  ledger.AddServing(delta);
  delta.share_ppm = 500'000;
  ledger.AddServing(delta);
  const std::vector<ServingSums>& serving = ledger.Current()->serving;
  REQUIRE(serving.size() == 2);
  CHECK(serving[0].candidate_assigned == 30);
  CHECK(serving[0].incumbent_assigned == 270);
  REQUIRE(serving[0].baseline.has_value());
  CHECK((*serving[0].baseline)[0] == 100);
  CHECK(serving[0].candidate_latency.total() == 5);  // of the third alone
  CHECK_FALSE(serving[1].baseline.has_value());
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
