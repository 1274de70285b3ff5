// A list of items of an answer (search results, reranked documents, recommendations) as a ranking.
//
// Threads: values and pure functions, safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/document.h"
#include "comparators/item_field.h"

namespace understudy {

inline constexpr std::size_t kMaxRankedItems = 100'000;

struct RankedList {
  std::vector<std::string> keys;  // ScalarKey(), best first, each once
  // Of each key, the higher the better, NaN as -infinity; empty when there are none.
  std::vector<double> scores;
};

// Where the fields of an item are; each is the first of its list that an item has.
struct RankingFields {
  std::vector<ItemField> key;
  std::vector<ItemField> score;
  bool ascending = false;  // the lowest score is the best
};

// The fields that the first item of `list` has: one key, and one score or none. Without items, or
// where none fits, the lists as they are.
RankingFields FieldsOf(JsonValue list, const RankingFields& fields);

// Items by their scores where `fields` has one, equal ones by key, otherwise as they are listed; of
// items with one key the best. `fields` as FieldsOf() returned them. InvalidArgument when `list` is
// no array or an item lacks a field, ResourceExhausted above kMaxRankedItems.
absl::StatusOr<RankedList> ReadRankedList(JsonValue list, const RankingFields& fields);

}  // namespace understudy
