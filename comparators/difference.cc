// Building a Comparison.
#include "comparators/difference.h"

#include "comparators/grpc/call_status.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

// How an exchange ended, as its protocol says that.
struct Ending {
  bool failed = false;
  std::string status;
};

Ending EndingOf(const Answer& answer) {
  if (answer.grpc != nullptr) {
    return {answer.grpc->code != kGrpcOk, GrpcCodeName(answer.grpc->code)};
  }
  return {answer.status >= kFirstErrorStatus, std::to_string(answer.status)};
}

}  // namespace

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
  const Ending baseline = EndingOf(pair.baseline);
  const Ending candidate = EndingOf(pair.candidate);
  if (!baseline.failed && !candidate.failed) return std::nullopt;
  if (baseline.status == candidate.status) return Comparison{};
  const std::string_view status = pair.baseline.grpc != nullptr ? "grpc-status" : "status";
  Comparison comparison = WhollyDifferent(
      baseline.failed && candidate.failed
          ? fmt::format("both failed, with {} {} and {}", status, baseline.status, candidate.status)
      : baseline.failed ? fmt::format("the incumbent failed with {} {}", status, baseline.status)
                        : fmt::format("the candidate failed with {} {}", status, candidate.status));
  AddDifference(comparison, "", "status", baseline.status, candidate.status);
  return comparison;
}

}  // namespace understudy
