// Binary elements against numpy 2.4.6 and ml_dtypes 0.6.0.
#include "comparators/binary_element.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "test/unit/comparators/binary_answer.h"

namespace understudy {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double Read16(ElementFormat format, std::uint16_t bits) {
  double value = 0;
  ReadFloats(format, BytesOf({bits}).data(), {&value, 1});
  return value;
}

template <typename T>
JsonNode Read(ElementFormat format, T value) {
  return ReadElement(format, BytesOf({value}).data());
}

TEST_CASE("binary elements: halves are numpy's float16") {
  const auto half = [](std::uint16_t bits) { return Read16(ElementFormat::kFp16, bits); };
  CHECK(half(0x0000) == 0);
  CHECK(std::signbit(half(0x8000)));
  CHECK(half(0x0001) == 0x1p-24);
  CHECK(half(0x83FF) == -0x1.FF8p-15);
  CHECK(half(0x0400) == 0x1p-14);
  CHECK(half(0x3555) == 0.333251953125);
  CHECK(half(0xC000) == -2);
  CHECK(half(0x7BFF) == 65504);
  CHECK(half(0x7C00) == kInfinity);
  CHECK(half(0xFC00) == -kInfinity);
  CHECK(std::isnan(half(0x7E00)));
  CHECK(std::isnan(half(0xFC01)));
}

TEST_CASE("binary elements: every finite half has the value that IEEE 754 gives it") {
  int wrong = 0;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const int exponent = static_cast<int>(bits >> 10 & 0x1F);
    if (exponent == 0x1F) continue;
    const int fraction = static_cast<int>(bits & 0x3FF);
    const double magnitude =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    const double value = (bits & 0x8000) != 0 ? -magnitude : magnitude;
    const auto half = static_cast<std::uint16_t>(bits);
    if (Read16(ElementFormat::kFp16, half) != value) ++wrong;
    // A value of the format is its own nearest.
    if (RoundToFormat(value, ElementFormat::kFp16) != value) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("binary elements: brain floats are ml_dtypes' bfloat16") {
  const auto brain = [](std::uint16_t bits) { return Read16(ElementFormat::kBf16, bits); };
  CHECK(brain(0x0001) == 0x1p-133);
  CHECK(brain(0x007F) == 0x1.FCp-127);
  CHECK(brain(0x0080) == 0x1p-126);
  CHECK(brain(0x3EAB) == 0.333984375);
  CHECK(brain(0x4049) == 3.140625);
  CHECK(brain(0x7F7F) == 0x1.FEp127);
  CHECK(brain(0x7F80) == kInfinity);
  CHECK(brain(0xFF80) == -kInfinity);
  CHECK(std::isnan(brain(0x7FC0)));
}

TEST_CASE("binary elements: decimals round to the formats as numpy rounds them") {
  const auto half = [](double value) { return RoundToFormat(value, ElementFormat::kFp16); };
  CHECK(half(0.1) == 0x1.998p-4);
  CHECK(half(2049) == 2048);
  CHECK(half(2051) == 2052);
  CHECK(half(3e-8) == 0x1p-24);
  CHECK(half(2.9e-8) == 0);
  CHECK(half(0x1p-25) == 0);
  CHECK(half(65519) == 65504);
  CHECK(half(-0.3) == -0x1.334p-2);
  const auto brain = [](double value) { return RoundToFormat(value, ElementFormat::kBf16); };
  CHECK(brain(0.1) == 0x1.9Ap-4);
  CHECK(brain(257) == 256);
  CHECK(brain(259) == 260);
  CHECK(brain(1e-40) == 0x1p-133);
  CHECK(brain(3.3895e38) == 0x1.FEp127);
  const auto single = [](double value) { return RoundToFormat(value, ElementFormat::kFp32); };
  CHECK(single(0.1) == 0x1.99999Ap-4);
  CHECK(single(1e-45) == 0x1p-149);
  CHECK(single(7e-46) == 0);
  CHECK(single(16777217) == 16777216);
  // The shortest decimal of the largest float is a little above it.
  CHECK(single(3.4028235e38) == 0x1.FFFFFEp127);
  CHECK(RoundToFormat(0.1, ElementFormat::kFp64) == 0.1);
}

TEST_CASE("binary elements: what is beyond a format is left alone") {
  CHECK(RoundToFormat(65520, ElementFormat::kFp16) == 65520);
  CHECK(RoundToFormat(3.4e38, ElementFormat::kBf16) == 3.4e38);
  CHECK(RoundToFormat(-3.4028236e38, ElementFormat::kFp32) == -3.4028236e38);
  CHECK(RoundToFormat(kInfinity, ElementFormat::kFp16) == kInfinity);
  CHECK(std::isnan(RoundToFormat(NAN, ElementFormat::kBf16)));
}

TEST_CASE("binary elements: integers keep all of their bits") {
  const auto is = [](const JsonNode& node, std::int64_t value) {
    return node.kind == JsonKind::kInt && node.payload.signed_integer == value;
  };
  CHECK(is(Read(ElementFormat::kInt8, std::int8_t{-128}), -128));
  CHECK(is(Read(ElementFormat::kInt16, std::int16_t{-2}), -2));
  CHECK(is(Read(ElementFormat::kInt32, std::int32_t{-3}), -3));
  CHECK(is(Read(ElementFormat::kInt64, std::numeric_limits<std::int64_t>::min()),
           std::numeric_limits<std::int64_t>::min()));
  CHECK(is(Read(ElementFormat::kUint8, std::uint8_t{255}), 255));
  CHECK(is(Read(ElementFormat::kUint16, std::uint16_t{65535}), 65535));
  CHECK(is(Read(ElementFormat::kUint32, std::uint32_t{4294967295}), 4294967295));
  const JsonNode largest = Read(ElementFormat::kUint64, std::numeric_limits<std::uint64_t>::max());
  CHECK(largest.kind == JsonKind::kUint);
  CHECK(largest.payload.unsigned_integer == std::numeric_limits<std::uint64_t>::max());
  CHECK(Read(ElementFormat::kBool, std::uint8_t{1}).kind == JsonKind::kTrue);
  CHECK(Read(ElementFormat::kBool, std::uint8_t{0}).kind == JsonKind::kFalse);
}

}  // namespace
}  // namespace understudy
