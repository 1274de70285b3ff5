// understudyctl as a function: words in, text and an exit code out.
#pragma once

#include <string>
#include <vector>

#include "proxy/cli/connection.h"
#include "proxy/cli/console.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/interrupt.h"

namespace understudy {

// What the program reads from outside its command line.
struct Environment {
  std::string address;              // UNDERSTUDY_ADDRESS, or empty
  std::string actor;                // who the journal will name, or empty
  ConnectionFlags connection = {};  // UNDERSTUDY_TLS, UNDERSTUDY_TLS_CA, ...
};

// Runs one command line (without the program's name) to its end. Blocks while it talks to the
// server; `interrupt` stops it from another thread.
ExitCode RunCommandLine(const std::vector<std::string>& words, const Environment& environment,
                        Console& console, Interrupt& interrupt);

}  // namespace understudy
