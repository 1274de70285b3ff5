// Follows a rollout to its end: a tree redrawn in place on a terminal, else a line per change.
#include "proxy/cli/watch.h"

#include <fmt/format.h>

#include <optional>

#include "proxy/cli/format.h"
#include "proxy/cli/render_tree.h"
#include "proxy/cli/screen.h"
#include "proxy/cli/text.h"
#include "proxy/cli/words.h"
#include "proxy/cli/yaml.h"

namespace understudy {
namespace {

using Message = v1::WatchRolloutResponse;

// Shows the pictures in the way the console and the user ask for.
class Display {
 public:
  explicit Display(const Session& session) : session_(session) {
    if (session.output == OutputFormat::kTable && session.console.terminal) {
      screen_.emplace(session.console);
    }
  }

  void Show(const Message& message) {
    if (screen_) {
      const Picture picture{message.status(), message.route(), message.explanation(),
                            message.at().seconds()};
      screen_->Draw(RenderTree(picture, session_.paint()));
      return;
    }
    if (!message.changed() && !first_) return;  // a heartbeat
    first_ = false;
    switch (session_.output) {
      case OutputFormat::kTable:
        session_.console.out << WatchLine(message, session_.paint()) << "\n";
        break;
      case OutputFormat::kJson:
        session_.console.out << JsonOf(message, /*indented=*/false) << "\n";
        break;
      case OutputFormat::kYaml:
        session_.console.out << "---\n" << YamlFromJson(JsonOf(message));
        break;
    }
    session_.console.out.flush();
  }

 private:
  const Session& session_;
  std::optional<Screen> screen_;
  bool first_ = true;
};

ExitCode CodeOfEnd(v1::Rollout::Phase phase) {
  return phase == v1::Rollout::COMPLETED ? ExitCode::kYes : ExitCode::kRegression;
}

// The measured share of the watched candidate, or a dash.
std::string MeasuredShare(const Message& message) {
  for (const v1::ArmStatus& arm : message.route().arms()) {
    if (arm.role() == "candidate" && arm.cluster() == message.status().candidate()) {
      return FormatShare(arm.share_measured());
    }
  }
  return "-";
}

}  // namespace

std::string WatchLine(const Message& message, const Paint& paint) {
  const v1::CandidateStatus& status = message.status();
  const v1::Rollout& rollout = status.rollout();
  const v1::Verdict& verdict = status.verdict();
  std::string line = FormatTime(message.at().seconds());
  if (status.has_rollout()) {
    line += fmt::format("  {}  {} at {} (measured {})", OneLine(rollout.id()), PhaseText(rollout),
                        WeightText(rollout.weight_percent()), MeasuredShare(message));
    if (rollout.holds_size() > 0) line += "  held: " + HoldsText(rollout);
  } else {
    line += fmt::format("  {} on {}: no rollout yet", OneLine(status.candidate()),
                        OneLine(status.route()));
  }
  line += fmt::format("  {}  {} pairs", VerdictText(verdict.kind(), verdict.reason(), paint),
                      status.pairs());
  if (verdict.has_eta()) {
    line += "  verdict in about " + FormatSeconds(static_cast<double>(verdict.eta().seconds()));
  }
  if (message.route().killed()) line += "  KILLED";
  if (message.route().frozen()) line += "  FROZEN";
  const std::string& why = rollout.terminal() ? rollout.ended_reason() : verdict.sentence();
  if (!why.empty()) line += "  " + OneLine(why);
  return line;
}

ExitCode WatchRollout(Session& session, const v1::RolloutRef& rollout) {
  v1::WatchRolloutRequest request;
  *request.mutable_rollout() = rollout;
  if (const grpc::Status fault = session.client.Fault(); !fault.ok()) return session.Fail(fault);
  grpc::ClientContext context;
  session.client.Prepare(context);
  if (const auto timeout = session.client.given_timeout()) {
    Client::SetDeadline(context, *timeout);
  }
  const Interrupt::Scope scope(session.interrupt, [&context] { context.TryCancel(); });
  const auto reader = session.client.rollouts().Watch(&context, request);
  std::optional<ExitCode> end;
  bool unread = false;
  {
    Display display(session);
    Message message;
    while (!end && reader->Read(&message)) {
      display.Show(message);
      // Looked at with each heartbeat, too: without a change nothing would be written.
      const Console& console = session.console;
      unread = !console.out.good() || (console.reader_left && console.reader_left());
      if (unread) break;
      if (message.status().rollout().terminal())
        end = CodeOfEnd(message.status().rollout().phase());
    }
  }
  if (end || unread) context.TryCancel();  // the server would go on with a heartbeat each second
  const grpc::Status status = reader->Finish();
  session.client.LogCall(request.GetTypeName(), status);
  if (unread) {
    session.console.err << "understudyctl: cannot write to standard output\n";
    return kFailed;
  }
  if (end) return *end;
  if (!status.ok()) return session.Fail(status);
  session.console.err << "understudyctl: the server ended the watch before the rollout ended; it "
                         "is shutting down, or no longer knows this candidate\n";
  return ExitCode::kUnreachable;
}

}  // namespace understudy
