// What to tell somebody who mistyped a command line.
//
// Pure, but for reading the parsed state of the CLI::App.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace understudy {

// One or two sentences for a command line that `app` refused with `error`: which word was wrong,
// the nearest flag or subcommand, and where help is. Ends without a line end.
std::string UsageMessage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace understudy
