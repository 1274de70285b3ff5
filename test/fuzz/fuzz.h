// What the fuzz targets share: choices drawn from an input, and a check that ends the process.
//
// Threads: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// What libFuzzer, and test/fuzz/replay.cc without it, call for every input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace understudy {

// Ends the process, with the sentence, unless it holds.
inline void Require(bool holds, std::string_view sentence) {
  if (holds) return;
  std::fprintf(stderr, "violated: %.*s\n", static_cast<int>(sentence.size()), sentence.data());
  std::abort();
}

inline std::string_view TextOf(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// Takes what a target needs from the front of its input; an input that is used up gives zeros.
class Choices {
 public:
  explicit Choices(std::string_view input) : input_(input) {}

  bool Empty() const { return input_.empty(); }
  std::uint8_t Byte() {
    if (input_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(input_.front());
    input_.remove_prefix(1);
    return byte;
  }
  std::size_t Below(std::size_t limit) { return Byte() % limit; }
  bool Flag() { return (Byte() & 1) != 0; }
  // Eight bytes, least first.
  std::uint64_t Word() {
    std::uint64_t word = 0;
    for (int shift = 0; shift < 64; shift += 8) word |= std::uint64_t{Byte()} << shift;
    return word;
  }
  // A length and so many bytes.
  std::string_view Text() {
    const std::string_view text = input_.substr(0, Byte());
    input_.remove_prefix(text.size());
    return text;
  }
  // Up to `separator`, which is taken, too, or everything.
  std::string_view Until(char separator) {
    const std::string_view text = input_.substr(0, input_.find(separator));
    input_.remove_prefix(text.size() < input_.size() ? text.size() + 1 : text.size());
    return text;
  }
  std::string_view Rest() const { return input_; }

 private:
  std::string_view input_;
};

// Chance that depends on the input's bytes alone, so that an input stays readable and still decides
// everything (FNV-1a, then splitmix64).
class Chance {
 public:
  explicit Chance(std::string_view input) {
    for (const char c : input) state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  }
  std::size_t Below(std::size_t limit) {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<std::size_t>((z ^ (z >> 31)) % limit);
  }

 private:
  std::uint64_t state_ = 0xCBF29CE484222325u;
};

// The text cut into pieces of random lengths, none of them empty.
inline std::vector<std::string_view> RandomPieces(std::string_view text, Chance& chance) {
  std::vector<std::string_view> pieces;
  const std::size_t longest = 1 + chance.Below(80);
  while (!text.empty()) {
    pieces.push_back(text.substr(0, 1 + chance.Below(longest)));
    text.remove_prefix(pieces.back().size());
  }
  return pieces;
}

}  // namespace understudy
