// Where the two models disagree: the newest records, and one of them in full.
#include "proxy/cli/divergence_commands.h"

#include <memory>

#include "proxy/cli/render_divergence.h"
#include "proxy/cli/text.h"
#include "proxy/offline/cluster_records.h"

namespace understudy {
namespace {

using Stub = v1::TrafficService::StubInterface;

struct ListFlags {
  v1::ListDivergencesRequest request;
  std::string records;
};

constexpr std::uint32_t kDefaultClusters = 20;
constexpr std::uint32_t kDefaultRecords = 10'000;
constexpr std::uint32_t kMostRecords = 1'000'000;

ExitCode ClusterOffline(Session& session, const ListFlags& flags) {
  const v1::ListDivergencesRequest& request = flags.request;
  RecordWalk walk;
  walk.path = flags.records;
  walk.route = request.route();
  walk.candidate = request.candidate();
  walk.min_divergence = request.min_divergence();
  walk.most = request.max_records() == 0 ? kDefaultRecords : request.max_records();
  walk.stopped = [&session] { return session.interrupt.Raised(); };
  const auto response =
      ClusterRecords(walk, request.cluster_by(),
                     request.page_size() == 0 ? kDefaultClusters : request.page_size());
  if (session.interrupt.Raised()) return ExitCode::kInterrupted;
  if (response.ok()) return session.Print(*response, RenderClusters(*response));
  const auto message = response.status().message();
  return session.Usage(OneLine({message.data(), message.size()}));
}

ExitCode List(Session& session, const ListFlags& flags) {
  const bool clusters = !flags.request.cluster_by().empty();
  if (!clusters && (!flags.records.empty() || flags.request.max_records() > 0)) {
    return session.Usage("--records and --max-records are for --by");
  }
  if (clusters && !flags.request.page_token().empty()) {
    return session.Usage("clusters have no pages; --limit says how many are shown");
  }
  if (!flags.records.empty()) return ClusterOffline(session, flags);
  v1::ListDivergencesResponse response;
  const grpc::Status status = session.client.Call(session.client.traffic(), &Stub::ListDivergences,
                                                  flags.request, response);
  if (!status.ok()) return session.Fail(status);
  return session.Print(response, clusters ? RenderClusters(response) : RenderDivergences(response));
}

void AddClusterFlags(CLI::App& command, const std::shared_ptr<ListFlags>& flags) {
  command
      .add_option_function<std::string>(
          "--by", [flags](const std::string& by) { flags->request.set_cluster_by(by); },
          "Gathered by path, segment, reason or comparator, the most frequent first")
      ->check(CLI::IsMember({"path", "segment", "reason", "comparator"}));
  command
      .add_option_function<std::uint32_t>(
          "--max-records", [flags](std::uint32_t most) { flags->request.set_max_records(most); },
          "With --by: the newest so many records (default 10000; a server reads at most 50000)")
      ->check(CLI::Range(std::uint32_t{1}, kMostRecords));
  command.add_option("--records", flags->records,
                     "With --by: a server's folder of records, or a file of them, in place of a "
                     "server");
}

void AddList(CommandTree& tree, CLI::App& group) {
  const auto flags = std::make_shared<ListFlags>();
  CLI::App& command = tree.AddCommand(group, "list", "The newest divergent pairs");
  command.add_option_function<std::string>(
      "--route", [flags](const std::string& route) { flags->request.set_route(route); },
      "Only of this route");
  command.add_option_function<std::string>(
      "--candidate",
      [flags](const std::string& candidate) { flags->request.set_candidate(candidate); },
      "Only of this candidate cluster");
  command
      .add_option_function<double>(
          "--min-divergence", [flags](double least) { flags->request.set_min_divergence(least); },
          "Only those at least so far apart, 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  command
      .add_option_function<std::uint32_t>(
          "--limit", [flags](std::uint32_t limit) { flags->request.set_page_size(limit); },
          "At most so many (default 20)")
      ->check(CLI::Range(1, 200));
  command.add_option_function<std::string>(
      "--page-token", [flags](const std::string& token) { flags->request.set_page_token(token); },
      "Go on where the list before ended");
  AddClusterFlags(command, flags);
  tree.Bind(command, [flags](Session& session) { return List(session, *flags); });
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
    std::string text = RenderDivergence(response.divergence(), session.paint());
    if (!response.withheld().empty()) text += OneLine(response.withheld()) + "\n";
    return session.Print(response, text);
  });
}

}  // namespace

void AddDivergenceCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("divergence", "Where the two models disagree");
  AddList(tree, group);
  AddShow(tree, group);
}

}  // namespace understudy
