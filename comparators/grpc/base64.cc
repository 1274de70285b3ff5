// Three bytes to four letters, and back.
#include "comparators/grpc/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace understudy {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> Values() {
  std::array<std::int8_t, 256> values{};
  for (std::int8_t& value : values) value = -1;
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    values[static_cast<unsigned char>(kLetters[i])] = static_cast<std::int8_t>(i);
  }
  values['-'] = values['+'];
  values['_'] = values['/'];
  return values;
}
constexpr std::array<std::int8_t, 256> kValues = Values();

}  // namespace

void AppendBase64(std::string_view bytes, std::string& out) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  std::size_t i = 0;
  const auto at = [&](std::size_t place) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[place]));
  };
  const auto put = [&](std::uint32_t group, int letters) {
    for (int letter = 0; letter < letters; ++letter) {
      out += kLetters[group >> (18 - 6 * letter) & 63];
    }
  };
  for (; i + 3 <= bytes.size(); i += 3) put(at(i) << 16 | at(i + 1) << 8 | at(i + 2), 4);
  if (bytes.size() - i == 1) {
    put(at(i) << 16, 2);
    out += "==";
  } else if (bytes.size() - i == 2) {
    put(at(i) << 16 | at(i + 1) << 8, 3);
    out += '=';
  }
}

std::optional<std::string> DecodeBase64Text(std::string_view text) {
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    const std::int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(group >> bits & 0xFF);
  }
  return bytes;
}

}  // namespace understudy
