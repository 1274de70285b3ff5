// Reading rankings.
#include "comparators/ranked_list.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "fmt/format.h"

namespace understudy {
namespace {

absl::Status ReadItem(JsonValue item, const RankingFields& fields, RankedList& out) {
  const std::optional<JsonValue> key =
      fields.key.empty() ? std::nullopt : fields.key.front().In(item);
  std::optional<std::string> text = key ? ScalarKey(*key) : std::nullopt;
  if (!text) return absl::InvalidArgumentError("an item has no key");
  out.keys.push_back(*std::move(text));
  if (fields.score.empty()) return absl::OkStatus();
  const std::optional<JsonValue> score = fields.score.front().In(item);
  if (!score || !score->is_number()) return absl::InvalidArgumentError("an item has no score");
  const double number = fields.ascending ? -score->AsDouble() : score->AsDouble();
  const double lowest = -std::numeric_limits<double>::infinity();
  out.scores.push_back(std::isnan(number) ? lowest : number);
  return absl::OkStatus();
}

// Best first, of equal keys the first.
void Rank(RankedList& list) {
  std::vector<std::size_t> order(list.keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (!list.scores.empty()) {
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (list.scores[a] != list.scores[b]) return list.scores[a] > list.scores[b];
      return list.keys[a] < list.keys[b];
    });
  }
  RankedList ranked;
  absl::flat_hash_set<std::string_view> seen;
  for (const std::size_t i : order) {
    if (seen.insert(list.keys[i]).second) ranked.keys.push_back(list.keys[i]);
    if (ranked.keys.size() > ranked.scores.size() && !list.scores.empty()) {
      ranked.scores.push_back(list.scores[i]);
    }
  }
  list = std::move(ranked);
}

}  // namespace

RankingFields FieldsOf(JsonValue list, const RankingFields& fields) {
  const std::vector<JsonValue> items = ItemsOf(list);
  if (items.empty()) return fields;
  RankingFields found = fields;
  for (const ItemField& key : fields.key) {
    const std::optional<JsonValue> value = key.In(items.front());
    if (!value || !ScalarKey(*value)) continue;
    found.key = {key};
    break;
  }
  found.score.clear();
  for (const ItemField& score : fields.score) {
    const std::optional<JsonValue> value = score.In(items.front());
    if (!value || !value->is_number()) continue;
    found.score = {score};
    break;
  }
  return found;
}

absl::StatusOr<RankedList> ReadRankedList(JsonValue list, const RankingFields& fields) {
  if (!list.is_array()) return absl::InvalidArgumentError("there is no list of items");
  const std::vector<JsonValue> items = ItemsOf(list);
  if (items.size() > kMaxRankedItems) {
    return absl::ResourceExhaustedError(
        fmt::format("{} items; at most {} are ranked", items.size(), kMaxRankedItems));
  }
  RankedList out;
  out.keys.reserve(items.size());
  for (const JsonValue& item : items) {
    if (absl::Status status = ReadItem(item, fields, out); !status.ok()) return status;
  }
  Rank(out);
  return out;
}

}  // namespace understudy
