// Numbers and decisions read from both answers.
#include "proxy/flow/answer_values.h"

#include <catch2/catch.hpp>
#include <limits>

namespace understudy {
namespace {

AnswerField Number(double value) { return {value, std::nullopt}; }
AnswerField Text(std::string text) { return {std::nullopt, std::move(text)}; }

Route WithTokens() {
  Route route;
  route.values = {{"tokens", "/usage/total_tokens", 1000}};
  return route;
}

TEST_CASE("numbers become shares of their cap, what is above it is the cap") {
  const auto values = ValuesOf(WithTokens(), {{Number(250), Number(4000)}});
  REQUIRE(values.size() == 1);
  CHECK(values[0].present);
  CHECK(values[0].incumbent == 0.25);
  CHECK(values[0].candidate == 1);
}

TEST_CASE("what is no number, negative or infinite is missing") {
  for (const AnswerField& field :
       {AnswerField{}, Text("12"), Number(-1), Number(std::numeric_limits<double>::infinity()),
        Number(std::numeric_limits<double>::quiet_NaN())}) {
    CHECK_FALSE(ValuesOf(WithTokens(), {{Number(1), field}})[0].present);
    CHECK_FALSE(ValuesOf(WithTokens(), {{field, Number(1)}})[0].present);
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

}  // namespace
}  // namespace understudy
