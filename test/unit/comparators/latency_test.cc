// The comparators of what an answer costs: `latency` and `cost`.
#include "comparators/latency.h"

#include <catch2/catch.hpp>
#include <string>

#include "comparators/cost.h"

namespace understudy {
namespace {

template <typename T>
absl::StatusOr<Comparison> Compared(const AnswerMeasures& incumbent,
                                    const AnswerMeasures& candidate, const std::string& options,
                                    int candidate_status = 200) {
  const auto comparator = T::Build(options);
  INFO(comparator.status().ToString());
  REQUIRE(comparator.ok());
  Pair pair;
  pair.baseline.status = 200;
  pair.baseline.measures = &incumbent;
  pair.candidate.status = candidate_status;
  pair.candidate.measures = &candidate;
  return (*comparator)->Compare(pair);
}

double Latency(double incumbent, double candidate, const std::string& options) {
  AnswerMeasures before, now;
  before.latency = incumbent;
  now.latency = candidate;
  return Compared<LatencyComparator>(before, now, options)->divergence;
}

AnswerMeasures Tokens(double input, double output) {
  AnswerMeasures measures;
  measures.input_tokens = input;
  measures.output_tokens = output;
  return measures;
}

TEST_CASE("latency: what is beyond the incumbent's counts as its share of the candidate's time") {
  CHECK(Latency(100, 100, "") == 0);
  CHECK(Latency(100, 40, "") == 0);
  CHECK(Latency(100, 200, "") == 0.5);
  CHECK(Latency(100, 400, "") == 0.75);
}

TEST_CASE("latency: the larger of the ratio and the milliseconds is allowed") {
  CHECK(Latency(100, 150, R"({"at_most_ratio":1.5})") == 0);
  CHECK(Latency(100, 300, R"({"at_most_ratio":1.5})") == 0.5);
  CHECK(Latency(2, 12, R"({"at_most_ratio":1.5,"at_most_more":10})") == 0);
  CHECK(Latency(2, 24, R"({"at_most_ratio":1.5,"at_most_more":10})") == 0.5);
}

TEST_CASE("latency: the reason has both times and what is allowed") {
  AnswerMeasures before, now;
  before.time_to_first_token = 40;
  now.time_to_first_token = 100;
  const auto comparison = Compared<LatencyComparator>(
      before, now, R"({"of":"time_to_first_token","at_most_ratio":1.25})");
  REQUIRE(comparison.ok());
  CHECK(comparison->divergence == 0.5);
  CHECK(comparison->reason == "time_to_first_token 40 ms became 100 ms, 50 ms are allowed");
}

TEST_CASE("latency: a time that nobody knows leaves the pair uncomparable") {
  AnswerMeasures whole;
  whole.latency = 10;
  const auto comparison =
      Compared<LatencyComparator>(whole, whole, R"({"of":"time_to_first_token"})");
  CHECK(comparison.status().code() == absl::StatusCode::kUnimplemented);
  CHECK(std::string(comparison.status().message()) ==
        "time_to_first_token of the incumbent's answer is not known");
}

TEST_CASE("latency: an error is wholly different however fast it came") {
  AnswerMeasures slow, fast;
  slow.latency = 100;
  fast.latency = 1;
  CHECK(Compared<LatencyComparator>(slow, fast, "", 500)->divergence == 1);
}

TEST_CASE("latency: options are read strictly") {
  CHECK_FALSE(LatencyComparator::Build(R"({"of":"speed"})").ok());
  CHECK_FALSE(LatencyComparator::Build(R"({"at_most_ratio":0.9})").ok());
  CHECK_FALSE(LatencyComparator::Build(R"({"at_most_more":-1})").ok());
}

TEST_CASE("cost: tokens are paid by their prices, and what is beyond the incumbent's counts") {
  const std::string prices = R"({"input_price":1,"output_price":4})";
  CHECK(Compared<CostComparator>(Tokens(100, 100), Tokens(100, 100), prices)->divergence == 0);
  CHECK(Compared<CostComparator>(Tokens(100, 100), Tokens(100, 50), prices)->divergence == 0);
  // 500 became 1,000 millionths.
  CHECK(Compared<CostComparator>(Tokens(100, 100), Tokens(200, 200), prices)->divergence ==
        Approx(0.5));
  CHECK(Compared<CostComparator>(Tokens(100, 100), Tokens(200, 200),
                                 R"({"output_price":4,"at_most_ratio":2})")
            ->divergence == 0);
}

TEST_CASE("cost: a candidate may have prices of its own") {
  CHECK(Compared<CostComparator>(Tokens(0, 100), Tokens(0, 200),
                                 R"({"output_price":4,"candidate_output_price":2})")
            ->divergence == 0);
  CHECK(Compared<CostComparator>(Tokens(0, 100), Tokens(0, 100),
                                 R"({"output_price":4,"candidate_output_price":8})")
            ->divergence == Approx(0.5));
}

TEST_CASE("cost: where nothing has a price there is nothing to compare, without tokens no cost") {
  CHECK_FALSE(CostComparator::Build(R"({"input_price":0,"output_price":0})").ok());
  const auto comparison =
      Compared<CostComparator>(Tokens(1, 1), AnswerMeasures(), R"({"output_price":4})");
  CHECK(comparison.status().code() == absl::StatusCode::kUnimplemented);
  CHECK(std::string(comparison.status().message()) ==
        "the candidate's answer does not say how many tokens it took");
}

}  // namespace
}  // namespace understudy
