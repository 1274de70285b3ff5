// Where the incumbent differs from itself often enough to be told.
#include "proxy/flow/volatile_places.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

TEST_CASE("a place in half of the incumbent's own pairs is suggested, a rarer one is not") {
  VolatilePlaces places;
  for (int i = 0; i < 40; ++i) {
    std::vector<std::string> pair = {"/id"};
    if (i % 2 == 0) pair.push_back("/created");
    if (i % 3 == 0) pair.push_back("/rare");
    places.Add(pair);
  }
  const auto suggestions = places.Suggestions();
  REQUIRE(suggestions.size() == 2);
  CHECK(suggestions[0].path == "/id");
  CHECK(suggestions[0].share == 1);
  CHECK(suggestions[0].pairs == 40);
  CHECK(suggestions[1].path == "/created");
  CHECK(suggestions[1].share == 0.5);
}

TEST_CASE("nothing is suggested from fewer than twenty pairs") {
  VolatilePlaces places;
  for (int i = 0; i < 19; ++i) places.Add({"/id"});
  CHECK(places.Suggestions().empty());
  places.Add({"/id"});
  CHECK(places.Suggestions().size() == 1);
}

TEST_CASE("keys that are new in every answer do not drive out a place that is always there") {
  VolatilePlaces places;
  for (int i = 0; i < 10'000; ++i) {
    std::vector<std::string> pair;
    for (int k = 0; k < 31; ++k) pair.push_back("/k" + std::to_string(i * 31 + k));
    pair.push_back("/always");
    places.Add(pair);
  }
  const auto suggestions = places.Suggestions();
  REQUIRE(suggestions.size() == 1);
  CHECK(suggestions[0].path == "/always");
  CHECK(suggestions[0].share > 0.99);
}

TEST_CASE("suggestions are bounded") {
  VolatilePlaces places;
  std::vector<std::string> pair;
  for (int k = 0; k < 32; ++k) pair.push_back("/k" + std::to_string(k));
  for (int i = 0; i < 20; ++i) places.Add(pair);
  CHECK(places.Suggestions().size() == VolatilePlaces::kMostSuggestions);
}

}  // namespace
}  // namespace understudy
