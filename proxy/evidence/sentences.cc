// Wording of numbers, and extrapolation of evidence.
#include "proxy/evidence/sentences.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "fmt/format.h"

namespace understudy {

std::string Percent(double share) { return fmt::format("{:.3g} %", share * 100); }

std::string WithCommas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string RoughDuration(Duration duration) {
  const double seconds = Seconds(duration);
  if (seconds < 99.5) return fmt::format("{:.0f} s", std::max(1.0, std::ceil(seconds)));
  if (seconds < 99.5 * 60) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{:.1f} h", seconds / 3600);
  return fmt::format("{:.0f} days", seconds / 86400);
}

Growth Extrapolate(Bets bets, double n) {
  if (n <= 0) return [](double) { return 0.0; };
  return [bets = std::move(bets), n](double samples) {
    Bets scaled = bets;
    for (double& log : scaled) log *= samples / n;
    return LogMeanExp(scaled);
  };
}

std::optional<std::uint64_t> SamplesMissing(const Growth& growth, std::uint64_t n,
                                            double log_threshold) {
  const double have = static_cast<double>(n);
  if (growth(have) >= log_threshold) return 0;
  double enough = std::max(have, 1.0);
  while (growth(enough) < log_threshold) {
    if (enough > 1e12) return std::nullopt;
    enough *= 2;
  }
  double too_few = have;
  while (enough - too_few > 0.5) {
    const double middle = (too_few + enough) / 2;
    if (middle <= too_few || middle >= enough) break;
    (growth(middle) >= log_threshold ? enough : too_few) = middle;
  }
  return static_cast<std::uint64_t>(std::max(1.0, std::ceil(enough) - have));
}

std::string MorePairs(std::uint64_t missing, double pairs_per_second) {
  std::string text = fmt::format("about {} more pair{}", WithCommas(missing), missing == 1 ? "" : "s");
  if (const auto time = TimeFor(missing, pairs_per_second)) {
    text += fmt::format(", {} at the present rate", RoughDuration(*time));
  }
  return text;
}

std::optional<Duration> TimeFor(std::uint64_t missing, double pairs_per_second) {
  if (!(pairs_per_second > 0)) return std::nullopt;
  const double seconds = static_cast<double>(missing) / pairs_per_second;
  if (!(seconds < 365.0 * 86400)) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace understudy
