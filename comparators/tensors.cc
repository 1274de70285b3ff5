// The `tensors` comparator.
#include "comparators/tensors.h"

#include <array>

#include "comparators/difference.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 5> kOptions{{
    {"rtol", "number >= 0", "FP64 1e-7, FP32 1e-4, FP16 1e-2, BF16 2e-2",
     "tolerance relative to the incumbent's element"},
    {"atol", "number >= 0", "FP64 1e-7, FP32 1e-5, FP16 1e-3, BF16 2e-2",
     "absolute tolerance, added to the relative one"},
    {"equal_nan", "true | false", "true", "whether NaN (or null) equals NaN"},
    {"outputs", "list of names", "all", "the outputs that are compared"},
    {"score", "share | any", "share",
     "the share of elements outside tolerance in the worst output, or 1 when any is"},
}};
constexpr std::array<std::string_view, 2> kScores{"share", "any"};
// Fields of the answer's head that are shown when a rule keeps them out of the score.
constexpr std::array<std::string_view, 2> kHeadFields{"/model_name", "/model_version"};

struct TypeTolerance {
  std::string_view dtype;
  double rtol;
  double atol;
};
// For the same model on another server or machine: wider than rounding, as kernels sum in another
// order.
constexpr std::array<TypeTolerance, 4> kDefaults{{
    {"FP64", 1e-7, 1e-7},
    {"FP32", 1e-4, 1e-5},
    {"FP16", 1e-2, 1e-3},
    {"BF16", 2e-2, 2e-2},
}};

void ReportHead(const Pair& pair, Comparison& out) {
  for (const std::string_view path : kHeadFields) {
    const std::optional<JsonValue> baseline = pair.baseline.document->At(path);
    const std::optional<JsonValue> candidate = pair.candidate.document->At(path);
    if (!baseline || !candidate || baseline->mark() != JsonMark::kUnscored) continue;
    if (!baseline->is_string() || !candidate->is_string()) continue;
    if (baseline->AsString() == candidate->AsString()) continue;
    AddDifference(out, path, "value", baseline, candidate);
  }
}

}  // namespace

std::span<const OptionDoc> TensorsComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<TensorsComparator>> TensorsComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("tensors", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<TensorsComparator>();
  double rtol = -1;
  double atol = -1;
  std::size_t score = 0;
  absl::Status status = (*options)->ReadNonNegative("rtol", rtol);
  status.Update((*options)->ReadNonNegative("atol", atol));
  status.Update((*options)->ReadBool("equal_nan", comparator->equal_nan_));
  status.Update((*options)->ReadStrings("outputs", comparator->only_));
  status.Update((*options)->ReadChoice("score", kScores, score));
  if (!status.ok()) return status;
  if (rtol >= 0) comparator->rtol_ = rtol;
  if (atol >= 0) comparator->atol_ = atol;
  comparator->any_ = score == 1;
  return comparator;
}

Tolerance TensorsComparator::ToleranceFor(const Tensor& tensor) const {
  Tolerance tolerance{.equal_nan = equal_nan_};
  for (const TypeTolerance& type : kDefaults) {
    if (type.dtype != tensor.dtype) continue;
    tolerance.rtol = rtol_.value_or(type.rtol);
    tolerance.atol = atol_.value_or(type.atol);
  }
  return tolerance;
}

absl::StatusOr<Comparison> TensorsComparator::Compare(const Pair& pair) const {
  absl::StatusOr<AlignedOutputs> outputs = AlignOutputs(pair, only_);
  if (!outputs.ok()) return outputs.status();
  if (outputs->decided) return *std::move(outputs->decided);
  Comparison comparison;
  ReportHead(pair, comparison);
  const TensorPair* worst = nullptr;
  TensorDistance distance;
  for (const TensorPair& tensors : outputs->pairs) {
    const TensorDistance measured = Measure(tensors, ToleranceFor(tensors.baseline), comparison);
    if (measured.outside == 0) continue;
    if (worst == nullptr || measured.share() > distance.share()) {
      worst = &tensors;
      distance = measured;
    }
  }
  if (worst == nullptr) return comparison;
  comparison.divergence = any_ ? 1 : distance.share();
  comparison.reason =
      fmt::format("{} of {} elements of output \"{}\" {}", distance.outside, distance.elements,
                  ShownText(worst->baseline.name, 64),
                  worst->baseline.type == TensorType::kFloat
                      ? fmt::format("are outside tolerance; max abs {:.4g}, max rel "
                                    "{:.4g}, cosine {:.6f}",
                                    distance.max_abs, distance.max_rel, distance.cosine)
                      : std::string("differ"));
  return comparison;
}

}  // namespace understudy
