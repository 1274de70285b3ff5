// Values at paths put side by side.
#include "comparators/value_pair.h"

#include <catch2/catch.hpp>
#include <string>

#include "test/unit/comparators/parsed_pair.h"

namespace understudy {
namespace {

std::vector<PathPattern> Paths(std::initializer_list<const char*> texts) {
  std::vector<PathPattern> paths;
  for (const char* text : texts) {
    auto path = PathPattern::Parse(text);
    REQUIRE(path.ok());
    paths.push_back(*std::move(path));
  }
  return paths;
}

std::string Shown(const std::vector<ValuePair>& pairs) {
  std::string text;
  for (const ValuePair& pair : pairs) {
    text += pair.path + ":" + (pair.baseline ? RenderJson(*pair.baseline, 64) : "-") + "," +
            (pair.candidate ? RenderJson(*pair.candidate, 64) : "-") + " ";
  }
  return text;
}

TEST_CASE("value pairs: values are put side by side by their places, the incumbent's order first") {
  const ParsedPair pair(R"({"a":[{"t":"x"},{"t":"y"}],"b":1})", R"({"b":2,"a":[{"t":"z"}]})");
  const auto aligned = AlignValues(pair.pair, Paths({"/a/*/t", "/b"}));
  REQUIRE(aligned.ok());
  CHECK_FALSE(aligned->decided);
  CHECK(Shown(aligned->pairs) == R"(/a/0/t:"x","z" /a/1/t:"y",- /b:1,2 )");
}

TEST_CASE("value pairs: what the candidate alone has comes last and a place appears once") {
  const ParsedPair pair(R"({"a":1})", R"({"a~/":3,"a":1})");
  const auto aligned = AlignValues(pair.pair, Paths({"/*", "/a"}));
  REQUIRE(aligned.ok());
  CHECK(Shown(aligned->pairs) == "/a:1,1 /a~0~1:-,3 ");
}

TEST_CASE("value pairs: what a rule ignores is left out with all that is in it") {
  ParsedPair pair(R"({"a":{"t":1},"b":{"t":2}})", R"({"a":{"t":1},"b":{"t":3}})");
  for (ParsedBody* body : {&pair.baseline, &pair.candidate}) {
    body->document->SetMark(body->document->At("/b")->index(), JsonMark::kIgnored);
  }
  const auto aligned = AlignValues(pair.pair, Paths({"/*/t"}));
  REQUIRE(aligned.ok());
  CHECK(Shown(aligned->pairs) == "/a/t:1,1 ");
}

TEST_CASE("value pairs: errors and bodies that are no JSON are decided or cannot be told") {
  CHECK(AlignValues(ParsedPair("{}", "{}", 200, 500).pair, {})->decided->divergence == 1);
  CHECK(AlignValues(ParsedPair("{}", "{}", 500, 500).pair, {})->decided->divergence == 0);
  CHECK(AlignValues(ParsedPair("{}", "no").pair, {})->decided->divergence == 1);
  CHECK(AlignValues(ParsedPair("no", "{}").pair, {}).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("value pairs: more places than can be looked at are too many") {
  std::string many = "[";
  for (int i = 0; i < 100'001; ++i) many += "0,";
  many.back() = ']';
  CHECK(AlignValues(ParsedPair(many, "[]").pair, Paths({"/*"})).status().code() ==
        absl::StatusCode::kResourceExhausted);
}

TEST_CASE("value pairs: the option is a path or a list of paths") {
  constexpr OptionDoc kKnown{"at", "", "", ""};
  const auto read = [&](const std::string& json, std::vector<PathPattern>& paths) {
    const auto options = OptionReader::Open("it", json, {&kKnown, 1});
    REQUIRE(options.ok());
    return ReadPaths(**options, "at", paths);
  };
  std::vector<PathPattern> paths;
  CHECK(read("", paths).ok());
  CHECK(paths.empty());
  CHECK(read(R"({"at":"/a"})", paths).ok());
  CHECK(paths.size() == 1);
  CHECK(read(R"({"at":["/a","/b/*"]})", paths).ok());
  CHECK(paths.size() == 2);
  for (const char* wrong : {R"({"at":[]})", R"({"at":7})", R"({"at":["a"]})", R"({"at":[1]})"}) {
    CHECK_FALSE(read(wrong, paths).ok());
  }
  CHECK(paths.size() == 2);
}

}  // namespace
}  // namespace understudy
