// Raw pairs from texts and scoring them in one call, for tests of suites.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "comparators/suite.h"

namespace understudy {

// An answer that owns its texts.
struct TextAnswer {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

inline PairScore ScoreTexts(const PairScorer& scorer, const TextAnswer& baseline,
                            const TextAnswer& candidate) {
  const auto views = [](const TextAnswer& answer) {
    std::vector<AnswerHeader> headers;
    for (const auto& [name, value] : answer.headers) headers.push_back({name, value});
    return headers;
  };
  const std::vector<AnswerHeader> left = views(baseline);
  const std::vector<AnswerHeader> right = views(candidate);
  return scorer.Score(
      {{}, {baseline.status, left, baseline.body}, {candidate.status, right, candidate.body}});
}

}  // namespace understudy
