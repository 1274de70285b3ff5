// Numbers, shares and times as people read them.
#include "proxy/cli/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <string_view>

namespace understudy {
namespace {

constexpr std::int64_t kMaxMilliseconds = std::int64_t{30} * 24 * 3600 * 1000;

std::string WithoutTrailingZeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

// Milliseconds of one unit; 0 for an unknown one.
std::int64_t UnitMilliseconds(std::string_view unit) {
  if (unit == "ms") return 1;
  if (unit == "s") return 1000;
  if (unit == "m") return 60 * 1000;
  if (unit == "h") return 3600 * 1000;
  if (unit == "d") return 24 * 3600 * 1000;
  return 0;
}

}  // namespace

std::string FormatShare(double share) {
  if (!std::isfinite(share)) return "-";
  return WithoutTrailingZeros(fmt::format("{:.3f}", share * 100)) + "%";
}

std::string FormatNumber(double number) {
  if (!std::isfinite(number)) return "-";
  if (std::fabs(number) >= 1000) return fmt::format("{:.0f}", number);
  return fmt::format("{:.4g}", number);
}

std::string FormatSeconds(double seconds) {
  if (!std::isfinite(seconds)) return "-";
  const auto whole = static_cast<std::int64_t>(std::clamp(seconds, 0.0, 1e12));
  const std::int64_t days = whole / 86400, hours = whole / 3600 % 24, minutes = whole / 60 % 60;
  if (days > 0) return fmt::format("{}d{}h", days, hours);
  if (hours > 0) return fmt::format("{}h{}m", hours, minutes);
  if (minutes > 0) return fmt::format("{}m{}s", minutes, whole % 60);
  return fmt::format("{}s", whole);
}

std::string FormatLatency(double seconds) {
  if (!std::isfinite(seconds) || seconds <= 0) return "-";
  if (seconds < 1e-3) return fmt::format("{:.0f}us", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.1f}ms", seconds * 1e3);
  return fmt::format("{:.2f}s", seconds);
}

std::string FormatTime(std::int64_t seconds) {
  if (seconds <= 0) return "-";
  const std::time_t time = seconds;
  std::tm parts{};
  if (gmtime_r(&time, &parts) == nullptr) return "-";
  std::array<char, 40> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &parts);
  return {text.data(), length};
}

std::string Sparkline(const std::vector<double>& values, std::size_t width) {
  static constexpr std::array<const char*, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::size_t first = values.size() > width ? values.size() - width : 0;
  double largest = 0;
  for (std::size_t i = first; i < values.size(); ++i) largest = std::max(largest, values[i]);
  std::string line;
  for (std::size_t i = first; i < values.size(); ++i) {
    const double share = largest > 0 && values[i] > 0 ? values[i] / largest : 0;
    line += kBlocks[static_cast<std::size_t>(std::lround(share * 7))];
  }
  return line;
}

bool ParseWeight(const std::string& text, std::uint32_t& ppm) {
  std::string_view digits = text;
  double scale = 1'000'000;
  if (digits.ends_with('%')) {
    scale = 10'000;
    digits.remove_suffix(1);
    while (digits.ends_with(' ')) digits.remove_suffix(1);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return false;
  const double parts = value * scale;
  if (!(parts >= 0 && parts <= 1'000'000)) return false;
  if (std::fabs(parts - std::round(parts)) > 1e-6) return false;
  ppm = static_cast<std::uint32_t>(std::lround(parts));
  return true;
}

bool ParseDuration(const std::string& text, std::int64_t& milliseconds) {
  std::string_view rest = text;
  if (rest.empty()) return false;
  std::int64_t total = 0;
  while (!rest.empty()) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (error != std::errc{} || count < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const std::size_t letters = std::min(rest.find_first_of("0123456789"), rest.size());
    const std::int64_t unit = UnitMilliseconds(rest.substr(0, letters));
    if (unit == 0 || count > (kMaxMilliseconds - total) / unit) return false;
    total += count * unit;
    rest.remove_prefix(letters);
  }
  milliseconds = total;
  return true;
}

}  // namespace understudy
