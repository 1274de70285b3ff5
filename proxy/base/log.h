// The process log: one JSON or text line per event on standard error, through spdlog.
#pragma once

#include <spdlog/spdlog.h>

#include <string_view>

namespace understudy {

enum class LogFormat { kJson, kText };

// Installs the process-wide logger. `level` is one of trace, debug, info, warn, error.
// Returns false when the level is unknown (and leaves the logger as it was).
bool ConfigureLog(LogFormat format, std::string_view level);

// Another level for the logger there is. False when it is unknown.
bool SetLogLevel(std::string_view level);

// The text as a JSON string, with quotes. Invalid UTF-8 becomes U+FFFD.
std::string JsonQuote(std::string_view text);

}  // namespace understudy
