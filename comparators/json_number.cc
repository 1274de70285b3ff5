// JSON numbers: reading and comparing.
#include "comparators/json_number.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace understudy {
namespace {

constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::int64_t kMaxExactPower = 22;
constexpr std::uint64_t kMaxExactMantissa = std::uint64_t{1} << 53;
constexpr int kDigitsOfUint64 = 19;  // every number of 19 digits fits
constexpr std::int64_t kExponentCap = 1'000'000'000;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What one scan over a number finds out.
struct Scan {
  bool negative = false;
  bool integer = true;
  std::uint64_t mantissa = 0;  // of the first 19 significant digits
  int significant = 0;         // digits from the first that is not zero
  std::int64_t fraction = 0;   // digits after the point
  std::int64_t exponent = 0;   // as written, capped
};

constexpr std::uint64_t kWholePowersOfTen[] = {1,       10,        100,        1'000,      10'000,
                                               100'000, 1'000'000, 10'000'000, 100'000'000};

// The digits at the front of eight bytes, as numbers: the last one in the highest byte, with zeros
// before the first.
struct FrontDigits {
  int count = 0;
  std::uint64_t bytes = 0;
};

FrontDigits FrontDigitsOf(std::uint64_t word) {
  constexpr std::uint64_t kEach = 0x0101010101010101u;
  const std::uint64_t values = word ^ (kEach * '0');
  // The high bit of a byte that is more than 9. Sums carry upwards alone, behind the first such.
  const std::uint64_t others = ((values + kEach * (0x80 - 10)) | values) & (kEach * 0x80);
  const int count = others == 0 ? 8 : std::countr_zero(others) / 8;
  return {count, count == 0 ? 0 : values << (64 - 8 * count)};
}

// Adds neighbours up: digits to pairs, pairs to fours, those to all eight.
std::uint64_t ValueOf(const FrontDigits& digits) {
  const std::uint64_t pairs = (digits.bytes * 10 + (digits.bytes >> 8)) & 0x00FF00FF00FF00FFu;
  const std::uint64_t fours = (pairs * 100 + (pairs >> 16)) & 0x0000FFFF0000FFFFu;
  return (fours * 10'000 + (fours >> 32)) & 0xFFFFFFFFu;
}

// Eight at once, as long as none of them is beyond those that fit.
[[gnu::always_inline]] inline const char* ScanWords(const char* p, const char* end, Scan& scan) {
  if constexpr (std::endian::native != std::endian::little) return p;
  while (end - p >= 8 && scan.significant + 8 <= kDigitsOfUint64) {
    std::uint64_t word;
    std::memcpy(&word, p, sizeof word);
    const FrontDigits digits = FrontDigitsOf(word);
    scan.mantissa = scan.mantissa * kWholePowersOfTen[digits.count] + ValueOf(digits);
    if (scan.significant > 0) {
      scan.significant += digits.count;
    } else if (digits.bytes != 0) {
      scan.significant = 8 - std::countr_zero(digits.bytes) / 8;
    }
    p += digits.count;
    if (digits.count < 8) break;
  }
  return p;
}

[[gnu::always_inline]] inline const char* ScanDigits(const char* p, const char* end, Scan& scan) {
  p = ScanWords(p, end, scan);
  for (; p != end && IsDigit(*p); ++p) {
    const auto digit = static_cast<std::uint64_t>(*p - '0');
    if (scan.significant == 0 && digit == 0) continue;
    if (scan.significant < kDigitsOfUint64) scan.mantissa = scan.mantissa * 10 + digit;
    ++scan.significant;
  }
  return p;
}

// The end of the number, or null when the grammar is broken.
[[gnu::always_inline]] inline const char* ScanNumber(const char* p, const char* end, Scan& scan) {
  if (p != end && *p == '-') {
    scan.negative = true;
    ++p;
  }
  if (p == end || !IsDigit(*p)) return nullptr;
  if (*p == '0') {
    ++p;
    if (p != end && IsDigit(*p)) return nullptr;
  } else {
    p = ScanDigits(p, end, scan);
  }
  if (p != end && *p == '.') {
    scan.integer = false;
    const char* const start = ++p;
    p = ScanDigits(p, end, scan);
    if (p == start) return nullptr;
    scan.fraction = p - start;
  }
  if (p == end || (*p != 'e' && *p != 'E')) return p;
  scan.integer = false;
  ++p;
  const bool negative = p != end && *p == '-';
  if (p != end && (*p == '-' || *p == '+')) ++p;
  if (p == end || !IsDigit(*p)) return nullptr;
  for (; p != end && IsDigit(*p); ++p) {
    if (scan.exponent < kExponentCap) scan.exponent = scan.exponent * 10 + (*p - '0');
  }
  if (negative) scan.exponent = -scan.exponent;
  return p;
}

void SetInteger(const Scan& scan, std::string_view text, NumberToken& out) {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t magnitude = scan.mantissa;
  if (scan.significant > kDigitsOfUint64) {
    const std::string_view digits = text.substr(scan.negative ? 1 : 0);
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
    if (result.ec != std::errc()) {
      out.kind = JsonKind::kBig;
      return;
    }
  }
  if (magnitude <= kMax || (scan.negative && magnitude == kMax + 1)) {
    out.kind = JsonKind::kInt;
    out.signed_integer = static_cast<std::int64_t>(scan.negative ? 0 - magnitude : magnitude);
  } else if (scan.negative) {
    out.kind = JsonKind::kBig;
  } else {
    out.kind = JsonKind::kUint;
    out.unsigned_integer = magnitude;
  }
}

void SetDecimal(const Scan& scan, std::string_view text, NumberToken& out) {
  out.kind = JsonKind::kDouble;
  const std::int64_t power = scan.exponent - scan.fraction;
  if (scan.significant <= kDigitsOfUint64 && scan.mantissa <= kMaxExactMantissa &&
      power >= -kMaxExactPower && power <= kMaxExactPower) {
    // Both factors are exact doubles, so the one rounding is the correct one (Clinger 1990).
    const auto mantissa = static_cast<double>(scan.mantissa);
    const double value =
        power < 0 ? mantissa / kPowersOfTen[-power] : mantissa * kPowersOfTen[power];
    out.decimal = scan.negative ? -value : value;
    return;
  }
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out.decimal);
  if (result.ec == std::errc()) return;
  // Out of range: a vanishing number is zero, one beyond the doubles keeps its text.
  const bool vanishes = scan.significant == 0 || power + scan.significant < 0;
  if (vanishes) {
    out.decimal = scan.negative ? -0.0 : 0.0;
  } else {
    out.kind = JsonKind::kBig;
  }
}

// `decimal` against an integer of 64 bits, without losing a bit of either.
bool SameAsInteger(double decimal, const JsonNode& integer) {
  if (!std::isfinite(decimal) || decimal != std::trunc(decimal)) return false;
  if (integer.kind == JsonKind::kInt) {
    return decimal >= -0x1p63 && decimal < 0x1p63 &&
           static_cast<std::int64_t>(decimal) == integer.payload.signed_integer;
  }
  return decimal >= 0 && decimal < 0x1p64 &&
         static_cast<std::uint64_t>(decimal) == integer.payload.unsigned_integer;
}

}  // namespace

std::size_t ReadNumber(std::string_view text, NumberToken& out) {
  Scan scan;
  const char* const begin = text.data();
  const char* const stop = ScanNumber(begin, begin + text.size(), scan);
  if (stop == nullptr) return 0;
  const auto length = static_cast<std::size_t>(stop - begin);
  if (scan.integer) {
    SetInteger(scan, text.substr(0, length), out);
  } else {
    SetDecimal(scan, text.substr(0, length), out);
  }
  return length;
}

double BigToDouble(std::string_view text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc()) return value;
  const double infinity = std::numeric_limits<double>::infinity();
  return text.starts_with('-') ? -infinity : infinity;
}

bool IsClose(double value, double reference, const Tolerance& tolerance) {
  if (value == reference) return true;
  if (std::isnan(value) && std::isnan(reference)) return tolerance.equal_nan;
  if (!std::isfinite(value) || !std::isfinite(reference)) return false;
  return std::fabs(value - reference) <= tolerance.atol + tolerance.rtol * std::fabs(reference);
}

bool SameNumber(JsonValue a, JsonValue b) {
  const auto text = [](JsonValue value) {
    return value.kind() == JsonKind::kBig ? value.AsString() : std::string_view();
  };
  return SameNumber(a.node(), text(a), b.node(), text(b));
}

bool SameNumber(const JsonNode& a, std::string_view a_text, const JsonNode& b,
                std::string_view b_text) {
  if (a.kind == JsonKind::kBig || b.kind == JsonKind::kBig) {
    return a.kind == b.kind && a_text == b_text;
  }
  if (a.kind == JsonKind::kDouble && b.kind == JsonKind::kDouble) {
    return a.payload.decimal == b.payload.decimal;
  }
  if (a.kind == JsonKind::kDouble) return SameAsInteger(a.payload.decimal, b);
  if (b.kind == JsonKind::kDouble) return SameAsInteger(b.payload.decimal, a);
  return a.kind == b.kind && a.payload.unsigned_integer == b.payload.unsigned_integer;
}

double NumberOf(const JsonNode& node, std::string_view text) {
  switch (node.kind) {
    case JsonKind::kInt:
      return static_cast<double>(node.payload.signed_integer);
    case JsonKind::kUint:
      return static_cast<double>(node.payload.unsigned_integer);
    case JsonKind::kDouble:
      return node.payload.decimal;
    case JsonKind::kBig:
      return BigToDouble(text);
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

}  // namespace understudy
