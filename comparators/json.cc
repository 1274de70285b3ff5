// The `json` comparator: options, and the score.
#include "comparators/json.h"

#include <array>

#include "comparators/difference.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 6> kOptions{{
    {"atol", "number >= 0", "0", "absolute tolerance of decimals"},
    {"rtol", "number >= 0", "0", "tolerance relative to the incumbent's value"},
    {"equal_nan", "true | false", "true", "whether NaN equals NaN"},
    {"integers", "exact | tolerance", "exact", "whether two integers have the tolerance too"},
    {"arrays", "list | set | {\"key\": pointer} | [{\"path\": path, \"as\": one of these}]", "list",
     "how elements are put side by side; of a list of rules the first whose path matches"},
    {"score", "share | any", "share", "the share of leaves that differ, or 1 when any does"},
}};

constexpr std::array<std::string_view, 2> kIntegers{"exact", "tolerance"};
constexpr std::array<std::string_view, 2> kScores{"share", "any"};
constexpr std::size_t kMaxArrayRules = 32;

std::optional<ArrayAlignment> ReadAlignment(JsonValue value) {
  using Kind = ArrayAlignment::Kind;
  if (value.is_string() && value.AsString() == "list") return ArrayAlignment{Kind::kList, {}};
  if (value.is_string() && value.AsString() == "set") return ArrayAlignment{Kind::kSet, {}};
  const std::optional<JsonValue> key = value.Find("key");
  if (!key || value.size() != 1 || !key->is_string() || key->AsString().empty() ||
      !SplitPointer(key->AsString())) {
    return std::nullopt;
  }
  return ArrayAlignment{Kind::kKeyed, std::string(key->AsString())};
}

absl::Status ReadArrayRule(const OptionReader& options, JsonValue value,
                           std::vector<ArrayRule>& rules) {
  const std::optional<JsonValue> path = value.Find("path");
  const std::optional<JsonValue> as = value.Find("as");
  const std::optional<ArrayAlignment> alignment = as ? ReadAlignment(*as) : std::nullopt;
  if (!path || !path->is_string() || !alignment || value.size() != 2) {
    return options.Fault(
        "arrays",
        "must hold rules like {\"path\": \"/items\", \"as\": \"set\"}, where as is "
        "list, set or {\"key\": \"/id\"}");
  }
  absl::StatusOr<PathPattern> pattern = PathPattern::Parse(path->AsString());
  if (!pattern.ok()) return pattern.status();
  rules.push_back({*std::move(pattern), *alignment});
  return absl::OkStatus();
}

absl::Status ReadArrays(const OptionReader& options, JsonRules& rules) {
  const std::optional<JsonValue> given = options.Find("arrays");
  if (!given) return absl::OkStatus();
  if (!given->is_array()) {
    const std::optional<ArrayAlignment> alignment = ReadAlignment(*given);
    if (!alignment) {
      return options.Fault("arrays", "must be list, set, {\"key\": \"/id\"} or a list of rules");
    }
    rules.arrays = *alignment;
    return absl::OkStatus();
  }
  if (given->size() > kMaxArrayRules) {
    return options.Fault("arrays", fmt::format("may hold at most {} rules", kMaxArrayRules));
  }
  absl::Status status;
  given->ForEachElement([&](JsonValue rule) {
    if (status.ok()) status = ReadArrayRule(options, rule, rules.array_rules);
  });
  return status;
}

}  // namespace

std::span<const OptionDoc> JsonComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<JsonComparator>> JsonComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("json", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<JsonComparator>();
  JsonRules& rules = comparator->rules_;
  std::size_t integers = 0;
  std::size_t score = 0;
  absl::Status status = (*options)->ReadNonNegative("atol", rules.tolerance.atol);
  status.Update((*options)->ReadNonNegative("rtol", rules.tolerance.rtol));
  status.Update((*options)->ReadBool("equal_nan", rules.tolerance.equal_nan));
  status.Update((*options)->ReadChoice("integers", kIntegers, integers));
  status.Update((*options)->ReadChoice("score", kScores, score));
  status.Update(ReadArrays(**options, rules));
  if (!status.ok()) return status;
  rules.exact_integers = integers == 0;
  comparator->any_ = score == 1;
  return comparator;
}

absl::StatusOr<Comparison> JsonComparator::Compare(const Pair& pair) const {
  if (pair.baseline.document == nullptr) {
    return absl::InvalidArgumentError("the incumbent's body is no JSON");
  }
  if (pair.candidate.document == nullptr) {
    return WhollyDifferent("the candidate's body is no JSON, the incumbent's is");
  }
  JsonDiff diff(rules_, *pair.baseline.document, *pair.candidate.document);
  if (absl::Status status = diff.Run(); !status.ok()) return status;
  Comparison comparison;
  diff.Report(comparison);
  if (diff.different() == 0) return comparison;
  const auto share = static_cast<double>(diff.different()) / static_cast<double>(diff.leaves());
  comparison.divergence = any_ ? 1 : share;
  comparison.reason = fmt::format("{} of {} leaves differ", diff.different(), diff.leaves());
  return comparison;
}

}  // namespace understudy
