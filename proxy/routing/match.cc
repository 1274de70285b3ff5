// Path, method and header conditions on the raw bytes of the request.
#include "proxy/routing/match.h"

#include <algorithm>

namespace understudy {

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
