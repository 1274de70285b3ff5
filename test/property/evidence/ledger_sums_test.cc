// Sums do not depend on the order of samples or on how replicas shared them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "proxy/base/hash.h"
#include "proxy/evidence/ledger.h"

namespace understudy {
namespace {

using std::chrono::microseconds;

constexpr std::uint64_t kWindows = 4;

Sample AnySample(std::mt19937_64& random) {
  const auto outcome = [&random] {
    return random() % 10 == 0 ? static_cast<ExchangeOutcome>(random() % 11)
                              : ExchangeOutcome::kAnswered;
  };
  Sample sample;
  sample.window = 1 + random() % (kWindows + 1);  // the last one is never started
  sample.at = WallTime(microseconds(random() % 1'000'000));
  sample.incumbent = {.outcome = outcome(),
                      .status = random() % 9 == 0 ? 500 : 200,
                      .latency = microseconds(random() % 50'000)};
  sample.candidate_result = {.outcome = outcome(),
                             .status = random() % 9 == 0 ? 502 : 200,
                             .latency = microseconds(random() % 90'000)};
  for (std::uint16_t comparator = 0; comparator < 2; ++comparator) {
    if (random() % 5 == 0) continue;
    const double score = random() % 3 == 0 ? UnitInterval(random()) * 1.02 : 0;
    sample.scores.push_back({.comparator = comparator, .divergence = score});
  }
  if (random() % 2 == 0) {
    sample.control = {{.comparator = 0, .divergence = random() % 3 == 0 ? 1.0 : 0.0},
                      {.comparator = 1, .divergence = UnitInterval(random())}};
  }
  sample.values = {{.rule = 0,
                    .present = random() % 5 != 0,
                    .incumbent = UnitInterval(random()),
                    .candidate = UnitInterval(random()) * 1.02}};
  if (random() % 3 != 0) sample.decision = SampleDecision{random() % 2 == 0, random() % 3 == 0};
  sample.retry = random() % 20 == 0;
  sample.segments = {static_cast<std::uint16_t>(random() % 4)};
  sample.ignore_hits = {static_cast<std::uint32_t>(random() % 3)};
  return sample;
}

// A ledger whose windows are started and, when `frozen`, have their latency thresholds.
Ledger Started(bool frozen) {
  Ledger ledger(LedgerShape{.comparators = {"top1", "values"},
                            .segments = {{"language", {"en", "de"}}},
                            .values = {"tokens"},
                            .ignore_rules = 1,
                            .control = true});
  ledger.StartWindow(1, WallTime{});
  for (std::uint64_t i = 0; frozen && i < kBaselineSamples; ++i) {
    Sample sample;
    sample.window = 1;
    sample.incumbent = {
        .outcome = ExchangeOutcome::kAnswered, .status = 200, .latency = microseconds(500 * i)};
    sample.candidate_result = sample.incumbent;
    ledger.Add(sample);
  }
  for (std::uint64_t window = 2; window <= kWindows; ++window) {
    ledger.StartWindow(window, WallTime{});
  }
  return ledger;
}

std::vector<Sample> AnySamples(std::mt19937_64& random) {
  std::vector<Sample> samples(random() % 400);
  std::generate(samples.begin(), samples.end(), [&random] { return AnySample(random); });
  return samples;
}

// Without latencies, which a threshold that is not frozen yet judges by their order.
std::vector<Sample> WithoutLatencies(std::vector<Sample> samples) {
  for (Sample& sample : samples) sample.incumbent.outcome = ExchangeOutcome::kReset;
  return samples;
}

std::string Fed(Ledger ledger, const std::vector<Sample>& samples) {
  for (const Sample& sample : samples) ledger.Add(sample);
  return ledger.Encode();
}

TEST_CASE("any order of the same samples gives the same bits") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 50; ++round) {
    const bool frozen = round % 2 == 0;
    std::vector<Sample> samples = AnySamples(random);
    if (!frozen) samples = WithoutLatencies(std::move(samples));
    const std::string once = Fed(Started(frozen), samples);
    std::shuffle(samples.begin(), samples.end(), random);
    REQUIRE(Fed(Started(frozen), samples) == once);
  }
}

TEST_CASE("samples shared among replicas merge to the bits of one that saw them all") {
  std::mt19937_64 random(2);
  for (int round = 0; round < 50; ++round) {
    const std::vector<Sample> samples = WithoutLatencies(AnySamples(random));
    std::vector<Ledger> replicas(3, Started(false));
    for (const Sample& sample : samples) replicas[random() % replicas.size()].Add(sample);
    std::shuffle(replicas.begin(), replicas.end(), random);
    Ledger merged = replicas[0];
    REQUIRE(merged.Merge(replicas[1]).ok());
    REQUIRE(merged.Merge(replicas[2]).ok());
    REQUIRE(merged.Encode() == Fed(Started(false), samples));
  }
}

TEST_CASE("merging is the same in any grouping, with latency thresholds that differ") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 30; ++round) {
    std::vector<Ledger> replicas(3, Started(false));
    for (Ledger& replica : replicas) {
      for (int i = 0; i < 3; ++i) {
        for (const Sample& sample : AnySamples(random)) replica.Add(sample);
      }
    }
    Ledger left = replicas[0];
    REQUIRE(left.Merge(replicas[1]).ok());
    REQUIRE(left.Merge(replicas[2]).ok());
    Ledger right = replicas[2];
    REQUIRE(right.Merge(replicas[1]).ok());
    Ledger all = replicas[0];
    REQUIRE(all.Merge(right).ok());
    REQUIRE(left.Encode() == all.Encode());
    REQUIRE(right.Merge(replicas[0]).ok());
    REQUIRE(left.Encode() == right.Encode());
  }
}

TEST_CASE("every ledger comes back from its encoding with the same bits") {
  std::mt19937_64 random(4);
  for (int round = 0; round < 50; ++round) {
    const std::string text = Fed(Started(round % 2 == 0), AnySamples(random));
    const auto decoded = Ledger::Decode(text);
    REQUIRE(decoded.ok());
    REQUIRE(decoded->Encode() == text);
  }
}

TEST_CASE("every sample is counted once: in a window, as a retry, as refused or as stale") {
  std::mt19937_64 random(5);
  for (int round = 0; round < 50; ++round) {
    Ledger ledger = Started(false);
    const std::vector<Sample> samples = AnySamples(random);
    std::uint64_t accepted = 0;
    for (const Sample& sample : samples) accepted += ledger.Add(sample) ? 1 : 0;
    REQUIRE(ledger.Total().errors.pairs == accepted);
    const std::uint64_t retries = ledger.Total().retries;
    REQUIRE(accepted + retries + ledger.refused() + ledger.stale() == samples.size());
  }
}

}  // namespace
}  // namespace understudy
