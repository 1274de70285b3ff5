// The `json_schema` comparator.
#include "comparators/json_schema.h"

#include <array>
#include <utility>

#include "comparators/difference.h"
#include "comparators/text.h"
#include "comparators/value_pair.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 4> kOptions{{
    {"schema", "JSON Schema (draft 2020-12)", "true (any JSON)", "what an answer must be"},
    {"path", "path | list of paths", "the whole body", "where what is checked stands"},
    {"parse_text", "true | false", "true", "whether a text there is read as JSON"},
    {"both_invalid", "same | different | uncomparable", "same",
     "what two answers are of which neither is valid"},
}};
constexpr std::array<std::string_view, 3> kBothInvalid{"same", "different", "uncomparable"};
constexpr std::uint64_t kMaxSteps = 10'000'000;
constexpr std::size_t kMaxSchemaBytes = 1u << 20;
constexpr std::size_t kShownPath = 96;
constexpr std::string_view kValid = "valid";

absl::Status ReadSchema(const OptionReader& options, std::unique_ptr<const Schema>& out) {
  const std::optional<JsonValue> given = options.Find("schema");
  auto schema = Schema::Build(given ? RenderJson(*given, kMaxSchemaBytes) : "true");
  if (!schema.ok()) {
    return options.Fault("schema", fmt::format("is no JSON Schema that can be used: {}",
                                               std::string(schema.status().message())));
  }
  out = *std::move(schema);
  return absl::OkStatus();
}

}  // namespace

std::span<const OptionDoc> JsonSchemaComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<JsonSchemaComparator>> JsonSchemaComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("json_schema", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<JsonSchemaComparator>();
  comparator->paths_.push_back(PathPattern::Parse("").value());
  std::size_t both_invalid = 0;
  absl::Status status = ReadSchema(**options, comparator->schema_);
  status.Update(ReadPaths(**options, "path", comparator->paths_));
  status.Update((*options)->ReadBool("parse_text", comparator->parse_text_));
  status.Update((*options)->ReadChoice("both_invalid", kBothInvalid, both_invalid));
  if (!status.ok()) return status;
  comparator->both_invalid_ = static_cast<BothInvalid>(both_invalid);
  return comparator;
}

absl::StatusOr<Comparison> JsonSchemaComparator::Compare(const Pair& pair) const {
  absl::StatusOr<AlignedValues> values = AlignValues(pair, paths_);
  if (!values.ok()) return values.status();
  if (values->decided) return *std::move(values->decided);
  if (values->pairs.empty()) {
    return absl::UnimplementedError("neither answer has anything where the option \"path\" points");
  }
  Comparison comparison;
  WorkBudget budget(kMaxSteps);
  for (const ValuePair& place : values->pairs) {
    const auto baseline = FaultOf(place.baseline, budget);
    if (!baseline.ok()) return baseline.status();
    const auto candidate = FaultOf(place.candidate, budget);
    if (!candidate.ok()) return candidate.status();
    const bool both = baseline->has_value() && candidate->has_value();
    if (!baseline->has_value() && !candidate->has_value()) continue;
    const SchemaFault& fault = candidate->has_value() ? **candidate : **baseline;
    AddDifference(comparison, place.path + fault.path, "value",
                  *baseline ? (*baseline)->what : std::string(kValid),
                  *candidate ? (*candidate)->what : std::string(kValid));
    if (both && both_invalid_ == BothInvalid::kUncomparable) {
      return absl::UnimplementedError(fmt::format("neither answer is valid: {} {}",
                                                  ShownText(place.path + fault.path, kShownPath),
                                                  fault.what));
    }
    const bool counts = both ? both_invalid_ == BothInvalid::kDifferent : candidate->has_value();
    if (!counts || comparison.divergence > 0) continue;
    const std::string where = place.path + fault.path;
    comparison.divergence = 1;
    comparison.reason =
        fmt::format("{}: {} {}", both ? "neither answer is valid" : "the candidate's is not valid",
                    where.empty() ? "the body" : ShownText(where, kShownPath), fault.what);
  }
  return comparison;
}

absl::StatusOr<std::optional<SchemaFault>> JsonSchemaComparator::FaultOf(
    std::optional<JsonValue> value, WorkBudget& budget) const {
  if (!value) return SchemaFault{"", "is missing"};
  if (!parse_text_ || !value->is_string()) return schema_->Check(*value, budget);
  const auto document = Document::Parse(value->AsString());
  if (document.ok()) return schema_->Check((*document)->root(), budget);
  if (document.status().code() == absl::StatusCode::kResourceExhausted) return document.status();
  return SchemaFault{"", fmt::format("is no JSON: {}", std::string(document.status().message()))};
}

}  // namespace understudy
