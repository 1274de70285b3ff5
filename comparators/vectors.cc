// The `vectors` comparator.
#include "comparators/vectors.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "comparators/difference.h"
#include "comparators/pairwise.h"
#include "comparators/text.h"
#include "comparators/vector_distance.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 5> kOptions{{
    {"score", "angular | cosine | l2 | norm | pairwise", "angular",
     "the distance of two vectors, or of the similarities inside the batch"},
    {"index", "name", "\"index\"",
     "the member beside a vector that says which one it is; empty: by place"},
    kReduceOption,
    {"outputs", "list of names", "all", "the outputs that are compared"},
    {"paths", "path or list of paths", "where servers of embeddings have them",
     "places of the vectors"},
}};
constexpr std::array<std::string_view, 5> kScores{"angular", "cosine", "l2", "norm", "pairwise"};
constexpr std::size_t kPairwise = 4;
// In turn: OpenAI, Cohere and others by list or type, one vector alone, llama.cpp, TEI.
constexpr std::array<std::string_view, 6> kPlaces{
    "/data/*/embedding", "/embeddings", "/embeddings/float", "/embedding", "/*/embedding", ""};

struct Distance {
  double (*distance)(std::span<const double>, std::span<const double>);
  std::string_view name;
};
constexpr std::array<Distance, 4> kDistances{{
    {&AngularDistance, "angle"},
    {&CosineDistance, "cosine"},
    {&RelativeL2Distance, "relative L2 distance"},
    {&NormDistance, "length"},
}};

absl::Status ReadIndex(const OptionReader& options, std::string& index) {
  const std::optional<JsonValue> given = options.Find("index");
  if (!given) return absl::OkStatus();
  if (!given->is_string()) return options.Fault("index", "must be the name of a member");
  index = std::string(given->AsString());
  return absl::OkStatus();
}

}  // namespace

std::span<const OptionDoc> VectorsComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<VectorsComparator>> VectorsComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("vectors", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<VectorsComparator>();
  std::string index = "index";
  absl::Status status = (*options)->ReadChoice("score", kScores, comparator->score_);
  status.Update(ReadIndex(**options, index));
  status.Update(ReadReduce(**options, comparator->reduce_));
  status.Update(comparator->source_.Read(**options));
  if (!status.ok()) return status;
  comparator->source_.SetDefaults(kPlaces);
  comparator->source_.SetIndex(index);
  if (comparator->score_ == kPairwise) comparator->source_.SetShapes(OutputShapes::kAny);
  return comparator;
}

absl::StatusOr<Comparison> VectorsComparator::Compare(const Pair& pair) const {
  if (score_ == kPairwise) return ComparePairwise(pair);
  const Distance& chosen = kDistances[score_];
  const auto distance = [&](const NumberRow& baseline,
                            const NumberRow& candidate) -> std::optional<double> {
    if (baseline.values.size() != candidate.values.size()) return 1;
    return chosen.distance(baseline.values, candidate.values);
  };
  return CompareRows(pair, source_, reduce_,
                     {.distance = distance,
                      .show = ShowNumbers,
                      .kind = "value",
                      .measure = chosen.name,
                      .nothing = "the answers have no vectors"});
}

absl::StatusOr<Comparison> VectorsComparator::ComparePairwise(const Pair& pair) const {
  PairwiseSimilarities batch;
  Comparison comparison;
  std::vector<std::string> paths;  // of the vectors in the batch
  std::size_t alone = 0;           // vectors of one answer that the other has not
  absl::StatusOr<std::optional<Comparison>> decided =
      source_.ForEach(pair, [&](NumbersPair& numbers) {
        const std::size_t left = numbers.baseline.size();
        const std::size_t right = numbers.candidate.size();
        const std::size_t both = numbers.fault.empty() ? std::min(left, right) : 0;
        alone += std::max(left, right) - both;
        if (!numbers.fault.empty()) {
          AddDifference(comparison, numbers.place.path, left > 0 ? "missing" : "extra", "", "");
        }
        for (std::size_t row = 0; row < both; ++row) {
          batch.Add(numbers.baseline[row].values, numbers.candidate[row].values);
          if (paths.size() == batch.size()) break;  // the batch is full
          paths.push_back(numbers.place.PathOf(numbers.baseline.node(row)));
        }
      });
  if (!decided.ok()) return decided.status();
  if (*decided) return **std::move(decided);
  if (alone > 0) {
    comparison.divergence = 1;
    comparison.reason = fmt::format("{} vectors are in one answer alone", alone);
    return comparison;
  }
  if (batch.size() < 2) {
    return absl::UnimplementedError("one vector has no others to be similar to");
  }
  PairwiseSimilarities::Gap worst;
  const RowScores scores = batch.Compare(worst);
  comparison.divergence = scores.Reduced(reduce_);
  if (comparison.divergence == 0) return comparison;
  AddDifference(comparison, paths[worst.first], "value", fmt::format("{:.6g}", worst.baseline),
                fmt::format("{:.6g}", worst.candidate));
  comparison.reason = fmt::format(
      "similarities inside the batch differ for {} of {} pairs; mean {:.4g}, worst {:.4g} of {} "
      "and {}",
      scores.different(), scores.rows(), scores.mean(), scores.worst(),
      ShownText(paths[worst.first], 48), ShownText(paths[worst.second], 48));
  return comparison;
}

}  // namespace understudy
