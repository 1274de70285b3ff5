// A candidate that fails twice as often as the incumbent, 0.2 % against 0.1 %: what it takes to see
// it when each request is served by one arm, and when a shadow gives both answers to each.
#include <cmath>
#include <span>

#include "fmt/format.h"
#include "proxy/evidence/e_process.h"
#include "test/bench/decisions/rare_events.h"
#include "test/bench/decisions/tables.h"

namespace understudy::decisions {
namespace {

constexpr double kAlpha = 0.05;
constexpr double kIncumbentRate = 0.001;
constexpr double kCandidateRate = 0.002;
constexpr std::uint64_t kRuns = 10'000;
constexpr std::uint64_t kHorizon = 4'000'000;

bool Enough(double log_e) { return log_e >= -std::log(kAlpha); }

// Requests of both arms together; only a failure changes the evidence.
Stop UnpairedStop(Random& random, double share, double candidate_rate, std::uint64_t horizon) {
  const double failing = share * candidate_rate + (1 - share) * kIncumbentRate;
  ErrorCounts counts{.share = share};
  for (std::uint64_t at = random.Gap(failing); at <= horizon; at += random.Gap(failing)) {
    if (random.Chance(share * candidate_rate / failing)) {
      ++counts.candidate;
    } else {
      ++counts.incumbent;
    }
    if (Enough(LogMeanExp(RatioRollbackBets(std::span(&counts, 1), 1)))) return at;
  }
  return std::nullopt;
}

Stops Unpaired(double share, double candidate_rate, std::uint64_t horizon) {
  Stops stops(horizon);
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random(fmt::format("ratio {} {}", share, candidate_rate), run);
    stops.Add(UnpairedStop(random, share, candidate_rate, horizon));
  }
  return stops;
}

// Pairs on which one arm alone failed, with these rates; paired test of "no more often".
Stops Paired(double only_candidate, double only_incumbent) {
  Stops stops(kHorizon);
  const double discordant = only_candidate + only_incumbent;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random(fmt::format("ratio paired {} {}", only_candidate, only_incumbent), run);
    std::uint64_t plus = 0;
    std::uint64_t minus = 0;
    Stop stop;
    for (std::uint64_t at = random.Gap(discordant); at <= kHorizon && !stop;
         at += random.Gap(discordant)) {
      (random.Chance(only_candidate / discordant) ? plus : minus) += 1;
      if (Enough(LogMeanExp(TernaryBets(at, plus, minus, 0)))) stop = at;
    }
    stops.Add(stop);
  }
  return stops;
}

Stops AgainstRate(double rate, double margin) {
  Stops stops(kHorizon);
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random(fmt::format("ratio rate {} {}", rate, margin), run);
    stops.Add(RollbackStop(RareEvents(random, rate, 100'000), margin, kAlpha));
  }
  return stops;
}

}  // namespace

Rows ErrorRatio() {
  constexpr std::uint64_t kHealthy = 1'000'000;
  Rows rows = {
      MedianRow("served, even split", Unpaired(0.5, kCandidateRate, kHorizon), 43'333),
      MedianRow("served, candidate has 5 %", Unpaired(0.05, kCandidateRate, kHorizon), 212'381)};
  for (Row& row : rows) row.figure = "median requests";
  const Stops equal = Unpaired(0.5, kIncumbentRate, kHealthy);
  rows.push_back(ErrorRow("served, even split, both 0.1 %: 1,000,000 requests", equal.Share(),
                          equal.runs(), kAlpha));
  rows.push_back(MedianRow(
      "shadowed, failures independent",
      Paired(kCandidateRate * (1 - kIncumbentRate), kIncumbentRate * (1 - kCandidateRate))));
  rows.back().remark = "paired ternary test of the same rates";
  rows.push_back(MedianRow("shadowed, the candidate fails where the incumbent does, too",
                           Paired(kCandidateRate - kIncumbentRate, 1e-9)));
  rows.back().remark = "paired ternary test; failures come from the request";
  rows.push_back(MedianRow("shadowed, 0.2 % against a margin of 0.1 %",
                           AgainstRate(kCandidateRate, kIncumbentRate)));
  rows.back().remark = "the incumbent's rate known beforehand";
  rows.push_back(MedianRow("shadowed, differences 1 % to 2 %", AgainstRate(0.02, 0.01), 950));
  rows.back().remark = "what the design's 950 is about: a shift ten times as large";
  return rows;
}

}  // namespace understudy::decisions
