// Reads escapes; most keys have none.
#include "proxy/routing/json_key.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>

namespace understudy {
namespace {

// The four digits after "\u" at the front of `text`.
std::optional<std::uint32_t> TakeUnit(std::string_view& text) {
  std::uint32_t unit = 0;
  if (text.size() < 4) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, unit, 16);
  if (error != std::errc() || end != text.data() + 4) return std::nullopt;
  text.remove_prefix(4);
  return unit;
}

void AppendUtf8(std::string& out, std::uint32_t point) {
  const auto byte = [&out](std::uint32_t value) { out += static_cast<char>(value); };
  if (point < 0x80) {
    byte(point);
  } else if (point < 0x800) {
    byte(0xC0 | point >> 6);
    byte(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    byte(0xE0 | point >> 12);
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  } else {
    byte(0xF0 | point >> 18);
    byte(0x80 | (point >> 12 & 0x3F));
    byte(0x80 | (point >> 6 & 0x3F));
    byte(0x80 | (point & 0x3F));
  }
}

// What follows "\u", with the second half of a surrogate pair.
bool TakeCodePoint(std::string_view& rest, std::string& out) {
  const auto first = TakeUnit(rest);
  if (!first) return false;
  if (*first < 0xD800 || *first > 0xDFFF) {
    AppendUtf8(out, *first);
    return true;
  }
  if (*first > 0xDBFF || !rest.starts_with("\\u")) return false;
  rest.remove_prefix(2);
  const auto second = TakeUnit(rest);
  if (!second || *second < 0xDC00 || *second > 0xDFFF) return false;
  AppendUtf8(out, 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00));
  return true;
}

std::optional<std::string> ReadEscapes(std::string_view rest) {
  static constexpr std::string_view kLetters = "\"\\/bfnrt";
  static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  std::string out;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c != '\\') {
      out += c;
      continue;
    }
    if (rest.empty()) return std::nullopt;
    const char letter = rest.front();
    rest.remove_prefix(1);
    if (letter == 'u') {
      if (!TakeCodePoint(rest, out)) return std::nullopt;
    } else if (const std::size_t which = kLetters.find(letter); which != std::string_view::npos) {
      out += kMeanings[which];
    } else {
      return std::nullopt;
    }
  }
  return out;
}

}  // namespace

bool JsonKeyIs(std::string_view written, std::string_view key) {
  if (written.find('\\') == std::string_view::npos) return written == key;
  const auto read = ReadEscapes(written);
  return read && *read == key;
}

}  // namespace understudy
