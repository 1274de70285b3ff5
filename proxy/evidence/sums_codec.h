// Integer sums as bytes: varints in a fixed order. What is read back is checked as if a stranger
// had written it.
//
// Threads: pure functions. A reader that meets a fault stays there (varint.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proxy/evidence/sums.h"
#include "proxy/evidence/varint.h"
#include "proxy/model/coverage.h"

namespace understudy {

// No count of samples is larger; keeps every sum of counts and scores inside 64 bits.
inline constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 40;

void AppendCounts(std::string& out, const SparseCounts& counts);
SparseCounts ReadCounts(VarintReader& in, std::uint64_t bins);

void AppendSums(std::string& out, const ScoreSums& scores);
void ReadSums(VarintReader& in, ScoreSums& scores);
void AppendSums(std::string& out, const DifferenceSums& differences);
void ReadSums(VarintReader& in, DifferenceSums& differences);
void AppendSums(std::string& out, const ErrorSums& errors);
void ReadSums(VarintReader& in, ErrorSums& errors);
void AppendSums(std::string& out, const DecisionSums& decisions);
void ReadSums(VarintReader& in, DecisionSums& decisions);
// Each list of reasons goes with its length: a later version may know more of them.
void AppendSums(std::string& out, const Coverage& coverage);
void ReadSums(VarintReader& in, Coverage& coverage);

}  // namespace understudy
