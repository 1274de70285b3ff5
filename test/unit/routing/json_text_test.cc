// One value of a JSON text: found, replaced, and never read beyond its bytes.
#include "proxy/routing/json_text.h"

#include <catch2/catch.hpp>
#include <random>

namespace understudy {
namespace {

std::string Find(const std::string& json, std::string_view pointer) {
  // A copy of exactly that size: a read beyond it is seen by the address sanitizer.
  const std::vector<char> exact(json.begin(), json.end());
  const auto found = FindJsonValue({exact.data(), exact.size()}, pointer);
  return found ? std::string(*found) : "nothing";
}

std::string Set(const std::string& json, std::string_view pointer, std::string_view value) {
  const std::vector<char> exact(json.begin(), json.end());
  return SetJsonValue({exact.data(), exact.size()}, pointer, value).value_or("nothing");
}

TEST_CASE("a value is found as it stands") {
  const std::string json =
      R"( { "user" : "al\"ice" , "n":-1.5e3,"t":true,"o":{"a":[1,[2,3],{"b":null}]},"e":{} , "l":[ ] })";
  CHECK(Find(json, "/user") == R"("al\"ice")");
  CHECK(Find(json, "/n") == "-1.5e3");
  CHECK(Find(json, "/t") == "true");
  CHECK(Find(json, "/o/a/0") == "1");
  CHECK(Find(json, "/o/a/1") == "[2,3]");
  CHECK(Find(json, "/o/a/1/1") == "3");
  CHECK(Find(json, "/o/a/2/b") == "null");
  CHECK(Find(json, "/e") == "{}");
  CHECK(Find(json, "/l") == "[ ]");
  CHECK(Find("17", "") == "17");
  CHECK(Find(" [1] ", "") == "[1]");
  CHECK(Find("[\n1,\t2\r\n]", "/1") == "2");
  CHECK(Find(R"({"":1,"a":{"":2}})", "/") == "1");
  CHECK(Find(R"({"":1,"a":{"":2}})", "/a/") == "2");
}

TEST_CASE("pointers that lead nowhere find nothing") {
  const std::string json = R"({"a":{"b":1},"l":[1,2],"s":"text"})";
  for (const std::string pointer :
       {"/x", "/a/x", "/a/b/c", "/l/2", "/l/-", "/l/x", "/l/-1", "/l/+1", "/l/01", "/l/1.0", "/l/",
        "/l/99999999999999999999", "/s/0", "a", "x/a", "/A", "/a/b/"}) {
    INFO(pointer);
    CHECK(Find(json, pointer) == "nothing");
  }
}

TEST_CASE("escapes of a pointer stand for tilde and slash") {
  const std::string json = R"({"a/b":1,"m~n":2,"~1":3})";
  CHECK(Find(json, "/a~1b") == "1");
  CHECK(Find(json, "/m~0n") == "2");
  CHECK(Find(json, "/~01") == "3");
}

TEST_CASE("a key is the same however its characters are escaped") {
  CHECK(Find(R"({"\u0075ser":1})", "/user") == "1");
  CHECK(Find(R"({"us\u0065\u0072":1})", "/user") == "1");
  CHECK(Find(R"({"a\/b":1})", "/a~1b") == "1");
  CHECK(Find(R"({"a\"b\\c":1})", "/a\"b\\c") == "1");
  CHECK(Find(R"({"caf\u00e9":1})", "/caf\xC3\xA9") == "1");
  CHECK(Find(R"({"\ud83d\ude00":1})", "/\xF0\x9F\x98\x80") == "1");
  CHECK(Find(R"({"\t\n\r\b\f":1})", "/\t\n\r\b\f") == "1");
  CHECK(Find(R"({"user\u0000":1})", "/user") == "nothing");
  CHECK(Find(R"({"\u00zz":1,"\ud83d":2,"\x":3,"\u00":4,"a":5})", "/a") == "5");
}

TEST_CASE("keys and values inside other values are not mistaken") {
  CHECK(Find(R"({"x":{"user":1},"user":2})", "/user") == "2");
  CHECK(Find(R"({"x":"\"user\":1","user":2})", "/user") == "2");
  CHECK(Find(R"({"x":["user",1],"user":2})", "/user") == "2");
  CHECK(Find(R"({"users":1,"use":2,"user":3})", "/user") == "3");
  CHECK(Find(R"({"x":"}","user":2})", "/user") == "2");
  CHECK(Find(R"({"x":"\\","user":2})", "/user") == "2");
  CHECK(Find(R"({"user":{"user":1}})", "/user/user") == "1");
}

TEST_CASE("what Python writes beyond JSON is passed over") {
  CHECK(Find(R"({"a":NaN,"b":[Infinity,-Infinity],"user":1})", "/user") == "1");
}

TEST_CASE("of two equal keys the first is found") { CHECK(Find(R"({"a":1,"a":2})", "/a") == "1"); }

TEST_CASE("texts that are no JSON find nothing and end") {
  for (const std::string json : {"",
                                 " ",
                                 "{",
                                 "}",
                                 "[",
                                 "]",
                                 "\"",
                                 "\"a",
                                 "\"\\",
                                 "{\"",
                                 "{\"a",
                                 "{\"a\"",
                                 "{\"a\":",
                                 "{\"a\":,",
                                 "{\"a\":}",
                                 "{\"a\" 1}",
                                 "{a:1}",
                                 "{'a':1}",
                                 "{,\"a\":1}",
                                 "{\"b\":1 \"a\":1}",
                                 "{\"b\":1,,\"a\":1}",
                                 "{\"b\":\"\\\",\"a\":1}",
                                 "\xFF\xFE",
                                 ":",
                                 ",",
                                 "{\"a\":[1}",
                                 "{\"a\":\"x",
                                 "{\"a\":\"x\\\"}",
                                 "<html>",
                                 "{\"a\":[1,2"}) {
    INFO(json);
    CHECK(Find(json, "/a") == "nothing");
    CHECK(Find(json, "/a/b") == "nothing");
    CHECK(Find(json, "/0") == "nothing");
  }
  // What stands before the fault is found.
  CHECK(Find("{\"a\":1,,", "/a") == "1");
  CHECK(Find(std::string("{\"a\":1\0,\"b\":2}", 14), "/b") == "2");
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t depth) {
    return "{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + ",\"user\":1}";
  };
  CHECK(Find(nested(256), "/user") == "1");
  CHECK(Find(nested(257), "/user") == "nothing");
  CHECK(Find(nested(1'000'000), "/user") == "nothing");
  CHECK(Find(std::string(1'000'000, '['), "/0/0/0") == "nothing");
  CHECK(Find(std::string(1'000'000, '{'), "/a") == "nothing");
}

TEST_CASE("a replaced value leaves every other byte") {
  CHECK(Set(R"( {"model" : "a", "x":[1, 2] } )", "/model", "\"llama-b\"") ==
        R"( {"model" : "llama-b", "x":[1, 2] } )");
  CHECK(Set(R"({"a":{"b":[1,2,3]}})", "/a/b/1", "{}") == R"({"a":{"b":[1,{},3]}})");
  CHECK(Set(R"({"a":1})", "/a", "[1,2]") == R"({"a":[1,2]})");
  CHECK(Set(R"({"a":{"x":"}"}})", "/a", "null") == R"({"a":null})");
}

TEST_CASE("a missing last key is added at the end of its object") {
  CHECK(Set("{}", "/a", "1") == R"({"a":1})");
  CHECK(Set(" { } ", "/a", "1") == R"( { "a":1} )");
  CHECK(Set(R"({"b":2 })", "/a", "1") == R"({"b":2 ,"a":1})");
  CHECK(Set(R"({"o":{"b":2},"c":3})", "/o/a", "1") == R"({"o":{"b":2,"a":1},"c":3})");
}

TEST_CASE("of two equal keys the one that readers take is replaced") {
  // The last, for nearly every reader: a client must not keep its own value by writing it twice.
  CHECK(Set(R"({"model":"a","x":1,"model":"b"})", "/model", "\"c\"") ==
        R"({"model":"a","x":1,"model":"c"})");
  CHECK(Set(R"({"model":"a","m\u006fdel":"b"})", "/model", "\"c\"") ==
        R"({"model":"a","m\u006fdel":"c"})");
  CHECK(Set(R"({"o":{"a":1},"o":{"a":2}})", "/o/a", "3") == R"({"o":{"a":1},"o":{"a":3}})");
}

TEST_CASE("what cannot be replaced is left alone") {
  for (const auto& [json, pointer] :
       std::vector<std::pair<std::string, std::string>>{{"[1]", "/1"},
                                                        {"[1]", "/a"},
                                                        {"1", "/a"},
                                                        {"\"s\"", "/a"},
                                                        {"{}", "/a/b"},
                                                        {"{}", ""},
                                                        {"", "/a"},
                                                        {"{", "/a"},
                                                        {"{\"a\":", "/a"},
                                                        {"{}", "a"},
                                                        {"{}", "/a\"b"},
                                                        {"{}", "/a\\b"},
                                                        {"{}", "/a\nb"},
                                                        {"null", "/a"}}) {
    INFO(json << " " << pointer);
    CHECK(Set(json, pointer, "1") == "nothing");
  }
}

TEST_CASE("mutated texts are read within their bytes and a value that is set is found again") {
  std::mt19937_64 random(7);
  const std::string seed =
      R"({"user":"al\u0069ce","messages":[{"role":"user","content":"hi \"there\""},{"n":[1,2.5,NaN]}],"t":true})";
  int set = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string json = seed;
    for (std::uint64_t edits = random() % 4; edits > 0 && !json.empty(); --edits) {
      const std::size_t at = random() % json.size();
      switch (random() % 4) {
        case 0:
          json[at] = "{}[]\",:\\u0 \x80"[random() % 12];
          break;
        case 1:
          json.erase(at, 1 + random() % 5);
          break;
        case 2:
          json.resize(at);
          break;
        default:
          json.insert(at, json.substr(random() % json.size(), random() % 9));
      }
    }
    const std::vector<char> exact(json.begin(), json.end());
    const std::string_view text(exact.data(), exact.size());
    for (const std::string_view pointer :
         {"/user", "/messages/0/content", "/messages/1/n/2", "/new", ""}) {
      const auto found = FindJsonValue(text, pointer);
      if (found) {
        REQUIRE(found->data() >= text.data());
        REQUIRE(found->data() + found->size() <= text.data() + text.size());
        REQUIRE_FALSE(found->empty());
      }
      const auto changed = SetJsonValue(text, pointer, "\"set\"");
      if (!changed) continue;
      ++set;
      INFO(json << " at " << pointer);
      REQUIRE(changed->find("\"set\"") != std::string::npos);
      // Set once more, it only changes again what was just set.
      REQUIRE(SetJsonValue(*changed, pointer, "\"set\"") == changed);
    }
  }
  CHECK(set > 20'000);
}

}  // namespace
}  // namespace understudy
