// A bearer token that stands in a file of its own, so that no configuration, log or record shows
// it.
//
// Threads: any.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace understudy {

// The file's text without white space around it. InvalidArgument names the file and says why there
// is no token in it, without a byte of it: it cannot be read, is empty, larger than 8 KiB, or has
// anything but visible ASCII on one line.
absl::StatusOr<std::string> ReadTokenFile(const std::string& path);

}  // namespace understudy
