// Snapshots of evidence: they come back whole, and nothing else is taken for one.
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "evidence_samples.h"
#include "proxy/base/hash.h"
#include "proxy/base/status.h"
#include "proxy/evidence/ledger.h"

namespace understudy {
namespace {

using std::chrono::microseconds;

Ledger Busy(std::size_t windows = 3) {
  Ledger ledger(LedgerShape{.comparators = {"top1", "values"},
                            .segments = {{"language", {"en", "de"}, false}},
                            .values = {"tokens", "first"},
                            .times = {false, true},
                            .ignore_rules = 2,
                            .control = true,
                            .split_by_request = true,
                            .warm_up = std::chrono::seconds(2)});
  std::mt19937_64 random(7);
  for (std::uint64_t window = 1; window <= windows; ++window) {
    ledger.StartWindow(window, At(static_cast<double>(window)));
    for (int i = 0; i < 80; ++i) {
      Sample sample = Scored(static_cast<double>(random() % 3) / 2, window, i);
      sample.scores.push_back({.comparator = 1, .divergence = UnitInterval(random())});
      sample.segments = {static_cast<std::uint16_t>(random() % 4)};
      sample.control = {{.comparator = 1, .divergence = UnitInterval(random())}};
      sample.values = {{.rule = 0,
                        .present = random() % 4 != 0,
                        .incumbent = UnitInterval(random()),
                        .candidate = UnitInterval(random())},
                       {.rule = 1,
                        .present = random() % 8 != 0,
                        .incumbent = 0.5,
                        .candidate = 0.5,
                        .incumbent_time = microseconds(500 + random() % 20000),
                        .candidate_time = microseconds(500 + random() % 30000)}};
      if (random() % 2 == 0) sample.decision = SampleDecision{random() % 2 == 0, random() % 3 == 0};
      sample.retry = random() % 16 == 0;
      sample.ignore_hits = {1, static_cast<std::uint32_t>(random() % 5)};
      sample.incumbent = Answered(microseconds(500 + random() % 20000));
      sample.candidate_result =
          Answered(microseconds(500 + random() % 30000), random() % 20 == 0 ? 500 : 200);
      ledger.Add(sample);
    }
    Coverage coverage{.eligible = 100, .sampled_out = 5, .mirrored = 90, .compared = 80};
    coverage.loss.chosen_by_size[3] = 90;
    coverage.loss.lost_by_slot[63] = 2;
    ledger.AddCoverage(coverage);
    for (const std::uint32_t share : {500'000u, 10'000u}) {
      ServingSums serving;
      serving.share_ppm = share;
      serving.candidate_assigned = random() % 1000;
      serving.candidate_requests = random() % 1000;
      serving.incumbent_errors = random() % 10;
      serving.incumbent_latency.Add(static_cast<std::uint32_t>(random() % 1000), 120);
      ledger.AddServing(serving);
      serving.candidate_latency.Add(static_cast<std::uint32_t>(random() % 1000), 7);
      ledger.AddServing(serving);
    }
  }
  ledger.Add(Scored(2));
  ledger.Add(Scored(0, 99));
  return ledger;
}

// The text with its last eight bytes replaced by the checksum of what stands before them.
std::string Sealed(std::string text) {
  text.resize(text.size() - 8);
  std::uint64_t hash = H64("understudy evidence", {text});
  for (int i = 0; i < 8; ++i, hash >>= 8) text.push_back(static_cast<char>(hash & 0xff));
  return text;
}

TEST_CASE("an encoded ledger comes back equal, with its bits") {
  for (const std::size_t windows : {std::size_t{0}, std::size_t{3}, Ledger::kMaxWindows + 5}) {
    const Ledger ledger = Busy(windows);
    const std::string text = ledger.Encode();
    const auto decoded = Ledger::Decode(text);
    REQUIRE(decoded.ok());
    CHECK(*decoded == ledger);
    CHECK(decoded->Encode() == text);
  }
}

TEST_CASE("a decoded ledger goes on counting where it stopped") {
  Ledger ledger = Busy();
  auto decoded = Ledger::Decode(ledger.Encode());
  REQUIRE(decoded.ok());
  ledger.StartWindow(9, At(9));
  decoded->StartWindow(9, At(9));
  ledger.Add(Scored(0.3, 9));
  decoded->Add(Scored(0.3, 9));
  CHECK(*decoded == ledger);
}

TEST_CASE("a cut or changed snapshot is refused") {
  const std::string text = Busy().Encode();
  for (std::size_t size = 0; size < text.size(); ++size) {
    REQUIRE_FALSE(Ledger::Decode(std::string_view(text).substr(0, size)).ok());
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    REQUIRE_FALSE(Ledger::Decode(changed).ok());
  }
  CHECK(Message(Ledger::Decode(text + "x").status()).find("checksum") != std::string::npos);
}

TEST_CASE("hostile bytes under a valid checksum are refused or mean one thing only") {
  const std::string text = Busy().Encode();
  std::mt19937_64 random(11);
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string hostile = text;
    for (std::uint64_t edits = 1 + random() % 3; edits > 0; --edits) {
      hostile[4 + random() % (hostile.size() - 12)] = static_cast<char>(random());
    }
    if (random() % 4 == 0) hostile.resize(12 + random() % (hostile.size() - 12));
    hostile = Sealed(hostile);
    const auto decoded = Ledger::Decode(hostile);
    if (!decoded.ok()) {
      ++refused;
      continue;
    }
    REQUIRE(decoded->Encode() == hostile);
  }
  CHECK(refused > 10000);
}

TEST_CASE("a snapshot that announces more than it holds takes no memory for it") {
  // "UEL5", then 2^63 comparators.
  std::string text = "UEL5\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01";
  text.append(8, '.');
  const auto decoded = Ledger::Decode(Sealed(text));
  REQUIRE_FALSE(decoded.ok());
  CHECK(Message(decoded.status()).find("inconsistent") != std::string::npos);
}

}  // namespace
}  // namespace understudy
