// Numbers: exact integers, correctly rounded decimals, tolerances as NumPy has them.
#include "comparators/json_number.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "fmt/format.h"

namespace understudy {
namespace {

NumberToken Read(std::string_view text) {
  NumberToken token;
  CHECK(ReadNumber(text, token) == text.size());
  return token;
}

bool Same(const std::string& a, const std::string& b) {
  auto x = Document::Parse(a);
  auto y = Document::Parse(b);
  REQUIRE(x.ok());
  REQUIRE(y.ok());
  return SameNumber((*x)->root(), (*y)->root());
}

TEST_CASE("integers of 64 bits are exact and longer ones keep their text") {
  CHECK(Read("9223372036854775807").signed_integer == std::numeric_limits<std::int64_t>::max());
  CHECK(Read("-9223372036854775808").signed_integer == std::numeric_limits<std::int64_t>::min());
  CHECK(Read("-9223372036854775808").kind == JsonKind::kInt);
  CHECK(Read("9223372036854775808").kind == JsonKind::kUint);
  CHECK(Read("18446744073709551615").unsigned_integer == std::numeric_limits<std::uint64_t>::max());
  CHECK(Read("18446744073709551616").kind == JsonKind::kBig);
  CHECK(Read("-9223372036854775809").kind == JsonKind::kBig);
  CHECK(Read("123456789012345678901234567890").kind == JsonKind::kBig);
}

TEST_CASE("decimals are the nearest doubles") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    for (const std::string& text : {fmt::format("{:.17e}", value), fmt::format("{:.8e}", value)}) {
      const NumberToken token = Read(text);
      if (token.kind == JsonKind::kDouble && token.decimal != std::strtod(text.c_str(), nullptr)) {
        FAIL(text);
      }
    }
  }
  for (int i = 0; i < 20'000; ++i) {
    const std::string text =
        fmt::format("{}.{:0{}}", random() % 1000, random() % 1'000'000, 6 + i % 14);
    if (Read(text).decimal != std::strtod(text.c_str(), nullptr)) FAIL(text);
  }
}

TEST_CASE("a number beyond the doubles keeps its text and a vanishing one is zero") {
  CHECK(Read("1e400").kind == JsonKind::kBig);
  CHECK(BigToDouble("1e400") == std::numeric_limits<double>::infinity());
  CHECK(BigToDouble("-1e400") == -std::numeric_limits<double>::infinity());
  CHECK(Read("1e-400").kind == JsonKind::kDouble);
  CHECK(Read("1e-400").decimal == 0);
  CHECK(std::signbit(Read("-1e-400").decimal));
  CHECK(Read("0e99999999999999999999").decimal == 0);
  CHECK(Read("0." + std::string(500, '0') + "1").decimal == 0);
  CHECK(Read("0." + std::string(500, '0') + "1e501").decimal == 1);
  CHECK(Read("4.9e-324").decimal == std::numeric_limits<double>::denorm_min());
  CHECK(Read("1" + std::string(400, '0') + ".5").kind == JsonKind::kBig);
}

TEST_CASE("numbers are the same by value, without losing a bit") {
  CHECK(Same("1", "1.0"));
  CHECK(Same("100", "1e2"));
  CHECK(Same("-0", "0.0"));
  CHECK_FALSE(Same("9007199254740993", "9007199254740992"));
  CHECK_FALSE(Same("9007199254740993", "9007199254740992.0"));
  CHECK(Same("9007199254740992", "9007199254740992.0"));
  CHECK_FALSE(Same("18446744073709551615", "18446744073709551616.0"));
  CHECK_FALSE(Same("9223372036854775807", "9223372036854775808.0"));
  CHECK(Same("9223372036854775808", "9223372036854775808.0"));
  CHECK(Same("123456789012345678901", "123456789012345678901"));
  CHECK_FALSE(Same("123456789012345678901", "123456789012345678902"));
  CHECK_FALSE(Same("1", "NaN"));
  CHECK_FALSE(Same("-1", "18446744073709551615"));
}

TEST_CASE("closeness is numpy.isclose with the incumbent as reference") {
  // numpy.isclose(10, 11, rtol=0.095, atol=0): 1 <= 1.045, but not the other way: 1 > 0.95.
  CHECK(IsClose(10, 11, {.rtol = 0.095, .atol = 0}));
  CHECK_FALSE(IsClose(11, 10, {.rtol = 0.095, .atol = 0}));
  // numpy.isclose([1e10, 1e-7], [1.00001e10, 1e-8]) with its defaults: [True, False].
  CHECK(IsClose(1e10, 1.00001e10, {.rtol = 1e-5, .atol = 1e-8}));
  CHECK_FALSE(IsClose(1e-7, 1e-8, {.rtol = 1e-5, .atol = 1e-8}));
  CHECK(IsClose(1e-8, 1e-9, {.rtol = 1e-5, .atol = 1e-8}));
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(IsClose(inf, inf, {}));
  CHECK_FALSE(IsClose(inf, -inf, {.rtol = 1, .atol = 1}));
  CHECK_FALSE(IsClose(1, inf, {.rtol = 1, .atol = 1}));
  CHECK(IsClose(NAN, NAN, {.equal_nan = true}));
  CHECK_FALSE(IsClose(NAN, NAN, {.equal_nan = false}));
  CHECK_FALSE(IsClose(NAN, 1, {.rtol = 1, .atol = 1}));
}

}  // namespace
}  // namespace understudy
