// Divergence records and request forecasts as messages.
#include "proxy/control/admin_convert.h"

namespace understudy {
namespace {

constexpr int kListedDifferences = 3;  // a score; a page of records stays small

v1::StreamedAnswer Measured(const RecordedStream& stream) {
  v1::StreamedAnswer message;
  message.set_events(stream.events);
  message.set_finish_reason(stream.finish_reason);
  if (stream.first_event) *message.mutable_first_event() = ToProto(*stream.first_event);
  if (stream.first_token) *message.mutable_first_token() = ToProto(*stream.first_token);
  if (stream.per_token) *message.mutable_per_output_token() = ToProto(*stream.per_token);
  if (stream.longest_gap) *message.mutable_longest_gap() = ToProto(*stream.longest_gap);
  if (stream.input_tokens) message.set_input_tokens(*stream.input_tokens);
  if (stream.output_tokens) message.set_output_tokens(*stream.output_tokens);
  return message;
}

v1::ArmAnswer Answer(const std::string& cluster, const std::string& version,
                     const ArmResult& result, const std::optional<RecordedStream>& stream,
                     const RecordedBody& body, bool with_bodies) {
  v1::ArmAnswer message;
  message.set_cluster(cluster);
  message.set_version(version);
  message.set_status(result.status);
  if (result.outcome != ExchangeOutcome::kAnswered) {
    message.set_failure(std::string(ToString(result.outcome)));
  }
  *message.mutable_first_byte() = ToProto(result.first_byte);
  *message.mutable_total() = ToProto(result.latency);
  if (stream) *message.mutable_stream() = Measured(*stream);
  message.set_body_bytes(body.bytes);
  message.set_body_digest(body.digest);
  if (with_bodies && body.text.has_value()) message.set_body(*body.text);
  return message;
}

v1::ComparatorScore ToProto(const RecordedScore& score, bool all_differences) {
  v1::ComparatorScore message;
  message.set_comparator(score.comparator);
  message.set_compared(score.compared);
  message.set_divergence(score.divergence);
  message.set_reason(score.compared ? score.reason : score.uncomparable);
  for (const RecordedDifference& difference : score.differences) {
    if (!all_differences && message.differences_size() == kListedDifferences) break;
    v1::ValueDifference* added = message.add_differences();
    added->set_path(difference.path);
    added->set_kind(difference.kind);
    added->set_baseline(difference.baseline);
    added->set_candidate(difference.candidate);
  }
  return message;
}

}  // namespace

v1::Divergence ToProto(const DivergenceRecord& record, bool with_bodies) {
  v1::Divergence message;
  message.set_id(record.id);
  *message.mutable_at() = ToProto(record.at);
  message.set_route(record.route);
  message.set_candidate(record.candidate);
  message.set_candidate_served(record.candidate_served);
  message.set_method(record.request_method);
  message.set_path(record.request_path);
  for (const std::string& segment : record.segments) message.add_segments(segment);
  *message.mutable_incumbent_answer() =
      Answer(record.incumbent, record.incumbent_version, record.incumbent_result,
             record.incumbent_stream, record.baseline, with_bodies);
  *message.mutable_candidate_answer() =
      Answer(record.candidate, record.candidate_version, record.candidate_result,
             record.candidate_stream, record.candidate_answer, with_bodies);
  for (const RecordedScore& score : record.scores)
    *message.add_scores() = ToProto(score, with_bodies);
  message.set_worst_divergence(record.MaxDivergence());
  message.set_request_digest(record.request.digest);
  if (with_bodies && record.request.text.has_value()) {
    message.set_request_body(*record.request.text);
  }
  return message;
}

v1::ExplainRequestResponse ToProto(const RequestForecast& forecast) {
  v1::ExplainRequestResponse message;
  message.set_matched(forecast.matched);
  message.set_route(forecast.route);
  message.set_unit_source(forecast.unit_source);
  message.set_bucket(forecast.bucket);
  message.set_arm(forecast.arm);
  message.set_cluster(forecast.cluster);
  message.set_sentence(forecast.sentence);
  for (const MirrorForecast& mirror : forecast.mirrors) {
    v1::MirrorDecision* added = message.add_mirrors();
    added->set_candidate(mirror.candidate);
    added->set_mirrored(mirror.mirrored);
    added->set_reason(mirror.reason);
    added->set_draw(mirror.draw);
    added->set_rate(mirror.rate);
  }
  return message;
}

}  // namespace understudy
