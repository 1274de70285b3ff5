// The `exact` comparator.
#include "comparators/exact.h"

#include <algorithm>

#include "comparators/difference.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kContext = 16;  // bytes shown before the first difference
constexpr std::size_t kShown = 64;

}  // namespace

absl::StatusOr<Comparison> ExactComparator::Compare(const Pair& pair) const {
  const std::string_view baseline = pair.baseline.body;
  const std::string_view candidate = pair.candidate.body;
  if (baseline == candidate) return Comparison{};
  const auto parting =
      std::mismatch(baseline.begin(), baseline.end(), candidate.begin(), candidate.end()).first;
  const auto offset = static_cast<std::size_t>(parting - baseline.begin());
  Comparison comparison =
      WhollyDifferent(fmt::format("{} bytes became {}; the first difference is at byte {}",
                                  baseline.size(), candidate.size(), offset));
  const std::size_t from = offset < kContext ? 0 : offset - kContext;
  AddDifference(comparison, "", "bytes", baseline.substr(from, kShown),
                candidate.substr(from, kShown));
  return comparison;
}

}  // namespace understudy
