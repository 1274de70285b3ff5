// The `status` comparator.
#include "comparators/status.h"

#include <algorithm>
#include <array>

#include "comparators/difference.h"
#include "comparators/grpc/call_status.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr double kSameClass = 0.5;
constexpr std::size_t kMaxTrailers = 64;

constexpr std::array<OptionDoc, 1> kOptions{{
    {"trailers", "list of names", "none", "trailers of gRPC answers that are compared, too"},
}};

void CompareHttp(const Pair& pair, Comparison& out) {
  const int baseline = pair.baseline.status;
  const int candidate = pair.candidate.status;
  if (baseline == candidate) return;
  out.divergence = baseline / 100 == candidate / 100 ? kSameClass : 1;
  out.reason = fmt::format("status {} became {}", baseline, candidate);
  AddDifference(out, "", "status", std::to_string(baseline), std::to_string(candidate));
}

void CompareCalls(const GrpcCallStatus& baseline, const GrpcCallStatus& candidate,
                  Comparison& out) {
  if (baseline.code == candidate.code) return;
  const bool both_failed = baseline.code != kGrpcOk && candidate.code != kGrpcOk;
  const bool same_class =
      both_failed && IsServerFault(baseline.code) == IsServerFault(candidate.code);
  const std::string before = GrpcCodeName(baseline.code);
  const std::string after = GrpcCodeName(candidate.code);
  out.divergence = same_class ? kSameClass : 1;
  out.reason = fmt::format("grpc-status {} became {}", before, after);
  if (!candidate.message.empty()) out.reason += ": " + candidate.message;
  AddDifference(out, "", "status", before, after);
}

}  // namespace

std::span<const OptionDoc> StatusComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<StatusComparator>> StatusComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("status", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<StatusComparator>();
  absl::Status status = (*options)->ReadStrings("trailers", comparator->trailers_);
  if (!status.ok()) return status;
  if (comparator->trailers_.size() > kMaxTrailers) {
    return (*options)->Fault("trailers", fmt::format("lists more than {} names", kMaxTrailers));
  }
  for (std::string& name : comparator->trailers_) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    });
    if (!good) {
      return (*options)->Fault(
          "trailers", fmt::format("has \"{}\", which names no trailer", ShownText(name, 64)));
    }
  }
  return comparator;
}

absl::StatusOr<Comparison> StatusComparator::Compare(const Pair& pair) const {
  Comparison comparison;
  const Answer& baseline = pair.baseline;
  const Answer& candidate = pair.candidate;
  if (baseline.grpc != nullptr && candidate.grpc != nullptr) {
    CompareCalls(*baseline.grpc, *candidate.grpc, comparison);
  } else {
    CompareHttp(pair, comparison);
  }
  for (const std::string& name : trailers_) {
    const std::string before = GrpcMetadata(baseline.headers, baseline.trailers, name);
    const std::string after = GrpcMetadata(candidate.headers, candidate.trailers, name);
    if (before == after) continue;
    comparison.divergence = std::max(comparison.divergence, kSameClass);
    if (comparison.reason.empty()) comparison.reason = fmt::format("trailer {} differs", name);
    AddDifference(comparison, "", "value", name + ": " + before, name + ": " + after);
  }
  return comparison;
}

}  // namespace understudy
