// Comparing two bodies with a comparator built from options, for tests of single comparators.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "test/unit/comparators/parsed_pair.h"

namespace understudy {

template <typename T>
absl::StatusOr<Comparison> TryCompare(const ParsedPair& pair, const std::string& options = "") {
  const auto comparator = T::Build(options);
  INFO(comparator.status().ToString());
  REQUIRE(comparator.ok());
  return (*comparator)->Compare(pair.pair);
}

template <typename T>
absl::StatusOr<Comparison> TryCompareBodies(const std::string& baseline,
                                            const std::string& candidate,
                                            const std::string& options = "") {
  return TryCompare<T>(ParsedPair(baseline, candidate), options);
}

template <typename T>
Comparison CompareBodies(const std::string& baseline, const std::string& candidate,
                         const std::string& options = "") {
  const absl::StatusOr<Comparison> comparison = TryCompareBodies<T>(baseline, candidate, options);
  INFO(comparison.status().ToString());
  REQUIRE(comparison.ok());
  CHECK(comparison->reason.empty() == (comparison->divergence == 0));
  return *comparison;
}

// What every comparator of answers says when one of them is no answer.
template <typename T>
void CheckBrokenAnswers(const std::string& sound, const std::string& options = "") {
  const auto compare = [&](const ParsedPair& pair) { return TryCompare<T>(pair, options); };
  CHECK(compare(ParsedPair(sound, sound)).value().divergence == 0);
  CHECK(compare(ParsedPair("x", "y", 503, 503)).value().divergence == 0);
  CHECK(compare(ParsedPair(sound, "y", 200, 503)).value().divergence == 1);
  CHECK(compare(ParsedPair("y", sound, 503, 200)).value().divergence == 1);
  CHECK(compare(ParsedPair(sound, "<html>")).value().divergence == 1);
  CHECK(compare(ParsedPair(sound, R"({"other":"text"})")).value().divergence == 1);
  CHECK(compare(ParsedPair("<html>", sound)).status().code() == absl::StatusCode::kInvalidArgument);
}

}  // namespace understudy
