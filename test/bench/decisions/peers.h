// The other methods, fed with the same streams as ours.
//
// Threads: one. Ownership: a plain value.
#pragma once

#include <cstdint>
#include <vector>

#include "test/bench/decisions/row.h"
#include "test/bench/decisions/stops.h"

namespace understudy::decisions {

// Per block of requests.
struct Series {
  std::vector<std::uint32_t> candidate;  // its events: wrong answers, or differences
  std::vector<std::uint32_t> control;    // the same of a second incumbent
  std::vector<std::uint32_t> unequal;    // requests on which just one of both had an event
};

class Peers {
 public:
  // Each run has `horizon` requests.
  explicit Peers(std::uint64_t horizon);

  // The z-test knows the null rate `m`, as ours does; the others compare with the control.
  void AddAgainstRate(const Series& series, double m);
  // All compare with the control; the z-test uses that both are of the same requests.
  void AddAgainstControl(const Series& series);

  // Medians of requests of the candidate.
  std::vector<Beside> Medians() const;
  // Shares of runs with a decision within so many requests.
  std::vector<Beside> Shares(std::uint64_t requests) const;

 private:
  void AddUnpaired(const Series& series);

  Stops naive_;
  Stops by_hundred_;   // Mann-Whitney on points of 100 requests
  Stops by_thousand_;  // of 1,000
  Stops diffy_;
  Stops diffy_once_;
};

}  // namespace understudy::decisions
