// Token by token.
#include "proxy/model/folded_path.h"

#include <algorithm>

namespace understudy {

std::string FoldPath(std::string_view path) {
  constexpr auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string folded;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view token = path.substr(0, end);
    const bool index = token.size() > 1 && token.front() == '/' &&
                       std::all_of(token.begin() + 1, token.end(), is_digit);
    folded += index ? "/*" : token;
    path.remove_prefix(end);
  }
  return folded;
}

}  // namespace understudy
