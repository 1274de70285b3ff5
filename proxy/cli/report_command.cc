// understudyctl report: the evidence as a document, made by the server so that everybody reads the
// same one.
#include "proxy/cli/report_command.h"

#include <memory>

#include "proxy/cli/yaml.h"

namespace understudy {
namespace {

struct Flags {
  std::string route, candidate, rollout, format;
  std::string file = "-";
};

v1::GetReportRequest::Format FormatOf(const std::string& name, OutputFormat output) {
  if (name == "markdown") return v1::GetReportRequest::MARKDOWN;
  if (name == "junit") return v1::GetReportRequest::JUNIT;
  if (name == "json" || output != OutputFormat::kTable) return v1::GetReportRequest::JSON;
  return v1::GetReportRequest::MARKDOWN;
}

ExitCode Report(Session& session, const Flags& flags) {
  if (flags.route.empty() && flags.rollout.empty()) {
    return session.Usage("which report? Give --route R, or --rollout ID");
  }
  v1::GetReportRequest request;
  request.set_rollout(flags.rollout);
  request.set_route(flags.route);
  request.set_candidate(flags.candidate);
  request.set_format(FormatOf(flags.format, session.output));
  v1::GetReportResponse response;
  const grpc::Status status = session.client.Call(
      session.client.reports(), &v1::ReportService::StubInterface::GetReport, request, response);
  if (!status.ok()) return session.Fail(status);
  std::string document = response.document();
  if (flags.format.empty() && session.output == OutputFormat::kYaml) {
    document = YamlFromJson(document);
  }
  if (!document.ends_with('\n')) document += '\n';
  return WriteDocument(flags.file, document, session) ? ExitCode::kYes : ExitCode::kUsage;
}

}  // namespace

void AddReportCommand(CommandTree& tree) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command = tree.AddCommand(tree.root(), "report", "The evidence as a document");
  command.add_option("--route", flags->route, "The route");
  command.add_option("--candidate", flags->candidate, "Only this candidate cluster");
  command.add_option("--rollout", flags->rollout,
                     "Only this rollout; of an ended one the verdict and evidence it ended on");
  command.add_option("--format", flags->format, "json, markdown or junit (default markdown)")
      ->check(CLI::IsMember({"json", "markdown", "junit"}));
  command.add_option("--output", flags->file, "Write to this file instead of standard output");
  tree.Bind(command, [flags](Session& session) { return Report(session, *flags); });
}

}  // namespace understudy
