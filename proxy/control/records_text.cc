// Digests, cuts, base64 and times.
#include "proxy/control/records_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <cstdint>

namespace understudy {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Length of the well-formed character (RFC 3629) at the front of `text`, or 0.
std::size_t CharacterLength(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (at(0) < 0x80) return 1;
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (at(0) >= 0xC2 && at(0) <= 0xDF) length = 2;
  if (at(0) >= 0xE0 && at(0) <= 0xEF) length = 3;
  if (at(0) >= 0xF0 && at(0) <= 0xF4) length = 4;
  if (at(0) == 0xE0) low = 0xA0;
  if (at(0) == 0xED) high = 0x9F;
  if (at(0) == 0xF0) low = 0x90;
  if (at(0) == 0xF4) high = 0x8F;
  if (length == 0 || length > text.size() || at(1) < low || at(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  return length;
}

}  // namespace

std::string Digest(std::string_view bytes, std::uint64_t key) {
  return fmt::format("xxh64:{:016x}", XXH64(bytes.data(), bytes.size(), key));
}

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string_view CutText(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  std::size_t size = max_bytes;
  // A character has at most three continuation bytes; more are no UTF-8 anyway.
  for (int i = 0; i < 3 && size > 0 && IsContinuation(text[size]); ++i) --size;
  return text.substr(0, size);
}

std::string EncodeBase64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      const bool padding = i + j > bytes.size();
      out += padding ? '=' : kAlphabet[group >> (18 - 6 * j) & 63];
    }
  }
  return out;
}

std::optional<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  std::uint32_t group = 0;
  int bits = 0;
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>(group >> bits & 0xFF);
    }
  }
  return out;
}

std::string FormatTime(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format(
      "{:%Y-%m-%dT%H:%M:%S}.{:09}Z",
      fmt::gmtime(
          std::chrono::duration_cast<std::chrono::seconds>(seconds.time_since_epoch()).count()),
      (time - seconds).count());
}

}  // namespace understudy
