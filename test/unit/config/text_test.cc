// Single values: what is read, and as what; what is near.
#include <catch2/catch.hpp>

#include "proxy/control/config_format.h"
#include "proxy/control/config_json.h"
#include "proxy/control/config_suggest.h"
#include "proxy/control/config_text.h"

namespace understudy {
namespace {

using Rule = v1::ConfigRule;

TEST_CASE("durations need a unit") {
  using namespace std::chrono;
  CHECK(*ParseDuration("250us") == microseconds(250));
  CHECK(*ParseDuration("250ms") == milliseconds(250));
  CHECK(*ParseDuration("1.5s") == milliseconds(1500));
  CHECK(*ParseDuration("10m") == minutes(10));
  CHECK(*ParseDuration("2h") == hours(2));
  CHECK(*ParseDuration("7d") == hours(168));
  CHECK(*ParseDuration("0") == Duration::zero());
  for (const char* bad : {"", "5", "s", "-5s", "5 s", "5S", "5sec", ".5s", "5.s", "1e3s", "infs",
                          "nand", "1..5s", "0x5s", "99999999999999d", "5s "}) {
    INFO(bad);
    CHECK_FALSE(ParseDuration(bad).has_value());
  }
}

TEST_CASE("sizes are whole bytes in units of 1024") {
  CHECK(*ParseSize("512") == 512);
  CHECK(*ParseSize("512B") == 512);
  CHECK(*ParseSize("64KiB") == 65536);
  CHECK(*ParseSize("1.5MiB") == 1572864);
  CHECK(*ParseSize("2GiB") == 2147483648u);
  CHECK(*ParseSize("1TiB") == 1099511627776u);
  for (const char* bad : {"", "64KB", "64kib", "-1", "1.5", "1e3", "MiB", "99999999999999TiB"}) {
    INFO(bad);
    CHECK_FALSE(ParseSize(bad).has_value());
  }
}

TEST_CASE("shares are fractions or percent") {
  CHECK(*ParseShare("0.05") == 0.05);
  CHECK(*ParseShare("5%") == 0.05);
  CHECK(*ParseShare("12.5%") == 0.125);
  CHECK(*ParseShare("1") == 1);
  for (const char* bad : {"", "%", "-1", "5 %", "nan", "inf", "1e-2", "5%%", ".5"}) {
    INFO(bad);
    CHECK_FALSE(ParseShare(bad).has_value());
  }
}

TEST_CASE("listen addresses are IP addresses and endpoints may be names") {
  CHECK(ParseListenAddress("127.0.0.1:0")->port == 0);
  CHECK(ParseListenAddress("[::1]:8080")->host == "::1");
  for (const char* bad :
       {"localhost:80", ":80", "*:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:80",
        "[::1]", "[127.0.0.1]:80", "256.0.0.1:80", "1.2.3.4:+8"}) {
    INFO(bad);
    CHECK_FALSE(ParseListenAddress(bad).has_value());
  }
  CHECK(ParseEndpoint("model-a.example:9001")->host == "model-a.example");
  CHECK(ParseEndpoint("[2001:db8::1]:9001")->host == "2001:db8::1");
  for (const char* bad : {"h:0", "-a:1", "a-:1", "a..b:1", ".a:1", "a.:1", "a b:1", "http://a:1",
                          "1.2.3:1", "999.1.1.1:1", ":1", "a"}) {
    INFO(bad);
    CHECK_FALSE(ParseEndpoint(bad).has_value());
  }
}

TEST_CASE("loopback and wildcard addresses are known in both families") {
  CHECK(IsLoopback(*ParseListenAddress("127.8.9.1:1")));
  CHECK(IsLoopback(*ParseListenAddress("[::1]:1")));
  CHECK_FALSE(IsLoopback(*ParseListenAddress("128.0.0.1:1")));
  CHECK_FALSE(IsLoopback(*ParseListenAddress("[::]:1")));
  CHECK(IsWildcard(*ParseListenAddress("0.0.0.0:1")));
  CHECK(IsWildcard(*ParseListenAddress("[::]:1")));
  CHECK_FALSE(IsWildcard(*ParseListenAddress("127.0.0.1:1")));
}

TEST_CASE("texts are held to their formats") {
  const auto good = [](Rule::Format format, std::string_view text) {
    return IsWrittenAs(format, text);
  };
  CHECK(good(Rule::HEADER_NAME, "x-user-id"));
  CHECK_FALSE(good(Rule::HEADER_NAME, "x user"));
  CHECK_FALSE(good(Rule::HEADER_NAME, "x:"));
  CHECK_FALSE(good(Rule::HEADER_NAME, ""));
  CHECK(good(Rule::HEADER_VALUE, ""));
  CHECK(good(Rule::HEADER_VALUE, "a b"));
  CHECK_FALSE(good(Rule::HEADER_VALUE, "a\nb"));
  CHECK_FALSE(good(Rule::HEADER_VALUE, " a"));
  CHECK(good(Rule::METHOD, "POST"));
  CHECK_FALSE(good(Rule::METHOD, "Post"));
  CHECK(good(Rule::PATH, "/v2/models/"));
  CHECK_FALSE(good(Rule::PATH, "/a?b"));
  CHECK_FALSE(good(Rule::PATH, "/\xc3\xa4"));
  CHECK(good(Rule::JSON_POINTER, "/a~1b/~0"));
  CHECK_FALSE(good(Rule::JSON_POINTER, "/a~2"));
  CHECK_FALSE(good(Rule::JSON_POINTER, "a"));
  CHECK(good(Rule::NAME, "v1.2_a-b"));
  CHECK_FALSE(good(Rule::NAME, "-a"));
  CHECK_FALSE(good(Rule::NAME, "a/b"));
  CHECK_FALSE(good(Rule::NAME, std::string(65, 'a')));
  CHECK(good(Rule::AUTHORITY, "model.example"));
  CHECK(good(Rule::AUTHORITY, "model.example:80"));
  CHECK(good(Rule::AUTHORITY, "[::1]:80"));
  CHECK_FALSE(good(Rule::AUTHORITY, "a b"));
  CHECK(good(Rule::ACCESS, "10%"));
  CHECK_FALSE(good(Rule::ACCESS, "200%"));
  CHECK_FALSE(good(Rule::ACCESS, "some"));
}

TEST_CASE("the nearest name is found through slips and nothing far is offered") {
  const std::vector<std::string> names = {"incumbent", "candidates", "rate", "v1", "v2"};
  CHECK(NearestKey("incumbant", names) == "incumbent");
  CHECK(NearestKey("Candidate", names) == "candidates");
  CHECK(NearestKey("raet", names) == "rate");
  CHECK(NearestKey("v3", names) == "v1");
  CHECK(NearestKey("unrelated-thing", names).empty());
  CHECK(NearestKey("", names).empty());
  CHECK(NearestKey(std::string(100'000, 'a'), names).empty());
}

TEST_CASE("YAML values become JSON with their types and digits") {
  ConfigFaults faults("f");
  const auto json = [&](std::string_view yaml) { return JsonOf(ParseYaml(yaml, faults)); };
  CHECK(json("{a: 1e-4, b: [true, ~, x], c: \"1\", d: 18446744073709551617}") ==
        R"({"a":1e-4,"b":[true,null,"x"],"c":"1","d":18446744073709551617})");
  CHECK(json("\"a\\\"b\\n\\t\"") == "\"a\\\"b\\n\\u0009\"");
  CHECK(json("01") == "\"01\"");
  CHECK(json(".5") == "\".5\"");
  CHECK(json("-") == "[null]");
  CHECK(faults.empty());
}

}  // namespace
}  // namespace understudy
