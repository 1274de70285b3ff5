// Reading classification strings.
#include "comparators/classification.h"

#include <algorithm>
#include <charconv>

namespace understudy {

std::optional<Classification> ReadClassification(std::string_view text) {
  const std::size_t first = text.find(':');
  if (first == std::string_view::npos || first == 0) return std::nullopt;
  Classification read;
  const auto stop = std::from_chars(text.data(), text.data() + first, read.value);
  if (stop.ptr != text.data() + first) return std::nullopt;
  const std::string_view rest = text.substr(first + 1);
  const std::size_t second = std::min(rest.find(':'), rest.size());
  const std::string_view index = rest.substr(0, second);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (index.empty() || !std::all_of(index.begin(), index.end(), digit)) return std::nullopt;
  read.name = second + 1 < rest.size() ? rest.substr(second + 1) : index;
  return read;
}

}  // namespace understudy
