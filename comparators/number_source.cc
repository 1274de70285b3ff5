// Finding numbers in outputs or at paths.
#include "comparators/number_source.h"

#include <algorithm>
#include <utility>

#include "comparators/binary_tail.h"
#include "comparators/index_match.h"

namespace understudy {
namespace {

constexpr std::string_view kMissing = "is missing in the candidate's answer";
constexpr std::string_view kExtra = "is in the candidate's answer alone";
constexpr std::string_view kUnlike = "does not hold such numbers in the candidate's answer";

// Numbers with labels cannot be held against numbers without, unless there are none at all.
bool Alike(const NumberRows& a, const NumberRows& b) {
  const auto empty = [](const NumberRows& rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].values.empty()) return false;
    }
    return true;
  };
  return a.labelled() == b.labelled() || empty(a) || empty(b);
}

// Sets the candidate's rows, or why there are none to compare.
void SetCandidate(std::optional<NumberRows> candidate, NumbersPair& out) {
  if (!candidate || !Alike(out.baseline, *candidate)) {
    out.fault = kUnlike;
    return;
  }
  out.candidate = *std::move(candidate);
  if (out.baseline.single() == out.candidate.single()) return;
  (out.baseline.single() ? out.candidate : out.baseline).RoundToSingle();
}

}  // namespace

absl::Status NumberSource::Read(const OptionReader& options) {
  std::vector<PathPattern> paths;
  absl::Status status = options.ReadStrings("outputs", outputs_);
  status.Update(ReadPaths(options, "paths", paths));
  if (status.ok() && !outputs_.empty() && !paths.empty()) {
    return options.Fault("paths", "cannot be given together with \"outputs\"");
  }
  places_.clear();
  if (!paths.empty()) places_.push_back({std::move(paths), {}});
  return status;
}

void NumberSource::SetDefaults(std::span<const std::string_view> paths) {
  if (!outputs_.empty() || !places_.empty()) return;
  defaults_ = true;
  for (const std::string_view text : paths) {
    absl::StatusOr<PathPattern> path = PathPattern::Parse(text);
    if (path.ok()) places_.push_back({{*std::move(path)}, {}});
  }
}

void NumberSource::SetIndex(std::string_view name) {
  for (Places& places : places_) {
    places.indices.clear();
    if (!name.empty()) places.indices = SiblingPatterns(places.paths, name);
  }
}

bool NumberSource::FromOutputs(const Pair& pair) const {
  if (places_.empty()) return true;
  if (!defaults_ || pair.baseline.document == nullptr) return false;
  const std::optional<JsonValue> outputs = pair.baseline.document->root().Find("outputs");
  return outputs && outputs->is_array();
}

absl::StatusOr<std::optional<Comparison>> NumberSource::ForEach(const Pair& pair,
                                                                const Visit& visit) const {
  return FromOutputs(pair) ? ForEachOutput(pair, visit) : ForEachPlace(pair, visit);
}

absl::StatusOr<std::optional<Comparison>> NumberSource::ForEachOutput(const Pair& pair,
                                                                      const Visit& visit) const {
  absl::StatusOr<AlignedOutputs> outputs = AlignOutputs(pair, outputs_, shapes_);
  if (!outputs.ok()) return outputs.status();
  if (outputs->decided) return std::move(outputs->decided);
  bool any = false;
  for (const TensorPair& tensors : outputs->pairs) {
    std::optional<TensorRows> rows = ReadTensorRows(tensors, forms_);
    if (!rows) continue;
    any = true;
    const Tensor& baseline = tensors.baseline;
    NumbersPair numbers{
        {baseline.path, baseline.data, baseline.binary}, std::move(rows->baseline), {}, {}};
    SetCandidate(std::move(rows->candidate), numbers);
    visit(numbers);
  }
  if (!any) return absl::UnimplementedError("no output holds numbers that are compared");
  return std::nullopt;
}

bool NumberSource::Readable(const ValuePair& place) const {
  const auto readable = [&](const std::optional<JsonValue>& value) {
    return value && ReadNumberRows(*value, forms_);
  };
  // What the incumbent has in place of numbers is passed over.
  return place.baseline ? readable(place.baseline) : readable(place.candidate);
}

void NumberSource::VisitPlace(const ValuePair& place, const Visit& visit) const {
  NumbersPair numbers{
      {place.path, place.baseline ? *place.baseline : *place.candidate}, {}, {}, {}};
  std::optional<NumberRows> rows = ReadNumberRows(numbers.place.from, forms_);
  if (!rows) return;
  if (!place.baseline) {
    numbers.candidate = *std::move(rows);
    numbers.fault = kExtra;
  } else {
    numbers.baseline = *std::move(rows);
    if (place.candidate) {
      SetCandidate(ReadNumberRows(*place.candidate, forms_), numbers);
    } else {
      numbers.fault = kMissing;
    }
  }
  visit(numbers);
}

absl::StatusOr<std::optional<Comparison>> NumberSource::ForEachPlace(const Pair& pair,
                                                                     const Visit& visit) const {
  for (const Answer* answer : {&pair.baseline, &pair.candidate}) {
    if (answer->tail != nullptr && !answer->tail->empty()) {
      return absl::UnimplementedError(
          "binary tensors are compared by the option \"outputs\", not by paths");
    }
  }
  for (const Places& places : places_) {
    absl::StatusOr<AlignedValues> values = AlignValues(pair, places.paths);
    if (!values.ok()) return values.status();
    if (values->decided) return std::move(values->decided);
    const bool any = std::any_of(values->pairs.begin(), values->pairs.end(),
                                 [&](const ValuePair& place) { return Readable(place); });
    if (!any) continue;
    if (!places.indices.empty()) MatchByIndex(pair, places.indices, values->pairs);
    for (const ValuePair& place : values->pairs) VisitPlace(place, visit);
    return std::nullopt;
  }
  return absl::UnimplementedError(
      "the answers have no numbers where they are looked for; look at the option \"paths\" and the "
      "ignore rules");
}

}  // namespace understudy
