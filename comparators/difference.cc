// Building a Comparison.
#include "comparators/difference.h"

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {

void AddDifference(Comparison& comparison, std::string_view path, std::string_view kind,
                   std::string_view baseline, std::string_view candidate) {
  if (comparison.differences.size() >= kMaxDifferences) return;
  comparison.differences.push_back(
      {ShownText(path), std::string(kind), ShownText(baseline), ShownText(candidate)});
}

void AddDifference(Comparison& comparison, std::string_view path, std::string_view kind,
                   std::optional<JsonValue> baseline, std::optional<JsonValue> candidate) {
  if (comparison.differences.size() >= kMaxDifferences) return;
  AddDifference(comparison, path, kind,
                baseline ? RenderJson(*baseline, kMaxShownText) : std::string(),
                candidate ? RenderJson(*candidate, kMaxShownText) : std::string());
}

Comparison WhollyDifferent(std::string_view reason) {
  Comparison comparison;
  comparison.divergence = 1;
  comparison.reason = ShownText(reason);
  return comparison;
}

std::optional<Comparison> CompareErrors(const Pair& pair) {
  const int baseline = pair.baseline.status;
  const int candidate = pair.candidate.status;
  const bool baseline_failed = baseline >= kFirstErrorStatus;
  const bool candidate_failed = candidate >= kFirstErrorStatus;
  if (!baseline_failed && !candidate_failed) return std::nullopt;
  if (baseline == candidate) return Comparison{};
  Comparison comparison = WhollyDifferent(
      baseline_failed && candidate_failed
          ? fmt::format("both failed, with status {} and {}", baseline, candidate)
      : baseline_failed ? fmt::format("the incumbent failed with status {}", baseline)
                        : fmt::format("the candidate failed with status {}", candidate));
  AddDifference(comparison, "", "status", std::to_string(baseline), std::to_string(candidate));
  return comparison;
}

}  // namespace understudy
