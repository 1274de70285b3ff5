// Characters and lines of HTTP/1.1 (RFC 9110 section 5, RFC 9112): which bytes may stand where.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace understudy {

namespace syntax {

enum : std::uint8_t { kToken = 1, kValue = 2, kTarget = 4 };

constexpr std::array<std::uint8_t, 256> MakeTable() {
  std::array<std::uint8_t, 256> table{};
  for (int c = 0; c < 256; ++c) {
    const bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    if (alpha || digit ||
        (c != 0 && std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) !=
                       std::string_view::npos)) {
      table[static_cast<std::size_t>(c)] |= kToken;
    }
    if (c == '\t' || (c >= 0x20 && c != 0x7F)) table[static_cast<std::size_t>(c)] |= kValue;
    if (c > 0x20 && c < 0x7F && c != '#') table[static_cast<std::size_t>(c)] |= kTarget;
  }
  return table;
}
inline constexpr std::array<std::uint8_t, 256> kTable = MakeTable();

inline bool Is(char c, std::uint8_t kind) {
  return (kTable[static_cast<unsigned char>(c)] & kind) != 0;
}

// True when every byte is of that kind; an empty text is.
inline bool AllAre(std::string_view text, std::uint8_t kind) {
  std::uint8_t all = kind;
  for (const char c : text) all &= kTable[static_cast<unsigned char>(c)];
  return all != 0;
}

inline bool IsToken(std::string_view text) { return !text.empty() && AllAre(text, kToken); }

// Without leading and trailing spaces and tabs.
inline std::string_view TrimOws(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// The first place from `at` on that may not stand in a field's value, or the end.
std::size_t EndOfValue(std::string_view text, std::size_t at);

// All digits and below 2^63; nothing else.
std::optional<std::uint64_t> ParseDecimal(std::string_view text);

// Calls visit(element) for each element of a comma-separated list, trimmed, empty ones left out.
template <typename Visit>
void ForEachElement(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view element = TrimOws(list.substr(0, comma));
    if (!element.empty()) visit(element);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

// A Host value: uri-host [":" port], no user information, no white space, no path.
bool IsHost(std::string_view text);
// Several of them, with commas between.
bool IsHostList(std::string_view text);

}  // namespace syntax
}  // namespace understudy
