// Path, method and header conditions on the raw bytes of the request.
#include "proxy/routing/match.h"

#include <algorithm>

namespace understudy {

namespace {

// A `*` stands for any number of characters but `/`. Bounded by the product of the lengths.
bool Fits(std::string_view pattern, std::string_view text) {
  std::size_t at = 0, in_text = 0;
  std::size_t star = std::string_view::npos, tried = 0;
  while (in_text < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      tried = in_text;
    } else if (at < pattern.size() && pattern[at] == text[in_text]) {
      ++at;
      ++in_text;
    } else if (star != std::string_view::npos && text[tried] != '/') {
      at = star + 1;
      in_text = ++tried;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

// Whether the end of the path, from a `/` on, fits: as many `/` as the pattern has.
bool FitsEnd(std::string_view pattern, std::string_view path) {
  // Most that do not fit are told by what stands behind the last `*`.
  std::size_t same = 0;
  while (same < pattern.size() && pattern[pattern.size() - 1 - same] != '*') {
    if (same == path.size()) return false;
    if (pattern[pattern.size() - 1 - same] != path[path.size() - 1 - same]) return false;
    ++same;
  }
  if (same == pattern.size() && pattern.starts_with('/')) return true;
  auto left = std::count(pattern.begin(), pattern.end(), '/');
  std::size_t begin = path.size();
  while (left > 0 && begin > 0) {
    if (path[--begin] == '/') --left;
  }
  return left == 0 && Fits(pattern, path.substr(begin));
}

}  // namespace

bool IsMirrored(const Route& route, const RequestHead& request) {
  if (route.mirrored.empty()) return true;
  return std::any_of(route.mirrored.begin(), route.mirrored.end(), [&](const MirroredPath& rule) {
    const bool method = rule.methods.empty() || std::find(rule.methods.begin(), rule.methods.end(),
                                                          request.method) != rule.methods.end();
    return method && FitsEnd(rule.path, request.path);
  });
}

bool Matches(const RouteMatch& match, const RequestHead& request) {
  if (!match.path.empty() && request.path != match.path) return false;
  // "*" (of OPTIONS) means the server as a whole: whoever serves "/" is asked.
  const std::string_view path = request.path == "*" ? std::string_view("/") : request.path;
  if (!path.starts_with(match.path_prefix)) return false;
  if (!match.methods.empty() && std::find(match.methods.begin(), match.methods.end(),
                                          request.method) == match.methods.end()) {
    return false;
  }
  return std::all_of(match.headers.begin(), match.headers.end(), [&](const auto& wanted) {
    return std::any_of(request.fields.begin(), request.fields.end(), [&](const HeaderField& f) {
      return SameName(f.name, wanted.first) && f.value == wanted.second;
    });
  });
}

const RouteTraffic* MatchRoute(const TrafficView& view, const RequestHead& request) {
  for (const RouteTraffic& route : view.routes) {
    if (Matches(route.route->match, request)) return &route;
  }
  return nullptr;
}

}  // namespace understudy
