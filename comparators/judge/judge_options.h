// What the options of a `judge` say.
//
// Threads: a value.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/judge/http_endpoint.h"
#include "comparators/options.h"
#include "comparators/path_pattern.h"

namespace understudy {

// What a judge is asked: how far apart two answers are, or which is the better one.
enum class JudgeMeasure { kDivergence, kPreference };

struct JudgeOptions {
  std::optional<HttpEndpoint> endpoint;  // one of this
  std::string service;                   // and this is given
  std::string service_options_json;
  JudgeMeasure measure = JudgeMeasure::kDivergence;
  std::string rubric;
  std::vector<PathPattern> paths;          // of the answers; none: all of them
  std::vector<PathPattern> request_paths;  // of the request; none: all of it
  bool both_orders = false;
  double share = 1;
  std::chrono::milliseconds timeout{20'000};
  std::size_t per_minute = 60;
  std::size_t in_flight = 4;
  std::size_t cache = 1'000;  // judgements
  std::string token_file;
};

std::span<const OptionDoc> JudgeOptionDocs();

// InvalidArgument says what is wrong with an option. Whether they go together is not looked at.
absl::StatusOr<JudgeOptions> ReadJudgeOptions(std::string_view options_json);

// InvalidArgument when a judge cannot be asked by these options as a whole.
absl::Status CheckTogether(const JudgeOptions& options, std::string_view options_json);

}  // namespace understudy
