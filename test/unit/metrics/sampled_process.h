// A process that has counted something of everything, for tests of its metrics page.
#pragma once

#include <memory>

#include "proxy/control/metrics.h"
#include "test/support/control_view_samples.h"
#include "test/unit/metrics/exposition.h"

namespace understudy {

struct SampledProcess {
  static constexpr std::size_t kWorkers = 2;
  static constexpr std::size_t kThreads = 3;  // one of them compares

  TrafficBook book{kWorkers, kThreads - kWorkers};
  std::shared_ptr<const ControlView> view =
      std::make_shared<const ControlView>(samples::PassingView());
  RecordCounters records;
  TransitionCounters transitions;
  ConfigMetrics config{"00112233aabbccdd", 3, 1};
  std::uint64_t access_dropped = 5;
  AdminDenials denials;
  MetricsCollector collector{{book, [this] { return view; }, [this] { return config; },
                              [this] { return access_dropped; }, &records, &transitions, "0.1.0",
                              &denials}};

  std::string Text() const { return RenderMetrics(collector); }
  Exposition Page() const { return ReadExposition(Text()); }
};

}  // namespace understudy
