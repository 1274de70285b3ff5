// Numbers, shares and times as people read and write them.
#include "proxy/cli/format.h"

#include <catch2/catch.hpp>
#include <limits>

namespace understudy {
namespace {

TEST_CASE("shares are percents without needless zeros") {
  CHECK(FormatShare(0) == "0%");
  CHECK(FormatShare(0.0025) == "0.25%");
  CHECK(FormatShare(0.125) == "12.5%");
  CHECK(FormatShare(1) == "100%");
  CHECK(FormatShare(std::numeric_limits<double>::quiet_NaN()) == "-");
}

TEST_CASE("numbers keep four significant digits") {
  CHECK(FormatNumber(0.0123456) == "0.01235");
  CHECK(FormatNumber(1.25) == "1.25");
  CHECK(FormatNumber(123456.7) == "123457");
  CHECK(FormatNumber(std::numeric_limits<double>::infinity()) == "-");
}

TEST_CASE("seconds are shown in their two largest units") {
  CHECK(FormatSeconds(4.9) == "4s");
  CHECK(FormatSeconds(200) == "3m20s");
  CHECK(FormatSeconds(7500) == "2h5m");
  CHECK(FormatSeconds(90000) == "1d1h");
  CHECK(FormatSeconds(-1) == "0s");
}

TEST_CASE("latencies choose their unit") {
  CHECK(FormatLatency(0.00085) == "850us");
  CHECK(FormatLatency(0.0123) == "12.3ms");
  CHECK(FormatLatency(1.25) == "1.25s");
  CHECK(FormatLatency(0) == "-");
}

TEST_CASE("times are shown in UTC and an unset time as a dash") {
  CHECK(FormatTime(1714521603) == "2024-05-01 00:00:03Z");
  CHECK(FormatTime(0) == "-");
}

TEST_CASE("a sparkline scales to its largest value and keeps the newest") {
  CHECK(Sparkline({0, 0.5, 1}, 10) == "▁▅█");
  CHECK(Sparkline({9, 0, 1}, 2) == "▁█");
  CHECK(Sparkline({0, 0}, 10) == "▁▁");
  CHECK(Sparkline({}, 10).empty());
}

TEST_CASE("weights are percents or shares within 0 and 100 percent") {
  std::uint32_t ppm = 7;
  REQUIRE(ParseWeight("5%", ppm));
  CHECK(ppm == 50'000);
  REQUIRE(ParseWeight("0.05", ppm));
  CHECK(ppm == 50'000);
  REQUIRE(ParseWeight("0.5 %", ppm));
  CHECK(ppm == 5'000);
  REQUIRE(ParseWeight("1", ppm));
  CHECK(ppm == 1'000'000);
  for (const char* bad : {"", "%", "5", "101%", "-1%", "5%%", "five", "nan", "1e9", "0.00001%",
                          "0.00000001", "5.00005%"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseWeight(bad, ppm));
  }
  CHECK(ppm == 1'000'000);
}

TEST_CASE("durations need a unit and stay below a month") {
  std::int64_t milliseconds = 0;
  REQUIRE(ParseDuration("250ms", milliseconds));
  CHECK(milliseconds == 250);
  REQUIRE(ParseDuration("1h30m", milliseconds));
  CHECK(milliseconds == 5'400'000);
  REQUIRE(ParseDuration("30d", milliseconds));
  for (const char* bad : {"", "10", "s", "-5s", "5 s", "5x", "31d", "99999999999999999999s"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseDuration(bad, milliseconds));
  }
}

}  // namespace
}  // namespace understudy
