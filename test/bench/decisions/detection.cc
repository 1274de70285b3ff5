// How many pairs it takes to roll back a candidate that is worse than its margin.
#include <array>
#include <cmath>

#include "fmt/format.h"
#include "test/bench/decisions/peers.h"
#include "test/bench/decisions/rare_events.h"
#include "test/bench/decisions/tables.h"

namespace understudy::decisions {
namespace {

constexpr double kMargin = 0.01;
constexpr double kAlpha = 0.05;
constexpr std::uint64_t kHorizon = 150'000;  // three judgements of 50 points of 1,000 requests
constexpr std::uint64_t kRuns = 4000;

struct Case {
  double rate;
  double wanted;
};
constexpr std::array kCases = {Case{0.015, 3475}, Case{0.02, 954}, Case{0.03, 292}, Case{0.05, 86},
                               Case{0.1, 26}};

// No test with this alpha needs fewer pairs on average, even told the rate beforehand.
// Source: Wald, "Sequential tests of statistical hypotheses" (1945).
double WaldBound(double rate) {
  const double divergence =
      rate * std::log(rate / kMargin) + (1 - rate) * std::log((1 - rate) / (1 - kMargin));
  return -std::log(kAlpha) / divergence;
}

Row Measure(const Case& wanted) {
  Stops ours(kHorizon);
  Peers peers(kHorizon);
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    Random random(fmt::format("detection {}", wanted.rate), run);
    const auto candidate = RareEvents(random, wanted.rate, kHorizon);
    const auto control = RareEvents(random, kMargin, kHorizon);
    ours.Add(RollbackStop(candidate, kMargin, kAlpha));
    peers.AddAgainstRate({PerBlock(candidate, kHorizon), PerBlock(control, kHorizon), {}}, kMargin);
  }
  Row row = MedianRow(fmt::format("true rate {:g} %", 100 * wanted.rate), ours, wanted.wanted);
  row.beside = {{"Wald bound", {WaldBound(wanted.rate)}}};
  for (const Beside& peer : peers.Medians()) row.beside.push_back(peer);
  return row;
}

}  // namespace

Rows Detection() {
  Rows rows;
  for (const Case& wanted : kCases) rows.push_back(Measure(wanted));
  rows.front().remark =
      "the z-test and Diffy are quick and wrong about good candidates as often as the table above "
      "says; Mann-Whitney waits for 50 points";
  return rows;
}

}  // namespace understudy::decisions
