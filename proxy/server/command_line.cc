// The subcommands and flags, by CLI11.
#include "proxy/server/command_line.h"

#include <CLI/CLI.hpp>

#include "proxy/cli/usage.h"
#include "proxy/server/version.h"

namespace understudy {
namespace {

constexpr const char* kFooter =
    R"(Exit codes: 0 done, or ended by a drain; 1 cannot start or go on: an address, the data directory;
2 a faulty configuration or command line.
SIGTERM and SIGINT drain, SIGHUP reads the configuration again.)";

class Reader {
 public:
  Reader();
  std::variant<CommandLine, int> Read(const std::vector<std::string>& words, std::ostream& out,
                                      std::ostream& err);

 private:
  CLI::App* Add(CLI::App& parent, const std::string& name, const std::string& description);
  CLI::App* AddWithConfig(const std::string& name, const std::string& description);

  CLI::App app_{"A proxy in front of model servers that mirrors, compares and rolls out",
                "understudy"};
  CommandLine line_;
  CLI::App* run_;
  CLI::App* check_;
  CLI::App* schema_;
};

Reader::Reader() {
  app_.set_version_flag("--version", std::string("understudy ") + kVersion,
                        "Print the version and exit");
  app_.set_help_flag("-h,--help", "Print this help, or a subcommand's, and exit");
  app_.require_subcommand(1);
  app_.add_option("--log-level", line_.log_level,
                  "Least level that is logged; wins over the configuration's log.level")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}));
  app_.footer("Global flags: see 'understudy --help'.");  // every subcommand inherits it
  run_ = AddWithConfig("run", "Serve until SIGTERM; SIGHUP reloads the configuration");
  check_ = AddWithConfig("check", "Print everything that is wrong with a configuration file");
  CLI::App* config = Add(app_, "config", "About the configuration file: its JSON Schema");
  config->require_subcommand(1);
  schema_ = Add(*config, "schema", "Print the file's JSON Schema");
  Add(app_, "version", "Print the version");
  app_.footer(kFooter);
}

CLI::App* Reader::Add(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->fallthrough();  // global flags may stand behind the subcommand
  return command;
}

CLI::App* Reader::AddWithConfig(const std::string& name, const std::string& description) {
  CLI::App* command = Add(app_, name, description);
  command->add_option("--config", line_.config_path, "The configuration file (YAML)")
      ->type_name("FILE")
      ->required();
  return command;
}

std::variant<CommandLine, int> Reader::Read(const std::vector<std::string>& words,
                                            std::ostream& out, std::ostream& err) {
  std::vector<std::string> reversed(words.rbegin(), words.rend());  // as CLI11 wants them
  try {
    app_.parse(reversed);
  } catch (const CLI::Success& wanted) {  // --help and --version
    app_.exit(wanted, out, err);
    return 0;
  } catch (const CLI::ParseError& error) {
    err << "understudy: " << UsageMessage(app_, error) << "\n";
    return 2;
  }
  using Command = CommandLine::Command;
  line_.command = run_->parsed()      ? Command::kRun
                  : check_->parsed()  ? Command::kCheck
                  : schema_->parsed() ? Command::kSchema
                                      : Command::kVersion;
  return line_;
}

}  // namespace

std::variant<CommandLine, int> ReadCommandLine(const std::vector<std::string>& words,
                                               std::ostream& out, std::ostream& err) {
  return Reader().Read(words, out, err);
}

}  // namespace understudy
