// The `ranking` comparator.
#include "comparators/ranking.h"

#include <array>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "comparators/difference.h"
#include "comparators/ranking_distance.h"
#include "comparators/text.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 8> kOptions{{
    {"items", "path or list of paths", "/results, or else /data, or else the body",
     "the list of items"},
    {"key", "pointer", "/index, or else /id, or else the item", "what names an item, inside it"},
    {"score", "pointer", "/relevance_score, or else /score",
     "the number items are sorted by, inside them; without one they are ranked as listed"},
    {"ascending", "true | false", "false", "whether the lowest score is the best"},
    {"measure", "kendall | rbo | overlap | ndcg", "kendall", "the distance of two rankings"},
    {"k", "1..100000", "10", "how many of the first overlap and ndcg look at"},
    {"p", "number in (0,1)", "0.9", "of rbo: how likely a reader goes on to the next item"},
    {"reduce", "worst | mean", "worst", "the worst list, or the mean of all"},
}};
constexpr std::array<std::string_view, 4> kMeasures{"kendall", "rbo", "overlap", "ndcg"};
constexpr std::array<std::string_view, 4> kMeasureNames{"Kendall's tau", "rank-biased overlap",
                                                        "overlap", "loss of NDCG"};
constexpr std::array<std::string_view, 3> kLists{"/results", "/data", ""};
constexpr std::array<std::string_view, 3> kKeys{"/index", "/id", ""};
constexpr std::array<std::string_view, 2> kScores{"/relevance_score", "/score"};

// The keys of the first, as they are shown.
std::string ShowKeys(const RankedList& list) {
  std::string text;
  for (const std::string& key : list.keys) {
    if (!text.empty()) text += ",";
    text += key.starts_with('"') ? key.substr(1) : key;
    if (text.size() > kMaxShownText) break;  // it is cut there
  }
  return text;
}

void ShowDifferences(const std::string& path, const RankedList& baseline,
                     const RankedList& candidate, Comparison& out) {
  if (out.differences.size() >= kMaxDifferences) return;
  AddDifference(out, path, "label", ShowKeys(baseline), ShowKeys(candidate));
  const auto show = [&](const RankedList& list, const RankedList& other, std::string_view kind) {
    const absl::flat_hash_set<std::string_view> known(other.keys.begin(), other.keys.end());
    for (const std::string& key : list.keys) {
      if (out.differences.size() >= kMaxDifferences) return;
      if (known.contains(key)) continue;
      const std::string text = key.starts_with('"') ? key.substr(1) : key;
      AddDifference(out, path, kind, kind == "missing" ? text : "", kind == "missing" ? "" : text);
    }
  };
  show(baseline, candidate, "missing");
  show(candidate, baseline, "extra");
}

absl::Status ReadP(const OptionReader& options, double& p) {
  absl::Status status = options.ReadNonNegative("p", p);
  if (status.ok() && !(p >= 1e-6 && p < 1)) return options.Fault("p", "must be between 0 and 1");
  return status;
}

}  // namespace

RankingComparator::RankingComparator() : lists_(kLists) {
  fields_.key = ItemFields(kKeys);
  fields_.score = ItemFields(kScores);
}

std::span<const OptionDoc> RankingComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<RankingComparator>> RankingComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("ranking", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<RankingComparator>();
  absl::Status status = comparator->lists_.Read(**options);
  status.Update(ReadField(**options, "key", comparator->fields_.key));
  status.Update(ReadField(**options, "score", comparator->fields_.score));
  status.Update((*options)->ReadBool("ascending", comparator->fields_.ascending));
  status.Update((*options)->ReadChoice("measure", kMeasures, comparator->measure_));
  status.Update((*options)->ReadWhole("k", 1, kMaxRankedItems, comparator->k_));
  status.Update(ReadP(**options, comparator->p_));
  status.Update(ReadReduce(**options, comparator->reduce_));
  if (!status.ok()) return status;
  return comparator;
}

std::optional<double> RankingComparator::Distance(const RankedList& baseline,
                                                  const RankedList& candidate) const {
  switch (measure_) {
    case 1:
      return RboDistance(baseline, candidate, p_);
    case 2:
      return OverlapDistance(baseline, candidate, k_);
    case 3:
      return GainLoss(baseline, candidate, k_);
    default:
      return KendallDistance(baseline, candidate);
  }
}

absl::Status RankingComparator::Add(const ValuePair& place, ListScores& scores) const {
  std::optional<RankingFields> fields;  // as the incumbent's first item has them
  const auto lists = scores.ReadBoth<RankedList>(place, [&](JsonValue list) {
    if (!fields) fields = FieldsOf(list, fields_);
    return ReadRankedList(list, *fields);
  });
  if (!lists.ok() || !*lists) return lists.status();
  const auto& [baseline, candidate] = **lists;
  const std::optional<double> distance = Distance(baseline, candidate);
  if (!distance) {
    scores.PassOver("its scores are no gains");
    return absl::OkStatus();
  }
  scores.Add(place.path, *distance);
  if (*distance > 0) ShowDifferences(place.path, baseline, candidate, scores.comparison());
  return absl::OkStatus();
}

absl::StatusOr<Comparison> RankingComparator::Compare(const Pair& pair) const {
  ListScores scores;
  absl::StatusOr<std::optional<Comparison>> decided =
      lists_.ForEach(pair, [&](const ValuePair& place) { return Add(place, scores); });
  if (!decided.ok()) return decided.status();
  if (*decided) return **std::move(decided);
  return scores.Finish(reduce_, kMeasureNames[measure_]);
}

}  // namespace understudy
