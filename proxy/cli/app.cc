// understudyctl as a function: the global flags, the tree of commands, and what runs one.
#include "proxy/cli/app.h"

#include <fmt/format.h>
#include <grpc/support/log.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "proxy/cli/command.h"
#include "proxy/cli/comparator_commands.h"
#include "proxy/cli/config_commands.h"
#include "proxy/cli/divergence_commands.h"
#include "proxy/cli/evidence_commands.h"
#include "proxy/cli/explain_commands.h"
#include "proxy/cli/format.h"
#include "proxy/cli/gate.h"
#include "proxy/cli/report_command.h"
#include "proxy/cli/rescore_command.h"
#include "proxy/cli/rollout_commands.h"
#include "proxy/cli/route_commands.h"
#include "proxy/cli/simulate_command.h"
#include "proxy/cli/switch_commands.h"
#include "proxy/cli/text.h"
#include "proxy/cli/token_commands.h"
#include "proxy/cli/usage.h"

namespace understudy {
namespace {

constexpr auto kNoGrpcLog = static_cast<gpr_log_severity>(GPR_LOG_SEVERITY_ERROR + 1);

struct GlobalFlags {
  std::string address = "127.0.0.1:9900";
  std::string output = "table";
  std::string log_level = "warn";
  std::string timeout;
  ConnectionFlags connection;
};

std::string CheckAddress(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && colon > 0 && colon + 1 < text.size()) return "";
  return fmt::format("'{}' is no address such as 127.0.0.1:9900", OneLine(text));
}

void AddGlobalFlags(CLI::App& app, GlobalFlags& flags) {
  app.set_version_flag("--version", "understudyctl " UNDERSTUDY_VERSION);
  app.require_subcommand(1);
  app.add_option("--address", flags.address,
                 "Admin API of the server (UNDERSTUDY_ADDRESS, default 127.0.0.1:9900)")
      ->check(CheckAddress);
  app.add_option("-o,--output-format", flags.output, "table, json or yaml (default table)")
      ->check(CLI::IsMember({"table", "json", "yaml"}));
  app.add_option("--log-level", flags.log_level,
                 "debug, info, warn or error; debug shows each call (default warn)")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  app.add_option("--timeout", flags.timeout,
                 "Bound of each call, such as 30s (default 10s); with --watch, of the whole watch")
      ->check(CheckDuration);
  flags.connection.AddTo(app);
}

OutputFormat FormatOf(const std::string& name) {
  if (name == "json") return OutputFormat::kJson;
  return name == "yaml" ? OutputFormat::kYaml : OutputFormat::kTable;
}

std::optional<Client::Milliseconds> TimeoutOf(const GlobalFlags& flags) {
  std::int64_t milliseconds = 0;
  if (!ParseDuration(flags.timeout, milliseconds)) return std::nullopt;
  return Client::Milliseconds(milliseconds);
}

// Parses; an exit code when there is nothing left to run.
std::optional<ExitCode> Parse(CLI::App& app, const std::vector<std::string>& words,
                              Console& console) {
  std::vector<std::string> reversed(words.rbegin(), words.rend());  // as CLI11 wants them
  try {
    app.parse(reversed);
  } catch (const CLI::Success& wanted) {  // --help and --version
    app.exit(wanted, console.out, console.err);
    return ExitCode::kYes;
  } catch (const CLI::ParseError& error) {
    console.err << "understudyctl: " << UsageMessage(app, error) << "\n";
    return ExitCode::kUsage;
  }
  return std::nullopt;
}

}  // namespace

ExitCode RunCommandLine(const std::vector<std::string>& words, const Environment& environment,
                        Console& console, Interrupt& interrupt) {
  CLI::App app("Drives rollouts and reads evidence over Understudy's admin API", "understudyctl");
  GlobalFlags flags;
  if (!environment.address.empty()) flags.address = environment.address;
  flags.connection = environment.connection;
  AddGlobalFlags(app, flags);
  app.footer("Global flags: see 'understudyctl --help'.");  // every subcommand inherits it
  CommandTree tree(app);
  AddRolloutCommands(tree);
  AddSwitchCommands(tree);
  AddReportCommand(tree);
  AddGateCommand(tree);
  AddExplainCommands(tree);
  AddDivergenceCommands(tree);
  AddRouteCommands(tree);
  AddConfigCommands(tree);
  AddComparatorCommands(tree);
  AddRescoreCommand(tree);
  AddEvidenceCommands(tree);
  AddSimulateCommand(tree);
  AddTokenCommands(tree);
  app.footer("");
  if (const auto code = Parse(app, words, console)) return *code;
  if (const std::string fault = CheckAddress(flags.address); !fault.empty()) {
    console.err << "understudyctl: UNDERSTUDY_ADDRESS: " << fault << "\n";
    return ExitCode::kUsage;
  }
  // What goes wrong is said in one sentence; gRPC has more to say, for whoever looks closer.
  if (flags.log_level != "debug") gpr_set_log_verbosity(kNoGrpcLog);
  Client client(flags.address, OpenConnection(flags.connection, flags.address), TimeoutOf(flags),
                interrupt, flags.log_level == "debug" ? &console.err : nullptr);
  Session session{client, console, interrupt, FormatOf(flags.output), environment.actor};
  const Action* action = tree.Chosen();
  if (action == nullptr) return session.Usage("this command needs a subcommand; see --help");
  const ExitCode code = (*action)(session);
  console.out.flush();
  if (console.out.good() || code != ExitCode::kYes) return code;
  console.err << "understudyctl: cannot write to standard output\n";
  return kFailed;
}

}  // namespace understudy
