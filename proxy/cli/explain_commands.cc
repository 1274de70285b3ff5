// Why a rollout is not advancing, and what becomes of a request.
#include "proxy/cli/explain_commands.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "proxy/cli/format.h"
#include "proxy/cli/text.h"

namespace understudy {
namespace {

struct RequestFlags {
  std::string method = "POST", path, client, body;
  std::vector<std::string> headers;
};

std::string CheckHeader(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals != std::string::npos && equals > 0) return "";
  return fmt::format("'{}' is no header; write name=value, such as x-user-id=42", OneLine(text));
}

ExitCode ExplainRequest(Session& session, const RequestFlags& flags) {
  v1::ExplainRequestRequest request;
  request.set_method(flags.method);
  request.set_path(flags.path);
  request.set_client_address(flags.client);
  request.set_body(flags.body);
  for (const std::string& header : flags.headers) {
    const std::size_t equals = header.find('=');
    v1::HeaderField* field = request.add_headers();
    field->set_name(header.substr(0, equals));
    field->set_value(header.substr(equals + 1));
  }
  v1::ExplainRequestResponse response;
  const grpc::Status status =
      session.client.Call(session.client.traffic(),
                          &v1::TrafficService::StubInterface::ExplainRequest, request, response);
  if (!status.ok()) return session.Fail(status);
  return session.Print(response, RenderRequest(response));
}

ExitCode ExplainRollout(Session& session, const v1::ExplainRolloutRequest& request) {
  if (request.route().empty()) {
    return session.Usage(
        "which route? Give --route R, or describe a request with 'explain request --path /x'");
  }
  v1::ExplainRolloutResponse response;
  const grpc::Status status = session.client.Call(
      session.client.reports(), &v1::ReportService::StubInterface::Explain, request, response);
  if (!status.ok()) return session.Fail(status);
  return session.Print(response, RenderExplanations(response, session.paint()));
}

}  // namespace

std::string RenderExplanations(const v1::ExplainRolloutResponse& response, const Paint& paint) {
  if (response.explanations_size() == 0) return "This route has no candidates.\n";
  std::string text;
  for (const v1::Explanation& explanation : response.explanations()) {
    text += fmt::format("{} {}: {}\n", paint.Bold(OneLine(explanation.route())),
                        OneLine(explanation.candidate()), OneLine(explanation.summary()));
    for (const v1::Blocker& blocker : explanation.blockers()) {
      std::string kind = OneLine(blocker.kind());
      if (!blocker.name().empty()) kind += " " + OneLine(blocker.name());
      text += fmt::format("- {}: {}\n", paint.Yellow(kind), OneLine(blocker.sentence()));
    }
    for (const std::string& knob : explanation.knobs()) {
      text += fmt::format("- sooner: {}\n", OneLine(knob));
    }
    if (!explanation.next_step().empty()) {
      text += fmt::format("next: {}\n", OneLine(explanation.next_step()));
    }
    text += explanation.has_eta()
                ? fmt::format("verdict in about {}\n",
                              FormatSeconds(static_cast<double>(explanation.eta().seconds())))
                : "no estimate of when there will be a verdict\n";
  }
  return text;
}

std::string RenderRequest(const v1::ExplainRequestResponse& response) {
  std::string text;
  if (!response.sentence().empty()) text += OneLine(response.sentence()) + "\n";
  if (!response.matched()) return text + "no route matches: the client would get 404\n";
  text += fmt::format("route   {}\nunit    {}\nbucket  {} of 1000000\nserved  {} {}\n",
                      OneLine(response.route()), OneLine(response.unit_source()), response.bucket(),
                      OneLine(response.arm()), OneLine(response.cluster()));
  for (const v1::MirrorDecision& mirror : response.mirrors()) {
    text += fmt::format("mirror  {}: {}, {} (draw {}, rate {})\n", OneLine(mirror.candidate()),
                        mirror.mirrored() ? "yes" : "no", OneLine(mirror.reason()),
                        FormatNumber(mirror.draw()), FormatNumber(mirror.rate()));
  }
  return text;
}

void AddExplainCommands(CommandTree& tree) {
  const auto rollout = std::make_shared<v1::ExplainRolloutRequest>();
  CLI::App& explain = tree.AddCommand(
      tree.root(), "explain", "Why is it not advancing? Or, with 'request': who would serve?");
  explain.add_option_function<std::string>(
      "--route", [rollout](const std::string& route) { rollout->set_route(route); }, "The route");
  explain.add_option_function<std::string>(
      "--candidate", [rollout](const std::string& candidate) { rollout->set_candidate(candidate); },
      "Only this candidate cluster");
  tree.Bind(explain, [rollout](Session& session) { return ExplainRollout(session, *rollout); });

  const auto flags = std::make_shared<RequestFlags>();
  CLI::App& request =
      tree.AddCommand(explain, "request", "What would happen to a request; nothing is sent");
  request.add_option("--method", flags->method, "Its method (default POST)");
  request.add_option("--path", flags->path, "Its path, such as /v2/models/digits/infer")
      ->required();
  request.add_option("--header", flags->headers, "name=value; may be repeated")
      ->allow_extra_args(false)
      ->check(CheckHeader);
  request.add_option("--client", flags->client, "The client's address (default 127.0.0.1)");
  request.add_option("--body", flags->body, "Its body, for keys inside JSON");
  tree.Bind(request, [flags](Session& session) { return ExplainRequest(session, *flags); });
}

}  // namespace understudy
