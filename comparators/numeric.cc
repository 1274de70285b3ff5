// The `numeric` comparator.
#include "comparators/numeric.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "comparators/difference.h"
#include "comparators/tensor_element.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 10> kOptions{{
    {"score", "error | outside", "error",
     "the error by the one that counts 1, or 1 for a number outside the tolerance"},
    {"scale", "number > 0 | incumbent", "incumbent",
     "what the absolute error is divided by: a number, or the incumbent's number"},
    {"full", "number > 0", "1", "the error, after scaling, that counts 1"},
    {"atol", "number >= 0", "0", "absolute tolerance: errors within count 0"},
    {"rtol", "number >= 0", "0", "tolerance relative to the incumbent's number"},
    {"sign", "true | false", "false", "whether a changed sign counts 1"},
    {"texts", "true | false", "false", "whether texts such as \"12.5\" are numbers"},
    {"reduce", "worst | mean", "worst; mean for outside", "the worst number, or the mean of all"},
    {"outputs", "list of names", "all with numbers", "the outputs that are compared"},
    {"paths", "path or list of paths", "none", "places of other JSON, in place of outputs"},
}};
constexpr std::array<std::string_view, 2> kScores{"error", "outside"};

// Numbers of one answer pair, place after place.
class NumberWalk {
 public:
  NumberWalk(const NumericRules& rules, const Pair& pair, Comparison& out)
      : rules_(rules), pair_(pair), out_(out) {}

  void Add(const NumbersPair& numbers) {
    numbers_ = &numbers;
    const std::size_t left = numbers.baseline.size();
    const std::size_t right = numbers.candidate.size();
    const std::uint64_t before = scores_.rows();
    for (std::size_t row = 0; row < std::max(left, right); ++row) {
      const NumberRow baseline = row < left ? numbers.baseline[row] : NumberRow{};
      const NumberRow candidate = row < right ? numbers.candidate[row] : NumberRow{};
      if (baseline.labels.empty() && candidate.labels.empty()) {
        ByPosition(baseline, candidate);
      } else {
        ByLabel(baseline, candidate);
      }
    }
    if (!numbers.fault.empty() && scores_.rows() == before) Note(1, std::nullopt, std::nullopt);
  }

  const RowScores& scores() const { return scores_; }
  const WorstPlace& worst() const { return worst_; }

 private:
  // One number of an answer's row.
  struct Number {
    const NumberRow& row;
    std::size_t at;
  };

  void ByPosition(const NumberRow& baseline, const NumberRow& candidate) {
    const std::size_t left = baseline.values.size();
    const std::size_t right = candidate.values.size();
    for (std::size_t i = 0; i < std::min(left, right); ++i) {
      Both(baseline, i, candidate, i);
    }
    for (std::size_t i = right; i < left; ++i) Note(1, Number{baseline, i}, std::nullopt);
    for (std::size_t i = left; i < right; ++i) Note(1, std::nullopt, Number{candidate, i});
  }

  void ByLabel(const NumberRow& baseline, const NumberRow& candidate) {
    absl::flat_hash_map<std::string_view, std::size_t> others;
    for (std::size_t i = 0; i < candidate.labels.size(); ++i) {
      others.emplace(candidate.labels[i], i);
    }
    for (std::size_t i = 0; i < baseline.labels.size(); ++i) {
      const auto other = others.find(baseline.labels[i]);
      if (other == others.end()) {
        Note(1, Number{baseline, i}, std::nullopt);
        continue;
      }
      Both(baseline, i, candidate, other->second);
      others.erase(other);
    }
    for (std::size_t i = 0; i < candidate.labels.size(); ++i) {
      if (others.contains(candidate.labels[i])) Note(1, std::nullopt, Number{candidate, i});
    }
  }

  void Both(const NumberRow& baseline, std::size_t i, const NumberRow& candidate, std::size_t j) {
    const double score = NumberDistance(candidate.values[j], baseline.values[i], rules_);
    if (score == 0) {
      scores_.Add(0);
    } else {
      Note(score, Number{baseline, i}, Number{candidate, j});
    }
  }

  void Note(double score, const std::optional<Number>& left, const std::optional<Number>& right) {
    // What the candidate alone has is shown at the place that holds it.
    const std::uint32_t node = left ? left->row.nodes[left->at] : RowsPlace::kWhole;
    if (scores_.Add(score)) worst_.Set(numbers_->place, node);
    if (out_.differences.size() >= kMaxDifferences) return;
    AddDifference(out_, numbers_->place.PathOf(node),
                  left && right ? "value"
                  : left        ? "missing"
                                : "extra",
                  Shown(pair_.baseline, numbers_->baseline.binary(), left),
                  Shown(pair_.candidate, numbers_->candidate.binary(), right));
  }

  static std::string Shown(const Answer& answer, bool binary, const std::optional<Number>& number) {
    if (!number) return {};
    if (binary) return ShownNumber(number->row.values[number->at]);
    return RenderJson(JsonValue(*answer.document, number->row.nodes[number->at]), kMaxShownText);
  }

  const NumericRules& rules_;
  const Pair& pair_;
  Comparison& out_;
  const NumbersPair* numbers_ = nullptr;
  RowScores scores_;
  WorstPlace worst_;
};

absl::Status ReadPositive(const OptionReader& options, std::string_view name, double& value) {
  absl::Status status = options.ReadNonNegative(name, value);
  if (status.ok() && options.Find(name) && value == 0) {
    return options.Fault(name, "must be more than 0");
  }
  return status;
}

absl::Status ReadScale(const OptionReader& options, double& scale) {
  const std::optional<JsonValue> given = options.Find("scale");
  if (given && given->is_string() && given->AsString() == "incumbent") return absl::OkStatus();
  if (given && !given->is_number()) {
    return options.Fault("scale", "must be a number or \"incumbent\"");
  }
  return ReadPositive(options, "scale", scale);
}

}  // namespace

double NumberDistance(double candidate, double incumbent, const NumericRules& rules) {
  if (IsClose(candidate, incumbent, rules.tolerance)) return 0;
  const bool turned = (candidate < 0 && incumbent > 0) || (candidate > 0 && incumbent < 0);
  if (rules.outside || (rules.sign && turned)) return 1;
  if (!std::isfinite(candidate) || !std::isfinite(incumbent)) return 1;
  const double scale = rules.scale > 0 ? rules.scale : std::fabs(incumbent);
  const double error = std::fabs(candidate - incumbent) / scale / rules.full;
  return error < 1 ? error : 1;  // also when the scale is 0
}

std::span<const OptionDoc> NumericComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<NumericComparator>> NumericComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("numeric", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<NumericComparator>();
  NumericRules& rules = comparator->rules_;
  std::size_t score = 0;
  bool texts = false;
  absl::Status status = (*options)->ReadChoice("score", kScores, score);
  status.Update(ReadScale(**options, rules.scale));
  status.Update(ReadPositive(**options, "full", rules.full));
  status.Update((*options)->ReadNonNegative("atol", rules.tolerance.atol));
  status.Update((*options)->ReadNonNegative("rtol", rules.tolerance.rtol));
  status.Update((*options)->ReadBool("sign", rules.sign));
  status.Update((*options)->ReadBool("texts", texts));
  rules.outside = score == 1;
  if (rules.outside) comparator->reduce_ = Reduce::kMean;
  status.Update(ReadReduce(**options, comparator->reduce_));
  status.Update(comparator->source_.Read(**options));
  if (!status.ok()) return status;
  comparator->source_.SetForms(
      {.texts = texts ? NumberForms::Texts::kNumbers : NumberForms::Texts::kNone,
       .scalars = true,
       .labels = true,
       .integers = true});
  return comparator;
}

absl::StatusOr<Comparison> NumericComparator::Compare(const Pair& pair) const {
  Comparison comparison;
  NumberWalk walk(rules_, pair, comparison);
  absl::StatusOr<std::optional<Comparison>> decided =
      source_.ForEach(pair, [&](NumbersPair& numbers) { walk.Add(numbers); });
  if (!decided.ok()) return decided.status();
  if (*decided) return **std::move(decided);
  const RowScores& scores = walk.scores();
  comparison.divergence = scores.Reduced(reduce_);
  if (comparison.divergence == 0) return comparison;
  comparison.reason =
      fmt::format("{} of {} numbers {}; mean {:.4g}, worst {:.4g} at {}", scores.different(),
                  scores.rows(), rules_.outside ? "are outside tolerance" : "differ", scores.mean(),
                  scores.worst(), walk.worst().Shown());
  return comparison;
}

}  // namespace understudy
