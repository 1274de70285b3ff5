// Where path patterns match, and which of them are refused.
#include "comparators/path_pattern.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

constexpr std::string_view kText =
    R"({"a":{"id":1,"b":[{"id":2},{"id":3,"c":{"id":4}}]},"id":5,"x/y":6,"0":7})";

// The matches of `pattern`, as JSON separated by spaces.
std::string Matches(std::string_view pattern) {
  auto document = Document::Parse(kText);
  auto path = PathPattern::Parse(pattern);
  REQUIRE(document.ok());
  REQUIRE(path.ok());
  std::string matches;
  path->ForEachMatch(**document, [&](JsonValue value) {
    matches += (matches.empty() ? "" : " ") + RenderJson(value, 1000);
  });
  return matches;
}

TEST_CASE("a plain path matches one value") {
  CHECK(Matches("/id") == "5");
  CHECK(Matches("/a/b/1/id") == "3");
  CHECK(Matches("/x~1y") == "6");
  CHECK(Matches("/0") == "7");
  CHECK(Matches("/nothing").empty());
  CHECK(Matches("/a/b/01").empty());
}

TEST_CASE("a star is one level and two stars are any number of levels") {
  CHECK(Matches("/a/b/*/id") == "2 3");
  CHECK(Matches("/*/id") == "1");
  CHECK(Matches("/**/id") == "1 2 3 4 5");
  CHECK(Matches("/a/**/id") == "1 2 3 4");
  CHECK(Matches("/a/b/**") == R"([{"id":2},{"id":3,"c":{"id":4}}])");
  CHECK(Matches("/**/b/**/c/**/id") == "4");
}

TEST_CASE("the outermost match is visited once and nothing inside it") {
  CHECK(Matches("/a/b/*") == R"({"id":2} {"id":3,"c":{"id":4}})");
  CHECK(Matches("/**/c") == R"({"id":4})");
}

TEST_CASE("paths that cover everything are told from those that name something") {
  for (const char* path : {"", "/", "/*", "/**", "/*/*", "/**/*", "/**/**"}) {
    INFO(path);
    CHECK(PathPattern::Parse(path)->covers_root());
  }
  for (const char* path : {"/a", "/**/id", "/*/a", "/a/**", "/0"}) {
    INFO(path);
    CHECK_FALSE(PathPattern::Parse(path)->covers_root());
  }
}

TEST_CASE("what is no pointer or too long is refused") {
  CHECK_FALSE(PathPattern::Parse("a/b").ok());
  CHECK_FALSE(PathPattern::Parse("/a~2").ok());
  CHECK_FALSE(PathPattern::Parse("/a~").ok());
  CHECK_FALSE(PathPattern::Parse("/" + std::string(2000, 'a')).ok());
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "/a";
  CHECK(PathPattern::Parse(deep).ok());
  CHECK_FALSE(PathPattern::Parse(deep + "/a").ok());
}

}  // namespace
}  // namespace understudy
