// Elements of tensors in the binary form of the Open Inference Protocol: little-endian and without
// padding. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "comparators/document.h"

namespace understudy {

enum class ElementFormat : std::uint8_t {
  kFp16,  // IEEE 754 binary16
  kBf16,  // the upper half of a binary32
  kFp32,
  kFp64,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kBool,   // one byte, 0 for false
  kBytes,  // a length in 4 bytes, then as many bytes
};

// The format of a datatype by its name in the protocol: "FP32". "STRING", what older answers call
// "BYTES", is taken, too. Nothing for a name that is none.
std::optional<ElementFormat> FormatOfDatatype(std::string_view name);

// Bytes of one element; 0 where that depends on the element.
std::size_t ElementWidth(ElementFormat format);

// The element of a fixed width at `bytes`, as the JSON scalar of the same value.
JsonNode ReadElement(ElementFormat format, const char* bytes);

// The floating-point elements at `bytes`, as many as `out` takes, exactly.
void ReadFloats(ElementFormat format, const char* bytes, std::span<double> out);

// The value of a floating-point format that is nearest to `value`, of two the even one. What is
// beyond the format's largest value, even rounded, is left alone, and so are NaN and infinities:
// they are no value of the format that could have been meant.
double RoundToFormat(double value, ElementFormat format);

}  // namespace understudy
