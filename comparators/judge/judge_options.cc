// Strict reading of a judge's options.
#include "comparators/judge/judge_options.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "comparators/value_pair.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxRubricBytes = 16 * 1024;
constexpr std::size_t kMaxServiceOptionBytes = 64 * 1024;
constexpr std::uint64_t kMaxPerMinute = 10'000;
constexpr std::uint64_t kMaxInFlight = 64;
constexpr std::uint64_t kMaxCached = 100'000;
constexpr double kLeastTimeoutMs = 10;
constexpr double kMostTimeoutMs = 300'000;
constexpr std::array<std::string_view, 2> kMeasures{"divergence", "preference"};
constexpr std::array<std::string_view, 2> kOrders{"shuffled", "both"};
// What only a judge over HTTP can be told.
constexpr std::array<std::string_view, 6> kOfUrl{"measure", "rubric",  "paths",
                                                 "request", "timeout", "token_file"};

constexpr std::array<OptionDoc, 15> kOptions{{
    {"url", "http://host:port/path", "none", "where the judge is asked over HTTP"},
    {"service", "name", "none", "in place of url: one of comparator_services"},
    {"options", "object", "none", "of the service"},
    {"measure", "divergence | preference", "divergence",
     "how far apart the answers are, or which is better"},
    {"rubric", "text", "none", "what the judge is to look at; sent along as it is"},
    {"paths", "path | list of paths", "the whole answer", "what of the answers the judge is shown"},
    {"request", "path | list of paths", "the whole body", "what of the request the judge is shown"},
    {"orders", "shuffled | both", "shuffled",
     "each pair in one order, or in both with the mean of the two"},
    {"share", "number in (0,1]", "1", "the share of pairs that the judge is for"},
    {"timeout", "10ms to 5m", "20s", "of one question, over HTTP"},
    {"per_minute", "1..10000", "60", "questions in any minute"},
    {"in_flight", "1..64", "4", "questions at once"},
    {"cache", "0..100000", "1000", "judgements that are remembered"},
    {"token_file", "absolute path", "none",
     "a file with the bearer token that the judge wants, read for each question"},
    {"version", "text", "none",
     "names the judge's model and prompt: with another one evidence begins anew"},
}};

// "20s", "500ms", "1m"; empty for anything else.
std::optional<std::chrono::milliseconds> DurationOf(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const double scale = unit == "ms" ? 1 : unit == "s" ? 1'000 : unit == "m" ? 60'000 : 0;
  const double milliseconds = number * scale;
  if (!(milliseconds >= kLeastTimeoutMs && milliseconds <= kMostTimeoutMs)) return std::nullopt;
  return std::chrono::milliseconds(std::llround(milliseconds));
}

absl::Status ReadText(const OptionReader& options, std::string_view name, std::size_t max_bytes,
                      std::string& value) {
  const std::optional<JsonValue> given = options.Find(name);
  if (!given) return absl::OkStatus();
  if (!given->is_string() || given->AsString().empty() || given->AsString().size() > max_bytes) {
    return options.Fault(name, fmt::format("must be a text of 1 to {} bytes", max_bytes));
  }
  value = std::string(given->AsString());
  return absl::OkStatus();
}

// A URL's faults never repeat it: it may hold a secret that somebody put there.
absl::Status ReadUrl(const OptionReader& options, JudgeOptions& out) {
  const std::optional<JsonValue> given = options.Find("url");
  if (!given) return absl::OkStatus();
  if (!given->is_string()) return options.Fault("url", "must be a text: http://host:port/path");
  auto endpoint = HttpEndpoint::Parse(given->AsString());
  if (!endpoint.ok()) {
    return absl::InvalidArgumentError(fmt::format("comparator judge: option \"url\" {}",
                                                  std::string(endpoint.status().message())));
  }
  out.endpoint = *std::move(endpoint);
  return absl::OkStatus();
}

absl::Status ReadServiceOptions(const OptionReader& options, JudgeOptions& out) {
  const std::optional<JsonValue> given = options.Find("options");
  if (!given) return absl::OkStatus();
  if (!given->is_object()) return options.Fault("options", "must be an object");
  out.service_options_json = RenderJson(*given, kMaxServiceOptionBytes);
  return absl::OkStatus();
}

absl::Status ReadShare(const OptionReader& options, JudgeOptions& out) {
  const std::optional<JsonValue> given = options.Find("share");
  if (!given) return absl::OkStatus();
  const double share = given->AsDouble();  // NaN when it is no number
  if (!(share > 0 && share <= 1)) {
    return options.Fault("share", "must be a number above 0 and at most 1");
  }
  out.share = share;
  return absl::OkStatus();
}

absl::Status ReadTimeout(const OptionReader& options, JudgeOptions& out) {
  const std::optional<JsonValue> given = options.Find("timeout");
  if (!given) return absl::OkStatus();
  const auto timeout = given->is_string() ? DurationOf(given->AsString()) : std::nullopt;
  if (!timeout) return options.Fault("timeout", "must be a time from 10ms to 5m, such as 20s");
  out.timeout = *timeout;
  return absl::OkStatus();
}

absl::Status ReadTokenFile(const OptionReader& options, JudgeOptions& out) {
  absl::Status status = ReadText(options, "token_file", 4096, out.token_file);
  if (status.ok() && !out.token_file.empty() && out.token_file.front() != '/') {
    return options.Fault("token_file", "must be an absolute path");
  }
  return status;
}

absl::Status ReadCount(const OptionReader& options, std::string_view name, std::uint64_t low,
                       std::uint64_t high, std::size_t& value) {
  std::uint64_t number = value;
  absl::Status status = options.ReadWhole(name, low, high, number);
  value = static_cast<std::size_t>(number);
  return status;
}

}  // namespace

std::span<const OptionDoc> JudgeOptionDocs() { return kOptions; }

absl::StatusOr<JudgeOptions> ReadJudgeOptions(std::string_view options_json) {
  const auto options = OptionReader::Open("judge", options_json, kOptions);
  if (!options.ok()) return options.status();
  const OptionReader& reader = **options;
  JudgeOptions out;
  std::size_t measure = 0;
  std::size_t orders = 0;
  std::string version;
  absl::Status status = ReadUrl(reader, out);
  status.Update(ReadText(reader, "service", 64, out.service));
  status.Update(ReadServiceOptions(reader, out));
  status.Update(reader.ReadChoice("measure", kMeasures, measure));
  status.Update(ReadText(reader, "rubric", kMaxRubricBytes, out.rubric));
  status.Update(ReadPaths(reader, "paths", out.paths));
  status.Update(ReadPaths(reader, "request", out.request_paths));
  status.Update(reader.ReadChoice("orders", kOrders, orders));
  status.Update(ReadShare(reader, out));
  status.Update(ReadTimeout(reader, out));
  status.Update(ReadCount(reader, "per_minute", 1, kMaxPerMinute, out.per_minute));
  status.Update(ReadCount(reader, "in_flight", 1, kMaxInFlight, out.in_flight));
  status.Update(ReadCount(reader, "cache", 0, kMaxCached, out.cache));
  status.Update(ReadTokenFile(reader, out));
  status.Update(ReadText(reader, "version", 256, version));  // its work is done by being there
  if (!status.ok()) return status;
  out.measure = static_cast<JudgeMeasure>(measure);
  out.both_orders = orders == 1;
  return out;
}

absl::Status CheckTogether(const JudgeOptions& options, std::string_view options_json) {
  const auto fault = [](std::string_view what) {
    return absl::InvalidArgumentError(fmt::format("comparator judge: {}", what));
  };
  if (options.endpoint.has_value() == !options.service.empty()) {
    return fault(
        "name the judge by one of \"url\" (http://host:port/path) and \"service\" (the name of one "
        "of comparator_services)");
  }
  const auto given = OptionReader::Open("judge", options_json, kOptions);
  if (!given.ok()) return given.status();
  if (options.endpoint) {
    if (!(*given)->Find("options")) return absl::OkStatus();
    return fault(
        "\"options\" are a service's; what a judge over HTTP is to know is its \"rubric\"");
  }
  for (const std::string_view name : kOfUrl) {
    if (!(*given)->Find(name)) continue;
    return fault(fmt::format(
        "\"{}\" is for a judge over HTTP; a service has a deadline of its own, sees whole pairs, "
        "and is told more by \"options\"",
        name));
  }
  return absl::OkStatus();
}

}  // namespace understudy
