// JSON arrays whose order means nothing: compared as sets, or aligned by a key of their elements.
#include <algorithm>
#include <cmath>
#include <string>

#include "comparators/difference.h"
#include "comparators/fingerprint.h"
#include "comparators/json_diff.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxKeyBytes = 1024;  // of an element's key as text

std::vector<JsonValue> Unignored(JsonValue array) {
  std::vector<JsonValue> elements;
  array.ForEachElement([&](JsonValue element) {
    if (!element.ignored()) elements.push_back(element);
  });
  return elements;
}

std::uint64_t LeavesOf(const std::vector<JsonValue>& elements) {
  std::uint64_t leaves = 0;
  for (const JsonValue& element : elements) leaves += LeafCount(element);
  return leaves;
}

bool AllOf(const std::vector<JsonValue>& elements, bool (JsonValue::*is)() const) {
  return std::all_of(elements.begin(), elements.end(), [&](JsonValue v) { return (v.*is)(); });
}

// The order of numbers, NaN last.
bool NumberBefore(JsonValue a, JsonValue b) {
  const double x = a.AsDouble();
  const double y = b.AsDouble();
  return std::isnan(y) ? !std::isnan(x) : x < y;
}

void SortNumbers(std::vector<JsonValue>& elements) {
  std::stable_sort(elements.begin(), elements.end(), NumberBefore);
}

// Elements by the text of their key and, where keys repeat or are missing, by their turn.
absl::flat_hash_map<std::string, JsonValue> ByKey(const std::vector<JsonValue>& elements,
                                                  const std::string& key,
                                                  std::vector<std::string>& names) {
  absl::flat_hash_map<std::string, JsonValue> table;
  absl::flat_hash_map<std::string, std::uint64_t> turns;
  const std::vector<std::string> segments = *SplitPointer(key);
  for (const JsonValue& element : elements) {
    std::optional<JsonValue> found = element;
    for (const std::string& segment : segments) {
      if (found) found = found->Find(segment);
      if (found && found->ignored()) found.reset();
    }
    const std::string text = found ? RenderJson(*found, kMaxKeyBytes, true) : std::string();
    const std::uint64_t turn = turns[text]++;
    names.push_back(turn == 0 ? text : fmt::format("{}#{}", text, turn));
    table.emplace(names.back(), element);
  }
  return table;
}

}  // namespace

// Equal values have equal hashes; numbers by their double, objects without regard to order.
std::uint64_t JsonDiff::StructureHash(JsonValue value) {
  if (!Spend(1)) return 0;
  Fingerprint hash;
  if (value.is_number()) {
    const double number = value.AsDouble();
    const double canonical = std::isnan(number) ? 0.5 : number + 0.0;  // -0 becomes 0
    hash.AddBytes(&canonical, sizeof canonical);
  } else if (value.is_array()) {
    hash.Add("[");
    value.ForEachElement([&](JsonValue element) {
      if (!element.ignored()) hash.Add(StructureHash(element));
    });
  } else if (value.is_object()) {
    std::uint64_t sum = 0;
    value.ForEachMember([&](std::string_view key, JsonValue member) {
      if (member.ignored()) return;
      Fingerprint pair;
      pair.Add(key);
      pair.Add(StructureHash(member));
      sum += pair.value();
    });
    hash.Add("{");
    hash.Add(sum);
  } else {
    const auto kind = static_cast<std::uint64_t>(value.kind());
    hash.Add(kind);
    if (value.is_string()) hash.Add(value.AsString());
  }
  return hash.value();
}

bool JsonDiff::Same(JsonValue a, JsonValue b) {
  const Counts counts = counts_;
  const bool quiet = quiet_;
  const std::uint64_t before = counts_.different;
  quiet_ = true;
  Values(a, b, true);
  const bool same = counts_.different == before;
  counts_ = counts;
  quiet_ = quiet;
  return same;
}

// Takes out pairs that are equal; what is left stays in order.
void JsonDiff::MatchByHash(Elements& left, Elements& right) {
  absl::flat_hash_map<std::uint64_t, std::vector<std::size_t>> table;
  for (std::size_t i = right.size(); i-- > 0;) table[StructureHash(right[i])].push_back(i);
  std::vector<bool> taken(right.size(), false);
  Elements left_over;
  for (const JsonValue& element : left) {
    const auto found = table.find(StructureHash(element));
    if (found == table.end() || found->second.empty() ||
        !Same(element, right[found->second.back()])) {
      left_over.push_back(element);
      continue;
    }
    counts_.leaves += LeafCount(element);
    taken[found->second.back()] = true;
    found->second.pop_back();
  }
  Elements right_over;
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (!taken[i]) right_over.push_back(right[i]);
  }
  left = std::move(left_over);
  right = std::move(right_over);
}

// Takes out numbers that are equal within the tolerance: over sorted sides one pass is a best
// matching, as each number fits an interval and the intervals are in order.
void JsonDiff::MatchNumbers(Elements& left, Elements& right) {
  SortNumbers(left);
  SortNumbers(right);
  Elements left_over;
  Elements right_over;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < left.size() && j < right.size()) {
    if (Same(left[i], right[j])) {
      ++counts_.leaves;
      ++i;
      ++j;
    } else if (NumberBefore(left[i], right[j])) {
      left_over.push_back(left[i++]);
    } else {
      right_over.push_back(right[j++]);
    }
  }
  left_over.insert(left_over.end(), left.begin() + static_cast<std::ptrdiff_t>(i), left.end());
  right_over.insert(right_over.end(), right.begin() + static_cast<std::ptrdiff_t>(j), right.end());
  left = std::move(left_over);
  right = std::move(right_over);
}

// Takes out pairs that are equal by the rules though not by hash, first fit.
void JsonDiff::MatchByValue(Elements& left, Elements& right) {
  if (AllOf(left, &JsonValue::is_number) && AllOf(right, &JsonValue::is_number)) {
    return MatchNumbers(left, right);
  }
  const bool tolerant = rules_.tolerance.atol > 0 || rules_.tolerance.rtol > 0;
  if (!tolerant && (AllOf(left, &JsonValue::is_scalar) || AllOf(right, &JsonValue::is_scalar))) {
    return;  // the hashes have said it all
  }
  Elements left_over;
  for (const JsonValue& element : left) {
    const auto fit = std::find_if(right.begin(), right.end(),
                                  [&](JsonValue other) { return Same(element, other); });
    if (fit == right.end()) {
      left_over.push_back(element);
    } else {
      counts_.leaves += LeafCount(element);
      right.erase(fit);
    }
  }
  left = std::move(left_over);
}

void JsonDiff::Sets(JsonValue a, JsonValue b, bool scored) {
  const Counts before = counts_;
  Elements left = Unignored(a);
  Elements right = Unignored(b);
  MatchByHash(left, right);
  MatchByValue(left, right);
  // An element that changed is one gone and one come: it counts once.
  const std::uint64_t unmatched = std::max(LeavesOf(left), LeavesOf(right));
  counts_.leaves += unmatched;
  counts_.different += unmatched;
  if (!scored) counts_ = before;
  if (quiet_) return;
  for (const JsonValue& element : left) {
    AddDifference(found_, path_, "missing", element, std::nullopt);
  }
  for (const JsonValue& element : right) {
    AddDifference(found_, path_, "extra", std::nullopt, element);
  }
}

void JsonDiff::Keyed(JsonValue a, JsonValue b, const std::string& key, bool scored) {
  std::vector<std::string> left_names;
  std::vector<std::string> right_names;
  const Elements left = Unignored(a);
  const Elements right = Unignored(b);
  Spend(left.size() + right.size());
  const auto left_table = ByKey(left, key, left_names);
  const auto right_table = ByKey(right, key, right_names);
  const std::size_t length = path_.size();
  for (std::size_t i = 0; i < left.size(); ++i) {
    AppendPointerSegment(left_names[i], path_);
    const auto other = right_table.find(left_names[i]);
    if (other == right_table.end()) {
      OneSided(left[i], true, scored);
    } else {
      Values(left[i], other->second, scored);
    }
    path_.resize(length);
  }
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (left_table.contains(right_names[i])) continue;
    AppendPointerSegment(right_names[i], path_);
    OneSided(right[i], false, scored);
    path_.resize(length);
  }
}

}  // namespace understudy
