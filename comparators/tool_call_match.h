// Which tool calls of two answers are the same. Used by one thread, for one pair.
#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/status.h"
#include "comparators/comparator.h"
#include "comparators/json_diff.h"
#include "comparators/tool_call.h"
#include "comparators/work_budget.h"

namespace understudy {

struct ToolCallRules {
  bool names_only = false;  // arguments do not matter
  bool same_order = false;  // the first with the first, and so on
  JsonRules arguments;
};

class ToolCallMatch {
 public:
  // All of them outlive the match.
  ToolCallMatch(const ToolCallRules& rules, const std::vector<ToolCall>& baseline,
                const std::vector<ToolCall>& candidate);

  // Matches each call with the first of the other answer that is the same and free; with tolerances
  // that is not always the largest number of matches. ResourceExhausted when arguments of more than
  // 20 million values had to be compared.
  absl::Status Run();

  std::size_t matched() const { return matched_; }
  // Adds where the calls differ; says what the first of them is about.
  std::string Report(Comparison& out) const;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  bool Same(const ToolCall& a, const ToolCall& b);
  void Match(std::size_t a, std::size_t b);
  std::size_t Counterpart(std::size_t a, const std::vector<bool>& taken) const;
  void ReportOther(const ToolCall& a, const ToolCall& b, Comparison& out) const;

  const ToolCallRules& rules_;
  const std::vector<ToolCall>& baseline_;
  const std::vector<ToolCall>& candidate_;
  std::vector<std::size_t> partner_;  // of each of the baseline's calls
  std::vector<bool> taken_;           // of the candidate's
  std::size_t matched_ = 0;
  WorkBudget budget_;
};

}  // namespace understudy
