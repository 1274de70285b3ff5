// The table of built-in comparators.
#include "comparators/builtin.h"

#include <array>
#include <vector>

#include "comparators/boxes.h"
#include "comparators/cost.h"
#include "comparators/exact.h"
#include "comparators/json.h"
#include "comparators/json_schema.h"
#include "comparators/latency.h"
#include "comparators/numeric.h"
#include "comparators/probabilities.h"
#include "comparators/ranking.h"
#include "comparators/status.h"
#include "comparators/tensors.h"
#include "comparators/text.h"
#include "comparators/text_answer.h"
#include "comparators/toolcalls.h"
#include "comparators/top1.h"
#include "comparators/topk.h"
#include "comparators/vectors.h"
#include "fmt/format.h"

namespace understudy {
namespace {

absl::StatusOr<BuiltComparator> BuildStatus(std::string_view options_json) {
  auto built = StatusComparator::Build(options_json);
  if (!built.ok()) return built.status();
  const bool same = (*built)->SameBytesAreEqual();
  return BuiltComparator{*std::move(built), ComparatorNeeds::kHead, same};
}

absl::StatusOr<BuiltComparator> BuildExact(std::string_view options_json) {
  const auto options = OptionReader::Open("exact", options_json, {});
  if (!options.ok()) return options.status();
  return BuiltComparator{std::make_unique<ExactComparator>(), ComparatorNeeds::kBody, true};
}

absl::StatusOr<BuiltComparator> BuildJson(std::string_view options_json) {
  auto built = JsonComparator::Build(options_json);
  if (!built.ok()) return built.status();
  const bool same = (*built)->SameBytesAreEqual();
  return BuiltComparator{*std::move(built), ComparatorNeeds::kDocument, same};
}

absl::StatusOr<BuiltComparator> BuildTensors(std::string_view options_json) {
  auto built = TensorsComparator::Build(options_json);
  if (!built.ok()) return built.status();
  const bool same = (*built)->SameBytesAreEqual();
  return BuiltComparator{*std::move(built), ComparatorNeeds::kTensors, same};
}

// Comparators of documents for which equal bytes are always equal answers.
template <typename T, ComparatorNeeds kNeeds = ComparatorNeeds::kDocument>
absl::StatusOr<BuiltComparator> Build(std::string_view options_json) {
  auto built = T::Build(options_json);
  if (!built.ok()) return built.status();
  bool reads_paths = false;
  if constexpr (requires { (*built)->ReadsPaths(); }) reads_paths = (*built)->ReadsPaths();
  BuiltComparator comparator{*std::move(built), kNeeds, true};
  comparator.reads_paths = reads_paths;
  return comparator;
}

absl::StatusOr<BuiltComparator> BuildJsonSchema(std::string_view options_json) {
  auto built = JsonSchemaComparator::Build(options_json);
  if (!built.ok()) return built.status();
  const bool same = (*built)->SameBytesAreEqual();
  return BuiltComparator{*std::move(built), ComparatorNeeds::kDocument, same};
}

// Comparators of what an answer costs: the same bytes may take longer.
template <typename T>
absl::StatusOr<BuiltComparator> BuildMeasured(std::string_view options_json) {
  auto built = T::Build(options_json);
  if (!built.ok()) return built.status();
  return BuiltComparator{*std::move(built), ComparatorNeeds::kMeasures, false};
}

}  // namespace

std::span<const Builtin> Builtins() {
  static const std::array<Builtin, 16> kBuiltins{{
      {"status",
       "how the exchange ended: the same status is 0, another of the same class 0.5, another class "
       "1",
       1, StatusComparator::Options(), &BuildStatus},
      {"exact",
       "the bodies' bytes once content-encodings are removed: equal is 0, else 1",
       1,
       {},
       &BuildExact},
      {"json", "structure and values of JSON: the share of leaves that differ", 3,
       JsonComparator::Options(), &BuildJson},
      {"tensors", "Open Inference Protocol outputs: the share of elements outside tolerance", 3,
       TensorsComparator::Options(), &BuildTensors},
      {"top1", "the class an answer names: 1 when any row of the batch flipped", 3,
       Top1Comparator::Options(), &Build<Top1Comparator, ComparatorNeeds::kTensors>},
      {"text", "texts: edits, words or n-grams not in common, refusals, length", 1,
       TextComparator::Options(), &Build<TextComparator>},
      {"toolcalls", "tool calls of a model: 1 when any has another name or other arguments", 1,
       ToolCallsComparator::Options(), &Build<ToolCallsComparator>},
      {"topk", "the k best of each row: 1 - the share both have, or how far their orders part", 2,
       TopKComparator::Options(), &Build<TopKComparator, ComparatorNeeds::kTensors>},
      {"probabilities", "distributions: total variation, Jensen-Shannon or largest difference", 2,
       ProbabilitiesComparator::Options(),
       &Build<ProbabilitiesComparator, ComparatorNeeds::kTensors>},
      {"vectors", "embeddings: angle, cosine, distance, length, or similarities inside a batch", 2,
       VectorsComparator::Options(), &Build<VectorsComparator, ComparatorNeeds::kTensors>},
      {"ranking", "lists of items: Kendall's tau, rank-biased overlap, overlap, or loss of NDCG", 1,
       RankingComparator::Options(), &Build<RankingComparator>},
      {"numeric", "numbers: absolute or relative error, changed signs, or the share outside", 2,
       NumericComparator::Options(), &Build<NumericComparator, ComparatorNeeds::kTensors>},
      {"boxes", "detected objects: 1 - F1 of the candidate's boxes against the incumbent's", 1,
       BoxesComparator::Options(), &Build<BoxesComparator>},
      {"json_schema", "validity under a JSON Schema: 1 when the incumbent's answer alone is valid",
       1, JsonSchemaComparator::Options(), &BuildJsonSchema},
      {"latency", "times of the answer or its stream: the share beyond what is allowed", 1,
       LatencyComparator::Options(), &BuildMeasured<LatencyComparator>},
      {"cost", "the price of an answer's tokens: the share beyond what is allowed", 1,
       CostComparator::Options(), &BuildMeasured<CostComparator>},
  }};
  return kBuiltins;
}

absl::StatusOr<const Builtin*> FindBuiltin(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Builtin& builtin : Builtins()) {
    if (builtin.name == name) return &builtin;
    names.push_back(builtin.name);
  }
  return absl::NotFoundError(fmt::format("there is no comparator \"{}\".{}", ShownText(name, 64),
                                         Suggestion(name, names)));
}

}  // namespace understudy
