// The comparators there are for an offline command: the built-in ones, judges over HTTP, and those
// of shared libraries that its command line or file names.
//
// Threads: any. A library that was loaded stays to the end of the process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/registry.h"

namespace understudy {

// `libraries`: paths, relative ones from the working folder. Loading runs code of the library.
// Errors name the library and what is wrong with it.
absl::StatusOr<std::shared_ptr<const ComparatorRegistry>> RegistryWith(
    const std::vector<std::string>& libraries);

}  // namespace understudy
