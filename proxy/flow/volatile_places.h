// Where the incumbent differs from itself: places that come out otherwise when the same request is
// asked twice, and that an ignore rule may be meant for.
//
// Threads: one owner. Memory: bounded by kMostPlaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proxy/model/control_view.h"

namespace understudy {

class VolatilePlaces {
 public:
  static constexpr std::size_t kMostPlaces = 256;
  static constexpr std::size_t kMostSuggestions = 20;
  static constexpr std::uint64_t kLeastPairs = 20;  // before anything is suggested

  // The places of one pair of the incumbent's answers, each once; may be empty.
  void Add(const std::vector<std::string>& places);
  // Those of at least half of the pairs, the most frequent first.
  std::vector<IgnoreSuggestion> Suggestions() const;

 private:
  void Forget();

  std::uint64_t pairs_ = 0;
  std::map<std::string, std::uint64_t> places_;  // and in how many pairs
};

}  // namespace understudy
