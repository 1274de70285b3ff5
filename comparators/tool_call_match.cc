// Matching tool calls.
#include "comparators/tool_call_match.h"

#include <algorithm>
#include <utility>

#include "comparators/difference.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::uint64_t kMaxWork = 20'000'000;  // values of arguments, again and again
constexpr std::size_t kShownName = 64;

std::uint64_t NodesOf(JsonValue value) {
  return value.document().Next(value.index()) - value.index();
}

}  // namespace

ToolCallMatch::ToolCallMatch(const ToolCallRules& rules, const std::vector<ToolCall>& baseline,
                             const std::vector<ToolCall>& candidate)
    : rules_(rules),
      baseline_(baseline),
      candidate_(candidate),
      partner_(baseline.size(), kNone),
      taken_(candidate.size(), false),
      budget_(kMaxWork) {}

absl::Status ToolCallMatch::Run() {
  for (std::size_t i = 0; i < baseline_.size(); ++i) {
    if (rules_.same_order) {
      if (i < candidate_.size() && Same(baseline_[i], candidate_[i])) Match(i, i);
      continue;
    }
    for (std::size_t j = 0; j < candidate_.size(); ++j) {
      if (taken_[j] || !Same(baseline_[i], candidate_[j])) continue;
      Match(i, j);
      break;
    }
  }
  if (budget_.spent()) {
    return absl::ResourceExhaustedError("the arguments of the tool calls are too large");
  }
  return absl::OkStatus();
}

void ToolCallMatch::Match(std::size_t a, std::size_t b) {
  partner_[a] = b;
  taken_[b] = true;
  ++matched_;
}

bool ToolCallMatch::Same(const ToolCall& a, const ToolCall& b) {
  if (a.name != b.name) return false;
  if (rules_.names_only) return true;
  if (!a.arguments || !b.arguments) {
    return !a.arguments && !b.arguments && a.text == b.text;
  }
  if (!budget_.Spend(NodesOf(*a.arguments) + NodesOf(*b.arguments))) return false;
  JsonDiff diff(rules_.arguments, *a.arguments, *b.arguments, {});
  return diff.Run().ok() && diff.different() == 0;
}

// The call that stands in for one that has no partner: the same place, or the first free one of the
// same name.
std::size_t ToolCallMatch::Counterpart(std::size_t a, const std::vector<bool>& taken) const {
  if (rules_.same_order) return a < candidate_.size() ? a : kNone;
  for (std::size_t j = 0; j < candidate_.size(); ++j) {
    if (!taken[j] && candidate_[j].name == baseline_[a].name) return j;
  }
  return kNone;
}

std::string ToolCallMatch::Report(Comparison& out) const {
  std::string first;
  const auto say = [&](std::string sentence) {
    if (first.empty()) first = std::move(sentence);
  };
  std::vector<bool> taken = taken_;
  for (std::size_t i = 0; i < baseline_.size(); ++i) {
    if (partner_[i] != kNone) continue;
    const ToolCall& call = baseline_[i];
    const std::string name = ShownText(call.name, kShownName);
    const std::size_t other = Counterpart(i, taken);
    if (other == kNone) {
      say(fmt::format("{} is not called", name));
      AddDifference(out, call.path, "missing", ShownCall(call), "");
      continue;
    }
    taken[other] = true;
    if (candidate_[other].name == call.name) {
      say(fmt::format("{} has other arguments", name));
      ReportOther(call, candidate_[other], out);
    } else {
      say(fmt::format("{} is called where the incumbent calls {}",
                      ShownText(candidate_[other].name, kShownName), name));
      AddDifference(out, call.path, "value", ShownCall(call), ShownCall(candidate_[other]));
    }
  }
  for (std::size_t j = 0; j < candidate_.size(); ++j) {
    if (taken[j]) continue;
    say(fmt::format("{} is called, which the incumbent does not do",
                    ShownText(candidate_[j].name, kShownName)));
    AddDifference(out, candidate_[j].path, "extra", "", ShownCall(candidate_[j]));
  }
  return first;
}

void ToolCallMatch::ReportOther(const ToolCall& a, const ToolCall& b, Comparison& out) const {
  if (out.differences.size() >= kMaxDifferences) return;
  if (!a.arguments || !b.arguments) {
    return AddDifference(out, a.path, "value", ShownCall(a), ShownCall(b));
  }
  JsonDiff diff(rules_.arguments, *a.arguments, *b.arguments, a.path);
  if (!diff.Run().ok()) return;
  Comparison found;
  diff.Report(found);
  for (Difference& difference : found.differences) {
    if (out.differences.size() < kMaxDifferences) out.differences.push_back(std::move(difference));
  }
}

}  // namespace understudy
