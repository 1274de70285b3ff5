// Field by field.
#include "proxy/flow/record_pair.h"

#include <utility>

#include "proxy/flow/answer_values.h"

namespace understudy {
namespace {

std::optional<Duration> TimeOf(const std::optional<double>& milliseconds) {
  if (!milliseconds) return std::nullopt;
  return FromMilliseconds(*milliseconds);
}

std::optional<std::uint64_t> CountOf(std::optional<double> tokens) {
  if (!tokens || !(*tokens >= 0 && *tokens < 1e15)) return std::nullopt;
  return static_cast<std::uint64_t>(*tokens);
}

std::optional<RecordedStream> StreamOf(const AnswerMeasures& measures) {
  if (!measures.events) return std::nullopt;
  return RecordedStream{*measures.events,
                        measures.finish_reason,
                        TimeOf(measures.time_to_first_event),
                        TimeOf(measures.time_to_first_token),
                        TimeOf(measures.time_per_output_token),
                        TimeOf(measures.longest_gap),
                        CountOf(measures.input_tokens),
                        CountOf(measures.output_tokens)};
}

}  // namespace

DivergenceRecord RecordOf(const PairJob& job, const PairScorer& scorer, const PairScore& score,
                          std::vector<std::string> segments) {
  const MirroredRequest& request = *job.request;
  const CandidateTraffic& candidate = request.route->candidates[job.candidate];
  DivergenceRecord record;
  record.id = request.pair_id.Text();
  record.at = request.at;
  record.route = request.route->route->name;
  record.candidate = candidate.cluster->name;
  record.incumbent = request.route->incumbent->name;
  record.candidate_version = candidate.cluster->version;
  record.incumbent_version = request.route->incumbent->version;
  record.rollout_id = candidate.rollout_id;
  record.candidate_served = request.serving_candidate == job.candidate;
  record.request_method = request.head.method;
  record.request_path = request.head.path;
  record.incumbent_result = job.incumbent->result;
  record.candidate_result = job.candidate_exchange->result;
  if (score.measures) {
    record.incumbent_stream = StreamOf(score.measures->first);
    record.candidate_stream = StreamOf(score.measures->second);
  }
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

}  // namespace understudy
