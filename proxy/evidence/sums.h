// Integer sums of what samples bring: scores, differences, outcomes. They add up in any order, to
// the same bits.
//
// Threads: none of its own.
#pragma once

#include <cstdint>
#include <vector>

#include "proxy/evidence/e_process.h"
#include "proxy/evidence/sparse_counts.h"

namespace understudy {

inline constexpr std::uint32_t kScoreBins = 1024;
inline constexpr std::uint32_t kDifferenceBins = 2048;
// One whole divergence in the fixed-point sums.
inline constexpr std::uint64_t kScoreUnit = std::uint64_t{1} << 20;

// Scores in [0,1]. 0 and 1 are counted exactly, so a yes/no comparator loses nothing; what lies
// between falls into bin floor(x * 1024).
struct ScoreSums {
  std::uint64_t zeros = 0;
  std::uint64_t ones = 0;
  SparseCounts between;
  std::uint64_t sum_units = 0;  // of all scores, each rounded to 1/kScoreUnit

  void Add(double score);  // in [0,1]; the ledger has checked it
  ScoreSums& operator+=(const ScoreSums& other);
  std::uint64_t n() const { return zeros + ones + between.total(); }
  double Mean() const;  // 0 without scores
  // The values, each rounded down or up to a multiple of 1/1024, so that what is concluded from
  // them holds for the exact values too.
  std::vector<Weighted> Rounded(bool up) const;
  bool operator==(const ScoreSums&) const = default;
};

// Differences of two scores, in [-1,1]. -1, 0 and 1 are counted exactly; what lies between falls
// into bin floor((d + 1) * 1024).
struct DifferenceSums {
  std::uint64_t minus = 0;
  std::uint64_t zeros = 0;
  std::uint64_t plus = 0;
  SparseCounts between;
  std::uint64_t positive_units = 0;  // sums of what is above and below 0, in 1/kScoreUnit
  std::uint64_t negative_units = 0;

  void Add(double difference);  // in [-1,1]
  DifferenceSums& operator+=(const DifferenceSums& other);
  std::uint64_t n() const { return minus + zeros + plus + between.total(); }
  double Mean() const;  // in [-1,1]; 0 without differences
  std::vector<Weighted> Rounded(bool up) const;
  bool operator==(const DifferenceSums&) const = default;
};

struct ErrorSums {
  std::uint64_t pairs = 0;
  std::uint64_t candidate = 0;  // the candidate failed or answered 5xx
  std::uint64_t incumbent = 0;
  std::uint64_t both = 0;  // of the same request

  ErrorSums& operator+=(const ErrorSums& other);
  std::uint64_t Discordant() const { return candidate + incumbent - 2 * both; }
  std::uint64_t OnlyCandidate() const { return candidate - both; }
  std::uint64_t OnlyIncumbent() const { return incumbent - both; }
  bool operator==(const ErrorSums&) const = default;
};

// Yes/no decisions of both arms on the same requests.
struct DecisionSums {
  std::uint64_t pairs = 0;
  std::uint64_t candidate = 0;  // said yes
  std::uint64_t incumbent = 0;

  DecisionSums& operator+=(const DecisionSums& other);
  bool operator==(const DecisionSums&) const = default;
};

// Multiples of 1/128, rounded further the same way, where there are more values than 128: for
// searches that ask many times. `values` are in order.
std::vector<Weighted> Coarse(const std::vector<Weighted>& values, bool up);

}  // namespace understudy
