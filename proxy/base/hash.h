// The seeded hash behind every random-looking choice: the same inputs give the same answer in every
// worker, replica and run.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace understudy {

// XXH3-64 over the parts; each part's length is hashed too, so ("ab","c") and ("a","bc") differ.
std::uint64_t H64(std::string_view salt, std::initializer_list<std::string_view> parts);

// A hash as 16 lower-case hexadecimal digits; needs no memory of its own.
struct HexText {
  std::array<char, 16> digits{};
  operator std::string_view() const { return {digits.data(), digits.size()}; }
  std::string Text() const { return std::string(digits.data(), digits.size()); }
};
HexText HexOf(std::uint64_t hash);

// Maps a hash to [0, 1) with 53 bits.
inline double UnitInterval(std::uint64_t hash) {
  return static_cast<double>(hash >> 11) * 0x1.0p-53;
}

}  // namespace understudy
