// Evidence of slices of traffic by the formula, from counts: half of the bets on all traffic, half
// shared among the segments.
//
// Threads: one. Ownership: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace understudy::decisions {

class SlicedCounts {
 public:
  explicit SlicedCounts(std::size_t segments) : segments_(segments) {}

  void Add(std::size_t segment, bool differs);
  // ln E of each segment against "its rate is at most `margin`".
  std::vector<double> LogESegments(double margin) const;
  // ln of 1/2 E(all traffic) + 1/2 mean of E(segment).
  double LogECombined(double margin) const;

 private:
  struct Counts {
    std::uint64_t pairs = 0;
    std::uint64_t different = 0;
  };
  Counts all_;
  std::vector<Counts> segments_;
};

// Indices of the segments listed as worse, false ones being at most a share `alpha` of them on
// average. Source: Wang and Ramdas, "False discovery rate control with e-values" (e-BH).
std::vector<std::size_t> Listed(const std::vector<double>& log_e, double alpha);

}  // namespace understudy::decisions
