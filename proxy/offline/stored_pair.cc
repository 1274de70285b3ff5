// From a record to a pair that can be scored.
#include "proxy/offline/stored_pair.h"

#include "comparators/decode.h"
#include "comparators/grpc/frames.h"

namespace understudy {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// The end of the JSON object at the front, or 0.
std::size_t EndOfObject(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && (depth == 0 || --depth == 0)) {
      return i + 1;
    }
  }
  return 0;
}

// A body of no bytes is kept without a text.
bool IsKept(const RecordedBody& body) { return body.text.has_value() || body.bytes == 0; }

std::string_view TextOf(const RecordedBody& body) {
  return body.text ? std::string_view(*body.text) : std::string_view();
}

std::optional<double> Milliseconds(const std::optional<Duration>& time) {
  if (!time) return std::nullopt;
  return Seconds(*time) * 1000;
}

std::optional<double> Number(const std::optional<std::uint64_t>& count) {
  if (!count) return std::nullopt;
  return static_cast<double>(*count);
}

// What was measured when the pair was recorded.
AnswerMeasures MeasuresOf(const ArmResult& result, const std::optional<RecordedStream>& stream) {
  AnswerMeasures measures;
  measures.latency = Milliseconds(result.latency);
  measures.time_to_first_byte = Milliseconds(result.first_byte);
  if (!stream) return measures;
  measures.time_to_first_event = Milliseconds(stream->first_event);
  measures.time_to_first_token = Milliseconds(stream->first_token);
  measures.time_per_output_token = Milliseconds(stream->per_token);
  measures.longest_gap = Milliseconds(stream->longest_gap);
  measures.input_tokens = Number(stream->input_tokens);
  measures.output_tokens = Number(stream->output_tokens);
  measures.events = stream->events;
  measures.finish_reason = stream->finish_reason;
  return measures;
}

}  // namespace

PairGap GapOf(const DivergenceRecord& record) {
  const auto answered = [](const ArmResult& arm) {
    return arm.outcome == ExchangeOutcome::kAnswered && arm.status != 0;
  };
  if (!answered(record.incumbent_result) || !answered(record.candidate_result)) {
    return PairGap::kNoAnswer;
  }
  for (const RecordedBody* body : {&record.baseline, &record.candidate_answer}) {
    if (body->withheld) return PairGap::kWithheld;
    if (body->cut) return PairGap::kCut;
    if (!IsKept(*body)) return PairGap::kNotKept;
  }
  return PairGap::kNone;
}

std::string_view Sentence(PairGap gap) {
  switch (gap) {
    case PairGap::kNone:
      return "";
    case PairGap::kNotKept:
      return "its bodies were not kept; the route's capture.mode says whose are";
    case PairGap::kCut:
      return "a body was cut to the route's capture.max_bytes";
    case PairGap::kWithheld:
      return "a body was withheld, as redaction could not be applied to it";
    case PairGap::kNoAnswer:
      break;
  }
  return "one of the arms gave no whole answer";
}

std::string_view GuessContentType(std::string_view body) {
  const std::string_view text = Trimmed(body);
  for (const std::string_view field : {"data:", "event:", "id:", "retry:"}) {
    if (text.starts_with(field)) return "text/event-stream";
  }
  // The first line is a whole object and another one follows.
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = Trimmed(text.substr(0, end));
  const bool object = line.starts_with('{') && line.ends_with('}');
  return object && Trimmed(text.substr(end)).starts_with('{') ? "application/x-ndjson" : "";
}

std::string_view GuessContentEncoding(std::string_view body) {
  if (body.starts_with("\x1F\x8B")) return "gzip";
  return body.starts_with("\x28\xB5\x2F\xFD") ? "zstd" : "";
}

std::optional<std::size_t> GuessJsonLength(std::string_view body) {
  if (!Trimmed(body).starts_with('{')) return std::nullopt;
  const std::size_t end = EndOfObject(body);
  const bool names_bytes =
      body.substr(0, end).find("\"binary_data_size\"") != std::string_view::npos;
  if (!names_bytes || Trimmed(body.substr(end)).empty()) return std::nullopt;
  return end;
}

StoredAnswer::StoredAnswer(int status, std::string_view body, std::string_view content_type)
    : status_(status), body_(body) {
  if (const std::string_view encoding = GuessContentEncoding(body); !encoding.empty()) {
    auto decoded = RemoveContentEncoding(encoding, body);
    if (decoded.ok()) {
      decoded_ = *std::move(decoded);
      body_ = decoded_;
    } else {
      headers_.push_back({"content-encoding", encoding});  // the suite says what is wrong with it
    }
  }
  const std::string_view type = content_type.empty() ? GuessContentType(body_) : content_type;
  if (!type.empty()) headers_.push_back({"content-type", type});
  if (const auto length = GuessJsonLength(body_)) {
    json_length_ = std::to_string(*length);
    headers_.push_back({"inference-header-content-length", json_length_});
  }
}

RawAnswer StoredAnswer::Raw(const std::optional<AnswerMeasures>& measures) const {
  return {status_, headers_, body_, nullptr, measures ? &*measures : nullptr};
}

StoredPair PairOf(const DivergenceRecord& record) {
  StoredPair pair;
  pair.request = TextOf(record.request);
  pair.baseline_status = record.incumbent_result.status;
  pair.baseline = TextOf(record.baseline);
  pair.candidate_status = record.candidate_result.status;
  pair.candidate = TextOf(record.candidate_answer);
  pair.baseline_measures = MeasuresOf(record.incumbent_result, record.incumbent_stream);
  pair.candidate_measures = MeasuresOf(record.candidate_result, record.candidate_stream);
  return pair;
}

namespace {

// A body as gRPC frames it. No message begins with a byte 0 or 1, and every frame does.
std::string FramedBody(std::string_view body) {
  if (!body.empty() && static_cast<unsigned char>(body.front()) <= 1) return std::string(body);
  std::string framed;
  AppendGrpcFrame(body, framed);
  return framed;
}

PairScore ScoreCall(const PairScorer& scorer, const StoredPair& pair) {
  const AnswerHeader type{"content-type", "application/grpc"};
  const AnswerHeader ended{"grpc-status", "0"};
  const std::string request = FramedBody(pair.request);
  const std::string baseline = FramedBody(pair.baseline);
  const std::string candidate = FramedBody(pair.candidate);
  // A status that is no success stands for itself: such an answer has no messages.
  const auto answer = [&](int status, const std::string& body) {
    if (status != 200) return RawAnswer{.status = status};
    RawAnswer raw{status, {&type, 1}, body};
    raw.trailers = {&ended, 1};
    return raw;
  };
  RawPair call{[&request] { return std::string_view(request); },
               answer(pair.baseline_status, baseline), answer(pair.candidate_status, candidate)};
  call.request_path = pair.grpc_method;
  call.request_headers = {&type, 1};
  return scorer.Score(call);
}

}  // namespace

PairScore ScorePair(const PairScorer& scorer, const StoredPair& pair) {
  if (!pair.grpc_method.empty()) return ScoreCall(scorer, pair);
  const StoredAnswer baseline(pair.baseline_status, pair.baseline, pair.content_type);
  const StoredAnswer candidate(pair.candidate_status, pair.candidate, pair.content_type);
  return scorer.Score({[&pair] { return pair.request; }, baseline.Raw(pair.baseline_measures),
                       candidate.Raw(pair.candidate_measures)});
}

}  // namespace understudy
