// Counts of places, the rare ones given up when there are too many.
#include "proxy/flow/volatile_places.h"

#include <algorithm>

namespace understudy {

void VolatilePlaces::Add(const std::vector<std::string>& places) {
  ++pairs_;
  for (const std::string& place : places) {
    const auto known = places_.find(place);
    if (known != places_.end()) {
      ++known->second;
      continue;
    }
    if (places_.size() >= kMostPlaces) Forget();
    if (places_.size() < kMostPlaces) places_.emplace(place, 1);
  }
}

// Keys that are new in every answer would fill the table; what is in fewer than a quarter of the
// pairs is far from being suggested.
void VolatilePlaces::Forget() {
  std::erase_if(places_, [this](const auto& entry) { return entry.second * 4 < pairs_; });
}

std::vector<IgnoreSuggestion> VolatilePlaces::Suggestions() const {
  std::vector<IgnoreSuggestion> suggestions;
  if (pairs_ < kLeastPairs) return suggestions;
  for (const auto& [place, count] : places_) {
    if (count * 2 < pairs_) continue;
    suggestions.push_back(
        {place, static_cast<double>(count) / static_cast<double>(pairs_), pairs_});
  }
  std::stable_sort(suggestions.begin(), suggestions.end(),
                   [](const auto& one, const auto& other) { return one.share > other.share; });
  if (suggestions.size() > kMostSuggestions) suggestions.resize(kMostSuggestions);
  return suggestions;
}

}  // namespace understudy
