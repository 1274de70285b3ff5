// Shown text: UTF-8 checks, cuts and suggestions.
#include "comparators/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr std::size_t kMaxNameLength = 64;  // longer ones are not worth a suggestion

std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

}  // namespace

std::size_t Utf8SequenceLength(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const std::uint8_t second = byte(1);
  if (lead == 0xE0 && second < 0xA0) return 0;  // overlong
  if (lead == 0xED && second > 0x9F) return 0;  // surrogate
  if (lead == 0xF0 && second < 0x90) return 0;  // overlong
  if (lead == 0xF4 && second > 0x8F) return 0;  // above U+10FFFF
  return length;
}

bool IsUtf8Text(std::string_view text) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080u;
  while (!text.empty()) {
    std::uint64_t word = kHighBits;
    if (text.size() >= sizeof word) std::memcpy(&word, text.data(), sizeof word);
    if ((word & kHighBits) == 0) {
      text.remove_prefix(sizeof word);
      continue;
    }
    const std::size_t length = Utf8SequenceLength(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void AppendUtf8(std::uint32_t code_point, std::string& out) {
  const auto put = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3F));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

std::string ShownText(std::string_view text, std::size_t max_bytes) {
  std::string shown;
  std::size_t last_fit = 0;  // the length after which the ellipsis still fits
  while (!text.empty()) {
    const std::size_t length = text.front() == '\0' ? 0 : Utf8SequenceLength(text);
    const std::string_view piece = length == 0 ? kReplacement : text.substr(0, length);
    if (shown.size() + piece.size() > max_bytes) {
      shown.resize(last_fit);
      if (max_bytes >= kEllipsis.size()) shown += kEllipsis;
      return shown;
    }
    shown += piece;
    if (shown.size() + kEllipsis.size() <= max_bytes) last_fit = shown.size();
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return shown;
}

std::string_view NearestName(std::string_view wrong, std::span<const std::string_view> names) {
  if (wrong.empty() || wrong.size() > kMaxNameLength) return {};
  std::size_t best = std::max<std::size_t>(2, wrong.size() / 3) + 1;
  std::string_view nearest;
  for (const std::string_view name : names) {
    const std::size_t distance = EditDistance(wrong, name);
    // A distance of the whole name means that no letter is shared.
    if (distance < best && distance < std::max(name.size(), wrong.size())) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

std::string Suggestion(std::string_view wrong, std::span<const std::string_view> names) {
  const std::string_view nearest = NearestName(wrong, names);
  if (!nearest.empty()) return fmt::format(" Did you mean \"{}\"?", nearest);
  if (names.empty()) return {};
  return fmt::format(" Known: {}.", fmt::join(names, ", "));
}

}  // namespace understudy
