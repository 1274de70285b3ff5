// JSON numbers: read once into the narrowest exact form, compared exactly or within a tolerance.
// Pure functions, safe on any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "comparators/document.h"

namespace understudy {

struct NumberToken {
  JsonKind kind = JsonKind::kNull;  // kInt, kUint, kDouble or kBig (then the text is the value)
  std::int64_t signed_integer = 0;
  std::uint64_t unsigned_integer = 0;
  double decimal = 0;
};

// Reads the number `text` starts with (by the grammar of RFC 8259) and returns its length in bytes;
// 0 when there is none.
std::size_t ReadNumber(std::string_view text, NumberToken& out);

// The nearest double of a kBig's text, an infinity beyond the doubles.
double BigToDouble(std::string_view text);

// numpy.isclose with `reference` in the place of b: |value - reference| <= atol + rtol *
// |reference|; infinities are close to themselves alone, NaN to NaN when `equal_nan`.
struct Tolerance {
  double rtol = 0;  // >= 0
  double atol = 0;  // >= 0
  bool equal_nan = true;
};
bool IsClose(double value, double reference, const Tolerance& tolerance);

// Whether two numbers are the same mathematically: integers of 64 bits exactly, also against
// decimals; kBig by its text. NaN is not itself here.
bool SameNumber(JsonValue a, JsonValue b);
// The same for numbers that may stand in no document; `text` is of a kBig.
bool SameNumber(const JsonNode& a, std::string_view a_text, const JsonNode& b,
                std::string_view b_text);

// The nearest double of a number, whose text is `text` when it is a kBig; NaN of all else.
double NumberOf(const JsonNode& node, std::string_view text);

}  // namespace understudy
