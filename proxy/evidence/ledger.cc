// The door of the evidence: which samples count, and in which window.
#include "proxy/evidence/ledger.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "proxy/base/status.h"

namespace understudy {

Ledger::Ledger(LedgerShape shape) : shape_(std::move(shape)) {}

WindowSums Ledger::EmptyWindow() const {
  WindowSums window;
  window.scores.resize(shape_.comparators.size());
  window.ignore_hits.resize(shape_.ignore_rules);
  return window;
}

void Ledger::StartWindow(std::uint64_t window, WallTime now) {
  if (!windows_.empty() && window <= windows_.back().id) return;
  if (folded_through_ && window <= *folded_through_) return;
  WindowSums fresh = EmptyWindow();
  fresh.id = window;
  fresh.started_at = now;
  fresh.ordinal = windows_.empty() ? 1 : windows_.back().ordinal + 1;
  fresh.latency.FreezeIfReady(IncumbentLatencyBefore(window));
  windows_.push_back(std::move(fresh));
  if (windows_.size() > kMaxWindows) FoldOldest();
}

bool Ledger::Acceptable(const Sample& sample) const {
  std::vector<bool> seen(shape_.comparators.size());
  for (const SampleScore& score : sample.scores) {
    if (score.comparator >= seen.size() || seen[score.comparator]) return false;
    seen[score.comparator] = true;
    // Written so that NaN is refused too.
    if (!(score.divergence >= 0 && score.divergence <= 1)) return false;
  }
  if (sample.segments.size() > shape_.segment_values.size()) return false;
  for (std::size_t rule = 0; rule < sample.segments.size(); ++rule) {
    if (sample.segments[rule] >= shape_.Slots(rule)) return false;
  }
  return sample.ignore_hits.size() <= shape_.ignore_rules;
}

bool Ledger::Add(const Sample& sample) {
  if (!Acceptable(sample)) {
    ++refused_;
    return false;
  }
  WindowSums* window = FindWindow(sample.window);
  if (window == nullptr) {
    ++stale_;
    return false;
  }
  window->newest_sample = std::max(window->newest_sample, std::optional<WallTime>(sample.at));
  const bool nothing_to_score = shape_.comparators.empty() && !sample.incumbent.IsError();
  if (!sample.scores.empty() || nothing_to_score) ++window->compared;
  for (const SampleScore& score : sample.scores) {
    ScoreSums one;
    one.Add(score.divergence);
    window->scores[score.comparator] += one;
    for (std::size_t rule = 0; rule < sample.segments.size(); ++rule) {
      SegmentSums& cell =
          window->segments[shape_.Cell(rule, sample.segments[rule], score.comparator)];
      ++cell.n;
      cell.sum_units += one.sum_units;
    }
  }
  const bool candidate_error = sample.candidate_result.IsError();
  const bool incumbent_error = sample.incumbent.IsError();
  window->errors += ErrorSums{.pairs = 1,
                              .candidate = candidate_error ? 1u : 0u,
                              .incumbent = incumbent_error ? 1u : 0u,
                              .both = candidate_error && incumbent_error ? 1u : 0u};
  window->latency.Add(
      sample.incumbent, sample.candidate_result,
      window->latency.baseline ? SparseCounts() : IncumbentLatencyBefore(window->id));
  for (std::size_t i = 0; i < sample.ignore_hits.size(); ++i) {
    window->ignore_hits[i] += sample.ignore_hits[i];
  }
  return true;
}

bool Ledger::AddCoverage(const Coverage& delta) {
  if (windows_.empty()) return false;
  windows_.back().coverage += delta;
  return true;
}

absl::Status Ledger::Merge(const Ledger& other) {
  if (other.shape_ != shape_) {
    return InvalidArgument(
        "evidence of different comparators, segments or ignore rules does not add up; start new "
        "evidence instead");
  }
  for (const WindowSums& theirs : other.windows_) {
    const auto at =
        std::lower_bound(windows_.begin(), windows_.end(), theirs.id,
                         [](const WindowSums& mine, std::uint64_t id) { return mine.id < id; });
    if (at != windows_.end() && at->id == theirs.id) {
      *at += theirs;
    } else {
      windows_.insert(at, theirs);
    }
  }
  if (other.folded_through_) {
    if (folded_through_) {
      folded_ += other.folded_;
    } else {
      folded_ = other.folded_;
    }
    folded_through_ = std::max(folded_through_, other.folded_through_);
  }
  while (folded_through_ && !windows_.empty() && windows_.front().id <= *folded_through_) {
    FoldOldest();
  }
  while (windows_.size() > kMaxWindows) FoldOldest();
  refused_ += other.refused_;
  stale_ += other.stale_;
  return absl::OkStatus();
}

void Ledger::FoldOldest() {
  const std::uint64_t id = windows_.front().id;
  if (folded_through_) {
    folded_ += windows_.front();
  } else {
    folded_ = std::move(windows_.front());
  }
  folded_through_ = std::max(folded_through_, std::optional<std::uint64_t>(id));
  windows_.pop_front();
}

WindowSums Ledger::Total() const {
  if (!folded_through_ && windows_.empty()) return EmptyWindow();
  WindowSums total = folded_through_ ? folded_ : windows_.front();
  for (std::size_t i = folded_through_ ? 0 : 1; i < windows_.size(); ++i) total += windows_[i];
  return total;
}

SegmentSums Ledger::Segment(std::size_t rule, std::size_t slot, std::size_t comparator) const {
  if (windows_.empty() || rule >= shape_.segment_values.size() || slot >= shape_.Slots(rule) ||
      comparator >= shape_.comparators.size()) {
    return {};
  }
  const auto& segments = windows_.back().segments;
  const auto at = segments.find(shape_.Cell(rule, slot, comparator));
  return at == segments.end() ? SegmentSums{} : at->second;
}

WindowSums* Ledger::FindWindow(std::uint64_t id) {
  // Nearly always the newest.
  for (auto at = windows_.rbegin(); at != windows_.rend() && at->id >= id; ++at) {
    if (at->id == id) return &*at;
  }
  return nullptr;
}

SparseCounts Ledger::IncumbentLatencyBefore(std::uint64_t id) const {
  SparseCounts all = folded_.latency.incumbent;
  for (const WindowSums& window : windows_) {
    if (window.id < id) all += window.latency.incumbent;
  }
  return all;
}

}  // namespace understudy
