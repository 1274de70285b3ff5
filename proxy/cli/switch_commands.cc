// understudyctl kill|unkill|freeze|unfreeze: the switches of one route or of all.
#include "proxy/cli/switch_commands.h"

#include <memory>

#include "proxy/cli/flags.h"
#include "proxy/cli/render_route.h"

namespace understudy {
namespace {

using Stub = v1::RolloutService::StubInterface;

struct Switch {
  const char* name;
  const char* description;
  grpc::Status (Stub::*method)(grpc::ClientContext*, const v1::RouteSwitchRequest&,
                               v1::RouteSwitchResponse*);
};

void AddSwitch(CommandTree& tree, const Switch& route_switch) {
  struct Flags {
    std::string route;
    ChangeFlags change;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = tree.AddCommand(tree.root(), route_switch.name, route_switch.description);
  command.add_option("--route", flags->route, "Only this route; without it, all routes");
  flags->change.AddTo(command, /*reason_required=*/true);
  tree.Bind(command, [flags, method = route_switch.method](Session& session) {
    v1::RouteSwitchRequest request;
    request.set_route(flags->route);
    *request.mutable_options() = flags->change.ToProto(session);
    v1::RouteSwitchResponse response;
    const grpc::Status status =
        session.client.Call(session.client.rollouts(), method, request, response);
    if (!status.ok()) return session.Fail(status);
    return session.Print(response, RenderSwitch(response));
  });
}

}  // namespace

void AddSwitchCommands(CommandTree& tree) {
  AddSwitch(tree, {"kill", "Weight 0 and mirrors off, at once", &Stub::Kill});
  AddSwitch(tree, {"unkill", "Undo kill", &Stub::Unkill});
  AddSwitch(tree, {"freeze", "No raises; rollback still works", &Stub::Freeze});
  AddSwitch(tree, {"unfreeze", "Undo freeze", &Stub::Unfreeze});
}

}  // namespace understudy
