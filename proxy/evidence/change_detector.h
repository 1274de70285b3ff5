// Watches for a change for the worse that may begin at any time: an e-detector. Unlike a process
// over all samples it does not have to overcome a long clean past.
// Source: Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for sequential change
// detection". Shiryaev-Roberts form, R_t = (R_{t-1} + 1) * factor_t, one per bet of the grid; while
// the mean stays within the margin the expectation of their mean at time t is at most t, so that
// the mean time to a false alarm at level c is at least c samples.
//
// Threads: none of its own. Ownership: a plain value; its state depends on the samples' order.
#pragma once

#include <cstdint>
#include <vector>

namespace understudy {

class ChangeDetector {
 public:
  // Against "the mean of values in [0,1] is at most `margin`", margin in (0,1).
  explicit ChangeDetector(double margin);

  // A value in [0,1]; `count` of the same one in a row.
  void Add(double value, std::uint64_t count = 1);
  // Natural logarithm of the mean of all R; -infinity before the first sample.
  double LogStatistic() const;
  // Has the mean risen? Watched over `span` samples, or over kLeastSpan where that is more, a mean
  // that stays within the margin raises a false alarm with probability about alpha, in (0,1).
  static constexpr double kLeastSpan = 100'000;
  bool Alarms(double alpha, double span = 0) const;
  std::uint64_t samples() const { return samples_; }

 private:
  double margin_;
  std::vector<double> bets_;
  std::vector<double> logs_;  // of each R
  std::uint64_t samples_ = 0;
};

}  // namespace understudy
