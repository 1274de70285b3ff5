// What arms served, and changes for the worse that begin late: the parts of a candidate's evidence
// that come with time and order rather than with pairs.
#include "proxy/flow/rollout_evidence.h"

namespace understudy {
namespace {

SparseCounts Difference(const ServedTotals& now, const ServedTotals& before) {
  SparseCounts counts;
  for (std::size_t i = 0; i < now.latency.size(); ++i) {
    if (now.latency[i] > before.latency[i]) {
      counts.Add(static_cast<std::uint32_t>(i), now.latency[i] - before.latency[i]);
    }
  }
  return counts;
}

}  // namespace

ServedTotals CountServed(const PerThread<ArmCounters>& arm) {
  ServedTotals totals;
  for (const auto& block : arm.All()) {
    totals.errors += block->errors.Value();
    totals.requests += block->Requests();
  }
  return totals;
}

ServedTotals CountServed(const PerThread<ArmCounters>& arm, std::uint64_t split) {
  ServedTotals totals;
  for (const auto& block : arm.All()) {
    const SplitCounters& counters = block->OfSplit(split);
    if (counters.split.load(std::memory_order_acquire) != split) continue;
    totals.errors += counters.errors.Value();
    totals.requests += counters.requests.Value();
    totals.assigned += counters.assigned.Value();
    counters.duration.AddTo(totals.latency);
  }
  return totals;
}

void CandidateEvidence::SettleServing(const ServedTotals& candidate, const ServedTotals& incumbent,
                                      std::uint32_t share_ppm, std::uint64_t split) {
  if (split != split_) {
    split_ = split;
    candidate_served_ = incumbent_served_ = ServedTotals();
  }
  ServingSums delta;
  delta.share_ppm = share_ppm;
  delta.candidate_assigned = candidate.assigned - candidate_served_.assigned;
  delta.incumbent_assigned = incumbent.assigned - incumbent_served_.assigned;
  delta.candidate_requests = candidate.requests - candidate_served_.requests;
  delta.incumbent_requests = incumbent.requests - incumbent_served_.requests;
  delta.candidate_errors = candidate.errors - candidate_served_.errors;
  delta.incumbent_errors = incumbent.errors - incumbent_served_.errors;
  delta.candidate_latency = Difference(candidate, candidate_served_);
  delta.incumbent_latency = Difference(incumbent, incumbent_served_);
  if (delta.candidate_assigned + delta.incumbent_assigned + delta.candidate_requests +
          delta.incumbent_requests >
      0) {
    ledger_.AddServing(delta);
    fresh_ = true;
  }
  candidate_served_ = candidate;
  incumbent_served_ = incumbent;
}

bool RecentWork::IsNew(std::uint64_t key, WallTime at) {
  while (!order_.empty() && (order_.size() >= kMost || at - order_.front().first > kRemembered)) {
    keys_.erase(order_.front().second);
    order_.pop_front();
  }
  if (!keys_.insert(key).second) return false;
  order_.emplace_back(at, key);
  return true;
}

void CandidateEvidence::WatchForChange(const Plan& plan) {
  if (!watched_.empty()) return;
  const LedgerShape& shape = ledger_.shape();
  for (const Check& check : plan.checks) {
    const auto comparator = shape.FindComparator(check.comparator);
    const double limit = check.at_most.value_or(0);
    if (check.kind != CheckKind::kComparatorMean || !check.required || !comparator) continue;
    if (!(limit > 0 && limit < 1)) continue;
    const bool beyond_noise = shape.control && !check.raw;
    // Differences in [-1,1] are watched as values in [0,1].
    watched_.push_back({check.name, static_cast<std::uint16_t>(*comparator), beyond_noise,
                        ChangeDetector(beyond_noise ? (limit + 1) / 2 : limit)});
  }
}

void CandidateEvidence::Watch(const Sample& sample) {
  if (sample.window != window()) return;
  for (Watched& watched : watched_) {
    const SampleScore* score = FindScore(sample.scores, watched.comparator);
    if (score == nullptr) continue;
    if (!watched.beyond_noise) {
      watched.detector.Add(score->divergence);
      continue;
    }
    const SampleScore* control = FindScore(sample.control, watched.comparator);
    if (control == nullptr) continue;
    watched.detector.Add((score->divergence - control->divergence + 1) / 2);
  }
}

std::vector<LateChange> CandidateEvidence::LateChanges(double alpha, double span) const {
  std::vector<LateChange> changes;
  const double shared = alpha / static_cast<double>(watched_.size());
  for (const Watched& watched : watched_) {
    if (!watched.detector.Alarms(shared, span)) continue;
    changes.push_back({watched.check, watched.detector.LogStatistic(), watched.detector.samples()});
  }
  return changes;
}

}  // namespace understudy
