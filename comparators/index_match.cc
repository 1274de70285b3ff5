// Matching values by what stands beside them.
#include "comparators/index_match.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxIndexBytes = 256;

std::string ParentOf(const std::string& pointer) { return pointer.substr(0, pointer.rfind('/')); }

// The index of each place, by the pointer of what holds both.
using Indices = absl::flat_hash_map<std::string, std::string>;

Indices ReadIndices(const Document& document, const std::vector<PathPattern>& siblings) {
  Indices indices;
  for (const PathPattern& pattern : siblings) {
    pattern.ForEachPlace(document, [&](const std::string& pointer, JsonValue value) {
      if (!value.is_number() && !value.is_string()) return;
      if (value.is_string() && value.AsString().size() > kMaxIndexBytes) return;
      const std::string holder = ParentOf(pointer);
      // The list it belongs to keeps indices of different lists apart.
      indices.emplace(holder, ParentOf(holder) + "#" + RenderJson(value, 2 * kMaxIndexBytes));
    });
  }
  return indices;
}

// The places of one answer by their index; nothing when it does not tell them apart.
std::optional<absl::flat_hash_map<std::string, std::size_t>> ByIndex(
    const std::vector<ValuePair>& pairs, const Indices& indices,
    std::optional<JsonValue> ValuePair::*side) {
  absl::flat_hash_map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!(pairs[i].*side)) continue;
    const auto index = indices.find(ParentOf(pairs[i].path));
    if (index == indices.end() || !places.emplace(index->second, i).second) return std::nullopt;
  }
  return places;
}

}  // namespace

std::vector<PathPattern> SiblingPatterns(const std::vector<PathPattern>& paths,
                                         std::string_view name) {
  std::vector<PathPattern> siblings;
  for (const PathPattern& path : paths) {
    if (path.text().empty()) continue;  // nothing stands beside the root
    std::string text = ParentOf(path.text());
    AppendPointerSegment(name, text);
    absl::StatusOr<PathPattern> pattern = PathPattern::Parse(text);
    if (pattern.ok()) siblings.push_back(*std::move(pattern));
  }
  return siblings;
}

void MatchByIndex(const Pair& pair, const std::vector<PathPattern>& siblings,
                  std::vector<ValuePair>& pairs) {
  const Indices left = ReadIndices(*pair.baseline.document, siblings);
  const Indices right = ReadIndices(*pair.candidate.document, siblings);
  const auto baselines = ByIndex(pairs, left, &ValuePair::baseline);
  const auto candidates = ByIndex(pairs, right, &ValuePair::candidate);
  if (!baselines || !candidates) return;
  std::vector<ValuePair> matched;
  matched.reserve(pairs.size());
  for (const ValuePair& place : pairs) {
    if (!place.baseline) continue;
    const auto other = candidates->find(left.at(ParentOf(place.path)));
    matched.push_back({place.path, place.baseline,
                       other == candidates->end() ? std::nullopt : pairs[other->second].candidate});
  }
  for (const ValuePair& place : pairs) {
    if (!place.candidate || baselines->contains(right.at(ParentOf(place.path)))) continue;
    matched.push_back({place.path, std::nullopt, place.candidate});
  }
  pairs = std::move(matched);
}

}  // namespace understudy
