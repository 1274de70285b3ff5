// The newest divergent pairs, in memory: digests and paths, after the route's capture and redaction
// rules. Bounded: the oldest go first.
//
// Threads: any.
#pragma once

#include <deque>
#include <mutex>

#include "proxy/control/admin_ports.h"
#include "proxy/model/divergence_record.h"

namespace understudy {

class RecentDivergences : public RecordSink, public DivergenceSource {
 public:
  bool Offer(DivergenceRecord record, const PairBodies& bodies, const CaptureRules& rules) override;
  absl::StatusOr<DivergenceListing> List(const DivergenceFilter& filter) override;
  absl::StatusOr<DivergenceRecord> Find(std::string_view id) override;

 private:
  static constexpr std::size_t kMost = 1000;
  std::mutex mutex_;
  std::deque<DivergenceRecord> records_;  // oldest first
};

}  // namespace understudy
