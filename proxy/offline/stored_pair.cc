// From a record to a pair that can be scored.
#include "proxy/offline/stored_pair.h"

namespace understudy {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// A body of no bytes is kept without a text.
bool IsKept(const RecordedBody& body) { return body.text.has_value() || body.bytes == 0; }

std::string_view TextOf(const RecordedBody& body) {
  return body.text ? std::string_view(*body.text) : std::string_view();
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

StoredAnswer::StoredAnswer(int status, std::string_view body, std::string_view content_type)
    : status_(status),
      body_(body),
      headers_{AnswerHeader{"content-type", content_type}},
      has_type_(!content_type.empty()) {}

RawAnswer StoredAnswer::Raw() const {
  const std::span<const AnswerHeader> headers(headers_);
  return {status_, headers.first(has_type_ ? 1 : 0), body_};
}

StoredPair PairOf(const DivergenceRecord& record) {
  return {TextOf(record.request),         record.incumbent_result.status,  TextOf(record.baseline),
          record.candidate_result.status, TextOf(record.candidate_answer), {}};
}

PairScore ScorePair(const PairScorer& scorer, const StoredPair& pair) {
  const auto answer = [&pair](int status, std::string_view body) {
    return StoredAnswer(status, body,
                        pair.content_type.empty() ? GuessContentType(body) : pair.content_type);
  };
  const StoredAnswer baseline = answer(pair.baseline_status, pair.baseline);
  const StoredAnswer candidate = answer(pair.candidate_status, pair.candidate);
  return scorer.Score({[&pair] { return pair.request; }, baseline.Raw(), candidate.Raw()});
}

}  // namespace understudy
