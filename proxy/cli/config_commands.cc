// understudyctl config get|check|reload: faults go to standard error as file:line:col: message.
#include "proxy/cli/config_commands.h"

#include <fmt/format.h>

#include <fstream>
#include <memory>
#include <optional>

#include "proxy/cli/text.h"

namespace understudy {
namespace {

using Stub = v1::ConfigService::StubInterface;
using Faults = google::protobuf::RepeatedPtrField<v1::ConfigFaultDetail>;

constexpr std::size_t kLargestFile = 1024 * 1024;  // as the server has it

void PrintFaults(const Session& session, const Faults& faults) {
  for (const v1::ConfigFaultDetail& fault : faults) {
    const std::string file = OneLine(fault.filename().empty() ? "config" : fault.filename());
    const std::string place =
        fault.line() == 0 ? file : fmt::format("{}:{}:{}", file, fault.line(), fault.column());
    session.console.err << fmt::format("{}: {}\n", place, OneLine(fault.message()));
  }
}

// The file's text; nothing, after a sentence, when it cannot be read or is too large.
std::optional<std::string> ReadFile(const Session& session, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || (text.empty() && !file.eof())) {
    session.Usage(fmt::format("cannot read '{}'", OneLine(path)));
    return std::nullopt;
  }
  if (text.empty() || text.size() > kLargestFile) {
    session.Usage(fmt::format("'{}' is {}", OneLine(path),
                              text.empty() ? "empty" : "larger than 1 MiB, which no server takes"));
    return std::nullopt;
  }
  return text;
}

ExitCode Check(Session& session, const std::string& path) {
  v1::CheckConfigRequest request;
  if (!path.empty()) {
    const auto text = ReadFile(session, path);
    if (!text) return ExitCode::kUsage;
    request.set_text(*text);
    request.set_filename(path);
  }
  v1::CheckConfigResponse response;
  const grpc::Status status =
      session.client.Call(session.client.config(), &Stub::Check, request, response);
  if (!status.ok()) return session.Fail(status);
  PrintFaults(session, response.faults());
  session.Print(response, response.valid()
                              ? fmt::format("valid, hash {}\n", OneLine(response.hash()))
                              : fmt::format("{} fault{}\n", response.faults_size(),
                                            response.faults_size() == 1 ? "" : "s"));
  return response.valid() ? ExitCode::kYes : ExitCode::kUsage;
}

ExitCode Reload(Session& session) {
  v1::ReloadConfigRequest request;
  request.set_actor(session.actor);
  v1::ReloadConfigResponse response;
  const grpc::Status status =
      session.client.Call(session.client.config(), &Stub::Reload, request, response);
  if (!status.ok()) return session.Fail(status);
  PrintFaults(session, response.faults());
  const std::string hash = OneLine(response.hash());
  session.Print(response, response.reloaded()
                              ? fmt::format("reloaded, hash {}\n", hash)
                              : fmt::format("not reloaded; hash {} stays in force\n", hash));
  return response.reloaded() ? ExitCode::kYes : ExitCode::kUsage;
}

ExitCode Get(Session& session) {
  v1::GetConfigResponse response;
  const grpc::Status status =
      session.client.Call(session.client.config(), &Stub::Get, v1::GetConfigRequest(), response);
  if (!status.ok()) return session.Fail(status);
  return session.Print(response, response.text());
}

}  // namespace

void AddConfigCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("config", "The configuration in force");
  tree.Bind(tree.AddCommand(group, "get", "Print the file in force"), Get);
  const auto path = std::make_shared<std::string>();
  CLI::App& check = tree.AddCommand(group, "check", "Check a file; nothing changes");
  check.add_option("file,--file", *path, "A file here; without it, the server's own on its disk");
  tree.Bind(check, [path](Session& session) { return Check(session, *path); });
  tree.Bind(tree.AddCommand(group, "reload", "Reload the server's file; a bad one changes nothing"),
            Reload);
}

}  // namespace understudy
