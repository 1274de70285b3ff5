// Numbers as people read them, and how far evidence still has to go.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proxy/base/time.h"
#include "proxy/evidence/check_evidence.h"
#include "proxy/evidence/e_process.h"

namespace understudy {

std::string Percent(double share);             // 0.0213 -> "2.13 %"
std::string WithCommas(std::uint64_t number);  // 12345 -> "12,345"
std::string RoughDuration(Duration duration);  // "40 s", "3 min", "2.5 h"

// ln E of bets placed on `n` samples, scaled to any other number of samples like them.
Growth Extrapolate(Bets bets, double n);

// How many samples beyond `n` until `growth` reaches `log_threshold`; nothing when that would take
// more than 10^12.
std::optional<std::uint64_t> SamplesMissing(const Growth& growth, std::uint64_t n,
                                            double log_threshold);

// "about 640 more pairs, 3 min at the present rate"; without the time when the rate is 0.
std::string MorePairs(std::uint64_t missing, double pairs_per_second);

// Time until `missing` pairs have come; nothing when the rate is 0 or it would take over a year.
std::optional<Duration> TimeFor(std::uint64_t missing, double pairs_per_second);

}  // namespace understudy
