// What was lost on the way to a comparison must be like what was compared.
#include "proxy/evidence/mirror_bias.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "evidence_samples.h"
#include "proxy/evidence/evaluate.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// 10,000 chosen requests, one half of them in each of two bands.
Coverage Lost(std::uint64_t of_small, std::uint64_t of_large) {
  Coverage coverage{.eligible = 10'000, .mirrored = 10'000 - of_small - of_large};
  coverage.compared = coverage.mirrored;
  coverage.dropped[static_cast<std::size_t>(DropReason::kCandidateMemory)] = of_small + of_large;
  coverage.loss.chosen_by_size[1] = coverage.loss.chosen_by_size[6] = 5000;
  coverage.loss.lost_by_size[1] = of_small;
  coverage.loss.lost_by_size[6] = of_large;
  coverage.loss.chosen_by_latency[2] = 10'000;
  coverage.loss.lost_by_latency[2] = of_small + of_large;
  return coverage;
}

WindowSums With(const Coverage& coverage) {
  WindowSums window;
  window.coverage = coverage;
  return window;
}

TEST_CASE("bands are powers of four") {
  CHECK(LossCounts::SizeBand(0) == 0);
  CHECK(LossCounts::SizeBand(255) == 0);
  CHECK(LossCounts::SizeBand(256) == 1);
  CHECK(LossCounts::SizeBand(1023) == 1);
  CHECK(LossCounts::SizeBand(1024) == 2);
  CHECK(LossCounts::SizeBand(4u << 20) == 8);
  CHECK(LossCounts::SizeBand(std::uint64_t{1} << 60) == 8);
  CHECK(LossCounts::LatencyBand(milliseconds(0)) == 0);
  CHECK(LossCounts::LatencyBand(milliseconds(1)) == 1);
  CHECK(LossCounts::LatencyBand(milliseconds(4)) == 2);
  CHECK(LossCounts::LatencyBand(seconds(1000)) == 8);
}

TEST_CASE("losses alike in all kinds of requests are no bias") {
  CHECK_FALSE(MirrorBias({}, With(Lost(250, 260))).has_value());
}

TEST_CASE("losses of large requests are told, with their numbers") {
  const auto bias = MirrorBias({}, With(Lost(10, 400)));
  REQUIRE(bias.has_value());
  CHECK(bias->find("256 KiB to 1 MiB") != std::string::npos);
  CHECK(bias->find("400 of 5,000") != std::string::npos);
}

TEST_CASE("a handful of losses is no matter, whatever they are") {
  CHECK_FALSE(MirrorBias({}, With(Lost(0, 60))).has_value());
}

TEST_CASE("losses of one segment are told by its name") {
  LedgerShape shape{.comparators = {"top1"}, .segments = {{"language", {"en", "de"}}}};
  WindowSums window = With(Lost(150, 150));
  window.slots[0].errors.pairs = 8000;
  window.slots[1].errors.pairs = 1700;
  window.coverage.loss.lost_by_slot[1] = 300;
  const auto bias = MirrorBias(shape, window);
  REQUIRE(bias.has_value());
  CHECK(bias->find("language=de") != std::string::npos);
}

TEST_CASE("a large segment is not suspect because pairs of the warm-up do not count") {
  LedgerShape shape{.comparators = {"top1"}, .segments = {{"language", {"en", "de"}}}};
  WindowSums window = With(Lost(100, 100));
  // Half of what was compared came in the warm-up.
  window.slots[0].errors.pairs = 4410;
  window.slots[1].errors.pairs = 490;
  window.coverage.loss.lost_by_slot[0] = 180;
  window.coverage.loss.lost_by_slot[1] = 20;
  CHECK_FALSE(MirrorBias(shape, window).has_value());
}

TEST_CASE("a biased mirror makes a verdict MIRROR_LOSS even where enough was compared") {
  Ledger ledger = OneComparator();
  for (int i = 0; i < 1000; ++i) ledger.Add(Scored(0));
  ledger.AddCoverage(Lost(10, 400));
  const Verdict verdict = Evaluate(ledger, PlanOf({MeanAtMost(0.02)}), {}, At(1));
  CHECK(verdict.kind == VerdictKind::kInconclusive);
  CHECK(verdict.reason == InconclusiveReason::kMirrorLoss);
}

}  // namespace
}  // namespace understudy
