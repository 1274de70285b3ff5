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
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  const auto reaches = [&](std::uint64_t samples) {
    return growth(static_cast<double>(samples)) >= log_threshold;
  };
  if (reaches(n)) return 0;
  if (!reaches(kMost)) return std::nullopt;  // where nothing is in sight, one look says so
  std::uint64_t too_few = n;
  std::uint64_t enough = std::max<std::uint64_t>(n, 1);
  while (!reaches(enough)) {
    if (enough > kMost) return std::nullopt;
    too_few = enough;
    enough *= 2;
  }
  while (enough - too_few > 1) {
    const std::uint64_t middle = too_few + (enough - too_few) / 2;
    (reaches(middle) ? enough : too_few) = middle;
  }
  return enough - n;
}

std::string MorePairs(std::uint64_t missing, double pairs_per_second) {
  std::string text =
      fmt::format("about {} more pair{}", WithCommas(missing), missing == 1 ? "" : "s");
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
