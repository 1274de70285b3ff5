// Peeked z-tests of a rate and of a mean difference.
#include "test/bench/decisions/naive_test.h"

#include <cmath>

#include "test/bench/decisions/rare_events.h"

namespace understudy::decisions {
namespace {

constexpr std::size_t kBlocksPerPeek = kPeek / kBlock;

}  // namespace

Stop NaiveRateTest(std::span<const std::uint32_t> events, double m) {
  double seen = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    seen += events[i];
    if ((i + 1) % kBlocksPerPeek != 0) continue;
    const double n = static_cast<double>((i + 1) * kBlock);
    if (seen - n * m >= kNormalQuantile95 * std::sqrt(n * m * (1 - m))) return (i + 1) * kBlock;
  }
  return std::nullopt;
}

Stop NaiveDifferenceTest(std::span<const std::uint32_t> candidate,
                         std::span<const std::uint32_t> control,
                         std::span<const std::uint32_t> unequal) {
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < candidate.size(); ++i) {
    sum += static_cast<double>(candidate[i]) - static_cast<double>(control[i]);
    squares += unequal[i];
    if ((i + 1) % kBlocksPerPeek != 0) continue;
    const double n = static_cast<double>((i + 1) * kBlock);
    const double deviation = std::sqrt(squares - sum * sum / n);  // of the sum
    if (sum > 0 && sum >= kNormalQuantile95 * deviation) return (i + 1) * kBlock;
  }
  return std::nullopt;
}

}  // namespace understudy::decisions
