// The `text` comparator: where texts are, scores, flags and bounds.
#include "comparators/text_answer.h"

#include <catch2/catch.hpp>
#include <string>

#include "test/unit/comparators/compared.h"

namespace understudy {
namespace {

Comparison Compare(const std::string& baseline, const std::string& candidate,
                   const std::string& options = "") {
  return CompareBodies<TextComparator>(baseline, candidate, options);
}

absl::StatusCode CodeOf(const std::string& baseline, const std::string& candidate,
                        const std::string& options = "") {
  return TryCompare<TextComparator>(ParsedPair(baseline, candidate), options).status().code();
}

std::string Chat(const std::string& content, const std::string& finish = "stop") {
  return R"({"choices":[{"index":0,"message":{"content":)" + content + R"(},"finish_reason":")" +
         finish + "\"}]}";
}

constexpr const char* kContent = R"({"paths":"/choices/*/message/content")";

std::string Content(const std::string& more) { return kContent + more + "}"; }

TEST_CASE("text: a plain body is one text, and the divergence is the share of edits") {
  const Comparison comparison = Compare("The cat sat on the mat.", "The cat is on the mat.");
  CHECK(comparison.divergence == Approx(0.130434783));  // rapidfuzz 3.14.6
  CHECK(comparison.reason ==
        "the text: edit 0.1304, they part after 8 characters, of 22 and the incumbent's 23");
  REQUIRE(comparison.differences.size() == 1);
  CHECK(comparison.differences[0].path.empty());
  CHECK(comparison.differences[0].kind == "value");
  CHECK(comparison.differences[0].baseline == "sat on the mat.");
  CHECK(comparison.differences[0].candidate == "is on the mat.");
}

TEST_CASE("text: white space, normal form and by option case are no difference") {
  CHECK(Compare("a  b\n", " a b").divergence == 0);
  CHECK(Compare("caf\u00E9", "cafe\u0301").divergence == 0);
  CHECK(Compare("A b", "a B").divergence == Approx(2.0 / 3));
  CHECK(Compare("A b", "a B", R"({"case":"fold"})").divergence == 0);
  CHECK(Compare("a  b", "a b", R"({"space":"keep"})").divergence == Approx(0.25));
}

TEST_CASE(
    "text: a body that is a JSON string is what the string says, other scalars as they stand") {
  CHECK(Compare(R"("a\u0062c")", R"("abc" )").divergence == 0);
  CHECK(Compare("7", "8").divergence == 1);
  CHECK(Compare("abc", R"({"a":1})").divergence > 0);
  CHECK(Compare("", "").divergence == 0);
  CHECK(CodeOf(R"({"a":"b"})", R"({"a":"c"})") == absl::StatusCode::kInvalidArgument);
  CHECK(CodeOf("[]", "x") == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("text: of several places the worst pair decides and names its place") {
  const Comparison comparison =
      Compare(R"({"a":["same","abcd"],"b":"abcd"})", R"({"a":["same","abcx"],"b":"abyy"})",
              R"({"paths":["/a/*","/b"]})");
  CHECK(comparison.divergence == Approx(0.5));
  CHECK(comparison.reason ==
        "/b: edit 0.5, they part after 2 characters, of 4 and the incumbent's 4");
  REQUIRE(comparison.differences.size() == 2);
  CHECK(comparison.differences[0].path == "/a/1");
  CHECK(comparison.differences[0].baseline == "d");
}

TEST_CASE("text: null and absent places are empty texts, and a list is one text") {
  CHECK(Compare(Chat("null"), Chat("\"\""), Content("")).divergence == 0);
  CHECK(Compare(Chat("\"hi\""), Chat("null"), Content("")).divergence == 1);
  CHECK(Compare(Chat(R"(["a","b"])"), Chat(R"("a\nb")"), Content("")).divergence == 0);
  const Comparison missing = Compare(Chat("\"hi\""), R"({"choices":[]})", Content(""));
  CHECK(missing.divergence == 1);
  CHECK(missing.differences.at(0).kind == "missing");
  CHECK(Compare(R"({"choices":[]})", Chat("\"hi\""), Content("")).differences.at(0).kind ==
        "extra");
}

TEST_CASE(
    "text: what is no text cannot be told of the incumbent, and is wholly different of the "
    "candidate") {
  CHECK(CodeOf(Chat("7"), Chat("\"7\""), Content("")) == absl::StatusCode::kUnimplemented);
  const Comparison comparison = Compare(Chat("\"7\""), Chat("7"), Content(""));
  CHECK(comparison.divergence == 1);
  CHECK(comparison.differences.at(0).kind == "type");
  CHECK(CodeOf(Chat("\"7\""), Chat("\"7\""), R"({"paths":"/nowhere"})") ==
        absl::StatusCode::kUnimplemented);
  CHECK(Compare(Chat("\"7\""), "no", Content("")).divergence == 1);
  CHECK(CodeOf("no", Chat("\"7\""), Content("")) == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("text: errors are compared by their status") {
  CHECK(TryCompare<TextComparator>(ParsedPair("x", "y", 500, 500), "")->divergence == 0);
  CHECK(TryCompare<TextComparator>(ParsedPair("x", "y", 200, 500), "")->divergence == 1);
}

// The values of text_measures_test.cc, through the option.
TEST_CASE("text: the score is what the option names, of a list the largest") {
  const std::string a = "Paris is the capital of France.";
  const std::string b = "The capital of France is Paris.";
  const auto score = [&](const std::string& name) {
    return Compare(a, b, R"({"score":)" + name + "}").divergence;
  };
  CHECK(score("\"exact\"") == 1);
  CHECK(score("\"edit\"") == Approx(0.612903226));
  CHECK(score("\"token_f1\"") == Approx(0.5));
  CHECK(score("\"chrf\"") == Approx(0.257502859));
  CHECK(score("\"rouge_l\"") == Approx(0.666666667));
  CHECK(score("\"length\"") == 0);
  CHECK(score(R"(["chrf","edit","length"])") == Approx(0.612903226));
  CHECK(Compare("abcd", "ab", R"({"score":"length"})").divergence == Approx(0.5));
  const Comparison both = Compare(a, b, R"({"score":["token_f1","chrf"]})");
  CHECK(both.reason ==
        "the text: token_f1 0.5, chrf 0.2575, they part after 0 characters, of 31 and the "
        "incumbent's 31");
}

TEST_CASE("text: a refusal of one of the two is wholly different") {
  const std::string options = R"({"flags":["refusal"],"score":"length"})";
  const std::string refusal = "I\u2019m sorry, but I can\u2019t help with that.";
  const Comparison comparison = Compare("Here is how you do what you ask.", refusal, options);
  CHECK(comparison.divergence == 1);
  CHECK(comparison.reason == "the text: the candidate's text refuses, the incumbent's does not");
  CHECK(Compare(refusal, "Here is how you do what you ask.", options).divergence == 1);
  CHECK(Compare(refusal, "I cannot help you with that, I fear.", options).divergence < 0.1);
  CHECK(Compare("As I cannot sing, I dance.", "I dance as I cannot sing.", options).divergence <
        0.1);
  const std::string german = R"({"score":"structure","refusal_phrases":["Das kann ich nicht"]})";
  CHECK(Compare("Hier ist es, bitte!", "DAS  kann ich nicht.", german).divergence == 1);
  CHECK(Compare("Here it is", "I cannot do", german).divergence == 0);
}

TEST_CASE(
    "text: an answer that its limit ended is wholly different from one that ended by itself") {
  const std::string flag = Content(R"(,"flags":["truncated"])");
  const Comparison comparison = Compare(Chat("\"abc\"", "stop"), Chat("\"abc\"", "length"), flag);
  CHECK(comparison.divergence == 1);
  CHECK(comparison.reason ==
        "the candidate's answer ended at its limit of length, the incumbent's did not");
  CHECK(Compare(Chat("\"abc\"", "length"), Chat("\"abc\"", "max_tokens"), flag).divergence == 0);
  CHECK(Compare(Chat("\"abc\"", "length"), Chat("\"abc\""), flag).divergence == 1);
  CHECK(Compare(Chat("\"abc\"", "length"), Chat("\"abc\""), Content("")).divergence == 0);
  const std::string elsewhere = R"({"paths":"/t","flags":["truncated"],"finish_reason":"/why"})";
  CHECK(Compare(R"({"t":"a","why":"eos"})", R"({"t":"a","why":"LENGTH"})", elsewhere).divergence ==
        1);
}

TEST_CASE("text: where the incumbent's text is JSON the candidate's must be") {
  const std::string flag = R"({"flags":["invalid_json"],"score":"length","paths":"/t"})";
  const auto body = [](const std::string& text) { return R"({"t":")" + text + "\"}"; };
  const std::string object = body(R"({\"a\":1})");
  CHECK(Compare(object, body(R"({\"a\":1)"), flag).reason ==
        "/t: the candidate's text lacks valid JSON, the incumbent's does not");
  CHECK(Compare(object, body(R"(Sure:\n```json\n{\"a\":2}\n```\n)"), flag).divergence < 1);
  CHECK(Compare(object, body(R"(Sure:\n```json\n{\"a\":2\n```\n)"), flag).divergence == 1);
  CHECK(Compare(body("no JSON at all"), object, flag).divergence < 1);
  const std::string expected =
      R"({"flags":["invalid_json"],"expect_json":true,"score":"length","paths":"/t"})";
  CHECK(Compare(body("no JSON at all"), object, expected).divergence == 1);
  CHECK(Compare(body("no JSON"), body("JSON? No."), expected).divergence < 1);
}

TEST_CASE("text: structure counts flags and the ratio of lengths, and shows the texts") {
  const std::string structure = R"({"score":"structure"})";
  const Comparison sampled = Compare("A poem of the sea", "Some verse on hills", structure);
  CHECK(sampled.divergence == 0);
  CHECK(sampled.reason.empty());
  CHECK(sampled.differences.size() == 1);
  CHECK(Compare("abcd", "abcdabcdabcd", structure).divergence == 1);
  CHECK(Compare("abcd", "a", structure).reason ==
        "the text: 1 characters, the incumbent's 4: the ratio is outside 0.5 to 2");
  CHECK(Compare("abcd", "  ", structure).reason ==
        "the text: the candidate's text says nothing, the incumbent's does not");
  CHECK(Compare("", "abc", R"({"score":"structure","flags":[]})").divergence == 1);
  CHECK(Compare("abcd", "x", R"({"score":"structure","length_ratio":[0,4]})").divergence == 0);
  CHECK(Compare("abcd", "abc", R"({"score":"edit","length_ratio":[0.9,1]})").divergence == 1);
}

TEST_CASE("text: texts beyond the bounds are too large, equal ones are not") {
  const std::string long_text(2u << 20, 'x');
  CHECK(CodeOf(long_text, "x" + long_text) == absl::StatusCode::kResourceExhausted);
  CHECK(Compare(long_text, long_text).divergence == 0);
  // Two texts of 64 Ki characters with nothing in common but letters are within them.
  std::string a, b;
  for (std::uint32_t i = 0; i < 65'536; ++i) {
    a += static_cast<char>('a' + (i * 2'654'435'761u >> 8) % 26);
    b += static_cast<char>('a' + (i * 2'246'822'519u >> 9) % 26);
  }
  CHECK(Compare(a, b).divergence > 0.5);
  std::string words;
  for (int i = 0; i < 120'000; ++i) words += std::to_string(i * 7919 % 100'003) + " ";
  const std::string reversed(words.rbegin(), words.rend());
  CHECK(CodeOf(words, reversed) == absl::StatusCode::kResourceExhausted);
  CHECK(Compare(words, reversed, R"({"score":["chrf","token_f1","length"]})").divergence > 0.2);
  std::string many = "[";
  for (int i = 0; i < 4; ++i) many += "\"" + std::string(600'000, 'a') + "\",";
  many.back() = ']';
  std::string others = many;
  for (std::size_t i = 1; i < others.size(); i += 600'003) others[i + 5] = 'b';
  CHECK(CodeOf(many, others, R"({"paths":"/*"})") == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("text: options that make no sense are refused with what is allowed") {
  const auto fault = [](const std::string& options) {
    return std::string(TextComparator::Build(options).status().message());
  };
  CHECK(
      fault(R"({"score":["edit","structure"]})") ==
      "comparator text: option \"score\" must be \"structure\" or one or a list of \"exact\", "
      "\"edit\", \"token_f1\", \"chrf\", \"rouge_l\", \"length\"; it is [\"edit\",\"structure\"]");
  CHECK(fault(R"({"length_ratio":[2,1]})").find("0 <= low <= 1 <= high") != std::string::npos);
  CHECK(fault(R"({"flags":["rude"]})").find("\"invalid_json\"") != std::string::npos);
  CHECK(fault(R"({"refusal_phrases":[" "]})").find("none empty") != std::string::npos);
}

}  // namespace
}  // namespace understudy
