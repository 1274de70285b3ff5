// What share of the requests chosen for mirroring was compared, and where the rest went.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "proxy/model/coverage.h"
#include "proxy/model/verdict.h"

namespace understudy {

struct CoverageStanding {
  std::uint64_t settled = 0;  // chosen for mirroring and no longer in flight
  double ratio = 0;           // compared / settled, 0..1; 0 when nothing is settled
  // kNone when `wanted` is reached, else why not: NO_TRAFFIC, COMPARATOR_ERROR, MIRROR_LOSS or
  // INSUFFICIENT_COVERAGE.
  InconclusiveReason reason = InconclusiveReason::kNone;
  std::string sentence;
};

// Requests in flight are left out (what has not ended yet is not lost, and each ends by its
// timeout), and so are those that came while mirroring was off.
CoverageStanding StandingOf(const Coverage& coverage, double wanted);

}  // namespace understudy
