// The `cost` comparator.
#include "comparators/cost.h"

#include <array>

#include "comparators/difference.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 6> kOptions{{
    {"input_price", "number >= 0", "1", "of a million tokens of the request, in any currency"},
    {"output_price", "number >= 0", "1", "of a million tokens of the answer, in the same"},
    {"candidate_input_price", "number >= 0", "input_price", "the same of the candidate's tokens"},
    {"candidate_output_price", "number >= 0", "output_price", "the same of the candidate's tokens"},
    kAtMostRatio,
    {"at_most_more", "number >= 0", "0",
     "above the incumbent's cost, in the currency, that counts 0, where that is more than the "
     "ratio allows"},
}};

}  // namespace

std::span<const OptionDoc> CostComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<CostComparator>> CostComparator::Build(
    std::string_view options_json) {
  const auto options = OptionReader::Open("cost", options_json, kOptions);
  if (!options.ok()) return options.status();
  const OptionReader& reader = **options;
  auto built = std::make_unique<CostComparator>();
  absl::Status status = reader.ReadNonNegative("input_price", built->prices_.input);
  status.Update(reader.ReadNonNegative("output_price", built->prices_.output));
  built->candidate_prices_ = built->prices_;
  status.Update(reader.ReadNonNegative("candidate_input_price", built->candidate_prices_.input));
  status.Update(reader.ReadNonNegative("candidate_output_price", built->candidate_prices_.output));
  status.Update(ReadExcess(reader, built->rules_));
  if (!status.ok()) return status;
  if (built->prices_.input == 0 && built->prices_.output == 0) {
    return reader.Fault("output_price", "or \"input_price\" must be above 0");
  }
  return built;
}

absl::StatusOr<Comparison> CostComparator::Compare(const Pair& pair) const {
  if (const auto errors = CompareErrors(pair)) return *errors;
  constexpr double kUnknown = -1;
  const auto cost = [&](const Answer& answer, const TokenPrices& prices) {
    return answer.measures ? CostOf(*answer.measures, prices).value_or(kUnknown) : kUnknown;
  };
  const double incumbent = cost(pair.baseline, prices_);
  const double candidate = cost(pair.candidate, candidate_prices_);
  if (incumbent < 0 || candidate < 0) {
    return absl::UnimplementedError(
        fmt::format("the {} answer does not say how many tokens it took",
                    incumbent < 0 ? "incumbent's" : "candidate's"));
  }
  return CompareExcess("the cost", "", "is", incumbent, candidate, rules_);
}

}  // namespace understudy
