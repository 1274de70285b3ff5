// When many simulated runs came to a decision: medians, and shares of runs.
//
// Threads: one. Ownership: plain values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace understudy::decisions {

// Requests until a decision; none: not within the run's horizon.
using Stop = std::optional<std::uint64_t>;

// A number, or that it lies beyond `value`, the horizon.
struct Figure {
  double value = 0;
  bool beyond = false;
};

class Stops {
 public:
  // `horizon`: how many requests each run has.
  explicit Stops(std::uint64_t horizon) : horizon_(horizon) {}

  void Add(Stop stop) { stops_.push_back(stop); }
  std::size_t runs() const { return stops_.size(); }
  std::uint64_t horizon() const { return horizon_; }
  // Over all runs, those without a decision counting as later than the horizon.
  Figure Median() const { return Quantile(0.5); }
  Figure Quantile(double share) const;
  // Share of runs with a decision by then, 0..1.
  double ShareWithin(std::uint64_t requests) const;
  double Share() const { return ShareWithin(horizon_); }
  // Over all runs, those without a decision counting as the horizon: at most the true mean.
  double MeanUpToHorizon() const;

 private:
  std::uint64_t horizon_;
  std::vector<Stop> stops_;
};

}  // namespace understudy::decisions
