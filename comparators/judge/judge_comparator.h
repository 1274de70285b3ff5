// The `judge` comparator: how far apart two answers are, or which is better, by the word of a model
// or person that is asked outside this process.
//
// Judges favour a place: the first answer they read, or the second. So a hash of what is shown
// decides which answer comes first, and the judgement is turned back: over many pairs the bias
// cancels, and the same pair is shown the same way again. Or both orders are asked, and their mean
// counts.
//
// Threads: safe on any thread; Compare() waits for the judge. What it remembers and counts is
// guarded.
#pragma once

#include <memory>
#include <string>

#include "comparators/comparator.h"
#include "comparators/judge/judge_budget.h"
#include "comparators/judge/judge_options.h"
#include "comparators/judge/judge_source.h"
#include "comparators/judge/judgement_cache.h"

namespace understudy {

class JudgeComparator final : public Comparator {
 public:
  JudgeComparator(JudgeOptions options, std::unique_ptr<const JudgeSource> source);

  // Errors as QuestionOf() and JudgeSource::Ask(); Unavailable beyond the budget.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

 private:
  absl::StatusOr<Comparison> AskBudgeted(const Pair& pair, const JudgeQuestion& question,
                                         bool candidate_first) const;
  absl::StatusOr<Comparison> AskOnce(const Pair& pair, const JudgeQuestion& question,
                                     bool candidate_first) const;

  const JudgeOptions options_;
  const std::unique_ptr<const JudgeSource> source_;
  mutable JudgeBudget budget_;
  mutable JudgementCache cache_;
};

}  // namespace understudy
