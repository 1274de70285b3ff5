// Evidence as bytes, for snapshots: a version, varints in a fixed order, and a checksum over both.
// What is read back is checked as if a stranger had written it.
#include <algorithm>
#include <optional>
#include <utility>

#include "fmt/format.h"
#include "proxy/base/hash.h"
#include "proxy/base/histogram.h"
#include "proxy/base/status.h"
#include "proxy/evidence/ledger.h"
#include "proxy/evidence/sums_codec.h"
#include "proxy/evidence/varint.h"
#include "proxy/model/plan.h"

namespace understudy {
namespace {

constexpr std::size_t kChecksumBytes = 8;

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

void AppendBaseline(std::string& out, const std::optional<LatencyBaseline>& baseline) {
  AppendVarint(out, baseline ? 1 : 0);
  if (!baseline) return;
  for (const std::uint32_t bucket : *baseline) AppendVarint(out, bucket);
}

void AppendLatency(std::string& out, const LatencySums& latency) {
  AppendCounts(out, latency.incumbent);
  AppendCounts(out, latency.candidate);
  AppendBaseline(out, latency.baseline);
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

std::optional<LatencyBaseline> ReadMaybeBaseline(VarintReader& in) {
  if (in.NextUpTo(1) == 0) return std::nullopt;
  return ReadBaseline(in);
}

LatencySums ReadLatency(VarintReader& in) {
  LatencySums latency;
  latency.incumbent = ReadCounts(in, HistogramScale::kBuckets);
  latency.candidate = ReadCounts(in, HistogramScale::kBuckets);
  latency.baseline = ReadMaybeBaseline(in);
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

void AppendNoise(std::string& out, const std::vector<NoiseSums>& noise) {
  for (const NoiseSums& one : noise) {
    AppendSums(out, one.control);
    AppendSums(out, one.excess);
  }
}

std::vector<NoiseSums> ReadNoise(VarintReader& in, const LedgerShape& shape) {
  std::vector<NoiseSums> noise(shape.control ? shape.comparators.size() : 0);
  for (NoiseSums& one : noise) {
    ReadSums(in, one.control);
    ReadSums(in, one.excess);
  }
  return noise;
}

void AppendScores(std::string& out, const std::vector<ScoreSums>& scores) {
  for (const ScoreSums& one : scores) AppendSums(out, one);
}

std::vector<ScoreSums> ReadScores(VarintReader& in, const LedgerShape& shape) {
  std::vector<ScoreSums> scores(shape.comparators.size());
  for (ScoreSums& one : scores) ReadSums(in, one);
  return scores;
}

void AppendServing(std::string& out, const ServingSums& serving) {
  for (const std::uint64_t count :
       {std::uint64_t{serving.share_ppm}, serving.candidate_assigned, serving.incumbent_assigned,
        serving.candidate_requests, serving.incumbent_requests, serving.candidate_errors,
        serving.incumbent_errors}) {
    AppendVarint(out, count);
  }
  AppendBaseline(out, serving.baseline);
  AppendCounts(out, serving.incumbent_before);
  AppendCounts(out, serving.candidate_latency);
  AppendCounts(out, serving.incumbent_latency);
}

ServingSums ReadServing(VarintReader& in) {
  ServingSums serving;
  serving.share_ppm = static_cast<std::uint32_t>(in.NextUpTo(kWholePpm));
  for (std::uint64_t* count :
       {&serving.candidate_assigned, &serving.incumbent_assigned, &serving.candidate_requests,
        &serving.incumbent_requests, &serving.candidate_errors, &serving.incumbent_errors}) {
    *count = in.NextUpTo(kMaxCount);
  }
  serving.baseline = ReadMaybeBaseline(in);
  serving.incumbent_before = ReadCounts(in, HistogramScale::kBuckets);
  serving.candidate_latency = ReadCounts(in, HistogramScale::kBuckets);
  serving.incumbent_latency = ReadCounts(in, HistogramScale::kBuckets);
  return serving;
}

void AppendWindow(std::string& out, const WindowSums& window, const LedgerShape& shape) {
  AppendVarint(out, window.id);
  AppendVarint(out, window.ordinal);
  AppendTime(out, window.started_at);
  AppendVarint(out, window.newest_sample ? 1 : 0);
  if (window.newest_sample) AppendTime(out, *window.newest_sample);
  AppendVarint(out, window.compared);
  AppendVarint(out, window.warming_up);
  AppendVarint(out, window.retries);
  AppendSums(out, window.coverage);
  AppendScores(out, window.scores);
  AppendNoise(out, window.noise);
  for (std::size_t i = 0; i < window.values.size(); ++i) {
    const ValueSums& value = window.values[i];
    AppendSums(out, value.incumbent);
    AppendSums(out, value.candidate);
    AppendSums(out, value.increase);
    AppendVarint(out, value.missing);
    if (shape.IsTime(i)) AppendLatency(out, value.times);
  }
  AppendSums(out, window.decisions);
  AppendSums(out, window.errors);
  AppendLatency(out, window.latency);
  AppendVarint(out, window.serving.size());
  for (const ServingSums& serving : window.serving) AppendServing(out, serving);
  for (const std::uint64_t hits : window.ignore_hits) AppendVarint(out, hits);
  for (const std::uint64_t pairs : window.ignore_pairs) AppendVarint(out, pairs);
  AppendVarint(out, window.slots.size());
  for (const auto& [slot, sums] : window.slots) {
    AppendVarint(out, slot);
    AppendSums(out, sums.errors);
    AppendSums(out, sums.decisions);
    AppendScores(out, sums.scores);
    AppendNoise(out, sums.noise);
  }
}

void ReadSlots(VarintReader& in, const LedgerShape& shape, WindowSums& window) {
  const std::uint64_t slots = in.NextUpTo(shape.AllSlots());
  for (std::uint64_t i = 0; i < slots && in.ok(); ++i) {
    const std::uint64_t slot = in.NextUpTo(shape.AllSlots() - 1);
    if (!window.slots.empty() && slot <= window.slots.rbegin()->first) in.Fail();
    SlotSums& sums = window.slots[static_cast<std::uint32_t>(slot)];
    ReadSums(in, sums.errors);
    ReadSums(in, sums.decisions);
    sums.scores = ReadScores(in, shape);
    sums.noise = ReadNoise(in, shape);
  }
}

WindowSums ReadWindow(VarintReader& in, const LedgerShape& shape) {
  WindowSums window;
  window.id = in.Next();
  window.ordinal = in.NextUpTo(kMaxCount);
  if (window.ordinal == 0) in.Fail();
  window.started_at = ReadTime(in);
  if (in.NextUpTo(1) == 1) window.newest_sample = ReadTime(in);
  window.compared = in.NextUpTo(kMaxCount);
  window.warming_up = in.NextUpTo(kMaxCount);
  window.retries = in.NextUpTo(kMaxCount);
  ReadSums(in, window.coverage);
  window.scores = ReadScores(in, shape);
  window.noise = ReadNoise(in, shape);
  window.values.resize(shape.values.size());
  for (std::size_t i = 0; i < window.values.size(); ++i) {
    ValueSums& value = window.values[i];
    ReadSums(in, value.incumbent);
    ReadSums(in, value.candidate);
    ReadSums(in, value.increase);
    value.missing = in.NextUpTo(kMaxCount);
    if (shape.IsTime(i)) value.times = ReadLatency(in);
  }
  ReadSums(in, window.decisions);
  ReadSums(in, window.errors);
  window.latency = ReadLatency(in);
  const std::uint64_t shares = in.NextUpTo(in.remaining());
  for (std::uint64_t i = 0; i < shares && in.ok(); ++i) {
    window.serving.push_back(ReadServing(in));
    if (i > 0 && !window.serving[i - 1].Precedes(window.serving[i])) in.Fail();
  }
  for (std::size_t i = 0; i < shape.ignore_rules && in.ok(); ++i) {
    window.ignore_hits.push_back(in.Next());
  }
  for (std::size_t i = 0; i < shape.ignore_rules && in.ok(); ++i) {
    window.ignore_pairs.push_back(in.NextUpTo(kMaxCount));
  }
  ReadSlots(in, shape, window);
  return window;
}

void AppendText(std::string& out, const std::string& text) {
  AppendVarint(out, text.size());
  out += text;
}

void AppendTexts(std::string& out, const std::vector<std::string>& texts) {
  AppendVarint(out, texts.size());
  for (const std::string& text : texts) AppendText(out, text);
}

std::vector<std::string> ReadTexts(VarintReader& in) {
  std::vector<std::string> texts;
  const std::uint64_t count = in.NextUpTo(in.remaining());
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) texts.emplace_back(in.Bytes(in.Next()));
  return texts;
}

void AppendShape(std::string& out, const LedgerShape& shape) {
  AppendTexts(out, shape.comparators);
  AppendTexts(out, shape.partial);
  AppendVarint(out, shape.segments.size());
  for (const SegmentShape& segment : shape.segments) {
    AppendText(out, segment.name);
    AppendTexts(out, segment.values);
    AppendVarint(out, segment.required ? 1 : 0);
  }
  AppendTexts(out, shape.values);
  AppendVarint(out, shape.times.size());
  for (const bool is_time : shape.times) AppendVarint(out, is_time ? 1 : 0);
  AppendVarint(out, shape.ignore_rules);
  AppendVarint(out, shape.control ? 1 : 0);
  AppendVarint(out, shape.split_by_request ? 1 : 0);
  AppendVarint(out, static_cast<std::uint64_t>(shape.warm_up.count()));
}

LedgerShape ReadShape(VarintReader& in) {
  LedgerShape shape;
  shape.comparators = ReadTexts(in);
  shape.partial = ReadTexts(in);
  const std::uint64_t rules = in.NextUpTo(in.remaining());
  for (std::uint64_t i = 0; i < rules && in.ok(); ++i) {
    SegmentShape& segment = shape.segments.emplace_back();
    segment.name = in.Bytes(in.Next());
    segment.values = ReadTexts(in);
    segment.required = in.NextUpTo(1) == 1;
  }
  shape.values = ReadTexts(in);
  const std::uint64_t times = in.NextUpTo(shape.values.size());
  for (std::uint64_t i = 0; i < times && in.ok(); ++i) shape.times.push_back(in.NextUpTo(1) == 1);
  shape.ignore_rules = static_cast<std::uint16_t>(in.NextUpTo(0xffff));
  shape.control = in.NextUpTo(1) == 1;
  shape.split_by_request = in.NextUpTo(1) == 1;
  constexpr std::uint64_t kLongestWarmUp = std::uint64_t{1} << 52;  // 52 days
  shape.warm_up = Duration(static_cast<std::int64_t>(in.NextUpTo(kLongestWarmUp)));
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
    AppendWindow(out, folded_, shape_);
  }
  AppendVarint(out, windows_.size());
  for (const WindowSums& window : windows_) AppendWindow(out, window, shape_);
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
