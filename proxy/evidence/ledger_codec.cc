// Evidence as bytes, for snapshots: a version, varints in a fixed order, and a checksum over both.
// What is read back is checked as if a stranger had written it.
#include <algorithm>
#include <utility>

#include "fmt/format.h"
#include "proxy/base/hash.h"
#include "proxy/base/histogram.h"
#include "proxy/base/status.h"
#include "proxy/evidence/ledger.h"
#include "proxy/evidence/varint.h"

namespace understudy {
namespace {

constexpr std::string_view kMagic = "UEL2";
constexpr std::size_t kChecksumBytes = 8;
// No count of samples is larger; keeps every sum of counts and scores inside 64 bits.
constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 40;

std::string Checksum(std::string_view text) {
  std::uint64_t hash = H64("understudy evidence", {text});
  std::string bytes;
  for (std::size_t i = 0; i < kChecksumBytes; ++i, hash >>= 8) {
    bytes.push_back(static_cast<char>(hash & 0xff));
  }
  return bytes;
}

void AppendTime(std::string& out, WallTime time) {
  const auto count = static_cast<std::int64_t>(time.time_since_epoch().count());
  AppendVarint(out, (static_cast<std::uint64_t>(count) << 1) ^
                        static_cast<std::uint64_t>(count < 0 ? -1 : 0));
}

WallTime ReadTime(VarintReader& in) {
  const std::uint64_t folded = in.Next();
  const auto count = static_cast<std::int64_t>((folded >> 1) ^ (~(folded & 1) + 1));
  // 146 years on either side of 1970: differences of two such times stay within 64 bits.
  constexpr std::int64_t kFarthest = std::int64_t{1} << 62;
  if (count > kFarthest || count < -kFarthest) in.Fail();
  return in.ok() ? WallTime(Duration(count)) : WallTime();
}

void AppendCounts(std::string& out, const SparseCounts& counts) {
  AppendVarint(out, counts.bins().size());
  std::uint32_t next = 0;
  for (const BinCount& bin : counts.bins()) {
    AppendVarint(out, bin.bin - next);
    AppendVarint(out, bin.count);
    next = bin.bin + 1;
  }
}

SparseCounts ReadCounts(VarintReader& in, std::uint64_t bins) {
  SparseCounts counts;
  const std::uint64_t used = in.NextUpTo(bins);
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < used && in.ok(); ++i) {
    const std::uint64_t bin = next + in.NextUpTo(bins);
    const std::uint64_t count = in.NextUpTo(kMaxCount);
    if (!in.ok() || bin >= bins || count == 0 || counts.total() + count > kMaxCount) {
      in.Fail();
      return {};
    }
    counts.Add(static_cast<std::uint32_t>(bin), count);
    next = bin + 1;
  }
  return counts;
}

// Each list of reasons goes with its length: a later version may know more of them.
void AppendCoverage(std::string& out, const Coverage& coverage) {
  const auto append_all = [&out](const auto& counts) {
    AppendVarint(out, counts.size());
    for (const std::uint64_t count : counts) AppendVarint(out, count);
  };
  for (const std::uint64_t count : {coverage.eligible, coverage.sampled_out, coverage.rate_lowered,
                                    coverage.mirrored, coverage.compared}) {
    AppendVarint(out, count);
  }
  append_all(coverage.skipped);
  append_all(coverage.dropped);
  append_all(coverage.uncomparable);
}

Coverage ReadCoverage(VarintReader& in) {
  Coverage coverage;
  const auto read_all = [&in](auto& counts) {
    const std::uint64_t known = in.NextUpTo(counts.size());
    for (std::uint64_t i = 0; i < known; ++i) counts[i] = in.Next();
  };
  for (std::uint64_t* count : {&coverage.eligible, &coverage.sampled_out, &coverage.rate_lowered,
                               &coverage.mirrored, &coverage.compared}) {
    *count = in.Next();
  }
  read_all(coverage.skipped);
  read_all(coverage.dropped);
  read_all(coverage.uncomparable);
  return coverage;
}

void AppendScores(std::string& out, const ScoreSums& scores) {
  AppendVarint(out, scores.zeros);
  AppendVarint(out, scores.ones);
  AppendCounts(out, scores.between);
  AppendVarint(out, scores.sum_units);
}

ScoreSums ReadScores(VarintReader& in) {
  ScoreSums scores;
  scores.zeros = in.NextUpTo(kMaxCount);
  scores.ones = in.NextUpTo(kMaxCount);
  scores.between = ReadCounts(in, kScoreBins);
  scores.sum_units = in.NextUpTo(scores.n() * kScoreUnit);
  return scores;
}

void AppendLatency(std::string& out, const LatencySums& latency) {
  AppendCounts(out, latency.incumbent);
  AppendCounts(out, latency.candidate);
  AppendVarint(out, latency.baseline ? 1 : 0);
  if (latency.baseline) {
    for (const std::uint32_t bucket : *latency.baseline) AppendVarint(out, bucket);
  }
  AppendVarint(out, latency.judged.size());
  for (const auto& [baseline, classes] : latency.judged) {
    for (const std::uint32_t bucket : baseline) AppendVarint(out, bucket);
    for (const SparseCounts& counts : classes) AppendCounts(out, counts);
  }
}

LatencyBaseline ReadBaseline(VarintReader& in) {
  LatencyBaseline baseline{};
  for (std::uint32_t& bucket : baseline) {
    bucket = static_cast<std::uint32_t>(in.NextUpTo(HistogramScale::kBuckets - 1));
  }
  if (!std::is_sorted(baseline.begin(), baseline.end())) in.Fail();
  return baseline;
}

LatencySums ReadLatency(VarintReader& in) {
  LatencySums latency;
  latency.incumbent = ReadCounts(in, HistogramScale::kBuckets);
  latency.candidate = ReadCounts(in, HistogramScale::kBuckets);
  if (in.NextUpTo(1) == 1) latency.baseline = ReadBaseline(in);
  const std::uint64_t thresholds = in.NextUpTo(in.remaining());
  for (std::uint64_t i = 0; i < thresholds && in.ok(); ++i) {
    const LatencyBaseline baseline = ReadBaseline(in);
    if (!latency.judged.empty() && baseline <= latency.judged.rbegin()->first) in.Fail();
    for (SparseCounts& counts : latency.judged[baseline]) {
      counts = ReadCounts(in, HistogramScale::kBuckets);
    }
  }
  return latency;
}

void AppendWindow(std::string& out, const WindowSums& window) {
  AppendVarint(out, window.id);
  AppendVarint(out, window.ordinal);
  AppendTime(out, window.started_at);
  AppendVarint(out, window.newest_sample ? 1 : 0);
  if (window.newest_sample) AppendTime(out, *window.newest_sample);
  AppendVarint(out, window.compared);
  AppendCoverage(out, window.coverage);
  for (const ScoreSums& scores : window.scores) AppendScores(out, scores);
  AppendVarint(out, window.errors.pairs);
  AppendVarint(out, window.errors.candidate);
  AppendVarint(out, window.errors.incumbent);
  AppendVarint(out, window.errors.both);
  AppendLatency(out, window.latency);
  for (const std::uint64_t hits : window.ignore_hits) AppendVarint(out, hits);
  AppendVarint(out, window.segments.size());
  for (const auto& [cell, sums] : window.segments) {
    AppendVarint(out, cell);
    AppendVarint(out, sums.n);
    AppendVarint(out, sums.sum_units);
  }
}

ErrorSums ReadErrors(VarintReader& in) {
  ErrorSums errors;
  errors.pairs = in.NextUpTo(kMaxCount);
  errors.candidate = in.NextUpTo(errors.pairs);
  errors.incumbent = in.NextUpTo(errors.pairs);
  errors.both = in.NextUpTo(std::min(errors.candidate, errors.incumbent));
  if (errors.candidate + errors.incumbent - errors.both > errors.pairs) in.Fail();
  return errors;
}

WindowSums ReadWindow(VarintReader& in, const LedgerShape& shape) {
  WindowSums window;
  window.id = in.Next();
  window.ordinal = in.NextUpTo(kMaxCount);
  if (window.ordinal == 0) in.Fail();
  window.started_at = ReadTime(in);
  if (in.NextUpTo(1) == 1) window.newest_sample = ReadTime(in);
  window.compared = in.NextUpTo(kMaxCount);
  window.coverage = ReadCoverage(in);
  for (std::size_t i = 0; i < shape.comparators.size() && in.ok(); ++i) {
    window.scores.push_back(ReadScores(in));
  }
  window.errors = ReadErrors(in);
  window.latency = ReadLatency(in);
  for (std::size_t i = 0; i < shape.ignore_rules && in.ok(); ++i) {
    window.ignore_hits.push_back(in.Next());
  }
  const std::uint64_t cells = in.NextUpTo(shape.Cells());
  for (std::uint64_t i = 0; i < cells && in.ok(); ++i) {
    const std::uint64_t cell = in.NextUpTo(shape.Cells() - 1);
    if (!window.segments.empty() && cell <= window.segments.rbegin()->first) in.Fail();
    SegmentSums& sums = window.segments[static_cast<std::uint32_t>(cell)];
    sums.n = in.NextUpTo(kMaxCount);
    sums.sum_units = in.NextUpTo(sums.n * kScoreUnit);
  }
  return window;
}

void AppendShape(std::string& out, const LedgerShape& shape) {
  AppendVarint(out, shape.comparators.size());
  for (const std::string& name : shape.comparators) {
    AppendVarint(out, name.size());
    out += name;
  }
  AppendVarint(out, shape.segment_values.size());
  for (const std::uint16_t values : shape.segment_values) AppendVarint(out, values);
  AppendVarint(out, shape.ignore_rules);
}

LedgerShape ReadShape(VarintReader& in) {
  LedgerShape shape;
  const std::uint64_t comparators = in.NextUpTo(in.remaining());
  for (std::uint64_t i = 0; i < comparators && in.ok(); ++i) {
    shape.comparators.emplace_back(in.Bytes(in.Next()));
  }
  const std::uint64_t rules = in.NextUpTo(in.remaining());
  for (std::uint64_t i = 0; i < rules && in.ok(); ++i) {
    shape.segment_values.push_back(static_cast<std::uint16_t>(in.NextUpTo(0xffff)));
  }
  shape.ignore_rules = static_cast<std::uint16_t>(in.NextUpTo(0xffff));
  if (!shape.Encodable()) in.Fail();
  return shape;
}

}  // namespace

std::string Ledger::Encode() const {
  std::string out(kMagic);
  AppendShape(out, shape_);
  AppendVarint(out, refused_);
  AppendVarint(out, stale_);
  AppendVarint(out, folded_through_ ? 1 : 0);
  if (folded_through_) {
    AppendVarint(out, *folded_through_);
    AppendWindow(out, folded_);
  }
  AppendVarint(out, windows_.size());
  for (const WindowSums& window : windows_) AppendWindow(out, window);
  return out + Checksum(out);
}

absl::StatusOr<Ledger> Ledger::Decode(std::string_view text) {
  if (!text.starts_with(kMagic) || text.size() < kMagic.size() + kChecksumBytes) {
    return InvalidArgument(
        fmt::format("{} bytes that do not begin as evidence of this version; evidence starts anew",
                    text.size()));
  }
  const std::string_view covered = text.substr(0, text.size() - kChecksumBytes);
  if (Checksum(covered) != text.substr(covered.size())) {
    return InvalidArgument(
        "the evidence's checksum does not match its bytes: it was cut or changed");
  }
  VarintReader in(covered.substr(kMagic.size()));
  Ledger ledger(ReadShape(in));
  ledger.refused_ = in.Next();
  ledger.stale_ = in.Next();
  if (in.NextUpTo(1) == 1) {
    ledger.folded_through_ = in.Next();
    ledger.folded_ = ReadWindow(in, ledger.shape_);
  }
  const std::uint64_t windows = in.NextUpTo(kMaxWindows);
  for (std::uint64_t i = 0; i < windows && in.ok(); ++i) {
    WindowSums window = ReadWindow(in, ledger.shape_);
    const bool rises = ledger.windows_.empty()
                           ? !ledger.folded_through_ || window.id > *ledger.folded_through_
                           : window.id > ledger.windows_.back().id;
    if (!rises) in.Fail();
    ledger.windows_.push_back(std::move(window));
  }
  if (!in.ok() || in.remaining() != 0) {
    return InvalidArgument(
        fmt::format("the evidence is inconsistent {} bytes before its end; evidence starts anew",
                    in.remaining() + kChecksumBytes));
  }
  return ledger;
}

}  // namespace understudy
