// What redaction takes out of JSON, and what it refuses to touch.
#include <catch2/catch.hpp>
#include <random>

#include "proxy/control/records_redact.h"

namespace understudy {
namespace {

using Pointers = std::vector<std::string>;

std::string Redacted(std::string_view json, const Pointers& pointers) {
  return RedactJson(json, pointers).value_or("(withheld)");
}

TEST_CASE("a covered value is replaced and every other byte stays as it was") {
  CHECK(Redacted("{ \"user\" : \"ada\",\n\t\"n\": 1.50e+3 }", {"/user"}) ==
        "{ \"user\" : \"[redacted]\",\n\t\"n\": 1.50e+3 }");
  CHECK(Redacted(" [1, {\"a\": [true, null]} ] \n", {"/user"}) ==
        " [1, {\"a\": [true, null]} ] \n");
}

TEST_CASE("a covered object or array goes as a whole") {
  CHECK(Redacted(R"({"user":{"name":"ada","tags":["x",{"y":1}]},"n":1})", {"/user"}) ==
        R"({"user":"[redacted]","n":1})");
  CHECK(Redacted(R"({"user":[[1],[2]]})", {"/user"}) == R"({"user":"[redacted]"})");
}

TEST_CASE("numbers and words are covered like strings") {
  for (const char* value :
       {"1", "-0.5e-9", "true", "null", "NaN", "-Infinity", "\"\"", "[]", "{}"}) {
    INFO(value);
    CHECK(Redacted(R"({"a":)" + std::string(value) + R"(,"b":2})", {"/a"}) ==
          R"({"a":"[redacted]","b":2})");
  }
}

TEST_CASE("a pointer reaches into nested places and array indices") {
  const std::string json = R"({"a":[{"b":1},{"b":2}],"b":3})";
  CHECK(Redacted(json, {"/a/1/b"}) == R"({"a":[{"b":1},{"b":"[redacted]"}],"b":3})");
  CHECK(Redacted(json, {"/a/2/b"}) == json);
  CHECK(Redacted(json, {"/a/0", "/b"}) == R"({"a":["[redacted]",{"b":2}],"b":"[redacted]"})");
}

TEST_CASE("* stands for one key or index") {
  CHECK(Redacted(R"({"m":[{"c":1,"r":2},{"c":3}],"c":4})", {"/m/*/c"}) ==
        R"({"m":[{"c":"[redacted]","r":2},{"c":"[redacted]"}],"c":4})");
  CHECK(Redacted(R"({"x":{"c":1},"y":{"c":2},"c":{"d":3}})", {"/*/c"}) ==
        R"({"x":{"c":"[redacted]"},"y":{"c":"[redacted]"},"c":{"d":3}})");
  CHECK(Redacted("[1,2]", {"/*"}) == R"(["[redacted]","[redacted]"])");
}

TEST_CASE("** stands for any number of tokens, none too") {
  CHECK(Redacted(R"({"c":1,"x":{"c":2,"y":[{"c":3}]},"d":4})", {"/**/c"}) ==
        R"({"c":"[redacted]","x":{"c":"[redacted]","y":[{"c":"[redacted]"}]},"d":4})");
  CHECK(Redacted(R"({"x":{"y":{"c":1}},"c":2})", {"/x/**/c"}) ==
        R"({"x":{"y":{"c":"[redacted]"}},"c":2})");
  CHECK(Redacted(R"({"x":1})", {"/**"}) == R"("[redacted]")");
  CHECK(Redacted(R"({"a":{"b":{"a":{"b":1}}}})", {"/**/a/**/b"}) == R"({"a":{"b":"[redacted]"}})");
}

TEST_CASE("a pointer's ~0 and ~1 are a tilde and a slash in a key") {
  CHECK(Redacted(R"({"a/b":1,"a~b":2,"ab":3})", {"/a~1b", "/a~0b"}) ==
        R"({"a/b":"[redacted]","a~b":"[redacted]","ab":3})");
  CHECK(Redacted(R"({"~1":1})", {"/~01"}) == R"({"~1":"[redacted]"})");
  CHECK(Redacted(R"({"":1,"a":2})", {"/"}) == R"({"":"[redacted]","a":2})");
}

TEST_CASE("a key is the text it spells, however it is escaped") {
  CHECK(Redacted("{\"\\u0075s\\u0065r\":\"ada\"}", {"/user"}) ==
        "{\"\\u0075s\\u0065r\":\"[redacted]\"}");
  CHECK(Redacted(R"({"a\/b":1,"q\"":2,"\n":3})", {"/a~1b", "/q\"", "/\n"}) ==
        R"({"a\/b":"[redacted]","q\"":"[redacted]","\n":"[redacted]"})");
  CHECK(Redacted("{\"\\u00e9\\ud83d\\ude00\":1}", {"/\u00e9\U0001F600"}) ==
        "{\"\\u00e9\\ud83d\\ude00\":\"[redacted]\"}");
}

TEST_CASE("every one of duplicate keys is covered") {
  CHECK(Redacted(R"({"user":"ada","n":1,"user":"bob"})", {"/user"}) ==
        R"({"user":"[redacted]","n":1,"user":"[redacted]"})");
}

TEST_CASE("the empty pointer, and one without a leading slash, covers everything") {
  CHECK(Redacted(R"({"a":1})", {""}) == R"("[redacted]")");
  CHECK(Redacted(R"({"a":1})", {"user"}) == R"("[redacted]")");
  CHECK(Redacted(R"({"a":1})", {"$.user", "/b"}) == R"("[redacted]")");
}

TEST_CASE("braces, quotes and keys inside strings are text") {
  CHECK(Redacted(R"({"t":"{\"user\":\"x\"}","user":"}\\\"","n":"\\"})", {"/user"}) ==
        R"({"t":"{\"user\":\"x\"}","user":"[redacted]","n":"\\"})");
}

TEST_CASE("NaN and Infinity, which model servers emit, do not keep a text from being redacted") {
  CHECK(Redacted(R"({"scores":[NaN,Infinity,-Infinity],"user":"ada"})", {"/user"}) ==
        R"({"scores":[NaN,Infinity,-Infinity],"user":"[redacted]"})");
}

TEST_CASE("a text that cannot be followed to its end is withheld") {
  for (const char* text : {"",
                           " ",
                           "{",
                           "[1,",
                           "[1",
                           R"({"a")",
                           R"({"a":)",
                           R"({"a":1,})",
                           R"({"a" 1})",
                           R"({a:1})",
                           R"({'user':'ada'})",
                           R"({"a":1} {"user":2})",
                           R"({"a":1}x)",
                           "user=ada&n=1",
                           R"("open)",
                           R"({"\u00g1":1})",
                           R"({"\x":1})",
                           "\xEF\xBB\xBF{}",
                           "data: {\"user\":\"ada\"}\n\n",
                           R"({"user":{"a":]})",
                           R"({"user":"ada)",
                           "[1 2]",
                           "\x1f\x8b\x08"}) {
    INFO(text);
    CHECK_FALSE(RedactJson(text, {"/user"}).has_value());
  }
  CHECK_FALSE(RedactJson(std::string_view("{\"a\":1\0}", 8), {"/user"}).has_value());
}

TEST_CASE("without a pointer any bytes pass as they are") {
  CHECK(RedactJson("no json \xff", {}) == "no json \xff");
  CHECK(Redaction({}).Empty());
  CHECK_FALSE(Redaction({}).Touches(""));
}

TEST_CASE("a text nested deeper than can be followed is withheld, without using up the stack") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(RedactJson(nested(512), {"/user"}).has_value());
  CHECK_FALSE(RedactJson(nested(514), {"/user"}).has_value());
  CHECK_FALSE(RedactJson(std::string(5'000'000, '['), {"/**/user"}).has_value());
  CHECK_FALSE(RedactJson("{\"user\":" + nested(600) + "}", {"/user"}).has_value());
}

TEST_CASE("a place is touched when it is covered, inside or around something covered") {
  const Redaction redaction({"/user", "/messages/*/content", "/**/secret"});
  CHECK(redaction.Touches("/user"));
  CHECK(redaction.Touches("/user/name/0"));
  CHECK(redaction.Touches("/messages"));
  CHECK(redaction.Touches("/messages/3/content"));
  CHECK(redaction.Touches(""));
  CHECK(redaction.Touches("/a/b/secret/c"));
  CHECK(redaction.Touches("header x-user"));  // no place one could judge
  const Redaction user({"/user"});
  CHECK_FALSE(user.Touches("/usera"));
  CHECK_FALSE(user.Touches("/outputs/0/user"));
  CHECK_FALSE(user.Touches("/outputs"));
  CHECK(Redaction({"/a~1b"}).Touches("/a~1b"));
  CHECK_FALSE(Redaction({"/a~1b"}).Touches("/a/b"));
}

// A random document in which every secret is "SECRET" under the key "s".
std::string RandomJson(std::mt19937& random, int depth) {
  const auto pick = [&](int most) {
    return static_cast<int>(random() % static_cast<unsigned>(most));
  };
  switch (depth > 5 ? pick(3) : pick(5)) {
    case 0:
      return std::to_string(pick(1000) - 500) + ".25e-3";
    case 1:
      return std::array{"true", "null", "NaN", "-Infinity"}[static_cast<std::size_t>(pick(4))];
    case 2:
      return std::array{R"("")", R"("a\"}]")", R"("\u00e9\\")",
                        R"("s")"}[static_cast<std::size_t>(pick(4))];
    case 3: {
      std::string out = "[";
      const int size = pick(4);
      for (int i = 0; i < size; ++i) {
        out += (i > 0 ? " ,\t" : "") + RandomJson(random, depth + 1);
      }
      return out + "]";
    }
    default: {
      std::string out = "{";
      const int size = pick(4);
      for (int i = 0; i < size; ++i) {
        out += i > 0 ? ",\n" : "";
        const bool secret = pick(3) == 0;
        out += secret ? (pick(2) == 0 ? "\"s\"" : "\"\\u0073\"") : "\"k" + std::to_string(i) + "\"";
        out += secret && pick(2) == 0 ? R"(:{"deep":["SECRET"]})"
               : secret               ? R"(: "SECRET")"
                                      : ":" + RandomJson(random, depth + 1);
      }
      return out + "}";
    }
  }
}

TEST_CASE("no secret is left in random documents, whole or cut at any byte") {
  std::mt19937 random(5);
  const Redaction redaction({"/**/s"});
  int withheld = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::string json = RandomJson(random, 0);
    const std::optional<std::string> redacted = redaction.Apply(json);
    REQUIRE(redacted.has_value());
    REQUIRE(redacted->find("SECRET") == std::string::npos);
    REQUIRE(redaction.Apply(*redacted) == redacted);  // covering again changes nothing
    const std::string cut = json.substr(0, random() % (json.size() + 1));
    const std::optional<std::string> of_cut = redaction.Apply(cut);
    withheld += of_cut ? 0 : 1;
    if (of_cut) REQUIRE(of_cut->find("SECRET") == std::string::npos);
  }
  CHECK(withheld > 500);
}

TEST_CASE("random bytes and mutilated documents are read without harm") {
  std::mt19937 random(6);
  const Redaction redaction({"/**/s", "/*/k1", "/k0/**"});
  constexpr std::string_view kLetters = "{}[]\",:\\u0s73knN- \x01\xff";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = round % 2 == 0 ? std::string() : RandomJson(random, 0);
    const auto changes = random() % 12;
    for (std::size_t i = 0; i < changes; ++i) {
      text.insert(random() % (text.size() + 1), 1, kLetters[random() % kLetters.size()]);
    }
    const std::optional<std::string> redacted = redaction.Apply(text);
    if (redacted) REQUIRE(redaction.Apply(*redacted).has_value());
  }
}

}  // namespace
}  // namespace understudy
