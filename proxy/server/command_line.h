// What the command line of `understudy` asks for. Pure, but for what is printed.
#pragma once

#include <ostream>
#include <string>
#include <variant>
#include <vector>

namespace understudy {

struct CommandLine {
  enum class Command { kRun, kCheck, kSchema, kVersion };
  Command command = Command::kVersion;
  std::string config_path;  // of kRun and kCheck
  std::string log_level;    // empty: as the configuration says
};

// `words` without the program's name. An exit code when there is nothing left to do: 0 after
// --help and --version, which print to `out`; 2 with a sentence on `err` for a faulty line.
std::variant<CommandLine, int> ReadCommandLine(const std::vector<std::string>& words,
                                               std::ostream& out, std::ostream& err);

}  // namespace understudy
