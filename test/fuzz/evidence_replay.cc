// The evidence's reader: arbitrary bytes are refused or read, with a sound checksum or without, and
// a ledger reads back as it was. The input is a letter and then, after 'r' bytes as they are, after
// 'c' bytes that get a header and a checksum, else what is done to a ledger, byte by byte.
#include <limits>

#include "proxy/base/hash.h"
#include "proxy/evidence/evaluate.h"
#include "proxy/evidence/ledger.h"
#include "test/fuzz/fuzz.h"

namespace understudy {
namespace {

constexpr std::size_t kChecksumBytes = 8;

// As proxy/evidence/ledger_codec.cc ends its bytes.
std::string WithChecksum(std::string text) {
  std::uint64_t hash = H64("understudy evidence", {text});
  for (std::size_t i = 0; i < kChecksumBytes; ++i, hash >>= 8) {
    text.push_back(static_cast<char>(hash & 0xff));
  }
  return text;
}

Plan EveryCheck() {
  Plan plan;
  Check mean{.name = "mean", .comparator = "a"};
  mean.at_most = 0.1;
  Check errors{.name = "errors", .kind = CheckKind::kErrorRate};
  errors.at_most_ratio = 1.5;
  errors.floor = 0.001;
  Check latency{.name = "latency", .kind = CheckKind::kLatency};
  latency.at_most_ratio = 1.5;
  Check coverage{.name = "coverage", .kind = CheckKind::kCoverage};
  coverage.at_least = 0.5;
  Check increase{.name = "increase", .kind = CheckKind::kErrorRate};
  increase.at_most_increase = 0.01;
  Check served{.name = "served", .kind = CheckKind::kServingErrors};
  served.at_most_ratio = 1.5;
  Check served_latency{.name = "served-latency", .kind = CheckKind::kServingLatency};
  served_latency.at_most_ratio = 1.5;
  Check value{.name = "value", .kind = CheckKind::kValue, .value = "tokens"};
  value.at_most_increase = 0.1;
  plan.checks = {mean, errors, latency, coverage, increase, served, served_latency, value};
  return plan;
}

// Whatever was read may be used: written, added up and judged.
void RequireUsable(const Ledger& ledger, bool judged) {
  const auto again = Ledger::Decode(ledger.Encode());
  Require(again.ok() && *again == ledger, "a ledger reads back as it was");
  (void)ledger.Total();
  if (!judged) return;
  const Plan plan = EveryCheck();
  const Verdict verdict = Evaluate(ledger, plan, {}, WallTime(std::chrono::hours(500'000)));
  Require(verdict.checks.size() >= plan.checks.size(), "every check is judged");
  for (const CheckResult& check : verdict.checks) {
    Require(!check.sentence.empty(), "every check has a sentence");
  }
}

ArmResult Arm(Choices& input) {
  ArmResult arm;
  arm.outcome = static_cast<ExchangeOutcome>(input.Below(12));
  arm.status =
      arm.outcome == ExchangeOutcome::kAnswered ? 200 + 100 * static_cast<int>(input.Below(4)) : 0;
  arm.latency = Duration(static_cast<std::int64_t>(input.Word()));
  return arm;
}

Sample AnySample(Choices& input) {
  static constexpr double kDivergences[] = {
      0, 1, 0.5, 1e-300, 0.9999999999, -0.0, -1, 1.5, std::numeric_limits<double>::quiet_NaN()};
  Sample sample;
  sample.window = input.Byte();
  // Within a few decades, as clocks are.
  sample.at = WallTime(Duration(static_cast<std::int64_t>(input.Word() >> 4)));
  sample.incumbent = Arm(input);
  sample.candidate_result = Arm(input);
  for (std::size_t n = input.Below(4); n > 0; --n) {
    sample.scores.push_back({static_cast<std::uint16_t>(input.Below(4)),
                             kDivergences[input.Below(std::size(kDivergences))]});
  }
  for (std::size_t n = input.Below(4); n > 0; --n) {
    sample.segments.push_back(static_cast<std::uint16_t>(input.Below(6)));
  }
  for (std::size_t n = input.Below(4); n > 0; --n) sample.ignore_hits.push_back(input.Byte());
  if (input.Below(2) == 1) {
    sample.control = {{static_cast<std::uint16_t>(input.Below(4)), input.Byte() / 200.0}};
    sample.values = {{static_cast<std::uint16_t>(input.Below(2)), input.Below(2) == 1,
                      input.Byte() / 200.0, input.Byte() / 200.0}};
    sample.decision = SampleDecision{input.Below(2) == 1, input.Below(2) == 1};
    sample.retry = input.Below(8) == 1;
  }
  return sample;
}

Ledger AnyLedger(Choices& input) {
  LedgerShape shape;
  for (std::size_t n = input.Below(4); n > 0; --n) {
    shape.comparators.push_back(std::string(1, static_cast<char>('a' + n)));
  }
  for (std::size_t n = input.Below(3); n > 0; --n) {
    shape.segments.push_back({"s", std::vector<std::string>(input.Below(4), "v")});
  }
  if (input.Below(2) == 1) shape.values = {"tokens"};
  shape.control = input.Below(2) == 1;
  shape.ignore_rules = static_cast<std::uint16_t>(input.Below(3));
  Ledger ledger(shape);
  int merges = 0;  // each doubles every count, and counts have an end
  while (!input.Empty()) {
    switch (input.Below(8)) {
      case 0:
        ledger.StartWindow(input.Byte(), WallTime(Duration(input.Byte())));
        break;
      case 1:
        ledger.AddCoverage({.eligible = input.Byte(), .mirrored = input.Byte()});
        break;
      case 2: {
        if (++merges > 10) break;
        const Ledger copy = ledger;
        Require(ledger.Merge(copy).ok(), "ledgers of the same shape add up");
        break;
      }
      default:
        ledger.Add(AnySample(input));
    }
  }
  return ledger;
}

void Read(const std::string& bytes, bool judged) {
  const auto ledger = Ledger::Decode(bytes);
  if (ledger.ok()) RequireUsable(*ledger, judged);
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  Choices input(TextOf(data, size));
  const char kind = static_cast<char>(input.Byte());
  if (kind == 'r') {
    Read(std::string(input.Rest()), true);
  } else if (kind == 'c') {
    Read(WithChecksum(std::string(Ledger::kMagic).append(input.Rest())), true);
  } else {
    // Judging takes most of the time.
    const bool judged = Chance(TextOf(data, size)).Below(4) == 0;
    // One byte changed under a sound checksum comes nearest to a well-formed lie.
    const std::uint64_t where = input.Word();
    const char bits = static_cast<char>(input.Byte());
    const Ledger ledger = AnyLedger(input);
    RequireUsable(ledger, judged);
    std::string bytes = ledger.Encode();
    bytes.resize(bytes.size() - kChecksumBytes);
    bytes[where % bytes.size()] = static_cast<char>(bytes[where % bytes.size()] ^ bits);
    Read(WithChecksum(bytes), judged);
  }
  return 0;
}
