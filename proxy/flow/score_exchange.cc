// From two exchanges to a sample.
#include "proxy/flow/score_exchange.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "proxy/wire/body_scanner.h"
#include "proxy/wire/http1_head.h"

namespace understudy {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(2);
constexpr int kPairsPerTurn = 64;

// An answer's parts as comparators take them; keeps what the views point to.
struct Opened {
  std::string head_text, body_text, payload_text;
  AnswerHead head;
  std::vector<AnswerHeader> headers;
  RawAnswer answer;
};

bool Open(const Exchange& exchange, std::string_view method, Opened& out) {
  const std::string_view head = exchange.head_bytes.Join(out.head_text);
  if (ParseAnswerHead(head, HeadLimits{256u << 10, 1000}, method, out.head)) return false;
  const auto payload =
      PayloadOf(exchange.body.Join(out.body_text), exchange.framing, out.payload_text);
  if (!payload) return false;
  for (const HeaderField& field : out.head.fields) out.headers.push_back({field.name, field.value});
  out.answer = {out.head.status, out.headers, *payload};
  return true;
}

std::vector<std::uint16_t> SegmentsOf(const Route& route, const RequestHead& head,
                                      std::vector<std::string>& names) {
  std::vector<std::uint16_t> indices;
  for (const SegmentRule& rule : route.segments) {
    const auto other = static_cast<std::uint16_t>(rule.values.size());
    std::uint16_t index = static_cast<std::uint16_t>(other + 1);
    std::string lower = rule.header;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (const HeaderField* field = FindField(head.fields, lower)) {
      const auto at = std::find(rule.values.begin(), rule.values.end(), field->value);
      index =
          at == rule.values.end() ? other : static_cast<std::uint16_t>(at - rule.values.begin());
    }
    indices.push_back(index);
    names.push_back(rule.name + "=" +
                    (index < other    ? rule.values[index]
                     : index == other ? std::string("other")
                                      : std::string("unknown")));
  }
  return indices;
}

std::optional<UncomparableReason> ReasonOf(std::string_view name) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(UncomparableReason::kCount); ++i) {
    const auto reason = static_cast<UncomparableReason>(i);
    if (ToString(reason) == name) return reason;
  }
  return UncomparableReason::kComparatorError;
}

DivergenceRecord RecordOf(const PairJob& job, const RequestHead& head, const PairScorer& scorer,
                          const PairScore& score, std::vector<std::string> segments) {
  const MirroredRequest& request = *job.request;
  const CandidateTraffic& candidate = request.route->candidates[job.candidate];
  DivergenceRecord record;
  record.id = request.pair_id;
  record.at = request.at;
  record.route = request.route->route->name;
  record.candidate = candidate.cluster->name;
  record.incumbent = request.route->incumbent->name;
  record.candidate_version = candidate.cluster->version;
  record.incumbent_version = request.route->incumbent->version;
  record.rollout_id = candidate.rollout_id;
  record.candidate_served = request.serving_candidate == job.candidate;
  record.request_method = head.method;
  record.request_path = head.path;
  record.incumbent_result = job.incumbent->result;
  record.candidate_result = job.candidate_exchange->result;
  record.segments = std::move(segments);
  for (std::size_t i = 0; i < score.scores.size(); ++i) {
    const ComparatorScore& one = score.scores[i];
    RecordedScore recorded{scorer.ComparatorNames()[i],
                           one.compared,
                           one.comparison.divergence,
                           one.compared ? one.comparison.reason : one.detail,
                           one.uncomparable,
                           {}};
    for (const Difference& difference : one.comparison.differences) {
      recorded.differences.push_back(
          {difference.path, difference.kind, difference.baseline, difference.candidate});
    }
    record.scores.push_back(std::move(recorded));
  }
  return record;
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ",") + name;
  return joined;
}

}  // namespace

bool SampleQueue::Push(Sample sample) {
  std::lock_guard lock(mutex_);
  if (batch_.samples.size() >= kMostSamples) return false;
  batch_.samples.push_back(std::move(sample));
  return true;
}

void SampleQueue::PushExample(Batch::Example example) {
  std::lock_guard lock(mutex_);
  if (batch_.examples.size() < kMostExamples) batch_.examples.push_back(std::move(example));
}

SampleQueue::Batch SampleQueue::Take() {
  std::lock_guard lock(mutex_);
  return std::exchange(batch_, Batch());
}

void ScoringLoop::Run() {
  std::mutex mutex;
  std::condition_variable never;
  while (true) {
    const bool stopping = stopping_.load(std::memory_order_acquire);
    bool any = false;
    for (Ring<PairJob>* ring : around_.rings) {
      PairJob job;
      for (int i = 0; i < kPairsPerTurn && ring->TryPop(job); ++i) {
        any = true;
        if (!stopping) {
          Score(job);
        } else {
          job.request->route->candidates[job.candidate]
              .coverage->At(around_.thread)
              .Uncomparable(UncomparableReason::kShuttingDown);
        }
        job = PairJob();
      }
    }
    if (stopping && !any) return;
    if (any) continue;
    std::unique_lock lock(mutex);
    never.wait_for(lock, kPoll);  // polling costs less than waking: see docs/architecture.md
  }
}

void ScoringLoop::Score(const PairJob& job) {
  const MirroredRequest& request = *job.request;
  const RouteTraffic& route = *request.route;
  const CandidateTraffic& candidate = route.candidates[job.candidate];
  CoverageCounters& counters = candidate.coverage->At(around_.thread);
  const ArmResult& incumbent = job.incumbent->result;
  const ArmResult& other = job.candidate_exchange->result;
  const auto refuse = [&](UncomparableReason reason) { counters.Uncomparable(reason); };
  if (incumbent.outcome == ExchangeOutcome::kNoDescriptors) {
    return refuse(UncomparableReason::kNotSent);
  }
  if (incumbent.outcome != ExchangeOutcome::kAnswered) {
    return refuse(UncomparableReason::kIncumbentFailed);
  }
  const bool candidate_served = request.serving_candidate == job.candidate;
  if (!candidate_served && job.candidate_exchange->overloaded) {
    return refuse(UncomparableReason::kOverloaded);
  }
  // Never asked for want of something of this process's own: that says nothing about the candidate.
  if (other.outcome == ExchangeOutcome::kNoDescriptors ||
      (!candidate_served && other.outcome == ExchangeOutcome::kPoolExhausted)) {
    return refuse(UncomparableReason::kNotSent);
  }
  if (job.incumbent->capture_over_budget || job.candidate_exchange->capture_over_budget) {
    return refuse(UncomparableReason::kOverBudget);
  }
  if (job.incumbent->capture_too_large || job.candidate_exchange->capture_too_large) {
    return refuse(UncomparableReason::kTooLarge);
  }
  const auto scorer = around_.scorers.Of(request.view->topology, *route.route);
  std::string head_text;
  RequestHead head;
  if (scorer == nullptr ||
      ParseRequestHead(request.head.Join(head_text), HeadLimits{1u << 20, 10000}, head)) {
    return refuse(UncomparableReason::kComparatorError);
  }
  PairScore score;
  std::string request_text, request_payload;
  Opened baseline, answer;
  RawPair pair;
  pair.request_body = PayloadOf(request.body.Join(request_text), head.framing, request_payload)
                          .value_or(std::string_view());
  const bool candidate_answered = other.outcome == ExchangeOutcome::kAnswered;
  if (!Open(*job.incumbent, head.method, baseline)) return refuse(UncomparableReason::kDecodeError);
  pair.baseline = baseline.answer;
  if (candidate_answered && Open(*job.candidate_exchange, head.method, answer)) {
    pair.candidate = answer.answer;
    score = scorer->Score(pair);
  } else {
    // A candidate that gives no answer could not differ more.
    for (std::size_t i = 0; i < scorer->ComparatorNames().size(); ++i) {
      ComparatorScore failed;
      failed.compared = true;
      failed.comparison.divergence = 1;
      failed.comparison.reason =
          "the candidate gave no answer: " + std::string(ToString(other.outcome));
      score.scores.push_back(std::move(failed));
    }
  }
  Count(route.route->name, candidate.cluster->name, *scorer, score);

  Sample sample;
  std::vector<std::string> segment_names;
  sample.segments = SegmentsOf(*route.route, head, segment_names);
  sample.route = route.route->name;
  sample.candidate = candidate.cluster->name;
  sample.window = candidate.window;
  sample.at = request.at;
  sample.candidate_served = candidate_served;
  sample.incumbent = incumbent;
  sample.candidate_result = other;
  sample.ignore_hits = score.ignore_hits;
  const ComparatorScore* worst = nullptr;
  std::size_t worst_index = 0;
  for (std::size_t i = 0; i < score.scores.size(); ++i) {
    const ComparatorScore& one = score.scores[i];
    if (!one.compared) continue;
    sample.scores.push_back({static_cast<std::uint16_t>(i), one.comparison.divergence});
    if (worst == nullptr || one.comparison.divergence > worst->comparison.divergence) {
      worst = &one;
      worst_index = i;
    }
  }
  // A pair is compared when every comparator could tell; else its first reason counts.
  const auto unable = std::find_if(score.scores.begin(), score.scores.end(),
                                   [](const ComparatorScore& one) { return !one.compared; });
  if (unable != score.scores.end()) {
    refuse(*ReasonOf(unable->uncomparable));
    return;
  }
  const bool diverged = worst != nullptr && worst->comparison.divergence > 0;
  if (!around_.samples.Push(std::move(sample))) {
    return refuse(UncomparableReason::kCompareQueueFull);
  }
  counters.compared.Add();
  if (diverged) {
    around_.samples.PushExample(
        {route.route->name,
         candidate.cluster->name,
         {request.pair_id, request.at, scorer->ComparatorNames()[worst_index],
          worst->comparison.divergence, worst->comparison.reason, JoinNames(segment_names)}});
  }
  if (diverged || IsCaptured(route.route->capture, diverged, request.pair_id)) {
    around_.records.Offer(RecordOf(job, head, *scorer, score, std::move(segment_names)),
                          {pair.request_body, pair.baseline.body, pair.candidate.body},
                          route.route->capture);
  }
}

void ScoringLoop::Count(const std::string& route, const std::string& candidate,
                        const PairScorer& scorer, const PairScore& score) {
  for (std::size_t i = 0; i < score.scores.size(); ++i) {
    const ComparatorScore& one = score.scores[i];
    ComparatorCounters& counters =
        around_.book.Comparator(route, candidate, scorer.ComparatorNames()[i]).At(around_.thread);
    if (!one.compared) {
      counters.uncomparable.Add();
      continue;
    }
    const double divergence = one.comparison.divergence;
    (divergence > 0 ? counters.different : counters.same).Add();
    const auto bucket =
        static_cast<std::size_t>(divergence <= 0 ? 0 : 1 + std::min(9.0, divergence * 10));
    counters
        .score_buckets[divergence > 0 && divergence * 10 == static_cast<double>(bucket - 1) &&
                               bucket > 1
                           ? bucket - 1
                           : bucket]
        .Add();
    counters.score_sum_millionths.Add(static_cast<std::uint64_t>(divergence * 1e6));
  }
}

}  // namespace understudy
