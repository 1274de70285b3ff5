// Evidence bookkeeping of one candidate.
#include "proxy/flow/rollout_evidence.h"

#include <algorithm>
#include <utility>

#include "proxy/base/hash.h"
#include "proxy/base/status.h"
#include "proxy/flow/show_evidence.h"

namespace understudy {
namespace {

constexpr std::size_t kWorstExamples = 10;
constexpr std::size_t kFingerprintDigits = 16;
constexpr std::int64_t kStepSeconds = 2;

std::string FingerprintDigest(const std::string& fingerprint) {
  return HexOf(H64("evidence", {fingerprint})).Text();
}

std::int64_t StepOf(WallTime now) {
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count() / kStepSeconds;
}

}  // namespace

Coverage SettledCoverage(const Coverage& counted) {
  Coverage settled = counted;
  settled.mirrored = counted.compared + counted.Uncomparable();
  settled.eligible = counted.sampled_out + settled.mirrored + counted.Skipped() + counted.Dropped();
  return settled;
}

std::uint64_t DivergedPairs(const WindowSums& window) {
  std::uint64_t most = 0;
  for (const ScoreSums& scores : window.scores) most = std::max(most, scores.n() - scores.zeros);
  return most;
}

void PairActivity::Advance(WallTime now) {
  const std::int64_t step = StepOf(now);
  if (step_ == 0 || step < step_) {  // the first time, or the clock was set back
    buckets_.fill({});
    step_ = first_ = step;
  }
  for (; step_ < step; ++step_) {
    if (step - step_ > static_cast<std::int64_t>(kSteps)) step_ = step - kSteps;
    buckets_[static_cast<std::size_t>(step_ + 1) % kSteps] = {};
  }
}

void PairActivity::Add(const Sample& sample, WallTime now) {
  Advance(now);
  Bucket& bucket = buckets_[static_cast<std::size_t>(step_) % kSteps];
  ++bucket.pairs;
  if (sample.scores.empty()) return;
  double largest = 0;
  for (const SampleScore& score : sample.scores) largest = std::max(largest, score.divergence);
  if (!(largest <= 1)) return;  // the ledger refuses it too
  bucket.divergence += largest;
  ++bucket.scored;
}

double PairActivity::PerSecond() const {
  const std::int64_t steps = std::min<std::int64_t>(30, step_ - first_ + 1);
  std::uint64_t pairs = 0;
  for (std::int64_t i = 0; i < steps; ++i) {
    pairs += buckets_[static_cast<std::size_t>(step_ - i) % kSteps].pairs;
  }
  return step_ == 0 ? 0 : static_cast<double>(pairs) / static_cast<double>(steps * kStepSeconds);
}

std::vector<double> PairActivity::History() const {
  std::vector<double> history;
  if (step_ == 0) return history;
  const std::int64_t steps = std::min<std::int64_t>(kSteps, step_ - first_ + 1);
  for (std::int64_t i = steps - 1; i >= 0; --i) {
    const Bucket& bucket = buckets_[static_cast<std::size_t>(step_ - i) % kSteps];
    history.push_back(bucket.scored == 0 ? 0
                                         : bucket.divergence / static_cast<double>(bucket.scored));
  }
  return history;
}

CandidateEvidence::CandidateEvidence(Ledger ledger, std::string fingerprint,
                                     const Coverage& counted)
    : ledger_(std::move(ledger)),
      fingerprint_(std::move(fingerprint)),
      settled_(SettledCoverage(counted)) {}

CandidateEvidence::CandidateEvidence(LedgerShape shape, std::string fingerprint,
                                     const Coverage& counted, std::uint64_t window, WallTime now)
    : CandidateEvidence(Ledger(std::move(shape)), std::move(fingerprint), counted) {
  ledger_.StartWindow(window, now);
  worst_since_ = now;
}

absl::StatusOr<Ledger> CandidateEvidence::DecodeLedger(std::string_view bytes) {
  if (bytes.size() < kFingerprintDigits) return InvalidArgument("stored evidence is cut short");
  return Ledger::Decode(bytes.substr(kFingerprintDigits));
}

absl::StatusOr<CandidateEvidence> CandidateEvidence::Decode(std::string_view bytes,
                                                            const LedgerShape& shape,
                                                            const std::string& fingerprint,
                                                            const Coverage& counted, WallTime now) {
  ASSIGN_OR_RETURN(Ledger ledger, DecodeLedger(bytes));
  if (bytes.substr(0, kFingerprintDigits) != FingerprintDigest(fingerprint)) {
    return FailedPrecondition(
        "the stored evidence is bound to other versions, another plan or other comparators");
  }
  if (!(ledger.shape() == shape) || ledger.Current() == nullptr) {
    return FailedPrecondition("the stored evidence has another shape than the route's comparators");
  }
  CandidateEvidence evidence(std::move(ledger), fingerprint, counted);
  evidence.worst_since_ = now;
  return evidence;
}

std::string CandidateEvidence::Encode() const {
  return FingerprintDigest(fingerprint_) + ledger_.Encode();
}

std::uint64_t CandidateEvidence::window() const { return ledger_.Current()->id; }

bool CandidateEvidence::TakeFresh() { return std::exchange(fresh_, false); }

void CandidateEvidence::StartWindow(std::uint64_t window, WallTime now) {
  if (window <= this->window()) return;
  ledger_.StartWindow(window, now);
  worst_.clear();
  worst_since_ = now;
  fresh_ = true;
}

void CandidateEvidence::Add(const Sample& sample) {
  const bool again = sample.work_key != 0 && !recent_work_.IsNew(sample.work_key, sample.at);
  if (again && !sample.retry) {
    Sample retry = sample;
    retry.retry = true;
    ledger_.Add(retry);
  } else if (ledger_.Add(sample)) {
    Watch(sample);
    if (sample.control_places) volatile_.Add(*sample.control_places);
  }
  fresh_ = true;
}

void CandidateEvidence::AddExample(DivergenceExample example) {
  const auto at = std::find_if(worst_.begin(), worst_.end(), [&](const DivergenceExample& other) {
    return other.divergence < example.divergence;
  });
  worst_.insert(at, std::move(example));
  if (worst_.size() > kWorstExamples) worst_.pop_back();
}

void CandidateEvidence::Settle(const Coverage& counted) {
  const Coverage settled = SettledCoverage(counted);
  if (settled == settled_) return;
  ledger_.AddCoverage(settled - settled_);
  settled_ = settled;
  fresh_ = true;
}

void CandidateEvidence::Show(const std::vector<IgnoreRule>& ignore, CandidateView& view) const {
  const WindowSums& sums = *ledger_.Current();
  view.coverage = sums.coverage;
  view.pairs = sums.compared;
  view.warming_up = sums.warming_up;
  view.retries = sums.retries;
  view.window_since = sums.started_at;
  view.diverged = DivergedPairs(sums);
  view.worst = worst_;
  view.worst_since = worst_since_;
  view.suggestions = volatile_.Suggestions();
  for (std::size_t i = 0; i < ignore.size() && i < sums.ignore_hits.size(); ++i) {
    const std::uint64_t pairs = sums.ignore_pairs[i];
    const double share =
        sums.compared == 0 ? 0 : static_cast<double>(pairs) / static_cast<double>(sums.compared);
    view.suppression.push_back({ignore[i].path, ignore[i].reason, sums.ignore_hits[i], pairs, share,
                                ignore[i].owner, ignore[i].expires});
  }
  ShowSlices(ledger_, view);
}

}  // namespace understudy
