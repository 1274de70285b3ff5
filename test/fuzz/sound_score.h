// What holds of every score of a suite, for the targets that score pairs.
//
// Threads: one.
#pragma once

#include <algorithm>

#include "comparators/difference.h"
#include "comparators/suite.h"
#include "comparators/text.h"
#include "test/fuzz/fuzz.h"

namespace understudy {

inline void RequireBounded(std::string_view text) {
  // The mark of a cut text may come on top.
  Require(text.size() <= kMaxShownText + 3, "texts are cut");
}

inline void RequireSound(const ComparatorScore& score, bool last_resort) {
  if (!score.compared) {
    static constexpr std::string_view kReasons[] = {"decode_error", "incumbent_failed", "not_json",
                                                    "too_large", "unsupported"};
    const bool known = std::find(std::begin(kReasons), std::end(kReasons), score.uncomparable) !=
                       std::end(kReasons);
    Require(known || (last_resort && score.uncomparable == "comparator_error"),
            "a pair is uncomparable for a known reason, and no built-in comparator goes wrong");
    RequireBounded(score.detail);
    return;
  }
  const Comparison& comparison = score.comparison;
  Require(comparison.divergence >= 0 && comparison.divergence <= 1, "a divergence is in [0,1]");
  Require(comparison.reason.empty() == (comparison.divergence == 0),
          "there is a reason if and only if there is a divergence");
  Require(comparison.differences.size() <= kMaxDifferences, "differences are bounded");
  RequireBounded(comparison.reason);
  for (const Difference& difference : comparison.differences) {
    RequireBounded(difference.path);
    RequireBounded(difference.baseline);
    RequireBounded(difference.candidate);
    Require(!difference.kind.empty(), "a difference has a kind");
  }
}

inline bool Same(const PairScore& a, const PairScore& b) {
  return a.ignore_hits == b.ignore_hits &&
         std::equal(a.scores.begin(), a.scores.end(), b.scores.begin(), b.scores.end(),
                    [](const ComparatorScore& x, const ComparatorScore& y) {
                      return x.compared == y.compared && x.uncomparable == y.uncomparable &&
                             x.comparison.divergence == y.comparison.divergence;
                    });
}

// Scores the pair twice. `last_resort`: "comparator_error" is among the reasons.
inline void RequireSoundScore(const PairScorer& suite, const RawPair& pair,
                              bool last_resort = false) {
  const PairScore score = suite.Score(pair);
  Require(score.scores.size() == suite.ComparatorNames().size(), "every comparator has its say");
  Require(score.ignore_hits.size() == suite.IgnoreRules().size(), "every rule is counted");
  for (const ComparatorScore& one : score.scores) {
    if (one.applies) RequireSound(one, last_resort);
  }
  Require(Same(suite.Score(pair), score), "the same pair has the same score");
}

}  // namespace understudy
