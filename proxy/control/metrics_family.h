// Building metric families: one call per sample, names and labels in plain sight.
//
// Threads: one owner.
#pragma once

#include <prometheus/metric_family.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/base/histogram.h"

namespace understudy {

using MetricLabels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class FamilyBuilder {
 public:
  // Names get the prefix "understudy_" unless they start with "process_".
  FamilyBuilder(std::string_view name, std::string_view help, prometheus::MetricType type);

  void Value(MetricLabels labels, double value);  // counters and gauges
  void Histogram(MetricLabels labels, std::vector<prometheus::ClientMetric::Bucket> cumulative,
                 std::uint64_t count, double sum);

  // Adds the family to `out`, unless it has no sample.
  void Finish(std::vector<prometheus::MetricFamily>& out) &&;

 private:
  prometheus::ClientMetric& Add(MetricLabels labels);
  prometheus::MetricFamily family_;
};

FamilyBuilder CounterFamily(std::string_view name, std::string_view help);
FamilyBuilder GaugeFamily(std::string_view name, std::string_view help);
FamilyBuilder HistogramFamily(std::string_view name, std::string_view help);

// Sums of latency histograms, exported with fixed bounds from 100 µs to 600 s. A count whose bucket
// straddles a bound goes above it, so a latency is never understated (by at most 1.6 %).
class LatencySum {
 public:
  void Add(const Histogram& histogram) { sum_ += histogram.AddTo(counts_); }
  void AddTo(FamilyBuilder& family, MetricLabels labels) const;

 private:
  std::array<std::uint64_t, HistogramScale::kBuckets> counts_{};
  double sum_ = 0;
};

}  // namespace understudy
