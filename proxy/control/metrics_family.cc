// Families and the latency bounds.
#include "proxy/control/metrics_family.h"

namespace understudy {
namespace {

constexpr std::array kBoundsSeconds = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                                       0.025,  0.05,    0.1,    0.25,  0.5,    1.0,   2.5,
                                       5.0,    10.0,    30.0,   60.0,  120.0,  300.0, 600.0};

}  // namespace

FamilyBuilder::FamilyBuilder(std::string_view name, std::string_view help,
                             prometheus::MetricType type) {
  family_.name =
      name.starts_with("process_") ? std::string(name) : "understudy_" + std::string(name);
  family_.help = help;
  family_.type = type;
}

prometheus::ClientMetric& FamilyBuilder::Add(MetricLabels labels) {
  prometheus::ClientMetric& metric = family_.metric.emplace_back();
  for (const auto& [name, value] : labels) {
    metric.label.push_back({std::string(name), std::string(value)});
  }
  return metric;
}

void FamilyBuilder::Value(MetricLabels labels, double value) {
  prometheus::ClientMetric& metric = Add(labels);
  if (family_.type == prometheus::MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
}

void FamilyBuilder::Histogram(MetricLabels labels,
                              std::vector<prometheus::ClientMetric::Bucket> cumulative,
                              std::uint64_t count, double sum) {
  Add(labels).histogram = {count, sum, std::move(cumulative)};
}

void FamilyBuilder::Finish(std::vector<prometheus::MetricFamily>& out) && {
  if (!family_.metric.empty()) out.push_back(std::move(family_));
}

FamilyBuilder CounterFamily(std::string_view name, std::string_view help) {
  return {name, help, prometheus::MetricType::Counter};
}
FamilyBuilder GaugeFamily(std::string_view name, std::string_view help) {
  return {name, help, prometheus::MetricType::Gauge};
}
FamilyBuilder HistogramFamily(std::string_view name, std::string_view help) {
  return {name, help, prometheus::MetricType::Histogram};
}

void LatencySum::AddTo(FamilyBuilder& family, MetricLabels labels) const {
  std::vector<prometheus::ClientMetric::Bucket> cumulative;
  std::uint64_t count = 0;
  std::size_t bucket = 0;
  for (const double bound : kBoundsSeconds) {
    while (bucket < counts_.size() && Seconds(HistogramScale::UpperBound(bucket)) <= bound) {
      count += counts_[bucket++];
    }
    cumulative.push_back({count, bound});
  }
  while (bucket < counts_.size()) count += counts_[bucket++];
  family.Histogram(labels, std::move(cumulative), count, sum_);
}

}  // namespace understudy
