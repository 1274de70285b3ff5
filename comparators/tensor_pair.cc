// Aligning the outputs of two answers.
#include "comparators/tensor_pair.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "comparators/difference.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kShownName = 64;

// For people.
std::string NameOf(const Tensor& tensor) {
  const std::string name = fmt::format("\"{}\"", ShownText(tensor.name, kShownName));
  return tensor.response ? fmt::format("{} of response {}", name, *tensor.response) : name;
}

bool Wanted(std::string_view name, const std::vector<std::string>& only) {
  return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
}

// What keeps two outputs of one name from being compared, or nothing.
bool Disagree(const TensorPair& pair, Comparison& out) {
  const std::string name = NameOf(pair.baseline);
  const std::string path = pair.baseline.path.substr(0, pair.baseline.path.rfind('/'));
  if (pair.baseline.dtype != pair.candidate.dtype) {
    out.reason = fmt::format("output {} has datatype {}, the incumbent's {}", name,
                             pair.candidate.dtype, pair.baseline.dtype);
    AddDifference(out, path + "/datatype", "dtype", pair.baseline.dtype, pair.candidate.dtype);
    return true;
  }
  if (pair.baseline.shape != pair.candidate.shape) {
    const std::string baseline = ShapeText(pair.baseline);
    const std::string candidate = ShapeText(pair.candidate);
    out.reason =
        fmt::format("output {} has shape {}, the incumbent's {}", name, candidate, baseline);
    AddDifference(out, path + "/shape", "shape", baseline, candidate);
    return true;
  }
  return false;
}

void Align(const std::vector<Tensor>& baseline, const std::vector<Tensor>& candidate,
           const std::vector<std::string>& only, OutputShapes shapes, AlignedOutputs& out) {
  Comparison mismatch;
  mismatch.divergence = 1;
  bool differ = false;
  const auto note = [&](const Tensor& tensor, bool missing) {
    mismatch.reason = fmt::format("output {} is {}", NameOf(tensor),
                                  missing ? "missing" : "not one of the incumbent's");
    AddDifference(mismatch, tensor.path, missing ? "missing" : "extra", missing ? tensor.name : "",
                  missing ? "" : tensor.name);
    differ = true;
  };
  using Place = std::pair<std::uint64_t, std::string_view>;
  const auto place_of = [](const Tensor& tensor) {
    return Place(tensor.response.value_or(0), tensor.name);
  };
  absl::flat_hash_map<Place, const Tensor*> others;
  for (const Tensor& tensor : candidate) others.emplace(place_of(tensor), &tensor);
  for (const Tensor& tensor : baseline) {
    const auto other = others.find(place_of(tensor));
    const Tensor* found = other == others.end() ? nullptr : other->second;
    if (found != nullptr) others.erase(other);
    if (!Wanted(tensor.name, only) || tensor.ignored) continue;
    if (found == nullptr) {
      note(tensor, true);
    } else if (!found->ignored) {
      TensorPair pair{tensor, *found};
      if (tensor.binary != found->binary) {
        (tensor.binary ? pair.candidate : pair.baseline).rounded = true;
      }
      differ = (shapes == OutputShapes::kSame && Disagree(pair, mismatch)) || differ;
      out.pairs.push_back(std::move(pair));
    }
  }
  for (const Tensor& tensor : candidate) {
    const bool extra = others.contains(place_of(tensor)) && !tensor.ignored;
    if (extra && Wanted(tensor.name, only)) note(tensor, false);
  }
  if (differ) out.decided = std::move(mismatch);
}

}  // namespace

absl::StatusOr<AlignedOutputs> AlignOutputs(const Pair& pair, const std::vector<std::string>& only,
                                            OutputShapes shapes) {
  AlignedOutputs out;
  out.decided = CompareErrors(pair);
  if (out.decided) return out;
  if (pair.baseline.document == nullptr) {
    return absl::InvalidArgumentError("the incumbent's body is no JSON");
  }
  absl::StatusOr<std::vector<Tensor>> baseline =
      ReadOutputs(*pair.baseline.document, pair.baseline.tail);
  if (!baseline.ok()) {
    if (!absl::IsInvalidArgument(baseline.status())) return baseline.status();
    return absl::UnimplementedError(
        fmt::format("the incumbent's answer: {}", std::string(baseline.status().message())));
  }
  if (pair.candidate.document == nullptr) {
    out.decided = WhollyDifferent("the candidate's body is no JSON, the incumbent's is");
    return out;
  }
  absl::StatusOr<std::vector<Tensor>> candidate =
      ReadOutputs(*pair.candidate.document, pair.candidate.tail);
  if (!candidate.ok()) {
    if (absl::IsResourceExhausted(candidate.status())) return candidate.status();
    out.decided = WhollyDifferent(
        fmt::format("the candidate's answer: {}", std::string(candidate.status().message())));
    return out;
  }
  Align(*baseline, *candidate, only, shapes, out);
  if (!out.decided && out.pairs.empty()) {
    return absl::UnimplementedError(
        "the incumbent's answer has no outputs that are compared; look at the option \"outputs\" "
        "and the ignore rules");
  }
  return out;
}

}  // namespace understudy
