// What is said to a judge over HTTP and what it says. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/judge/judge_options.h"

namespace understudy {

// What a judge said of two answers: the divergence it comes to when the first that it was shown is
// the incumbent's, and when it is the candidate's.
struct Judgement {
  double incumbent_first = 0;
  double candidate_first = 0;
  std::string reason;
};

// {"measure": "divergence" or "preference", "request": text, "first": text, "second": text,
// "rubric": text (where there is one)}; always valid UTF-8.
std::string JudgeRequest(JudgeMeasure measure, std::string_view rubric, std::string_view request,
                         std::string_view first, std::string_view second);

// {"divergence": 0..1} or {"preference": "first", "second" or "tie"}, as was asked, and
// {"reason": text} where there is one. A preference for the incumbent's answer is a divergence of
// 1, a tie or one for the candidate's none. Internal when it is anything else.
absl::StatusOr<Judgement> ReadJudgement(JudgeMeasure measure, std::string_view body);

}  // namespace understudy
