// Charsets of answers, and what a suite makes of them.
#include "comparators/charset.h"

#include <catch2/catch.hpp>

#include "test/unit/comparators/scored_pair.h"

namespace understudy {
namespace {

using namespace std::string_literals;

TextAnswer Json(const std::string& body, const std::string& charset) {
  return {200, body, {{"Content-Type", "application/json; charset=" + charset}}};
}

ComparatorScore Score(const TextAnswer& baseline, const TextAnswer& candidate) {
  const auto suite = BuildSuite({.comparators = {{"json", "json", ""}}});
  REQUIRE(suite.ok());
  return ScoreTexts(**suite, baseline, candidate).scores.at(0);
}

// Two-byte units of ASCII text.
std::string Utf16(const std::string& text, bool big) {
  std::string units;
  for (const char c : text) units += big ? std::string{'\0', c} : std::string{c, '\0'};
  return units;
}

TEST_CASE("the charset parameter is found whatever stands around it") {
  CHECK(CharsetOf("application/json") == "");
  CHECK(CharsetOf("application/json;charset=UTF-8") == "utf-8");
  CHECK(CharsetOf("text/plain; format=flowed ; Charset = \"Latin1\"; x=y") == "latin1");
  CHECK(CharsetOf("a/b; xcharset=z") == "");
  CHECK(CharsetOf("a/b; charset=utf-16, a/b; charset=latin1") == "utf-16");
}

TEST_CASE("the same text in two charsets is the same") {
  const TextAnswer plain = Json("{\"name\":\"caf\xC3\xA9 \xE2\x82\xAC\"}", "utf-8");
  CHECK(Score(plain, Json("\xEF\xBB\xBF{\"name\":\"caf\xC3\xA9 \xE2\x82\xAC\"}", "UTF-8"))
            .comparison.divergence == 0);
  CHECK(Score(plain, Json("{\"name\":\"caf\xE9 \x80\"}", "windows-1252")).comparison.divergence ==
        0);
  const TextAnswer ascii = Json("{\"a\":[1,2]}", "us-ascii");
  for (const bool big : {true, false}) {
    const std::string units = Utf16(ascii.body, big);
    const std::string mark = big ? "\xFE\xFF"s : "\xFF\xFE"s;
    CHECK(Score(ascii, Json(mark + units, "utf-16")).comparison.divergence == 0);
    CHECK(Score(ascii, Json(units, big ? "utf-16be" : "UTF-16LE")).comparison.divergence == 0);
  }
  const auto score = Score(Json("[\"caf\xE9\"]", "iso-8859-1"), Json("[\"caf\xC3\xA9\"]", "utf-8"));
  CHECK(score.compared);
  CHECK(score.comparison.divergence == 0);
}

TEST_CASE("equal bytes in different charsets are not the same text") {
  const std::string body = "[\"\xC3\xA9\"]";
  CHECK(Score(Json(body, "utf-8"), Json(body, "latin1")).comparison.divergence == 1);
}

TEST_CASE("an unknown charset is not supported") {
  const auto score = Score(Json("[1]", "ebcdic"), Json("[2]", "ebcdic"));
  CHECK_FALSE(score.compared);
  CHECK(score.uncomparable == "unsupported");
  CHECK(score.detail.find("ebcdic") != std::string::npos);
}

TEST_CASE("bytes that are no text of the charset are charged to whose they are") {
  const std::vector<std::pair<std::string, std::string>> broken = {
      {"utf-8", "[\"\xE9\"]"},  {"us-ascii", "[\"\xC3\xA9\"]"}, {"windows-1252", "[\"\x81\"]"},
      {"utf-16le", "[\0\xD8"s}, {"utf-16be", "\0[\0"s},         {"utf-16", "\xDC\x00\x00["s}};
  for (const auto& [charset, body] : broken) {
    INFO(charset);
    const auto incumbent = Score(Json(body, charset), Json("[1]", "utf-8"));
    CHECK_FALSE(incumbent.compared);
    CHECK(incumbent.uncomparable == "decode_error");
    const auto candidate = Score(Json("[1]", "utf-8"), Json(body, charset));
    CHECK(candidate.compared);
    CHECK(candidate.comparison.divergence == 1);
  }
}

TEST_CASE("surrogate pairs become one character and the bound is kept") {
  const auto pair = ToUtf8("utf-16be", "\xD8\x3D\xDE\x00"s, 100);
  REQUIRE(pair.ok());
  CHECK(*pair == "\xF0\x9F\x98\x80");
  CHECK(ToUtf8("latin1", std::string(10, '\xE9'), 19).status().code() ==
        absl::StatusCode::kResourceExhausted);
  CHECK(ToUtf8("latin1", std::string(10, '\xE9'), 20).ok());
}

}  // namespace
}  // namespace understudy
