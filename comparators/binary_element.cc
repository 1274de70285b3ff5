// Reading and rounding binary elements.
#include "comparators/binary_element.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace understudy {
namespace {

static_assert(std::endian::native == std::endian::little);

template <typename T>
T Load(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

// The exponent is moved by a multiplication, which is exact and makes subnormals normal, too.
float FromHalf(std::uint16_t half) {
  constexpr std::uint32_t kInfinity = 0x7C00u << 13;
  const std::uint32_t sign = (half & 0x8000u) << 16;
  const std::uint32_t magnitude = (half & 0x7FFFu) << 13;
  const std::uint32_t finite =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) * 0x1p112f);
  const std::uint32_t special = magnitude | 0x7F800000u;
  return std::bit_cast<float>(sign | (magnitude >= kInfinity ? special : finite));
}

float FromBrain(std::uint16_t upper) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(upper) << 16);
}

JsonNode Signed(std::int64_t value) {
  JsonNode node{};
  node.kind = JsonKind::kInt;
  node.payload.signed_integer = value;
  return node;
}

JsonNode Unsigned(std::uint64_t value) {
  JsonNode node = Signed(static_cast<std::int64_t>(value));
  if (value > std::numeric_limits<std::int64_t>::max()) node.kind = JsonKind::kUint;
  return node;
}

// What tells floating-point formats apart: bits of the significand, the power of two of the
// smallest subnormal, the largest value.
struct Precision {
  int digits;
  int least;
  double largest;
};

Precision PrecisionOf(ElementFormat format) {
  switch (format) {
    case ElementFormat::kFp16:
      return {11, -24, 65504};
    case ElementFormat::kBf16:
      return {8, -133, 0x1.FEp127};
    default:
      return {24, -149, std::numeric_limits<float>::max()};
  }
}

}  // namespace

std::optional<ElementFormat> FormatOfDatatype(std::string_view name) {
  using enum ElementFormat;
  constexpr std::array<std::pair<std::string_view, ElementFormat>, 15> kNames{{
      {"FP16", kFp16},
      {"FP32", kFp32},
      {"FP64", kFp64},
      {"BF16", kBf16},
      {"INT8", kInt8},
      {"INT16", kInt16},
      {"INT32", kInt32},
      {"INT64", kInt64},
      {"UINT8", kUint8},
      {"UINT16", kUint16},
      {"UINT32", kUint32},
      {"UINT64", kUint64},
      {"BOOL", kBool},
      {"BYTES", kBytes},
      {"STRING", kBytes},
  }};
  const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                         [name](const auto& one) { return one.first == name; });
  if (found == kNames.end()) return std::nullopt;
  return found->second;
}

std::size_t ElementWidth(ElementFormat format) {
  switch (format) {
    case ElementFormat::kInt8:
    case ElementFormat::kUint8:
    case ElementFormat::kBool:
      return 1;
    case ElementFormat::kFp16:
    case ElementFormat::kBf16:
    case ElementFormat::kInt16:
    case ElementFormat::kUint16:
      return 2;
    case ElementFormat::kFp32:
    case ElementFormat::kInt32:
    case ElementFormat::kUint32:
      return 4;
    case ElementFormat::kFp64:
    case ElementFormat::kInt64:
    case ElementFormat::kUint64:
      return 8;
    case ElementFormat::kBytes:
      return 0;
  }
  return 0;
}

JsonNode ReadElement(ElementFormat format, const char* bytes) {
  JsonNode node{};
  switch (format) {
    case ElementFormat::kInt8:
      return Signed(Load<std::int8_t>(bytes));
    case ElementFormat::kInt16:
      return Signed(Load<std::int16_t>(bytes));
    case ElementFormat::kInt32:
      return Signed(Load<std::int32_t>(bytes));
    case ElementFormat::kInt64:
      return Signed(Load<std::int64_t>(bytes));
    case ElementFormat::kUint8:
      return Unsigned(Load<std::uint8_t>(bytes));
    case ElementFormat::kUint16:
      return Unsigned(Load<std::uint16_t>(bytes));
    case ElementFormat::kUint32:
      return Unsigned(Load<std::uint32_t>(bytes));
    case ElementFormat::kUint64:
      return Unsigned(Load<std::uint64_t>(bytes));
    case ElementFormat::kBool:
      node.kind = *bytes != 0 ? JsonKind::kTrue : JsonKind::kFalse;
      return node;
    case ElementFormat::kBytes:
      return node;
    default:
      node.kind = JsonKind::kDouble;
      ReadFloats(format, bytes, {&node.payload.decimal, 1});
      return node;
  }
}

void ReadFloats(ElementFormat format, const char* bytes, std::span<double> out) {
  const std::size_t count = out.size();
  switch (format) {
    case ElementFormat::kFp16:
      for (std::size_t i = 0; i < count; ++i) {
        out[i] = FromHalf(Load<std::uint16_t>(bytes + 2 * i));
      }
      return;
    case ElementFormat::kBf16:
      for (std::size_t i = 0; i < count; ++i) {
        out[i] = FromBrain(Load<std::uint16_t>(bytes + 2 * i));
      }
      return;
    case ElementFormat::kFp32:
      for (std::size_t i = 0; i < count; ++i) out[i] = Load<float>(bytes + 4 * i);
      return;
    default:
      std::memcpy(out.data(), bytes, count * sizeof(double));
  }
}

double RoundToFormat(double value, ElementFormat format) {
  if (format == ElementFormat::kFp64 || value == 0 || !std::isfinite(value)) return value;
  const Precision precision = PrecisionOf(format);
  if (format == ElementFormat::kFp32 && std::fabs(value) <= precision.largest) {
    return static_cast<float>(value);
  }
  int exponent = 0;
  std::frexp(value, &exponent);  // |value| is in [2^(exponent-1), 2^exponent)
  const int last_bit = std::max(exponent - precision.digits, precision.least);
  const double rounded = std::ldexp(std::nearbyint(std::ldexp(value, -last_bit)), last_bit);
  return std::fabs(rounded) <= precision.largest ? rounded : value;
}

}  // namespace understudy
