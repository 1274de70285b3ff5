// Concludes a stored report's verdicts again from the sums it carries, with the same code, and
// compares every field of them.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace understudy {

struct VerifiedCandidate {
  std::string candidate;
  std::string verdict;  // as the report says
  std::vector<std::string>
      differences;  // "/verdict/checks/0/samples: the report says 5, its sums 6"
  bool has_evidence = false;
};

// INVALID_ARGUMENT for what is no JSON report of this schema.
absl::StatusOr<std::vector<VerifiedCandidate>> VerifyReport(std::string_view json);

}  // namespace understudy
