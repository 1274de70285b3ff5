// Draws rare events and puts the product's rollback test to them.
#include "test/bench/decisions/rare_events.h"

#include <cmath>

#include "proxy/evidence/e_process.h"

namespace understudy::decisions {

std::vector<std::uint64_t> RareEvents(Random& random, double rate, std::uint64_t horizon) {
  std::vector<std::uint64_t> events;
  for (std::uint64_t at = random.Gap(rate); at <= horizon; at += random.Gap(rate)) {
    events.push_back(at);
  }
  return events;
}

std::vector<std::uint32_t> PerBlock(std::span<const std::uint64_t> events, std::uint64_t horizon) {
  std::vector<std::uint32_t> blocks(horizon / kBlock);
  for (const std::uint64_t at : events) ++blocks[(at - 1) / kBlock];
  return blocks;
}

std::array<Stop, 2> RollbackStops(std::span<const std::uint64_t> events, double m,
                                  std::array<double, 2> alphas) {
  std::array<Stop, 2> stops;
  std::uint64_t seen = 0;
  for (const std::uint64_t at : events) {
    const double log_e = LogERollback(at, ++seen, m);
    for (std::size_t i = 0; i < stops.size(); ++i) {
      if (!stops[i] && log_e >= -std::log(alphas[i])) stops[i] = at;
    }
    if (stops[1]) break;
  }
  return stops;
}

Stop RollbackStop(std::span<const std::uint64_t> events, double m, double alpha) {
  return RollbackStops(events, m, {alpha, alpha})[0];
}

}  // namespace understudy::decisions
