// Streams of requests on which something rare happens, drawn by gaps: where, and how often in each
// block of a hundred requests, which is what the methods that look at intervals are fed with.
//
// Threads: pure functions but for the generator.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "test/bench/decisions/random.h"
#include "test/bench/decisions/stops.h"

namespace understudy::decisions {

inline constexpr std::uint64_t kBlock = 100;  // requests

// Numbers, from 1 to `horizon`, of the requests with an event.
std::vector<std::uint64_t> RareEvents(Random& random, double rate, std::uint64_t horizon);

// How many of them fall into each block. `horizon` is a multiple of kBlock.
std::vector<std::uint32_t> PerBlock(std::span<const std::uint64_t> events, std::uint64_t horizon);

// When the rollback evidence against "the rate is at most m" reaches ln(1/alpha), looked at after
// every request, for each of two alphas, the larger first. Evidence only grows with an event, so
// that looking after each event is the same.
std::array<Stop, 2> RollbackStops(std::span<const std::uint64_t> events, double m,
                                  std::array<double, 2> alphas);
Stop RollbackStop(std::span<const std::uint64_t> events, double m, double alpha);

}  // namespace understudy::decisions
