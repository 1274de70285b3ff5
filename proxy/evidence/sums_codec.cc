// Every sum, both ways.
#include "proxy/evidence/sums_codec.h"

#include <algorithm>

namespace understudy {

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

void AppendSums(std::string& out, const ScoreSums& scores) {
  AppendVarint(out, scores.zeros);
  AppendVarint(out, scores.ones);
  AppendCounts(out, scores.between);
  AppendVarint(out, scores.sum_units);
}

void ReadSums(VarintReader& in, ScoreSums& scores) {
  scores.zeros = in.NextUpTo(kMaxCount);
  scores.ones = in.NextUpTo(kMaxCount);
  scores.between = ReadCounts(in, kScoreBins);
  scores.sum_units = in.NextUpTo(scores.n() * kScoreUnit);
}

void AppendSums(std::string& out, const DifferenceSums& differences) {
  AppendVarint(out, differences.minus);
  AppendVarint(out, differences.zeros);
  AppendVarint(out, differences.plus);
  AppendCounts(out, differences.between);
  AppendVarint(out, differences.positive_units);
  AppendVarint(out, differences.negative_units);
}

void ReadSums(VarintReader& in, DifferenceSums& differences) {
  differences.minus = in.NextUpTo(kMaxCount);
  differences.zeros = in.NextUpTo(kMaxCount);
  differences.plus = in.NextUpTo(kMaxCount);
  differences.between = ReadCounts(in, kDifferenceBins);
  differences.positive_units = in.NextUpTo(differences.n() * kScoreUnit);
  differences.negative_units = in.NextUpTo(differences.n() * kScoreUnit);
}

void AppendSums(std::string& out, const ErrorSums& errors) {
  AppendVarint(out, errors.pairs);
  AppendVarint(out, errors.candidate);
  AppendVarint(out, errors.incumbent);
  AppendVarint(out, errors.both);
}

void ReadSums(VarintReader& in, ErrorSums& errors) {
  errors.pairs = in.NextUpTo(kMaxCount);
  errors.candidate = in.NextUpTo(errors.pairs);
  errors.incumbent = in.NextUpTo(errors.pairs);
  errors.both = in.NextUpTo(std::min(errors.candidate, errors.incumbent));
  if (errors.candidate + errors.incumbent - errors.both > errors.pairs) in.Fail();
}

void AppendSums(std::string& out, const DecisionSums& decisions) {
  AppendVarint(out, decisions.pairs);
  AppendVarint(out, decisions.candidate);
  AppendVarint(out, decisions.incumbent);
}

void ReadSums(VarintReader& in, DecisionSums& decisions) {
  decisions.pairs = in.NextUpTo(kMaxCount);
  decisions.candidate = in.NextUpTo(decisions.pairs);
  decisions.incumbent = in.NextUpTo(decisions.pairs);
}

void AppendSums(std::string& out, const Coverage& coverage) {
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
  append_all(coverage.loss.chosen_by_size);
  append_all(coverage.loss.lost_by_size);
  append_all(coverage.loss.chosen_by_latency);
  append_all(coverage.loss.lost_by_latency);
  append_all(coverage.loss.lost_by_slot);
}

void ReadSums(VarintReader& in, Coverage& coverage) {
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
  read_all(coverage.loss.chosen_by_size);
  read_all(coverage.loss.lost_by_size);
  read_all(coverage.loss.chosen_by_latency);
  read_all(coverage.loss.lost_by_latency);
  read_all(coverage.loss.lost_by_slot);
}

}  // namespace understudy
