// The `latency` comparator.
#include "comparators/latency.h"

#include <array>

#include "comparators/difference.h"
#include "comparators/measures.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 6> kTimes{"latency",
                                                 "time_to_first_byte",
                                                 "time_to_first_event",
                                                 "time_to_first_token",
                                                 "time_per_output_token",
                                                 "longest_gap"};
constexpr std::array<OptionDoc, 3> kOptions{{
    {"of",
     "latency | time_to_first_byte | time_to_first_event | time_to_first_token | "
     "time_per_output_token | longest_gap",
     "latency", "the time that is compared; those after the second are of streams"},
    kAtMostRatio,
    {"at_most_more", "number >= 0", "0",
     "milliseconds above the incumbent's that count 0, where that is more than the ratio allows"},
}};

}  // namespace

std::span<const OptionDoc> LatencyComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<LatencyComparator>> LatencyComparator::Build(
    std::string_view options_json) {
  const auto options = OptionReader::Open("latency", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto built = std::make_unique<LatencyComparator>();
  std::size_t of = 0;
  absl::Status status = (*options)->ReadChoice("of", kTimes, of);
  status.Update(ReadExcess(**options, built->rules_));
  if (!status.ok()) return status;
  built->of_ = kTimes[of];
  return built;
}

absl::StatusOr<Comparison> LatencyComparator::Compare(const Pair& pair) const {
  if (const auto errors = CompareErrors(pair)) return *errors;
  constexpr double kUnknown = -1;
  const auto time = [&](const Answer& answer) {
    return answer.measures ? answer.measures->Get(of_).value_or(kUnknown) : kUnknown;
  };
  const double incumbent = time(pair.baseline);
  const double candidate = time(pair.candidate);
  if (incumbent < 0 || candidate < 0) {
    return absl::UnimplementedError(fmt::format("{} of the {} answer is not known", of_,
                                                incumbent < 0 ? "incumbent's" : "candidate's"));
  }
  return CompareExcess(of_, " ms", "are", incumbent, candidate, rules_);
}

}  // namespace understudy
