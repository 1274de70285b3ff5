// Fields on the wire, as far as the bytes go.
#include "proxy/routing/infer_parameter.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace understudy {
namespace {

constexpr std::size_t kLookedAt = 16u << 10;  // of a message
constexpr std::uint64_t kParameters = 4;      // of ModelInferRequest
constexpr std::uint64_t kKey = 1;             // of an entry of a map
constexpr std::uint64_t kValue = 2;
constexpr std::size_t kMostVarint = 10;

struct Field {
  std::uint64_t number = 0;
  bool is_set = false;     // a number other than 0, or bytes
  std::string_view bytes;  // of what has a length
};

std::optional<std::uint64_t> TakeVarint(std::string_view& rest) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < rest.size() && i < kMostVarint; ++i) {
    const auto byte = static_cast<std::uint8_t>(rest[i]);
    value |= std::uint64_t{byte & 0x7Fu} << (7 * i);
    if (byte >= 0x80) continue;
    rest.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

// Nothing where the bytes end, or are no field.
std::optional<Field> TakeField(std::string_view& rest) {
  const auto tag = TakeVarint(rest);
  if (!tag) return std::nullopt;
  Field field{*tag >> 3};
  std::size_t size = 0;
  switch (*tag & 7) {
    case 0: {
      const auto value = TakeVarint(rest);
      field.is_set = value.value_or(0) != 0;
      return value ? std::optional(field) : std::nullopt;
    }
    case 1:
      size = 8;
      break;
    case 2: {
      const auto length = TakeVarint(rest);
      if (!length || *length > rest.size()) return std::nullopt;
      field.bytes = rest.substr(0, *length);
      field.is_set = *length > 0;
      rest.remove_prefix(*length);
      return field;
    }
    case 5:
      size = 4;
      break;
    default:
      return std::nullopt;
  }
  if (rest.size() < size) return std::nullopt;
  field.is_set = rest.substr(0, size).find_first_not_of('\0') != std::string_view::npos;
  rest.remove_prefix(size);
  return field;
}

// Of an entry of the map: whether it has the key, and a value that is set.
bool IsSetEntry(std::string_view entry, std::string_view key) {
  bool named = false;
  bool is_set = false;
  while (const auto field = TakeField(entry)) {
    if (field->number == kKey) named = field->bytes == key;
    if (field->number != kValue) continue;
    std::string_view value = field->bytes;
    const auto choice = TakeField(value);
    is_set = choice && choice->is_set;
  }
  return named && is_set;
}

}  // namespace

bool HasInferParameter(std::string_view message, std::string_view key) {
  while (const auto field = TakeField(message)) {
    if (field->number == kParameters && IsSetEntry(field->bytes, key)) return true;
  }
  return false;
}

void InferParameterSearch::Add(std::string_view payload) {
  while (!payload.empty() && !found_) {
    if (prefix_size_ < prefix_.size()) {
      prefix_[prefix_size_++] = payload.front();
      payload.remove_prefix(1);
      if (prefix_size_ < prefix_.size()) continue;
      for (std::size_t i = 1; i < prefix_.size(); ++i) {
        left_ = left_ << 8 | static_cast<std::uint8_t>(prefix_[i]);
      }
    }
    const std::string_view piece = payload.substr(0, left_);
    payload.remove_prefix(piece.size());
    left_ -= piece.size();
    beginning_ += piece.substr(0, kLookedAt - beginning_.size());
    if (left_ == 0) EndMessage();
  }
}

bool InferParameterSearch::Found() {
  EndMessage();
  return found_;
}

void InferParameterSearch::EndMessage() {
  const bool compressed = prefix_[0] != 0;
  found_ = found_ || (!compressed && HasInferParameter(beginning_, key_));
  prefix_size_ = 0;
  left_ = 0;
  beginning_.clear();
}

}  // namespace understudy
