// The `toolcalls` comparator: protocols, order, arguments and scores.
#include "comparators/toolcalls.h"

#include <catch2/catch.hpp>
#include <string>

#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

Comparison Compare(const std::string& baseline, const std::string& candidate,
                   const std::string& options = "") {
  return CompareBodies<ToolCallsComparator>(baseline, candidate, options);
}

// A call of a chat completion; `arguments` is the text inside the JSON string.
std::string Call(const std::string& name, const std::string& arguments,
                 const std::string& id = "1") {
  return R"({"id":"call_)" + id + R"(","type":"function","function":{"name":")" + name +
         R"(","arguments":")" + arguments + "\"}}";
}

std::string Chat(const std::string& calls) {
  return R"({"choices":[{"message":{"content":null,"tool_calls":[)" + calls + "]}}]}";
}

const std::string kParis = Call("weather", R"({\"city\":\"Paris\",\"days\":2})");
const std::string kRome = Call("weather", R"({\"city\":\"Rome\",\"days\":2})");
const std::string kTime = Call("time", "{}");

TEST_CASE("toolcalls: ids, spaces, order of members and order of calls are no difference") {
  const std::string other = Call("weather", R"({ \"days\": 2.0, \"city\":\"P\\u0061ris\" })", "9");
  CHECK(Compare(Chat(kParis + "," + kTime), Chat(kTime + "," + other)).divergence == 0);
  CHECK(Compare(Chat(kParis), Chat(other), R"({"order":"same"})").divergence == 0);
  CHECK(Compare(Chat(kParis + "," + kTime), Chat(kTime + "," + other), R"({"order":"same"})")
            .divergence == 1);
}

TEST_CASE("toolcalls: other arguments are wholly different and shown where they are") {
  const Comparison comparison = Compare(Chat(kTime + "," + kParis), Chat(kTime + "," + kRome));
  CHECK(comparison.divergence == 1);
  CHECK(comparison.reason == "1 of 2 tool calls are the same: weather has other arguments");
  REQUIRE(comparison.differences.size() == 1);
  CHECK(comparison.differences[0].path ==
        "/choices/0/message/tool_calls/1/function/arguments/city");
  CHECK(comparison.differences[0].baseline == "\"Paris\"");
  CHECK(comparison.differences[0].candidate == "\"Rome\"");
}

TEST_CASE("toolcalls: calls that are missing or not asked for are differences") {
  const Comparison missing = Compare(Chat(kParis + "," + kTime), Chat(kParis));
  CHECK(missing.divergence == 1);
  CHECK(missing.reason == "1 of 2 tool calls are the same: time is not called");
  REQUIRE(missing.differences.size() == 1);
  CHECK(missing.differences[0].kind == "missing");
  CHECK(missing.differences[0].baseline == "time({})");
  const Comparison extra = Compare(Chat(""), Chat(kTime));
  CHECK(extra.reason ==
        "0 of 1 tool calls are the same: time is called, which the incumbent does not do");
  CHECK(extra.differences.at(0).kind == "extra");
  // The same call twice is two calls.
  CHECK(Compare(Chat(kTime + "," + kTime), Chat(kTime)).divergence == 1);
}

TEST_CASE("toolcalls: no calls on either side are the same") {
  CHECK(Compare(Chat(""), R"({"choices":[{"message":{"content":"hi"}}]})").divergence == 0);
  CHECK(Compare(R"({"a":1})", R"({"b":2})").divergence == 0);
  CHECK(Compare(R"({"content":[{"type":"text","text":"a"}]})",
                R"({"content":[{"type":"text","text":"b"}]})")
            .divergence == 0);
}

TEST_CASE("toolcalls: the score is all or nothing, names alone, or one minus the F1") {
  const std::string baseline = Chat(kParis + "," + kTime);
  const std::string candidate = Chat(kRome + "," + kTime);
  CHECK(Compare(baseline, candidate, R"({"score":"names"})").divergence == 0);
  CHECK(Compare(baseline, candidate, R"({"score":"f1"})").divergence == Approx(0.5));
  // One of two and of three: 1 - 2 * 1 / 5.
  CHECK(
      Compare(baseline, Chat(kRome + "," + kTime + "," + kRome), R"({"score":"f1"})").divergence ==
      Approx(0.6));
  CHECK(Compare(baseline, Chat(kRome), R"({"score":"names"})").divergence == 1);
}

TEST_CASE("toolcalls: arguments of the candidate that are no JSON are wholly different") {
  const std::string broken = Call("weather", R"({\"city\":)");
  const Comparison comparison =
      Compare(Chat(kTime + "," + kParis), Chat(kTime + "," + broken), R"({"score":"f1"})");
  CHECK(comparison.divergence == 1);
  CHECK(comparison.reason == "the candidate's arguments of weather are no JSON");
  // Of a tool that takes any text, the text counts.
  CHECK(Compare(Chat(broken), Chat(broken)).divergence == 0);
  const std::string other = Call("weather", R"({\"town\":)");
  CHECK(Compare(Chat(broken + "," + kTime), Chat(other + "," + kTime), R"({"score":"f1"})")
            .divergence == Approx(0.5));
  CHECK(Compare(Chat(broken), Chat(kParis)).divergence == 1);
  CHECK(Compare(Chat(kParis), Chat(broken), R"({"score":"names"})").divergence == 0);
}

TEST_CASE("toolcalls: no arguments, null and an empty text are an empty object") {
  CHECK(Compare(Chat(kTime), Chat(Call("time", ""))).divergence == 0);
  CHECK(Compare(Chat(kTime), Chat(R"({"function":{"name":"time"}})")).divergence == 0);
  CHECK(Compare(Chat(kTime), Chat(R"({"function":{"name":"time","arguments":null}})")).divergence ==
        0);
}

TEST_CASE("toolcalls: decimals in arguments have the tolerance") {
  const std::string a = Chat(Call("move", R"({\"x\":1.000})"));
  const std::string b = Chat(Call("move", R"({\"x\":1.001})"));
  CHECK(Compare(a, b).divergence == 1);
  CHECK(Compare(a, b, R"({"rtol":0.01})").divergence == 0);
  CHECK(Compare(a, b, R"({"atol":0.01})").divergence == 0);
}

TEST_CASE("toolcalls: the protocols' shapes are known, and mean the same") {
  const std::string object = R"({"city":"Paris","days":2})";
  const std::string text = R"("{\"city\":\"Paris\",\"days\":2}")";
  const std::string shapes[] = {
      R"({"choices":[{"message":{"function_call":{"name":"weather","arguments":)" + text + "}}}]}",
      R"({"output":[{"type":"reasoning"},{"type":"function_call","call_id":"c","name":"weather",)"
      R"("arguments":)" +
          text + "}]}",
      R"({"content":[{"type":"text","text":"so"},{"type":"tool_use","id":"t","name":"weather",)"
      R"("input":)" +
          object + "}]}",
      R"({"message":{"tool_calls":[{"function":{"name":"weather","arguments":)" + object + "}}]}}",
      R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"weather","args":)" + object +
          "}}]}}]}",
  };
  for (const std::string& shape : shapes) {
    INFO(shape);
    CHECK(Compare(shape, Chat(kParis)).divergence == 0);
    CHECK(Compare(shape, Chat(kRome)).divergence == 1);
  }
  // Each item of a list may also be named by itself.
  CHECK(Compare(shapes[1], shapes[2], R"({"paths":["/output/*","/content/*"]})").divergence == 0);
  CHECK(Compare(shapes[1], shapes[4], R"({"paths":"/output/*"})").divergence == 1);
}

TEST_CASE("toolcalls: what a rule ignores is left out") {
  ParsedPair pair(R"({"content":[{"name":"a","input":{"t":1,"x":2}}]})",
                  R"({"content":[{"name":"a","input":{"t":9,"x":2}}]})");
  CHECK(TryCompare<ToolCallsComparator>(pair, "")->divergence == 1);
  for (ParsedBody* body : {&pair.baseline, &pair.candidate}) {
    body->document->SetMark(body->document->At("/content/0/input/t")->index(), JsonMark::kIgnored);
  }
  CHECK(TryCompare<ToolCallsComparator>(pair, "")->divergence == 0);
}

TEST_CASE("toolcalls: errors and bodies without JSON are compared as values at paths are") {
  CHECK(TryCompare<ToolCallsComparator>(ParsedPair("{}", "{}", 200, 500), "")->divergence == 1);
  CHECK(Compare(Chat(kTime), "no JSON").divergence == 1);
  CHECK(TryCompare<ToolCallsComparator>(ParsedPair("no JSON", Chat(kTime)), "").status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("toolcalls: more calls than can be matched, and more to compare, are too large") {
  std::string many = kTime;
  for (int i = 0; i < 1'000; ++i) many += "," + kTime;
  CHECK(TryCompare<ToolCallsComparator>(ParsedPair(Chat(many), Chat(kTime)), "").status().code() ==
        absl::StatusCode::kResourceExhausted);
  // Every call differs from every other one, at the end of its arguments.
  const auto heavy = [](int from) {
    std::string calls;
    for (int i = from; i < from + 300; ++i) {
      std::string arguments = "[";
      for (int k = 0; k < 200; ++k) arguments += "0,";
      calls += (calls.empty() ? "" : ",") + Call("a", arguments + std::to_string(i) + "]");
    }
    return Chat(calls);
  };
  CHECK(TryCompare<ToolCallsComparator>(ParsedPair(heavy(0), heavy(1'000)), "").status().code() ==
        absl::StatusCode::kResourceExhausted);
  CHECK(Compare(heavy(0), heavy(0)).divergence == 0);
}

}  // namespace
}  // namespace understudy
