// Reading tags and skipping values.
#include "comparators/grpc/wire_fields.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace understudy {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr int kMaxGroups = 100;  // inside each other
constexpr std::uint32_t kEndGroup = 4;
constexpr std::size_t kMaxBytes32 = 5;

// As Protobuf's own readers have it: of at most five bytes, bits beyond the 32nd left out.
std::optional<std::uint32_t> TakeTag(std::string_view& bytes) {
  const auto tag = TakeVarint(bytes, kMaxBytes32);
  if (!tag || static_cast<std::uint32_t>(*tag) >> 3 == 0) return std::nullopt;
  return static_cast<std::uint32_t>(*tag);
}

// Takes what follows a tag off the front; the field's value and size are set. `text` is what its
// place is counted in.
bool TakeValue(std::string_view text, std::string_view& rest, std::uint32_t tag, int groups,
               WireField& field);

// The bytes of a group up to its end, which is taken off, too.
bool TakeGroup(std::string_view text, std::string_view& rest, std::uint32_t number, int groups,
               WireField& field) {
  if (groups >= kMaxGroups) return false;
  const char* const begin = rest.data();
  while (!rest.empty()) {
    const char* const end = rest.data();
    const auto tag = TakeTag(rest);
    if (!tag) return false;
    if ((*tag & 7) == kEndGroup) {
      field.value = static_cast<std::uint64_t>(begin - text.data());
      field.size = static_cast<std::uint32_t>(end - begin);
      return *tag >> 3 == number;
    }
    WireField inner;
    if (!TakeValue(text, rest, *tag, groups + 1, inner)) return false;
  }
  return false;
}

bool TakeValue(std::string_view text, std::string_view& rest, std::uint32_t tag, int groups,
               WireField& field) {
  field.number = tag >> 3;
  field.type = static_cast<WireType>(tag & 7);
  switch (field.type) {
    case WireType::kVarint: {
      const auto value = TakeVarint(rest);
      field.value = value.value_or(0);
      return value.has_value();
    }
    case WireType::kFixed64:
      if (rest.size() < 8) return false;
      field.value = Fixed64At(rest.data());
      rest.remove_prefix(8);
      return true;
    case WireType::kFixed32:
      if (rest.size() < 4) return false;
      field.value = Fixed32At(rest.data());
      rest.remove_prefix(4);
      return true;
    case WireType::kBytes: {
      const auto size = TakeVarint(rest, kMaxBytes32);
      if (!size || *size > rest.size()) return false;
      field.value = static_cast<std::uint64_t>(rest.data() - text.data());
      field.size = static_cast<std::uint32_t>(*size);
      rest.remove_prefix(*size);
      return true;
    }
    case WireType::kGroup:
      return TakeGroup(text, rest, field.number, groups, field);
  }
  return false;
}

}  // namespace

std::optional<std::uint64_t> TakeVarint(std::string_view& bytes, std::size_t max_bytes) {
  std::uint64_t value = 0;
  const std::size_t most = std::min(bytes.size(), max_bytes);
  for (std::size_t i = 0; i < most; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    value |= std::uint64_t{byte & 0x7Fu} << (7 * i);
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

std::uint32_t Fixed32At(const char* bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::uint64_t Fixed64At(const char* bytes) {
  std::uint64_t value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

std::optional<WireField> TakeField(std::string_view text, std::string_view& rest) {
  const auto tag = TakeTag(rest);
  WireField field;
  if (!tag || !TakeValue(text, rest, *tag, 0, field)) return std::nullopt;
  return field;
}

FieldScan ScanFields(std::string_view text, std::string_view message, std::size_t most,
                     std::vector<WireField>& out) {
  std::string_view rest = message;
  while (!rest.empty()) {
    const auto field = TakeField(text, rest);
    if (!field) return FieldScan::kMalformed;
    if (out.size() >= most) return FieldScan::kTooMany;
    out.push_back(*field);
  }
  return FieldScan::kWhole;
}

}  // namespace understudy
