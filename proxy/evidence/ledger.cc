// The door of the evidence: which samples count, and in which window.
#include "proxy/evidence/ledger.h"

#include <algorithm>
#include <utility>

#include "proxy/base/histogram.h"
#include "proxy/base/status.h"

namespace understudy {

Ledger::Ledger(LedgerShape shape) : shape_(std::move(shape)) {}

WindowSums Ledger::EmptyWindow() const {
  WindowSums window;
  window.scores.resize(shape_.comparators.size());
  if (shape_.control) window.noise.resize(shape_.comparators.size());
  window.values.resize(shape_.values.size());
  window.ignore_hits.resize(shape_.ignore_rules);
  window.ignore_pairs.resize(shape_.ignore_rules);
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
  for (std::size_t i = 0; i < shape_.values.size(); ++i) {
    if (shape_.IsTime(i)) fresh.values[i].times.FreezeIfReady(IncumbentTimesBefore(window, i));
  }
  windows_.push_back(std::move(fresh));
  if (windows_.size() > kMaxWindows) FoldOldest();
}

namespace {

// Written so that NaN is outside, too.
bool InUnit(double value) { return value >= 0 && value <= 1; }

// Each index inside the shape and no comparator twice, each divergence in [0,1].
bool AcceptableScores(const SampleScores& scores, std::size_t comparators) {
  std::vector<bool> seen(comparators);
  for (const SampleScore& score : scores) {
    if (score.comparator >= seen.size() || seen[score.comparator]) return false;
    seen[score.comparator] = true;
    if (!InUnit(score.divergence)) return false;
  }
  return true;
}

ErrorSums ErrorsOf(const Sample& sample) {
  const bool candidate = sample.candidate_result.IsError();
  const bool incumbent = sample.incumbent.IsError();
  return {.pairs = 1,
          .candidate = candidate ? 1u : 0u,
          .incumbent = incumbent ? 1u : 0u,
          .both = candidate && incumbent ? 1u : 0u};
}

DecisionSums DecisionsOf(const Sample& sample) {
  if (!sample.decision) return {};
  return {.pairs = 1,
          .candidate = sample.decision->candidate ? 1u : 0u,
          .incumbent = sample.decision->incumbent ? 1u : 0u};
}

// One score, and where the incumbent was asked twice, what the candidate's is beyond its own.
void CountScore(const Sample& sample, const SampleScore& score, std::vector<ScoreSums>& scores,
                std::vector<NoiseSums>& noise) {
  scores[score.comparator].Add(score.divergence);
  if (noise.empty()) return;
  const SampleScore* control = FindScore(sample.control, score.comparator);
  if (control == nullptr) return;
  noise[score.comparator].control.Add(control->divergence);
  noise[score.comparator].excess.Add(score.divergence - control->divergence);
}

}  // namespace

bool Ledger::Acceptable(const Sample& sample) const {
  if (!AcceptableScores(sample.scores, shape_.comparators.size()) ||
      !AcceptableScores(sample.control, shape_.comparators.size())) {
    return false;
  }
  for (const SampleValue& value : sample.values) {
    if (value.rule >= shape_.values.size()) return false;
    if (value.present && !(InUnit(value.incumbent) && InUnit(value.candidate))) return false;
  }
  if (sample.segments.size() > shape_.segments.size()) return false;
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
  if (sample.retry) {
    ++window->retries;
    return false;
  }
  if (shape_.warm_up > Duration::zero() && sample.at < window->started_at + shape_.warm_up) {
    ++window->warming_up;
    return false;
  }
  Count(sample, *window);
  CountSlots(sample, *window);
  return true;
}

void Ledger::Count(const Sample& sample, WindowSums& window) const {
  window.newest_sample = std::max(window.newest_sample, std::optional<WallTime>(sample.at));
  const bool nothing_to_score = shape_.comparators.empty() && !sample.incumbent.IsError();
  const bool compared = !sample.scores.empty() || nothing_to_score;
  if (compared) ++window.compared;
  for (const SampleScore& score : sample.scores) {
    CountScore(sample, score, window.scores, window.noise);
  }
  for (const SampleValue& value : sample.values) {
    ValueSums& sums = window.values[value.rule];
    if (!value.present) {
      ++sums.missing;
      continue;
    }
    sums.incumbent.Add(value.incumbent);
    sums.candidate.Add(value.candidate);
    sums.increase.Add(value.candidate - value.incumbent);
    if (!shape_.IsTime(value.rule)) continue;
    const auto bucket = [](Duration time) {
      return static_cast<std::uint32_t>(HistogramScale::Bucket(time));
    };
    sums.times.AddBuckets(
        bucket(value.incumbent_time), bucket(value.candidate_time),
        sums.times.baseline ? SparseCounts() : IncumbentTimesBefore(window.id, value.rule));
  }
  window.decisions += DecisionsOf(sample);
  window.errors += ErrorsOf(sample);
  window.latency.Add(sample.incumbent, sample.candidate_result,
                     window.latency.baseline ? SparseCounts() : IncumbentLatencyBefore(window.id));
  for (std::size_t i = 0; i < sample.ignore_hits.size(); ++i) {
    window.ignore_hits[i] += sample.ignore_hits[i];
    if (compared && sample.ignore_hits[i] > 0) ++window.ignore_pairs[i];
  }
}

void Ledger::CountSlots(const Sample& sample, WindowSums& window) const {
  for (std::size_t rule = 0; rule < sample.segments.size(); ++rule) {
    SlotSums& slot = window.slots[shape_.Slot(rule, sample.segments[rule])];
    if (slot.scores.empty()) slot.scores.resize(shape_.comparators.size());
    if (shape_.control && slot.noise.empty()) slot.noise.resize(shape_.comparators.size());
    slot.errors += ErrorsOf(sample);
    slot.decisions += DecisionsOf(sample);
    for (const SampleScore& score : sample.scores) {
      CountScore(sample, score, slot.scores, slot.noise);
    }
  }
}

bool Ledger::AddCoverage(const Coverage& delta) {
  if (windows_.empty()) return false;
  windows_.back().coverage += delta;
  return true;
}

bool Ledger::AddServing(const ServingSums& delta) {
  if (windows_.empty()) return false;
  windows_.back().ServingAt(delta.share_ppm).Add(delta);
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

SparseCounts Ledger::IncumbentTimesBefore(std::uint64_t id, std::size_t value) const {
  SparseCounts all;
  if (folded_through_) all = folded_.values[value].times.incumbent;
  for (const WindowSums& window : windows_) {
    if (window.id < id) all += window.values[value].times.incumbent;
  }
  return all;
}

}  // namespace understudy
