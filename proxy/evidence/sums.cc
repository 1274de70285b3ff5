// Counting, adding, and reading values back rounded the safe way.
#include "proxy/evidence/sums.h"

#include <algorithm>
#include <cmath>

namespace understudy {
namespace {

std::uint64_t Units(double value) {
  return static_cast<std::uint64_t>(std::llround(value * static_cast<double>(kScoreUnit)));
}

double FromUnits(std::uint64_t units) {
  return static_cast<double>(units) / static_cast<double>(kScoreUnit);
}

void Append(std::vector<Weighted>& values, double value, std::uint64_t count) {
  if (count > 0) values.push_back({value, static_cast<double>(count)});
}

}  // namespace

void ScoreSums::Add(double score) {
  if (score <= 0) {
    ++zeros;
  } else if (score >= 1) {
    ++ones;
  } else {
    between.Add(static_cast<std::uint32_t>(score * kScoreBins));
  }
  sum_units += Units(score);
}

ScoreSums& ScoreSums::operator+=(const ScoreSums& other) {
  zeros += other.zeros;
  ones += other.ones;
  between += other.between;
  sum_units += other.sum_units;
  return *this;
}

double ScoreSums::Mean() const {
  return n() == 0 ? 0 : FromUnits(sum_units) / static_cast<double>(n());
}

std::vector<Weighted> ScoreSums::Rounded(bool up) const {
  std::vector<Weighted> values;
  Append(values, 0, zeros);
  for (const BinCount& bin : between.bins()) {
    Append(values, (bin.bin + (up ? 1.0 : 0.0)) / kScoreBins, bin.count);
  }
  Append(values, 1, ones);
  return values;
}

void DifferenceSums::Add(double difference) {
  if (difference <= -1) {
    ++minus;
  } else if (difference >= 1) {
    ++plus;
  } else if (difference == 0) {
    ++zeros;
  } else {
    const auto bin = static_cast<std::uint32_t>((difference + 1) * (kDifferenceBins / 2));
    between.Add(std::min(bin, kDifferenceBins - 1));
  }
  (difference < 0 ? negative_units : positive_units) += Units(std::abs(difference));
}

DifferenceSums& DifferenceSums::operator+=(const DifferenceSums& other) {
  minus += other.minus;
  zeros += other.zeros;
  plus += other.plus;
  between += other.between;
  positive_units += other.positive_units;
  negative_units += other.negative_units;
  return *this;
}

double DifferenceSums::Mean() const {
  if (n() == 0) return 0;
  return (FromUnits(positive_units) - FromUnits(negative_units)) / static_cast<double>(n());
}

std::vector<Weighted> DifferenceSums::Rounded(bool up) const {
  std::vector<Weighted> values;
  Append(values, -1, minus);
  bool zeros_told = false;
  for (const BinCount& bin : between.bins()) {
    const double value = (bin.bin + (up ? 1.0 : 0.0)) / (kDifferenceBins / 2) - 1;
    if (!zeros_told && value > 0) {
      Append(values, 0, zeros);
      zeros_told = true;
    }
    Append(values, value, bin.count);
  }
  if (!zeros_told) Append(values, 0, zeros);
  Append(values, 1, plus);
  return values;
}

ErrorSums& ErrorSums::operator+=(const ErrorSums& other) {
  pairs += other.pairs;
  candidate += other.candidate;
  incumbent += other.incumbent;
  both += other.both;
  return *this;
}

DecisionSums& DecisionSums::operator+=(const DecisionSums& other) {
  pairs += other.pairs;
  candidate += other.candidate;
  incumbent += other.incumbent;
  return *this;
}

std::vector<Weighted> Coarse(const std::vector<Weighted>& values, bool up) {
  constexpr double kSteps = 128;
  if (values.size() <= static_cast<std::size_t>(kSteps)) return values;
  std::vector<Weighted> coarse;
  for (const Weighted& seen : values) {
    const double scaled = seen.value * kSteps;
    const double value = (up ? std::ceil(scaled) : std::floor(scaled)) / kSteps;
    if (coarse.empty() || coarse.back().value != value) coarse.push_back({value, 0});
    coarse.back().count += seen.count;
  }
  return coarse;
}

}  // namespace understudy
