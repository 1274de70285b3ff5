// Names the cause when too little was compared.
#include "proxy/evidence/coverage_standing.h"

#include <algorithm>
#include <string_view>

#include "fmt/format.h"
#include "proxy/evidence/sentences.h"

namespace understudy {
namespace {

struct Cause {
  std::string_view name;
  std::uint64_t count = 0;
};

template <typename Reason>
void Raise(Cause& largest, const PerReason<Reason>& counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] > largest.count) largest = {ToString(static_cast<Reason>(i)), counts[i]};
  }
}

std::uint64_t Of(const Coverage& coverage, UncomparableReason reason) {
  return coverage.uncomparable[static_cast<std::size_t>(reason)];
}

std::string NothingSettled(const Coverage& coverage) {
  if (coverage.eligible == 0)
    return "no request has come in this window: send traffic to the route";
  const std::uint64_t off = coverage.skipped[static_cast<std::size_t>(SkipReason::kMirroringOff)];
  if (off == coverage.eligible) {
    return fmt::format("mirroring was off for all {} requests of this window: unkill the route",
                       WithCommas(off));
  }
  if (coverage.NotAsked() == coverage.eligible) {
    return fmt::format(
        "none of {} requests of this window has a path or method that the route's preset mirrors: "
        "see the preset, or leave it out",
        WithCommas(coverage.eligible));
  }
  return fmt::format(
      "none of {} requests of this window has been mirrored to its end: wait, or see the "
      "candidate's mirror rate",
      WithCommas(coverage.eligible));
}

InconclusiveReason WhyShort(const Coverage& coverage, double allowance) {
  const std::uint64_t errors = Of(coverage, UncomparableReason::kComparatorError);
  if (static_cast<double>(errors) > allowance && errors * 2 > coverage.Uncomparable()) {
    return InconclusiveReason::kComparatorError;
  }
  const std::uint64_t shed =
      coverage.Dropped() + Of(coverage, UncomparableReason::kCompareQueueFull);
  if (static_cast<double>(shed) > allowance) return InconclusiveReason::kMirrorLoss;
  return InconclusiveReason::kInsufficientCoverage;
}

}  // namespace

CoverageStanding StandingOf(const Coverage& coverage, double wanted) {
  CoverageStanding standing;
  standing.settled = coverage.Settled();
  if (standing.settled == 0) {
    standing.reason = InconclusiveReason::kNoTraffic;
    standing.sentence = NothingSettled(coverage);
    return standing;
  }
  const double settled = static_cast<double>(standing.settled);
  standing.ratio = coverage.Ratio();
  standing.sentence =
      fmt::format("{} of {} chosen requests compared, {} wanted", Percent(standing.ratio),
                  WithCommas(standing.settled), Percent(wanted));
  if (standing.ratio >= wanted) return standing;
  standing.reason = WhyShort(coverage, (1 - wanted) * settled);
  Cause largest;
  PerReason<SkipReason> skipped = coverage.skipped;
  for (const SkipReason reason :
       {SkipReason::kMirroringOff, SkipReason::kPathNotMirrored, SkipReason::kInfrastructure}) {
    skipped[static_cast<std::size_t>(reason)] = 0;  // not among the chosen
  }
  Raise<SkipReason>(largest, skipped);
  Raise<DropReason>(largest, coverage.dropped);
  Raise<UncomparableReason>(largest, coverage.uncomparable);
  if (largest.count > 0) {
    standing.sentence +=
        fmt::format("; most others are lost to {} ({})", largest.name, WithCommas(largest.count));
  }
  return standing;
}

}  // namespace understudy
