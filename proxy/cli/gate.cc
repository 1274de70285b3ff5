// Asks the gate, waits if told to, and answers with an exit code.
#include "proxy/cli/gate.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "proxy/cli/format.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestWait = std::chrono::hours(1);  // that one call may take

struct Flags {
  std::string route, candidate, candidate_version, wait, format;
  std::string file = "-";
};

v1::GateRequest RequestOf(const Flags& flags) {
  v1::GateRequest request;
  request.set_route(flags.route);
  request.set_candidate(flags.candidate);
  request.set_candidate_version(flags.candidate_version);
  return request;
}

// Asks until there is an answer to act on or `wait` has passed, in calls the server allows.
grpc::Status Ask(Session& session, v1::GateRequest& request, milliseconds wait,
                 v1::GateResponse& response) {
  while (true) {
    const milliseconds slice = std::min(wait, kLongestWait);
    if (slice.count() > 0) {
      request.mutable_wait()->set_seconds(slice.count() / 1000);
      request.mutable_wait()->set_nanos(static_cast<int>(slice.count() % 1000) * 1'000'000);
    }
    const grpc::Status status =
        session.client.Call(session.client.reports(), &v1::ReportService::StubInterface::Gate,
                            request, response, slice);
    wait -= slice;
    if (!status.ok() || !response.wait_expired() || wait.count() == 0) return status;
  }
}

// Writes the answer where and how it was asked for. False: it could not be written.
bool Deliver(const Session& session, const Flags& flags, const v1::GateResponse& response,
             ExitCode code) {
  const bool to_file = flags.file != "-";
  if (flags.format == "junit") {
    const std::string junit = RenderGateJunit(response, code);
    if (!WriteDocument(flags.file, junit, session)) return false;
  } else if (flags.format == "json") {
    if (!WriteDocument(flags.file, JsonOf(response) + "\n", session)) return false;
  } else if (to_file) {
    if (!WriteDocument(flags.file, RenderGate(response, Paint(false)), session)) return false;
  }
  if (to_file || flags.format.empty() || flags.format == "text") {
    session.Print(response, RenderGate(response, session.paint()));
  }
  return true;
}

ExitCode Gate(Session& session, const Flags& flags) {
  std::int64_t wait = 0;
  if (!flags.wait.empty() && !ParseDuration(flags.wait, wait)) {
    return session.Usage(CheckDuration(flags.wait));
  }
  v1::GateRequest request = RequestOf(flags);
  v1::GateResponse response;
  const grpc::Status status = Ask(session, request, milliseconds(wait), response);
  if (!status.ok()) {
    session.Fail(status);
    return session.client.GateCodeOf(status);
  }
  const ExitCode code = GateExitCode(request, response);
  return Deliver(session, flags, response, code) ? code : ExitCode::kUsage;
}

bool AboutNothing(const v1::GateResponse& response) {
  return std::any_of(response.reasons().begin(), response.reasons().end(),
                     [](const v1::GateResponse::Reason& reason) {
                       return reason.code() == "ROUTE_UNKNOWN" ||
                              reason.code() == "CANDIDATE_UNKNOWN";
                     });
}

}  // namespace

ExitCode GateExitCode(const v1::GateRequest& request, const v1::GateResponse& response) {
  const bool other_version = !request.candidate_version().empty() &&
                             request.candidate_version() != response.candidate_version();
  const ExitCode undecided = response.wait_expired() ? ExitCode::kTimeout : ExitCode::kInconclusive;
  switch (response.answer()) {
    case v1::GateResponse::YES:
      return other_version ? ExitCode::kStale : ExitCode::kYes;
    case v1::GateResponse::NO:
      return ExitCode::kRegression;
    case v1::GateResponse::NOT_YET:
      return undecided;
    case v1::GateResponse::NEEDS_APPROVAL:
      return ExitCode::kApproval;
    case v1::GateResponse::STALE:
      return ExitCode::kStale;
    case v1::GateResponse::UNKNOWN:
      return AboutNothing(response) ? ExitCode::kUsage : undecided;
    default:
      return ExitCode::kInconclusive;
  }
}

void AddGateCommand(CommandTree& tree) {
  const auto flags = std::make_shared<Flags>();
  CLI::App& command =
      tree.AddCommand(tree.root(), "gate", "May this candidate be promoted? Answers by exit code");
  command.footer(
      "Exit codes: 0 yes, 1 regression, 2 usage or configuration, 3 inconclusive or not yet,\n"
      "4 approval pending, 5 wait timed out, 6 stale or another version, 7 permission,\n"
      "8 unreachable. Global flags: see 'understudyctl --help'.");
  command.add_option("--route", flags->route, "The route")->required();
  command.add_option("--candidate", flags->candidate,
                     "The candidate cluster; needed where the route has several");
  command.add_option("--candidate-version", flags->candidate_version,
                     "Answer about this version alone");
  command.add_option("--wait", flags->wait, "Wait so long for yes or no, such as 10m")
      ->check(CheckDuration);
  command.add_option("--format", flags->format, "text, json or junit (default text)")
      ->check(CLI::IsMember({"text", "json", "junit"}));
  command.add_option("--output", flags->file, "Write to this file; a summary is still printed");
  tree.Bind(command, [flags](Session& session) { return Gate(session, *flags); });
}

}  // namespace understudy
