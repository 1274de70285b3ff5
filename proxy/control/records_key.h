// The key of a data directory's digests: random, made once and kept beside the control store, so
// that equal values have equal digests across restarts and nobody without the file can look them
// up.
//
// Threads: at the start, before the records are opened.
#pragma once

#include <cstdint>
#include <string>

namespace understudy {

// Reads `<data_dir>/digest.key` (16 hex digits, mode 0600), or makes it. Where neither is possible
// a key for this run alone is given, with a word in the log: digests then say less, and nothing
// else changes.
std::uint64_t DigestKeyOf(const std::string& data_dir);

}  // namespace understudy
