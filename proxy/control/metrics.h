// Everything Understudy counts, for Prometheus. Nothing is kept here: each scrape adds up the
// per-thread counters and reads the newest control view.
//
// Labels are names from the configuration file (route, cluster, comparator, check) and words of
// fixed lists; no path, header or user value is ever one. `arm` is the cluster that served: a
// cluster keeps its series when it is promoted.
//
// Threads: Collect() and RenderMetrics() on any thread.
// Ownership: the sources are borrowed and outlive the collector.
#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/control/admin_denials.h"
#include "proxy/control/metrics_transitions.h"
#include "proxy/control/records_writer.h"
#include "proxy/model/control_view.h"
#include "proxy/model/traffic_counters.h"

namespace understudy {

struct ConfigMetrics {
  std::string hash;  // in force, 16 hex digits
  std::uint64_t reloads = 0;
  std::uint64_t failed_reloads = 0;
};

struct MetricsSources {
  TrafficBook& book;
  std::function<std::shared_ptr<const ControlView>()> view;  // may return null before the first
  std::function<ConfigMetrics()> config;
  std::function<std::uint64_t()> access_lines_dropped;
  const RecordCounters* records = nullptr;          // null: no record store
  const TransitionCounters* transitions = nullptr;  // null: no journal
  std::string version;                              // of the program
  const AdminDenials* denials = nullptr;            // null: no admin API
};

class MetricsCollector : public prometheus::Collectable {
 public:
  explicit MetricsCollector(MetricsSources sources);
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  MetricsSources sources_;
};

// The text exposition format, version 0.0.4.
std::string RenderMetrics(const prometheus::Collectable& collector);
inline constexpr const char* kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace understudy
