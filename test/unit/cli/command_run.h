// Runs one command line the way main does, with its output kept.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "proxy/cli/app.h"

namespace understudy {

struct CommandRun {
  ExitCode code = ExitCode::kUsage;
  std::string out;
  std::string err;
};

// `address` stands for UNDERSTUDY_ADDRESS, `connection` for UNDERSTUDY_TLS and those after it.
inline CommandRun RunCommand(const std::vector<std::string>& words, const std::string& address = "",
                             bool terminal = false, const ConnectionFlags& connection = {}) {
  std::ostringstream out, err;
  Console console{out, err};
  console.terminal = terminal;
  Interrupt interrupt;
  CommandRun run;
  run.code = RunCommandLine(words, Environment{address, "ada", connection}, console, interrupt);
  run.out = out.str();
  run.err = err.str();
  return run;
}

}  // namespace understudy
