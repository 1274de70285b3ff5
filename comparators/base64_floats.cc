// Decoding base64 texts of floats.
#include "comparators/base64_floats.h"

#include <array>
#include <bit>
#include <cstdint>

namespace understudy {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> MakeDigits() {
  std::array<std::uint8_t, 256> digits{};
  for (std::uint8_t& digit : digits) digit = kNoDigit;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<std::uint8_t>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}
constexpr std::array<std::uint8_t, 256> kDigits = MakeDigits();

// Puts bytes together to floats.
class FloatSink {
 public:
  explicit FloatSink(std::vector<double>& out) : out_(out) {}

  void Add(std::uint32_t byte) {
    bits_ |= (byte & 0xFF) << (8 * count_);
    if (++count_ < 4) return;
    out_.push_back(std::bit_cast<float>(bits_));
    bits_ = 0;
    count_ = 0;
  }
  bool whole() const { return count_ == 0; }

 private:
  std::vector<double>& out_;
  std::uint32_t bits_ = 0;
  int count_ = 0;
};

}  // namespace

bool DecodeBase64Floats(std::string_view text, std::vector<double>& out) {
  if (text.size() % 4 != 0) return false;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const auto digit = [&](std::size_t i) -> std::uint32_t {
    return kDigits[static_cast<std::uint8_t>(text[i])];
  };
  if (out.empty()) out.reserve(text.size() / 4 * 3 / 4);
  FloatSink sink(out);
  const std::size_t whole = padding == 0 ? text.size() : text.size() - 4;
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t a = digit(i), b = digit(i + 1), c = digit(i + 2), d = digit(i + 3);
    if ((a | b | c | d) == kNoDigit) return false;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    sink.Add(group >> 16);
    sink.Add(group >> 8);
    sink.Add(group);
  }
  if (padding > 0) {
    const std::uint32_t a = digit(whole), b = digit(whole + 1);
    const std::uint32_t c = padding == 1 ? digit(whole + 2) : 0;
    if ((a | b | c) == kNoDigit) return false;
    const std::uint32_t group = a << 18 | b << 12 | c << 6;
    if ((group & (padding == 1 ? 0xFF : 0xFFFF)) != 0) return false;
    sink.Add(group >> 16);
    if (padding == 1) sink.Add(group >> 8);
  }
  return sink.whole();
}

}  // namespace understudy
