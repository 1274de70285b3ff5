// Reading numbers strictly.
#include "proxy/offline/score_file.h"

#include <fmt/format.h>

#include <charconv>

#include "proxy/base/status.h"

namespace understudy {
namespace {

bool IsBreak(char c) { return c == ' ' || c == '\t' || c == '\r' || c == ',' || c == ';'; }

}  // namespace

absl::StatusOr<std::vector<double>> ParseScores(std::string_view text, const std::string& name) {
  std::vector<double> scores;
  std::size_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      ++line;
      line_start = ++at;
      continue;
    }
    if (IsBreak(text[at])) {
      ++at;
      continue;
    }
    if (text[at] == '#' && at == line_start) {
      at = std::min(text.find('\n', at), text.size());
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && text[end] != '\n' && !IsBreak(text[end])) ++end;
    double score = 0;
    const auto [stop, fault] = std::from_chars(text.data() + at, text.data() + end, score);
    // Written so that NaN is refused, too.
    if (fault != std::errc() || stop != text.data() + end || !(score >= 0 && score <= 1)) {
      return InvalidArgument(
          fmt::format("{}:{}:{}: '{}' is no score: a number from 0 to 1 is wanted", name, line,
                      at - line_start + 1, text.substr(at, std::min<std::size_t>(end - at, 40))));
    }
    scores.push_back(score);
    at = end;
  }
  return scores;
}

}  // namespace understudy
