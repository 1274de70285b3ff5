// Writing and reading lines.
#include "proxy/control/records_line.h"

#include <fmt/format.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/time_util.h>

#include <charconv>
#include <cmath>

#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/control/records_text.h"
#include "understudy/v1/storage.pb.h"

namespace understudy {
namespace {

constexpr ExchangeOutcome kLastOutcome = ExchangeOutcome::kTlsFailed;

double Milliseconds(Duration d) { return Seconds(d) * 1000; }
Duration FromMilliseconds(double ms) {
  // Beyond a year it is no latency of ours; the bound keeps the conversion defined.
  constexpr double kYear = 366.0 * 86400 * 1000;
  return ms >= 0 && ms <= kYear ? Duration(std::llround(ms * 1e6)) : Duration::zero();
}

// JSON has no NaN; a divergence is finite by contract, and this keeps a line readable regardless.
double Finite(double value) { return std::isfinite(value) ? value : 0; }

std::string FormatStream(const RecordedStream& stream) {
  std::string out = fmt::format(R"({{"events":{},"finish_reason":{})", stream.events,
                                JsonQuote(stream.finish_reason));
  for (const auto& [name, time] : {std::pair("first_event_ms", stream.first_event),
                                   std::pair("first_token_ms", stream.first_token),
                                   std::pair("per_token_ms", stream.per_token),
                                   std::pair("longest_gap_ms", stream.longest_gap)}) {
    if (time) out += fmt::format(R"(,"{}":{})", name, Milliseconds(*time));
  }
  for (const auto& [name, tokens] : {std::pair("input_tokens", stream.input_tokens),
                                     std::pair("output_tokens", stream.output_tokens)}) {
    if (tokens) out += fmt::format(R"(,"{}":{})", name, *tokens);
  }
  return out + "}";
}

std::string FormatArm(const ArmResult& arm, const std::optional<RecordedStream>& stream) {
  return fmt::format(
      R"({{"outcome":"{}","status":{},"latency_ms":{},"first_byte_ms":{},"bytes":{}{}}})",
      ToString(arm.outcome), arm.status, Milliseconds(arm.latency), Milliseconds(arm.first_byte),
      arm.bytes, stream ? ",\"stream\":" + FormatStream(*stream) : "");
}

std::string FormatDifference(const RecordedDifference& difference) {
  return fmt::format(R"({{"path":{},"kind":{},"baseline":{},"candidate":{}}})",
                     JsonQuote(difference.path), JsonQuote(difference.kind),
                     JsonQuote(difference.baseline), JsonQuote(difference.candidate));
}

template <typename List, typename Format>
std::string Join(const List& list, Format format) {
  std::string out;
  for (const auto& item : list) {
    if (!out.empty()) out += ',';
    out += format(item);
  }
  return out;
}

std::string FormatScore(const RecordedScore& score) {
  if (!score.compared) {
    return fmt::format(R"({{"comparator":{},"uncomparable":{},"reason":{}}})",
                       JsonQuote(score.comparator), JsonQuote(score.uncomparable),
                       JsonQuote(score.reason));
  }
  return fmt::format(R"({{"comparator":{},"divergence":{},"reason":{},"differences":[{}]}})",
                     JsonQuote(score.comparator), Finite(score.divergence), JsonQuote(score.reason),
                     Join(score.differences, FormatDifference));
}

std::string FormatBody(const RecordedBody& body) {
  std::string out = fmt::format(R"({{"bytes":{},"digest":"{}")", body.bytes, body.digest);
  if (body.text && IsUtf8(*body.text)) out += ",\"text\":" + JsonQuote(*body.text);
  if (body.text && !IsUtf8(*body.text)) out += ",\"base64\":\"" + EncodeBase64(*body.text) + '"';
  if (body.cut) out += ",\"cut\":true";
  if (body.withheld) out += ",\"withheld\":true";
  return out + "}";
}

ArmResult ReadArm(const v1::DivergenceLine::Arm& read) {
  ArmResult arm;
  for (int i = 0; i <= static_cast<int>(kLastOutcome); ++i) {
    const auto outcome = static_cast<ExchangeOutcome>(i);
    if (ToString(outcome) == read.outcome()) arm.outcome = outcome;
  }
  arm.status = read.status();
  arm.latency = FromMilliseconds(read.latency_ms());
  arm.first_byte = FromMilliseconds(read.first_byte_ms());
  arm.bytes = read.bytes();
  return arm;
}

std::optional<RecordedStream> ReadStream(const v1::DivergenceLine::Arm& arm) {
  if (!arm.has_stream()) return std::nullopt;
  const v1::DivergenceLine::Stream& read = arm.stream();
  RecordedStream stream{read.events(), read.finish_reason(), {}, {}, {}, {}, {}, {}};
  if (read.has_first_event_ms()) stream.first_event = FromMilliseconds(read.first_event_ms());
  if (read.has_first_token_ms()) stream.first_token = FromMilliseconds(read.first_token_ms());
  if (read.has_per_token_ms()) stream.per_token = FromMilliseconds(read.per_token_ms());
  if (read.has_longest_gap_ms()) stream.longest_gap = FromMilliseconds(read.longest_gap_ms());
  if (read.has_input_tokens()) stream.input_tokens = read.input_tokens();
  if (read.has_output_tokens()) stream.output_tokens = read.output_tokens();
  return stream;
}

RecordedScore ReadScore(const v1::DivergenceLine::Score& read) {
  RecordedScore score;
  score.comparator = read.comparator();
  score.compared = read.has_divergence();
  score.divergence = read.divergence();
  score.reason = read.reason();
  score.uncomparable = read.uncomparable();
  for (const auto& one : read.differences()) {
    score.differences.push_back({one.path(), one.kind(), one.baseline(), one.candidate()});
  }
  return score;
}

RecordedBody ReadBody(const v1::DivergenceLine::Body& read) {
  RecordedBody body;
  body.bytes = read.bytes();
  body.digest = read.digest();
  if (read.has_text()) body.text = read.text();
  if (read.has_base64()) body.text = DecodeBase64(read.base64());
  body.cut = read.cut();
  body.withheld = read.withheld();
  return body;
}

// Takes `"name":` off the front.
bool TakeName(std::string_view& line, std::string_view name) {
  if (!line.starts_with(name)) return false;
  line.remove_prefix(name.size());
  return true;
}

// Takes a quoted text off the front and returns its inside.
std::optional<std::string_view> TakeQuoted(std::string_view& line) {
  if (!line.starts_with('"')) return std::nullopt;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      const std::string_view inside = line.substr(1, i - 1);
      line.remove_prefix(i + 1);
      return inside;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string FormatRecord(const DivergenceRecord& r) {
  const auto quote = [](const std::string& text) { return JsonQuote(text); };
  std::string out = fmt::format(R"({{"id":{},"at":"{}","route":{},"candidate":{},"divergence":{},)",
                                JsonQuote(r.id), FormatTime(r.at), JsonQuote(r.route),
                                JsonQuote(r.candidate), Finite(r.MaxDivergence()));
  out +=
      fmt::format(R"("incumbent":{},"candidate_version":{},"incumbent_version":{},"rollout":{},)",
                  JsonQuote(r.incumbent), JsonQuote(r.candidate_version),
                  JsonQuote(r.incumbent_version), JsonQuote(r.rollout_id));
  out += fmt::format(
      R"("served_by":"{}","method":{},"path":{},"arms":{{"incumbent":{},"candidate":{}}},)",
      r.candidate_served ? "candidate" : "incumbent", JsonQuote(r.request_method),
      JsonQuote(r.request_path), FormatArm(r.incumbent_result, r.incumbent_stream),
      FormatArm(r.candidate_result, r.candidate_stream));
  out += fmt::format(R"("scores":[{}],"segments":[{}],)", Join(r.scores, FormatScore),
                     Join(r.segments, quote));
  out += fmt::format("\"bodies\":{{\"request\":{},\"incumbent\":{},\"candidate\":{}}}}}\n",
                     FormatBody(r.request), FormatBody(r.baseline), FormatBody(r.candidate_answer));
  return out;
}

absl::StatusOr<DivergenceRecord> ParseRecord(std::string_view line) {
  namespace pb = google::protobuf;
  v1::DivergenceLine read;
  pb::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  pb::Timestamp at;
  if (const auto status = pb::util::JsonStringToMessage({line.data(), line.size()}, &read, options);
      !status.ok() || !pb::util::TimeUtil::FromString(read.at(), &at)) {
    return InvalidArgument("the line is no divergence record");
  }
  DivergenceRecord r;
  r.id = read.id();
  r.at = WallTime(std::chrono::seconds(at.seconds()) + std::chrono::nanoseconds(at.nanos()));
  r.route = read.route();
  r.candidate = read.candidate();
  r.incumbent = read.incumbent();
  r.candidate_version = read.candidate_version();
  r.incumbent_version = read.incumbent_version();
  r.rollout_id = read.rollout();
  r.candidate_served = read.served_by() == "candidate";
  r.request_method = read.method();
  r.request_path = read.path();
  r.incumbent_result = ReadArm(read.arms().incumbent());
  r.candidate_result = ReadArm(read.arms().candidate());
  r.incumbent_stream = ReadStream(read.arms().incumbent());
  r.candidate_stream = ReadStream(read.arms().candidate());
  for (const auto& score : read.scores()) r.scores.push_back(ReadScore(score));
  r.segments.assign(read.segments().begin(), read.segments().end());
  r.request = ReadBody(read.bodies().request());
  r.baseline = ReadBody(read.bodies().incumbent());
  r.candidate_answer = ReadBody(read.bodies().candidate());
  return r;
}

std::optional<RecordHead> ReadHead(std::string_view line) {
  RecordHead head;
  const auto text = [&line](std::string_view name, std::string_view& out) {
    if (!TakeName(line, name)) return false;
    const std::optional<std::string_view> inside = TakeQuoted(line);
    out = inside.value_or("");
    return inside.has_value();
  };
  if (!text("{\"id\":", head.id) || !text(",\"at\":", head.at) ||
      !text(",\"route\":", head.route) || !text(",\"candidate\":", head.candidate) ||
      !TakeName(line, ",\"divergence\":")) {
    return std::nullopt;
  }
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), head.divergence);
  if (parsed.ec != std::errc()) return std::nullopt;
  return head;
}

}  // namespace understudy
