// From two exchanges to a sample.
#include "proxy/flow/score_exchange.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "proxy/base/hash.h"
#include "proxy/flow/answer_values.h"
#include "proxy/flow/count_loss.h"
#include "proxy/flow/record_pair.h"
#include "proxy/flow/segments.h"
#include "proxy/model/folded_path.h"
#include "proxy/wire/body_scanner.h"

namespace understudy {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(2);
constexpr int kPairsPerTurn = 64;
constexpr std::size_t kPlacesPerPair = 32;

std::optional<UncomparableReason> ReasonOf(std::string_view name) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(UncomparableReason::kCount); ++i) {
    const auto reason = static_cast<UncomparableReason>(i);
    if (ToString(reason) == name) return reason;
  }
  return UncomparableReason::kComparatorError;
}

// Why a pair says nothing about the candidate, whatever the comparators would say.
std::optional<UncomparableReason> NotWorthAsking(const PairJob& job) {
  const Exchange& incumbent = *job.incumbent;
  const Exchange& other = *job.candidate_exchange;
  if (incumbent.result.outcome == ExchangeOutcome::kNoDescriptors) {
    return UncomparableReason::kNotSent;
  }
  if (incumbent.result.outcome != ExchangeOutcome::kAnswered) {
    return UncomparableReason::kIncumbentFailed;
  }
  const bool candidate_served = job.request->serving_candidate == job.candidate;
  if (!candidate_served && other.overloaded) return UncomparableReason::kOverloaded;
  // Never asked for want of something of this process's own.
  if (other.result.outcome == ExchangeOutcome::kNoDescriptors ||
      (!candidate_served && other.result.outcome == ExchangeOutcome::kPoolExhausted)) {
    return UncomparableReason::kNotSent;
  }
  if (incumbent.capture_over_budget || other.capture_over_budget) {
    return UncomparableReason::kOverBudget;
  }
  if (incumbent.capture_too_large || other.capture_too_large) return UncomparableReason::kTooLarge;
  return std::nullopt;
}

// The reasons that are this process's own want, not the pair's: what was lost, not what differs.
bool IsLoss(UncomparableReason reason) {
  return reason == UncomparableReason::kOverloaded || reason == UncomparableReason::kNotSent ||
         reason == UncomparableReason::kOverBudget || reason == UncomparableReason::kTooLarge ||
         reason == UncomparableReason::kCompareQueueFull;
}

// What a client says of having sent a request before.
struct Repetition {
  bool retry = false;  // a client library counts it as one
  std::uint64_t work_key =
      0;  // stands for the work that may be sent several times; 0: it names none
};

Repetition RepetitionOf(const RequestHead& head) {
  static constexpr std::string_view kCount = "x-stainless-retry-count";
  static constexpr std::string_view kKey = "idempotency-key";
  Repetition repetition;
  for (const HeaderField& field : head.fields) {
    if (field.name.size() == kCount.size() && NameIs(field.name, kCount)) {
      repetition.retry = field.value != "0";
    } else if (field.name.size() == kKey.size() && NameIs(field.name, kKey)) {
      repetition.work_key = H64("work", {field.value});
    }
  }
  return repetition;
}

SampleScores ScoresOf(const PairScore& score) {
  SampleScores scores;
  for (std::size_t i = 0; i < score.scores.size(); ++i) {
    if (!score.scores[i].compared) continue;
    scores.push_back({static_cast<std::uint16_t>(i), score.scores[i].comparison.divergence});
  }
  return scores;
}

// Where two answers part, of what a JSON pointer names: array indexes folded, each place once.
// Not what a comparator shows and does not count, nor a pointer that was cut.
std::vector<std::string> PlacesOf(const PairScore& score) {
  constexpr std::string_view kEllipsis = "\u2026";
  std::vector<std::string> places;
  for (const ComparatorScore& one : score.scores) {
    if (one.comparison.divergence == 0) continue;
    for (const Difference& difference : one.comparison.differences) {
      if (places.size() == kPlacesPerPair) return places;
      if (!difference.path.starts_with('/') || difference.path.ends_with(kEllipsis)) continue;
      std::string place = FoldPath(difference.path);
      if (std::find(places.begin(), places.end(), place) == places.end()) {
        places.push_back(std::move(place));
      }
    }
  }
  return places;
}

// Whether both arms gave the same bytes: what the wire has checked needs no second reading then.
bool SameAnswers(const Exchange& one, const Exchange& other) {
  return one.captured && other.captured && one.result.outcome == ExchangeOutcome::kAnswered &&
         other.result.outcome == ExchangeOutcome::kAnswered && one.framing == other.framing &&
         one.head_bytes.SameBytes(other.head_bytes) && one.body.SameBytes(other.body);
}

PairScore NoAnswer(const PairScorer& scorer, RawPair pair, ExchangeOutcome outcome) {
  const std::string why = "the candidate gave no answer: " + std::string(ToString(outcome));
  pair.no_candidate = why;
  return scorer.Score(pair);
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) joined += (joined.empty() ? "" : ",") + name;
  return joined;
}

}  // namespace

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
          Trim();
        } else {
          Refuse(job, UncomparableReason::kShuttingDown);
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

void ScoringLoop::RunOn(WaitingPairs& pairs) {
  PairJob job;
  while (pairs.Pop(job)) {
    if (stopping_.load(std::memory_order_acquire)) {
      Refuse(job, UncomparableReason::kShuttingDown);
    } else {
      Score(job);
      Trim();
    }
    job = PairJob();
  }
}

// Whether the pair is known to be the same without reading the answers.
bool ScoringLoop::Untouched(const PairJob& job, const CandidateScorer& scoring) {
  const MirroredRequest& request = *job.request;
  // What a gRPC call says is known by its descriptor alone.
  return scoring.same_bytes_are_equal && request.control == nullptr && !request.head.grpc &&
         !IsCaptured(request.route->route->capture, false, request.pair_id) &&
         SameAnswers(*job.incumbent, *job.candidate_exchange);
}

// Once the incumbent's answer is open. False: the bytes are no whole answer.
bool ScoringLoop::OpenCandidate(const PairJob& job) {
  if (!SameAnswers(*job.incumbent, *job.candidate_exchange)) {
    return candidate_.Open(*job.candidate_exchange, job.request->head.method);
  }
  candidate_.OpenLike(baseline_, *job.candidate_exchange);
  return true;
}

void ScoringLoop::Refuse(const PairJob& job, UncomparableReason reason) {
  const RouteTraffic& route = *job.request->route;
  CoverageCounters& counters = route.candidates[job.candidate].coverage->At(around_.thread);
  counters.Uncomparable(reason);
  if (IsLoss(reason)) CountLoss(counters, *route.route, job.request->head, job.request->bands);
}

// How far the incumbent is from itself on the same request, where it was asked twice.
void ScoringLoop::ScoreControl(const PairJob& job, const PairScorer& scorer, RawPair pair,
                               Sample& sample) {
  const MirroredRequest& request = *job.request;
  const ExchangeOutcome outcome = request.control->result.outcome;
  if (outcome != ExchangeOutcome::kAnswered) {
    sample.control = ScoresOf(NoAnswer(scorer, pair, outcome));
    return;
  }
  if (!control_.Open(*request.control, request.head.method)) return;
  pair.candidate = control_.Answer();
  pair.wants_request = false;
  pair.wants_texts = nullptr;
  const PairScore score = scorer.Score(pair);
  sample.control = ScoresOf(score);
  sample.control_places = PlacesOf(score);
}

void ScoringLoop::Trim() {
  control_.Trim();
  baseline_.Trim();
  candidate_.Trim();
  TrimText(request_text_);
  TrimText(request_payload_);
}

void ScoringLoop::Score(PairJob& job) {
  const MirroredRequest& request = *job.request;
  const RouteTraffic& route = *request.route;
  const CandidateTraffic& candidate = route.candidates[job.candidate];
  CoverageCounters& counters = candidate.coverage->At(around_.thread);
  const auto refuse = [&](UncomparableReason reason) { Refuse(job, reason); };
  if (const auto reason = NotWorthAsking(job)) return refuse(*reason);
  const CandidateScorer& scoring = scorers_.Of(request, candidate);
  if (scoring.scorer == nullptr) return refuse(UncomparableReason::kComparatorError);
  const PairScorer& scorer = *scoring.scorer;
  const bool untouched = Untouched(job, scoring);
  if (!untouched && around_.waiting != nullptr && scorer.Traits().waits) {
    if (!around_.waiting->TryPush(job)) refuse(UncomparableReason::kCompareQueueFull);
    return;
  }
  const RequestHead& head = request.head;
  RawPair pair;
  std::optional<std::string_view> request_body;
  const auto join_request = [&]() -> std::string_view {
    if (!request_body) {
      request_body = PayloadOf(request.body.Join(request_text_), head.framing, request_payload_)
                         .value_or(std::string_view());
    }
    return *request_body;
  };
  pair.request_body = std::ref(join_request);
  pair.wants_texts = [&](bool diverged) {
    return IsCaptured(route.route->capture, diverged, request.pair_id);
  };
  if (head.grpc) {
    request_headers_.clear();
    for (const HeaderField& field : head.fields) {
      request_headers_.push_back({field.name, field.value});
    }
    pair.request_path = head.path;
    pair.request_headers = request_headers_;
    pair.wants_request = AnyReadsJson(route.route->segments);
  }
  const ArmResult& other = job.candidate_exchange->result;
  std::optional<PairScore> read;
  if (!untouched) {
    if (!baseline_.Open(*job.incumbent, head.method)) {
      return refuse(UncomparableReason::kDecodeError);
    }
    pair.baseline = baseline_.Answer();
    const bool answered = other.outcome == ExchangeOutcome::kAnswered && OpenCandidate(job);
    if (answered) pair.candidate = candidate_.Answer();
    read = answered ? scorer.Score(pair) : NoAnswer(scorer, pair, other.outcome);
  }
  const PairScore& score = untouched ? scoring.same : *read;
  scoring.Count(score);

  // A pair is compared when every comparator that is for it could tell; else the first reason
  // counts.
  const auto unable =
      std::find_if(score.scores.begin(), score.scores.end(),
                   [](const ComparatorScore& one) { return one.applies && !one.compared; });
  if (unable != score.scores.end()) return refuse(*ReasonOf(unable->uncomparable));
  Sample sample;
  std::vector<std::string> segment_names;
  if (!route.route->segments.empty()) {
    const auto read_request = [&]() -> std::string_view {
      return head.grpc ? std::string_view(score.request_body) : join_request();
    };
    sample.segments = SegmentsOf(route.route->segments, head, std::ref(join_request), read_request);
    for (std::size_t i = 0; i < sample.segments.size(); ++i) {
      segment_names.push_back(SlotName(route.route->segments[i], sample.segments[i]));
    }
  }
  sample.route = route.route->name;
  sample.candidate = candidate.cluster->name;
  sample.window = candidate.window;
  sample.at = request.at;
  sample.candidate_served = request.serving_candidate == job.candidate;
  const Repetition repetition = RepetitionOf(head);
  sample.retry = repetition.retry;
  sample.work_key = repetition.work_key;
  sample.incumbent = job.incumbent->result;
  sample.candidate_result = other;
  sample.ignore_hits = score.ignore_hits;
  sample.scores = ScoresOf(score);
  if (!score.fields.empty() || score.measures) {
    sample.values = ValuesOf(*route.route, score);
    sample.decision = DecisionOf(*route.route, score.fields);
  }
  if (request.control != nullptr) ScoreControl(job, scorer, pair, sample);
  std::size_t worst = 0;
  for (std::size_t i = 0; i < score.scores.size(); ++i) {
    if (score.scores[i].comparison.divergence > score.scores[worst].comparison.divergence) {
      worst = i;
    }
  }
  if (!around_.samples.Push(std::move(sample))) {
    return refuse(UncomparableReason::kCompareQueueFull);
  }
  counters.compared.Add();
  const bool diverged = !score.scores.empty() && score.scores[worst].comparison.divergence > 0;
  if (diverged) {
    const Comparison& shown = score.scores[worst].comparison;
    around_.samples.PushExample(
        {route.route->name,
         candidate.cluster->name,
         {request.pair_id.Text(), request.at, scorer.ComparatorNames()[worst], shown.divergence,
          shown.reason, JoinNames(segment_names)}});
  }
  if (diverged || IsCaptured(route.route->capture, diverged, request.pair_id)) {
    const auto shown = [](const std::string& compared, std::string_view raw) {
      return compared.empty() ? raw : std::string_view(compared);
    };
    around_.records.Offer(
        RecordOf(job, scorer, score, std::move(segment_names)),
        {shown(score.request_body, join_request()), shown(score.bodies.first, pair.baseline.body),
         shown(score.bodies.second, pair.candidate.body)},
        route.route->capture);
  }
}

}  // namespace understudy
