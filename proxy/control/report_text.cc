// Formats and escapes for reports.
#include "proxy/control/report_text.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>

namespace understudy {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Bytes of the well-formed UTF-8 character that begins the text, or 0.
std::size_t CharacterLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) >= 0xA0;
  const bool beyond = lead == 0xF4 && byte(1) >= 0x90;
  const bool noncharacter = lead == 0xEF && byte(1) == 0xBF && byte(2) >= 0xBE;
  return overlong || surrogate || beyond || noncharacter ? 0 : length;
}

// Calls visit(character) for each character, with U+FFFD for each broken byte.
template <typename Visit>
void ForEachCharacter(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    visit(length == 0 ? kReplacement : text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

// Fixed decimals without trailing zeros.
std::string Trimmed(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace

std::string TimeText(WallTime time) {
  if (time == WallTime{}) return "never";
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string DurationText(Duration duration) {
  if (duration <= Duration::zero()) return "0 s";
  if (duration < std::chrono::seconds(1)) {
    return fmt::format("{} ms", std::chrono::ceil<std::chrono::milliseconds>(duration).count());
  }
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
  const auto pair = [](auto whole, std::string_view unit, auto rest, std::string_view smaller) {
    return rest == 0 ? fmt::format("{} {}", whole, unit)
                     : fmt::format("{} {} {} {}", whole, unit, rest, smaller);
  };
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3600) return pair(seconds / 60, "min", seconds % 60, "s");
  if (seconds < 48 * 3600) return pair(seconds / 3600, "h", seconds % 3600 / 60, "min");
  return pair(seconds / 86400, "d", seconds % 86400 / 3600, "h");
}

std::string ShareText(double share) {
  return std::isfinite(share) ? Trimmed(share * 100, 4) + " %" : "unknown";
}

std::string ByWhom(const std::optional<JournalLine>& act) {
  if (!act.has_value()) return "";
  return fmt::format(" by {} since {} ({})", act->actor, TimeText(act->at), act->reason);
}

std::string WeightText(std::uint32_t weight_ppm) { return ShareText(weight_ppm / 1e6); }

std::string NumberText(double value) {
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "unknown";
}

std::string ValidUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  ForEachCharacter(text, [&](std::string_view character) { valid += character; });
  return valid;
}

std::string EscapeXml(std::string_view text) {
  std::string escaped;
  escaped.reserve(text.size());
  ForEachCharacter(text, [&](std::string_view character) {
    const char c = character.front();
    if (character == "&") {
      escaped += "&amp;";
    } else if (character == "<") {
      escaped += "&lt;";
    } else if (character == ">") {
      escaped += "&gt;";
    } else if (character == "\"") {
      escaped += "&quot;";
    } else if (character == "'") {
      escaped += "&apos;";
    } else if (c == '\n' || c == '\t' || c == '\r') {
      escaped += fmt::format("&#{};", static_cast<int>(c));  // kept in attributes too
    } else if (static_cast<unsigned char>(c) < 0x20) {
      escaped += kReplacement;
    } else {
      escaped += character;
    }
  });
  return escaped;
}

std::string MarkdownCell(std::string_view text, std::size_t max_bytes) {
  static constexpr std::string_view kMarkup = "\\`*_{}[]<>#|~!";
  std::string cell;
  bool cut = false;
  ForEachCharacter(text, [&](std::string_view character) {
    const unsigned char c = static_cast<unsigned char>(character.front());
    if (cell.size() + character.size() > max_bytes) cut = true;
    if (cut) return;
    if (c < 0x20 || c == 0x7F) {
      cell += ' ';
      return;
    }
    if (kMarkup.find(character.front()) != std::string_view::npos) cell += '\\';
    cell += character;
  });
  return cut ? cell + "…" : cell;
}

}  // namespace understudy
