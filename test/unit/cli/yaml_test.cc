// JSON shown as YAML.
#include "proxy/cli/yaml.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

TEST_CASE("objects and arrays become blocks in the order they came") {
  CHECK(YamlFromJson(
            R"({"route":"digits","stages":[{"weight":0.01,"name":"a"},{}],"sizes":[1,2]})") ==
        "route: digits\n"
        "stages:\n"
        "  -\n"
        "    weight: 0.01\n"
        "    name: a\n"
        "  - {}\n"
        "sizes:\n"
        "  - 1\n"
        "  - 2\n");
}

TEST_CASE("strings that YAML would read as something else stay quoted") {
  CHECK(YamlFromJson(R"({"a":"true","b":"12","c":"","d":"x: y","e":"No","f":true,"g":"a\"b"})") ==
        "a: \"true\"\n"
        "b: \"12\"\n"
        "c: \"\"\n"
        "d: \"x: y\"\n"
        "e: \"No\"\n"
        "f: true\n"
        "g: \"a\\\"b\"\n");
}

TEST_CASE("text that is not JSON comes back unchanged") {
  for (const char* bad : {"{", "{\"a\" 1}", "[1,", "\"open", "{} x", ""}) {
    CHECK(YamlFromJson(bad) == bad);
  }
}

TEST_CASE("nesting beyond any message's depth is not followed") {
  const std::string deep(100'000, '[');
  CHECK(YamlFromJson(deep) == deep);
}

}  // namespace
}  // namespace understudy
