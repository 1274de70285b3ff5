// Numbers and decisions read from both answers.
#include "proxy/flow/answer_values.h"

#include <catch2/catch.hpp>
#include <limits>

namespace understudy {
namespace {

AnswerField Number(double value) { return {value, std::nullopt}; }
AnswerField Text(std::string text) { return {std::nullopt, std::move(text)}; }

PairScore Fields(std::vector<FieldPair> fields) {
  PairScore score;
  score.fields = std::move(fields);
  return score;
}

Route WithTokens() {
  Route route;
  route.values = {{"tokens", "/usage/total_tokens", 1000}};
  return route;
}

TEST_CASE("numbers become shares of their cap, what is above it is the cap") {
  const auto values = ValuesOf(WithTokens(), Fields({{Number(250), Number(4000)}}));
  REQUIRE(values.size() == 1);
  CHECK(values[0].present);
  CHECK(values[0].incumbent == 0.25);
  CHECK(values[0].candidate == 1);
}

TEST_CASE("what is no number, negative or infinite is missing") {
  for (const AnswerField& field :
       {AnswerField{}, Text("12"), Number(-1), Number(std::numeric_limits<double>::infinity()),
        Number(std::numeric_limits<double>::quiet_NaN())}) {
    CHECK_FALSE(ValuesOf(WithTokens(), Fields({{Number(1), field}}))[0].present);
    CHECK_FALSE(ValuesOf(WithTokens(), Fields({{field, Number(1)}}))[0].present);
  }
}

TEST_CASE("a decision is yes where its text is one of those, numbers as they are written") {
  Route route;
  route.decision = DecisionRule{"/approved", {"true", "1"}};
  const auto decision = DecisionOf(route, {{Text("true"), Number(1)}});
  REQUIRE(decision.has_value());
  CHECK(decision->incumbent);
  CHECK(decision->candidate);
  CHECK_FALSE(DecisionOf(route, {{Text("false"), Text("true")}})->incumbent);
  CHECK_FALSE(DecisionOf(route, {{Text("true"), AnswerField{}}}).has_value());
  CHECK_FALSE(DecisionOf(Route(), {{Text("true"), Text("true")}}).has_value());
}

TEST_CASE("what is measured stands beside what is read, and times are kept as such") {
  Route route;
  route.values = {{"first-token", "", 200, "time_to_first_token"},
                  {"tokens", "/usage/total_tokens", 1000},
                  {"cost", "", 0.01, "cost", 1, 10}};
  PairScore score = Fields({{Number(10), Number(20)}});
  score.measures.emplace();
  score.measures->first.time_to_first_token = 50;
  score.measures->second.time_to_first_token = 400;
  for (AnswerMeasures* one : {&score.measures->first, &score.measures->second}) {
    one->input_tokens = 100;
    one->output_tokens = 40;
  }
  const auto values = ValuesOf(route, score);
  REQUIRE(values.size() == 3);
  CHECK(values[0].incumbent == 0.25);
  CHECK(values[0].candidate == 1);
  CHECK(values[0].incumbent_time == std::chrono::milliseconds(50));
  CHECK(values[0].candidate_time == std::chrono::milliseconds(400));
  CHECK(values[1].candidate == 0.02);
  CHECK(values[1].candidate_time == Duration::zero());
  CHECK(values[2].incumbent == Approx(0.05));
}

TEST_CASE("what was not measured of one answer is missing") {
  Route route;
  route.values = {{"first-token", "", 200, "time_to_first_token"}};
  PairScore score;
  CHECK_FALSE(ValuesOf(route, score)[0].present);
  score.measures.emplace();
  score.measures->first.time_to_first_token = 50;
  CHECK_FALSE(ValuesOf(route, score)[0].present);
}

}  // namespace
}  // namespace understudy
