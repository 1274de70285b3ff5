// Optimal string alignment distance over short names.
#include "proxy/control/config_suggest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace understudy {
namespace {

constexpr std::size_t kLongest = 64;  // names; a longer one is near to nothing
constexpr std::size_t kMostShown = 20;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = Lower(a[i - 1]) == Lower(b[j - 1]);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) &&
          Lower(a[i - 2]) == Lower(b[j - 1])) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::string NearestKey(std::string_view written, const std::vector<std::string>& names) {
  if (written.empty() || written.size() > kLongest) return {};
  std::string nearest;
  std::size_t least = std::max<std::size_t>(1, written.size() / 3) + 1;
  for (const std::string& name : names) {
    if (name.size() > kLongest) continue;
    const std::size_t distance = Distance(written, name);
    if (distance < least && distance < name.size()) {
      least = distance;
      nearest = name;
    }
  }
  return nearest;
}

std::string SuggestKey(std::string_view written, const std::vector<std::string>& names,
                       std::string_view lead, std::string_view none) {
  if (names.empty()) return std::string(none);
  if (const std::string nearest = NearestKey(written, names); !nearest.empty()) {
    return fmt::format("; did you mean '{}'?", nearest);
  }
  const auto shown =
      names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMostShown));
  return fmt::format("; {} {}{}", lead, fmt::join(names.begin(), shown, ", "),
                     shown == names.end() ? "" : ", …");
}

}  // namespace understudy
