// How many pairs it takes to let a good candidate pass, and how often one that is exactly at its
// margin passes: the check is looked at after every pair.
#include <cmath>

#include "fmt/format.h"
#include "proxy/evidence/e_process.h"
#include "test/bench/decisions/rare_events.h"
#include "test/bench/decisions/tables.h"

namespace understudy::decisions {
namespace {

constexpr double kMargin = 0.02;
constexpr double kAlpha = 0.05;
constexpr std::uint64_t kRuns = 10'000;
constexpr std::uint64_t kHorizon = 200'000;

// The first of the pairs `first`..`last` at which the evidence suffices, `differ` of them all being
// different. Between two differences evidence only grows.
Stop FirstPass(std::uint64_t first, std::uint64_t last, std::uint64_t differ) {
  const auto passes = [&](std::uint64_t n) {
    return n >= differ && LogEPromotion(n, differ, kMargin) >= -std::log(kAlpha);
  };
  if (last < first || !passes(last)) return std::nullopt;
  while (first < last) {
    const std::uint64_t middle = first + (last - first) / 2;
    if (passes(middle)) {
      last = middle;
    } else {
      first = middle + 1;
    }
  }
  return first;
}

Stop PassStop(std::span<const std::uint64_t> events, std::uint64_t horizon) {
  std::uint64_t from = 1;
  for (std::uint64_t differ = 0; differ <= events.size(); ++differ) {
    const std::uint64_t to = differ < events.size() ? events[differ] - 1 : horizon;
    if (const Stop stop = FirstPass(from, to, differ)) return stop;
    from = to + 1;
  }
  return std::nullopt;
}

Stops Measure(double rate, std::uint64_t runs) {
  Stops stops(kHorizon);
  for (std::uint64_t run = 0; run < runs; ++run) {
    Random random(fmt::format("promotion {}", rate), run);
    stops.Add(PassStop(RareEvents(random, rate, kHorizon), kHorizon));
  }
  return stops;
}

}  // namespace

Rows Promotion() {
  Stops clean(kHorizon);
  clean.Add(PassStop({}, kHorizon));
  Rows rows = {MedianRow("no differences", clean, 208),
               MedianRow("true rate 0.5 %", Measure(0.005, kRuns), 342),
               MedianRow("true rate 1 %", Measure(0.01, kRuns), 1022)};
  const Stops at_margin = Measure(kMargin, kRuns / 2);
  rows.push_back(ErrorRow("true rate 2 %: wrongly passed, 200,000 looks", at_margin.Share(),
                          at_margin.runs(), kAlpha));
  return rows;
}

}  // namespace understudy::decisions
