// understudyctl route list|get: who answers on which route, and what was compared.
#include "proxy/cli/route_commands.h"

#include <memory>

#include "proxy/cli/render_route.h"

namespace understudy {

using Stub = v1::TrafficService::StubInterface;

void AddRouteCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("route", "Routes, their arms and counters");
  tree.Bind(tree.AddCommand(group, "list", "All routes, in matching order"), [](Session& session) {
    v1::ListRoutesResponse response;
    const grpc::Status status = session.client.Call(session.client.traffic(), &Stub::ListRoutes,
                                                    v1::ListRoutesRequest(), response);
    if (!status.ok()) return session.Fail(status);
    return session.Print(response, RenderRoutes(response));
  });

  const auto request = std::make_shared<v1::GetRouteRequest>();
  CLI::App& get = tree.AddCommand(group, "get", "One route with its candidates");
  get.add_option_function<std::string>(
         "route,--route", [request](const std::string& route) { request->set_route(route); },
         "The route's name")
      ->required();
  tree.Bind(get, [request](Session& session) {
    v1::GetRouteResponse response;
    const grpc::Status status =
        session.client.Call(session.client.traffic(), &Stub::GetRoute, *request, response);
    if (!status.ok()) return session.Fail(status);
    return session.Print(response, RenderRoute(response, session.paint()));
  });
}

}  // namespace understudy
