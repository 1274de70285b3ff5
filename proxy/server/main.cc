// understudy: the proxy.
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>
#include <variant>
#include <vector>

#include "proxy/async/clock.h"
#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/control/config_loader.h"
#include "proxy/control/config_notes.h"
#include "proxy/control/config_schema.h"
#include "proxy/server/command_line.h"
#include "proxy/server/comparing.h"
#include "proxy/server/process.h"
#include "proxy/server/version.h"

namespace {

int Print(const std::string& text) {
  std::cout << text << std::endl;
  return std::cout.good() ? 0 : 1;
}

int Check(const std::string& path) {
  understudy::ComparatorCatalog catalog;
  const understudy::ConfigResult result = understudy::LoadConfigFile(
      path, catalog.KnownToConfig(understudy::ComparatorCatalog::Loading::kAllowed),
      understudy::ProcessEnvironment());
  for (const understudy::ConfigFault& fault : result.faults) std::cerr << fault.ToString() << "\n";
  if (result.topology == nullptr) return 2;
  for (const std::string& note : understudy::ExpiryNotes(*result.topology, understudy::WallNow())) {
    std::cerr << path << ": " << note << "\n";
  }
  return Print(path + ": valid, hash " + result.topology->hash);
}

// As many descriptors as the system allows: the soft limit is made for programs that use select().
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int Run(const understudy::CommandLine& line) {
  RaiseDescriptorLimit();
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  auto process = understudy::Process::Start({line.config_path, line.log_level});
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
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto read = understudy::ReadCommandLine(words, std::cout, std::cerr);
  if (const int* code = std::get_if<int>(&read)) return *code;
  const auto& line = std::get<understudy::CommandLine>(read);
  // Until the configuration says otherwise: text, and never to standard output.
  understudy::ConfigureLog(understudy::LogFormat::kText,
                           line.log_level.empty() ? "info" : line.log_level);
  switch (line.command) {
    case understudy::CommandLine::Command::kRun:
      return Run(line);
    case understudy::CommandLine::Command::kCheck:
      return Check(line.config_path);
    case understudy::CommandLine::Command::kSchema:
      return Print(understudy::ConfigSchemaJson());
    case understudy::CommandLine::Command::kVersion:
      return Print(std::string("understudy ") + understudy::kVersion);
  }
  return 2;
}
