// Where the two models disagree: the newest records, and one of them in full.
#include "proxy/cli/divergence_commands.h"

#include <memory>

#include "proxy/cli/render_divergence.h"

namespace understudy {
namespace {

using Stub = v1::TrafficService::StubInterface;

void AddList(CommandTree& tree, CLI::App& group) {
  const auto request = std::make_shared<v1::ListDivergencesRequest>();
  CLI::App& command = tree.AddCommand(group, "list", "The newest divergent pairs");
  command.add_option_function<std::string>(
      "--route", [request](const std::string& route) { request->set_route(route); },
      "Only of this route");
  command.add_option_function<std::string>(
      "--candidate", [request](const std::string& candidate) { request->set_candidate(candidate); },
      "Only of this candidate cluster");
  command
      .add_option_function<double>(
          "--min-divergence", [request](double least) { request->set_min_divergence(least); },
          "Only those at least so far apart, 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  command
      .add_option_function<std::uint32_t>(
          "--limit", [request](std::uint32_t limit) { request->set_page_size(limit); },
          "At most so many (default 20)")
      ->check(CLI::Range(1, 200));
  command.add_option_function<std::string>(
      "--page-token", [request](const std::string& token) { request->set_page_token(token); },
      "Go on where the list before ended");
  tree.Bind(command, [request](Session& session) {
    v1::ListDivergencesResponse response;
    const grpc::Status status =
        session.client.Call(session.client.traffic(), &Stub::ListDivergences, *request, response);
    if (!status.ok()) return session.Fail(status);
    return session.Print(response, RenderDivergences(response));
  });
}

void AddShow(CommandTree& tree, CLI::App& group) {
  const auto request = std::make_shared<v1::GetDivergenceRequest>();
  CLI::App& command = tree.AddCommand(group, "show", "One divergent pair, value by value");
  command
      .add_option_function<std::string>(
          "id", [request](const std::string& id) { request->set_id(id); },
          "The id that 'divergence list' shows")
      ->required();
  tree.Bind(command, [request](Session& session) {
    v1::GetDivergenceResponse response;
    const grpc::Status status =
        session.client.Call(session.client.traffic(), &Stub::GetDivergence, *request, response);
    if (!status.ok()) return session.Fail(status);
    return session.Print(response, RenderDivergence(response.divergence(), session.paint()));
  });
}

}  // namespace

void AddDivergenceCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("divergence", "Where the two models disagree");
  AddList(tree, group);
  AddShow(tree, group);
}

}  // namespace understudy
