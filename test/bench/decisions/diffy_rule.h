// When Diffy shows a field as different: it counts differences of the incumbent from the candidate
// ("raw") and from a second incumbent ("noise") and compares the two counts, whatever their size.
// Source: twitter-archive/diffy, DifferencesFilterFactory in JoinedDifferences, with the default
// thresholds: raw > noise, |raw - noise| / (raw + noise) above 20 %, |raw - noise| above 0.03 % of
// the requests. It has no rule for when to look; people do.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "test/bench/decisions/stops.h"

namespace understudy::decisions {

bool DiffyFlags(double raw, double noise, double requests);

// Requests until the first of looks at every thousand that shows the field; counts per block.
Stop FirstFlag(std::span<const std::uint32_t> raw, std::span<const std::uint32_t> noise);

// The last request when a single look, after all of them, shows the field.
Stop FlagAtEnd(std::span<const std::uint32_t> raw, std::span<const std::uint32_t> noise);

}  // namespace understudy::decisions
