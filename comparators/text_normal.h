// Texts as they are compared: code points in Unicode Normalization Form C (UAX #15), with case and
// white space as options say. Pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace understudy {

// A byte that is no UTF-8 becomes the code point kMalformed + byte, which no text has, so that two
// different ones stay different.
inline constexpr char32_t kMalformed = 0x110000;

struct TextRules {
  bool fold_case = false;      // full case folding (Unicode's CaseFolding, statuses C and F)
  bool collapse_space = true;  // white space at the ends goes, elsewhere a run becomes one space
};

// Takes linear time whatever the text is. More than 256 characters of scripts that compose, without
// one that does not, are composed piece by piece.
std::u32string NormalText(std::string_view utf8, const TextRules& rules);

// Unicode's property White_Space.
bool IsSpace(char32_t code_point);

// What stands between white space.
std::vector<std::u32string_view> Words(std::u32string_view text);

// A word as bytes: a key for hash tables.
inline std::string_view BytesOf(std::u32string_view word) {
  return {reinterpret_cast<const char*>(word.data()), word.size() * sizeof(char32_t)};
}

// The first code points of `text` as UTF-8, about `max_bytes` of them.
std::string Utf8Of(std::u32string_view text, std::size_t max_bytes);

}  // namespace understudy
