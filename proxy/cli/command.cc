// What every command is made of.
#include "proxy/cli/command.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <utility>

#include "proxy/cli/format.h"
#include "proxy/cli/text.h"
#include "proxy/cli/yaml.h"

namespace understudy {
namespace {

// True for what exists and is no plain file: /dev/null, a pipe. Those are written, not replaced.
bool IsDevice(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

bool Write(const std::string& path, const std::string& document) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << document;
  file.close();
  return file.good();
}

// A reader of the file must never take half of a report for a whole one.
bool WriteAndRename(const std::string& path, const std::string& document) {
  const std::string partial = fmt::format("{}.{}.part", path, getpid());
  if (Write(partial, document) && std::rename(partial.c_str(), path.c_str()) == 0) return true;
  std::remove(partial.c_str());
  return false;
}

}  // namespace

ExitCode Session::Print(const google::protobuf::Message& message, const std::string& table) const {
  switch (output) {
    case OutputFormat::kTable:
      console.out << table;
      break;
    case OutputFormat::kJson:
      console.out << JsonOf(message) << "\n";
      break;
    case OutputFormat::kYaml:
      console.out << YamlFromJson(JsonOf(message));
      break;
  }
  return ExitCode::kYes;
}

ExitCode Session::Fail(const grpc::Status& status) const {
  console.err << "understudyctl: " << client.Sentence(status) << "\n";
  return client.CodeOf(status);
}

ExitCode Session::Usage(std::string_view sentence) const {
  console.err << "understudyctl: " << sentence << "\n";
  return ExitCode::kUsage;
}

CLI::App& CommandTree::AddGroup(const std::string& name, const std::string& description) {
  CLI::App& group = AddCommand(root_, name, description);
  group.require_subcommand(1);
  return group;
}

CLI::App& CommandTree::AddCommand(CLI::App& parent, const std::string& name,
                                  const std::string& description) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->fallthrough();  // global flags may stand behind the subcommand
  return *command;
}

void CommandTree::Bind(const CLI::App& command, Action action) {
  actions_[&command] = std::move(action);
}

const Action* CommandTree::Chosen() const {
  const CLI::App* command = &root_;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  const auto found = actions_.find(command);
  return found == actions_.end() ? nullptr : &found->second;
}

std::string JsonOf(const google::protobuf::Message& message, bool indented) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = indented;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return "{}";  // only a time out of range, which no server sends, gets here
  while (json.ends_with('\n')) json.pop_back();
  return json;
}

bool WriteDocument(const std::string& path, const std::string& document, const Session& session) {
  if (path == "-") {
    session.console.out << document;
    return true;
  }
  if (IsDevice(path) ? Write(path, document) : WriteAndRename(path, document)) return true;
  session.console.err << fmt::format(
      "understudyctl: cannot write '{}'; does its folder exist and may you write there?\n",
      OneLine(path));
  return false;
}

std::string CheckDuration(const std::string& text) {
  std::int64_t milliseconds = 0;
  if (ParseDuration(text, milliseconds)) return "";
  return fmt::format("'{}' is no duration such as 30s, 10m or 1h30m (at most 30d)", OneLine(text));
}

std::string CheckWeight(const std::string& text) {
  std::uint32_t ppm = 0;
  if (ParseWeight(text, ppm)) return "";
  return fmt::format("'{}' is no weight such as 5% or 0.05 (0% to 100% in steps of 0.0001%)",
                     OneLine(text));
}

std::string CheckWholeNumber(const std::string& text) {
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) return "";
  return fmt::format("'{}' is no whole number", OneLine(text));
}

}  // namespace understudy
