// Which route a request takes: the first in the file's order whose conditions all hold.
//
// Threads: pure functions.
#pragma once

#include "proxy/model/message.h"
#include "proxy/model/traffic_view.h"

namespace understudy {

bool Matches(const RouteMatch& match, const RequestHead& request);

// Null when no route matches.
const RouteTraffic* MatchRoute(const TrafficView& view, const RequestHead& request);

// Whether the route's preset has requests like this one mirrored.
bool IsMirrored(const Route& route, const RequestHead& request);

}  // namespace understudy
