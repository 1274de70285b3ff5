// understudyctl rollout ...: make, read and drive rollouts.
#include "proxy/cli/rollout_commands.h"

#include <memory>

#include "proxy/cli/flags.h"
#include "proxy/cli/format.h"
#include "proxy/cli/render_rollout.h"
#include "proxy/cli/render_tree.h"
#include "proxy/cli/watch.h"

namespace understudy {
namespace {

using Stub = v1::RolloutService::StubInterface;
template <typename Request>
using Method = grpc::Status (Stub::*)(grpc::ClientContext*, const Request&,
                                      v1::RolloutCommandResponse*);

// Sends a change and prints the rollout after it.
template <typename Request>
ExitCode Change(Session& session, Method<Request> method, const Request& request) {
  v1::RolloutCommandResponse response;
  const grpc::Status status =
      session.client.Call(session.client.rollouts(), method, request, response);
  if (!status.ok()) return session.Fail(status);
  return session.Print(response, RenderCommandResponse(response));
}

ExitCode NeedsRollout(const Session& session) {
  return session.Usage("which rollout? Give its id, or --route R (and --candidate C)");
}

struct SimpleChange {
  const char* name;
  const char* description;
  Method<v1::RolloutCommandRequest> method;
};

void AddChange(CommandTree& tree, CLI::App& group, const SimpleChange& change) {
  struct Flags {
    RolloutFlags rollout;
    ChangeFlags change;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = tree.AddCommand(group, change.name, change.description);
  flags->rollout.AddTo(command);
  flags->change.AddRolloutFlagsTo(command);
  tree.Bind(command, [flags, method = change.method](Session& session) {
    if (flags->rollout.Empty()) return NeedsRollout(session);
    v1::RolloutCommandRequest request;
    *request.mutable_rollout() = flags->rollout.ToProto();
    *request.mutable_options() = flags->change.ToProto(session);
    return Change(session, method, request);
  });
}

void AddCreate(CommandTree& tree, CLI::App& group) {
  struct Flags {
    std::string route, candidate, plan;
    bool unquarantine = false, start = false;
    ChangeFlags change;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = tree.AddCommand(group, "create", "Make a rollout of a candidate on a route");
  command.add_option("--route", flags->route, "The route")->required();
  command.add_option("--candidate", flags->candidate,
                     "The candidate cluster; needed where the route has several");
  command.add_option("--plan", flags->plan, "The plan; else the one the configuration names");
  command.add_flag("--unquarantine", flags->unquarantine,
                   "Allow a version that was rolled back before");
  command.add_flag("--start", flags->start, "Start it at once");
  flags->change.AddTo(command, /*reason_required=*/false);
  tree.Bind(command, [flags](Session& session) {
    v1::CreateRolloutRequest request;
    request.set_route(flags->route);
    request.set_candidate(flags->candidate);
    request.set_plan(flags->plan);
    request.set_unquarantine(flags->unquarantine);
    request.set_start(flags->start);
    *request.mutable_options() = flags->change.ToProto(session);
    return Change(session, &Stub::Create, request);
  });
}

void AddSetWeight(CommandTree& tree, CLI::App& group) {
  struct Flags {
    RolloutFlags rollout;
    ChangeFlags change;
    std::string weight;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = tree.AddCommand(
      group, "set-weight", "Set what the candidate serves: down at any time, up with --override");
  flags->rollout.AddTo(command);
  // With --route the only bare word is the weight; it is told from an id by what it says.
  CLI::Option* const id = command.get_option("id");
  CLI::Option* const route = command.get_option("--route");
  id->remove_excludes(route);
  route->remove_excludes(id);
  command
      .add_option("weight,--weight", flags->weight,
                  "Share of the traffic, such as 5% or 0.05, in steps of 0.0001%")
      ->check(CheckWeight);
  flags->change.AddRolloutFlagsTo(command);
  tree.Bind(command, [flags](Session& session) {
    const bool by_route = !flags->rollout.route.empty();
    if (flags->weight.empty() && (by_route || CheckWeight(flags->rollout.id).empty())) {
      flags->weight.swap(flags->rollout.id);
    }
    if (flags->weight.empty()) return session.Usage("which weight? Give one, such as --weight 5%");
    if (flags->rollout.Empty()) return NeedsRollout(session);
    if (!flags->rollout.id.empty() && !flags->rollout.route.empty()) {
      return session.Usage("give a rollout's id or --route, not both");
    }
    std::uint32_t ppm = 0;
    if (!ParseWeight(flags->weight, ppm)) return session.Usage(CheckWeight(flags->weight));
    v1::SetWeightRequest request;
    *request.mutable_rollout() = flags->rollout.ToProto();
    request.set_weight_percent(ppm / 10'000.0);
    *request.mutable_options() = flags->change.ToProto(session);
    return Change(session, &Stub::SetWeight, request);
  });
}

void AddGet(CommandTree& tree, CLI::App& group) {
  struct Flags {
    RolloutFlags rollout;
    bool watch = false;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = tree.AddCommand(group, "get", "Show a rollout with its evidence");
  flags->rollout.AddTo(command);
  command.add_flag("--watch", flags->watch,
                   "Follow it to its end: exit 0 when completed, 1 when rolled back or cancelled, "
                   "5 when --timeout passes first");
  tree.Bind(command, [flags](Session& session) {
    if (flags->watch) return WatchRollout(session, flags->rollout.ToProto());
    v1::GetRolloutRequest request;
    *request.mutable_rollout() = flags->rollout.ToProto();
    v1::GetRolloutResponse response;
    const grpc::Status status =
        session.client.Call(session.client.rollouts(), &Stub::Get, request, response);
    if (!status.ok()) return session.Fail(status);
    const Picture picture{response.status(), response.route(), response.explanation(),
                          response.status().verdict().evaluated_at().seconds()};
    return session.Print(response, RenderTree(picture, session.paint()));
  });
}

void AddList(CommandTree& tree, CLI::App& group) {
  const auto request = std::make_shared<v1::ListRolloutsRequest>();
  CLI::App& command = tree.AddCommand(group, "list", "List rollouts, newest first");
  command.add_option_function<std::string>(
      "--route", [request](const std::string& route) { request->set_route(route); },
      "Only of this route");
  command.add_option_function<std::string>(
      "--candidate", [request](const std::string& candidate) { request->set_candidate(candidate); },
      "Only of this candidate cluster");
  command.add_flag_callback(
      "--active", [request] { request->set_active_only(true); }, "Only those that have not ended");
  command
      .add_option_function<std::uint32_t>(
          "--limit", [request](std::uint32_t limit) { request->set_page_size(limit); },
          "At most so many (default 50)")
      ->check(CLI::Range(1, 500));
  tree.Bind(command, [request](Session& session) {
    v1::ListRolloutsResponse response;
    const grpc::Status status =
        session.client.Call(session.client.rollouts(), &Stub::List, *request, response);
    if (!status.ok()) return session.Fail(status);
    return session.Print(response, RenderRollouts(response));
  });
}

}  // namespace

void AddRolloutCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("rollout", "Make, read and drive rollouts");
  AddCreate(tree, group);
  AddChange(tree, group, {"start", "Start a draft", &Stub::Start});
  AddGet(tree, group);
  AddList(tree, group);
  AddChange(tree, group, {"hold", "Stop raises; evaluation and rollback go on", &Stub::Hold});
  AddChange(tree, group, {"resume", "Take the operator's hold away", &Stub::Resume});
  AddChange(tree, group,
            {"approve", "Approve the next stage, where it asks for that", &Stub::Approve});
  AddChange(tree, group,
            {"advance", "Go to the next stage; needs PASS or --override", &Stub::Advance});
  AddSetWeight(tree, group);
  AddChange(tree, group, {"rollback", "Give all traffic back to the incumbent", &Stub::RollBack});
  AddChange(tree, group, {"promote", "Go straight to 100%; needs --override", &Stub::Promote});
  AddChange(tree, group, {"cancel", "End a rollout without a verdict", &Stub::Cancel});
}

}  // namespace understudy
