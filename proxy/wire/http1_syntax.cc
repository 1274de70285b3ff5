// The less frequent checks.
#include "proxy/wire/http1_syntax.h"

#include <bit>
#include <cstring>

namespace understudy::syntax {

std::size_t EndOfValue(std::string_view text, std::size_t at) {
  while (true) {
    // Eight bytes at once: the lowest bit set below belongs to the first byte under 0x20 or of
    // 0x7F.
    if constexpr (std::endian::native == std::endian::little) {
      constexpr std::uint64_t kOnes = ~std::uint64_t{0} / 255;
      constexpr std::uint64_t kHighs = kOnes * 0x80;
      while (at + 8 <= text.size()) {
        std::uint64_t word;
        std::memcpy(&word, text.data() + at, sizeof word);
        const std::uint64_t deletes = word ^ (kOnes * 0x7F);
        const std::uint64_t stops =
            (((word - kOnes * 0x20) & ~word) | ((deletes - kOnes) & ~deletes)) & kHighs;
        if (stops != 0) {
          at += static_cast<std::size_t>(std::countr_zero(stops)) / 8;
          break;
        }
        at += 8;
      }
    }
    if (at >= text.size() || !Is(text[at], kValue)) return at;
    ++at;
  }
}

std::optional<std::uint64_t> ParseDecimal(std::string_view text) {
  if (text.empty() || text.size() > 19) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (value >> 63 != 0) return std::nullopt;
  return value;
}

bool IsHost(std::string_view text) {
  if (text.empty()) return false;
  std::string_view port;
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close < 3) return false;
    for (const char c : text.substr(1, close - 1)) {
      const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      if (!hex && c != ':' && c != '.') return false;
    }
    port = text.substr(close + 1);
  } else {
    const std::size_t colon = text.find(':');
    const std::string_view name = text.substr(0, colon);
    if (name.empty()) return false;
    for (const char c : name) {
      // reg-name (RFC 3986 section 3.2.2): unreserved, percent-encoded, sub-delims without ','.
      const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!alnum && std::string_view("-._~%!$&'()*+;=").find(c) == std::string_view::npos) {
        return false;
      }
    }
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (port.empty()) return true;
  if (port.front() != ':' || port.size() > 6) return false;
  port.remove_prefix(1);
  return port.empty() || ParseDecimal(port).value_or(65536) <= 65535;
}

bool IsHostList(std::string_view text) {
  while (true) {
    const std::size_t comma = text.find(',');
    if (!IsHost(text.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace understudy::syntax
