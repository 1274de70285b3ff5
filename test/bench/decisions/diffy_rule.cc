// The filter on two counts of differences.
#include "test/bench/decisions/diffy_rule.h"

#include <numeric>

#include "test/bench/decisions/naive_test.h"
#include "test/bench/decisions/rare_events.h"

namespace understudy::decisions {
namespace {

constexpr double kRelativePercent = 20;
constexpr double kAbsolutePercent = 0.03;

double Sum(std::span<const std::uint32_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

}  // namespace

bool DiffyFlags(double raw, double noise, double requests) {
  if (raw <= noise) return false;
  return 100 * (raw - noise) / (raw + noise) > kRelativePercent &&
         100 * (raw - noise) / requests > kAbsolutePercent;
}

Stop FirstFlag(std::span<const std::uint32_t> raw, std::span<const std::uint32_t> noise) {
  double raw_sum = 0;
  double noise_sum = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    raw_sum += raw[i];
    noise_sum += noise[i];
    const std::uint64_t requests = (i + 1) * kBlock;
    if (requests % kPeek == 0 && DiffyFlags(raw_sum, noise_sum, static_cast<double>(requests))) {
      return requests;
    }
  }
  return std::nullopt;
}

Stop FlagAtEnd(std::span<const std::uint32_t> raw, std::span<const std::uint32_t> noise) {
  const std::uint64_t requests = raw.size() * kBlock;
  if (!DiffyFlags(Sum(raw), Sum(noise), static_cast<double>(requests))) return std::nullopt;
  return requests;
}

}  // namespace understudy::decisions
