// What every command is made of: its place in the tree of subcommands, and an action that talks
// to the server and prints.
//
// Threads: the command's thread alone. The tree borrows the CLI::App; a Session borrows
// everything in it for one command.
#pragma once

#include <google/protobuf/message.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/cli/client.h"
#include "proxy/cli/console.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/interrupt.h"
#include "proxy/cli/paint.h"

namespace understudy {

enum class OutputFormat { kTable, kJson, kYaml };

// Everything one command works with.
struct Session {
  Client& client;
  Console& console;
  Interrupt& interrupt;
  OutputFormat output = OutputFormat::kTable;
  std::string actor;  // who the journal will name

  Paint paint() const { return Paint(console.color); }
  // Prints `table`, or `message` as JSON or YAML when the user asked for it.
  ExitCode Print(const google::protobuf::Message& message, const std::string& table) const;
  // Says why a call failed, and returns the exit code for it.
  ExitCode Fail(const grpc::Status& status) const;
  // Says what is wrong with the command line.
  ExitCode Usage(std::string_view sentence) const;
};

using Action = std::function<ExitCode(Session&)>;

// The subcommands and what they do.
class CommandTree {
 public:
  explicit CommandTree(CLI::App& root) : root_(root) {}

  CLI::App& root() { return root_; }
  // A group such as "rollout": needs one of its subcommands.
  CLI::App& AddGroup(const std::string& name, const std::string& description);
  // A command below `parent`; Bind gives it its action.
  CLI::App& AddCommand(CLI::App& parent, const std::string& name, const std::string& description);
  void Bind(const CLI::App& command, Action action);
  // The action of the subcommand that was parsed; null when that is only a group.
  const Action* Chosen() const;

 private:
  CLI::App& root_;
  std::map<const CLI::App*, Action> actions_;
};

// `message` as JSON with the field names of the .proto files and unset scalars shown, so that a
// script never meets a missing key. 64-bit integers are strings, as protobuf has it. On one line
// unless `indented`. Ends without a line end.
std::string JsonOf(const google::protobuf::Message& message, bool indented = true);

// Writes a document to a file, whole or not at all; "-" is standard output.
// Returns false after saying why.
bool WriteDocument(const std::string& path, const std::string& document, const Session& session);

// CLI11 checks: an empty text when the value is good, else what is wrong with it.
std::string CheckDuration(const std::string& text);
std::string CheckWeight(const std::string& text);
std::string CheckWholeNumber(const std::string& text);

}  // namespace understudy
