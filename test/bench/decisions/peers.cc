// Runs every other method over a stream.
#include "test/bench/decisions/peers.h"

#include "test/bench/decisions/diffy_rule.h"
#include "test/bench/decisions/kayenta_judge.h"
#include "test/bench/decisions/naive_test.h"

namespace understudy::decisions {
namespace {

constexpr std::uint64_t kSmallPoint = 100;  // requests
constexpr std::uint64_t kLargePoint = 1000;
constexpr const char* kNaive = "z-test, peeked";
constexpr const char* kByHundred = "Mann-Whitney/100";
constexpr const char* kByThousand = "Mann-Whitney/1000";
constexpr const char* kDiffy = "Diffy, peeked";

// Whether a run is long enough for one judgement.
bool CanJudge(std::uint64_t requests, std::uint64_t point) {
  return requests >= point * kPointsPerInterval;
}

}  // namespace

Peers::Peers(std::uint64_t horizon)
    : naive_(horizon),
      by_hundred_(horizon),
      by_thousand_(horizon),
      diffy_(horizon),
      diffy_once_(horizon) {}

void Peers::AddAgainstRate(const Series& series, double m) {
  naive_.Add(NaiveRateTest(series.candidate, m));
  AddUnpaired(series);
}

void Peers::AddAgainstControl(const Series& series) {
  naive_.Add(NaiveDifferenceTest(series.candidate, series.control, series.unequal));
  AddUnpaired(series);
}

void Peers::AddUnpaired(const Series& series) {
  by_hundred_.Add(FirstHigh(series.candidate, series.control, kSmallPoint));
  by_thousand_.Add(FirstHigh(series.candidate, series.control, kLargePoint));
  diffy_.Add(FirstFlag(series.candidate, series.control));
  diffy_once_.Add(FlagAtEnd(series.candidate, series.control));
}

std::vector<Beside> Peers::Medians() const {
  std::vector<Beside> medians = {{kNaive, naive_.Median()}};
  const std::uint64_t horizon = naive_.horizon();
  if (CanJudge(horizon, kSmallPoint)) medians.push_back({kByHundred, by_hundred_.Median()});
  if (CanJudge(horizon, kLargePoint)) medians.push_back({kByThousand, by_thousand_.Median()});
  medians.push_back({kDiffy, diffy_.Median()});
  return medians;
}

std::vector<Beside> Peers::Shares(std::uint64_t requests) const {
  std::vector<Beside> shares = {{kNaive, {naive_.ShareWithin(requests)}}};
  if (CanJudge(requests, kSmallPoint)) {
    shares.push_back({kByHundred, {by_hundred_.ShareWithin(requests)}});
  }
  if (CanJudge(requests, kLargePoint)) {
    shares.push_back({kByThousand, {by_thousand_.ShareWithin(requests)}});
  }
  shares.push_back({kDiffy, {diffy_.ShareWithin(requests)}});
  if (requests == naive_.horizon()) shares.push_back({"Diffy, once", {diffy_once_.Share()}});
  return shares;
}

}  // namespace understudy::decisions
