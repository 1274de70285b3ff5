// Routes as tables. Pure.
#pragma once

#include <string>

#include "proxy/cli/paint.h"
#include "understudy/v1/rollout.pb.h"
#include "understudy/v1/traffic.pb.h"

namespace understudy {

// One line per route, in matching order.
std::string RenderRoutes(const v1::ListRoutesResponse& response);

// One route: arms, and for each candidate where every request went.
std::string RenderRoute(const v1::GetRouteResponse& response, const Paint& paint);

// What a switch did: the server's sentence, then a line per route it concerned.
std::string RenderSwitch(const v1::RouteSwitchResponse& response);

}  // namespace understudy
