// understudy: the proxy.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/control/config_loader.h"
#include "proxy/control/config_schema.h"
#include "proxy/server/comparing.h"
#include "proxy/server/process.h"

namespace {

constexpr const char* kVersion = "understudy 0.1.0";

int Check(const std::string& path) {
  const understudy::ConfigResult result = understudy::LoadConfigFile(
      path, understudy::KnownToConfig(), understudy::ProcessEnvironment());
  for (const understudy::ConfigFault& fault : result.faults) std::cerr << fault.ToString() << "\n";
  if (result.topology == nullptr) return 2;
  std::cout << path << ": valid, hash " << result.topology->hash << "\n";
  return 0;
}

int Run(const std::string& path) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  auto process = understudy::Process::Start({path});
  if (!process.ok()) {
    std::cerr << understudy::Message(process.status()) << "\n";
    return absl::IsInvalidArgument(process.status()) ? 2 : 1;
  }
  spdlog::info("ready: listener port {}, admin grpc port {}, admin http port {}",
               (*process)->ListenerPort(0), (*process)->GrpcPort(), (*process)->HttpPort());
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) break;
    (*process)->Reload("SIGHUP");
  }
  spdlog::info("draining");
  (*process)->Drain();
  spdlog::info("drained");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"A proxy in front of model servers that mirrors, compares and rolls out"};
  app.set_version_flag("--version", kVersion);
  app.require_subcommand(1);
  std::string level;
  std::string path;
  app.add_option("--log-level", level, "trace, debug, info, warn or error");
  CLI::App* run =
      app.add_subcommand("run", "Serve until SIGTERM; SIGHUP reloads the configuration");
  run->add_option("--config", path, "The configuration file")->required();
  CLI::App* check = app.add_subcommand("check", "Print everything wrong with a configuration file");
  check->add_option("--config", path, "The configuration file")->required();
  CLI::App* config = app.add_subcommand("config", "The configuration's schema");
  config->require_subcommand(1);
  CLI::App* schema = config->add_subcommand("schema", "Print the JSON Schema of the file");
  CLI::App* version = app.add_subcommand("version", "Print the version");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!level.empty() && !understudy::ConfigureLog(understudy::LogFormat::kText, level)) {
    std::cerr << "--log-level: " << level << " is none of trace, debug, info, warn, error\n";
    return 2;
  }
  if (run->parsed()) return Run(path);
  if (check->parsed()) return Check(path);
  if (schema->parsed()) std::cout << understudy::ConfigSchemaJson() << "\n";
  if (version->parsed()) std::cout << kVersion << "\n";
  return 0;
}
