// A file of the command line as text, bounded.
//
// Threads: pure but for the file.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace understudy {

// The file's bytes; nothing, and why in `fault`, when it cannot be read or has more than
// `most_mib` MiB.
std::optional<std::string> ReadWholeFile(const std::string& path, std::size_t most_mib,
                                         std::string& fault);

}  // namespace understudy
