// The page as a whole, and the counters of configuration, records and journal.
#include "proxy/control/metrics.h"

#include <prometheus/text_serializer.h>

#include <utility>

#include "proxy/control/metrics_family.h"
#include "proxy/control/metrics_sections.h"

namespace understudy {
namespace {

double Load(const std::atomic<std::uint64_t>& value) {
  return static_cast<double>(value.load(std::memory_order_relaxed));
}

void CollectConfig(const ConfigMetrics& config, const std::string& version, Families& out) {
  FamilyBuilder reloads = CounterFamily("config_reloads_total", "Reloads asked for, by result");
  reloads.Value({{"result", "ok"}}, static_cast<double>(config.reloads));
  reloads.Value({{"result", "failed"}}, static_cast<double>(config.failed_reloads));
  std::move(reloads).Finish(out);
  FamilyBuilder info = GaugeFamily("config_info", "The configuration in force");
  info.Value({{"hash", config.hash}}, 1);
  std::move(info).Finish(out);
  FamilyBuilder build = GaugeFamily("build_info", "The program");
  build.Value({{"version", version}}, 1);
  std::move(build).Finish(out);
}

void CollectRecords(const RecordCounters& records, Families& out) {
  FamilyBuilder written = CounterFamily("records_written_total", "Divergence records on disk");
  written.Value({}, Load(records.written));
  std::move(written).Finish(out);
  FamilyBuilder dropped =
      CounterFamily("records_dropped_total", "Divergence records lost, by reason");
  for (std::size_t i = 0; i < records.dropped.size(); ++i) {
    dropped.Value({{"reason", ToString(static_cast<RecordDrop>(i))}}, Load(records.dropped[i]));
  }
  std::move(dropped).Finish(out);
  FamilyBuilder cut =
      CounterFamily("records_cut_lines_total", "Partial last lines of a crash, cut at start");
  cut.Value({}, Load(records.cut_lines));
  std::move(cut).Finish(out);
  FamilyBuilder withheld = CounterFamily("records_withheld_bodies_total",
                                         "Bodies not captured because they could not be redacted");
  withheld.Value({}, Load(records.withheld_bodies));
  std::move(withheld).Finish(out);
}

void CollectTransitions(const TransitionCounters& transitions, Families& out) {
  FamilyBuilder rollbacks =
      CounterFamily("rollbacks_total", "Rollouts rolled back, by who did it, from the journal");
  for (std::size_t i = 0; i < transitions.rollbacks.size(); ++i) {
    rollbacks.Value({{"reason", ToString(static_cast<RollbackCause>(i))}},
                    static_cast<double>(transitions.rollbacks[i].Value()));
  }
  std::move(rollbacks).Finish(out);
  FamilyBuilder promotions =
      CounterFamily("promotions_total", "Rollouts completed, from the journal");
  promotions.Value({}, static_cast<double>(transitions.promotions.Value()));
  std::move(promotions).Finish(out);
}

void CollectDenials(const AdminDenials& denials, Families& out) {
  FamilyBuilder denied =
      CounterFamily("admin_denied_total", "Calls of the admin API refused for want of a right");
  for (int i = 0; i < kAdminDenials; ++i) {
    const auto denial = static_cast<AdminDenial>(i);
    denied.Value({{"reason", ToString(denial)}}, static_cast<double>(denials.Count(denial)));
  }
  std::move(denied).Finish(out);
}

}  // namespace

MetricsCollector::MetricsCollector(MetricsSources sources) : sources_(std::move(sources)) {}

std::vector<prometheus::MetricFamily> MetricsCollector::Collect() const {
  Families out;
  CollectTraffic(sources_.book, out);
  if (const std::shared_ptr<const ControlView> view = sources_.view()) CollectRollouts(*view, out);
  if (sources_.transitions != nullptr) CollectTransitions(*sources_.transitions, out);
  if (sources_.records != nullptr) CollectRecords(*sources_.records, out);
  if (sources_.denials != nullptr) CollectDenials(*sources_.denials, out);
  FamilyBuilder access = CounterFamily("access_log_dropped_total", "Access lines lost");
  access.Value({}, static_cast<double>(sources_.access_lines_dropped()));
  std::move(access).Finish(out);
  CollectConfig(sources_.config(), sources_.version, out);
  CollectProcess(out);
  return out;
}

std::string RenderMetrics(const prometheus::Collectable& collector) {
  const prometheus::Serializer& serializer = prometheus::TextSerializer();
  return serializer.Serialize(collector.Collect());
}

}  // namespace understudy
