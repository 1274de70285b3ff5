// The `toolcalls` comparator.
#include "comparators/toolcalls.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "comparators/difference.h"
#include "comparators/text.h"
#include "comparators/value_pair.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::array<OptionDoc, 5> kOptions{{
    {"paths", "path | list of paths", "where known protocols have them",
     "where calls are: each a call or a list that has calls among other things"},
    {"score", "exact | names | f1", "exact",
     "1 when any call differs, 1 when the names do, or one minus the F1 of calls that are the "
     "same"},
    {"order", "any | same", "any", "whether the calls must come in the same order"},
    {"rtol", "number >= 0", "0", "tolerance of decimals in arguments, relative to the incumbent's"},
    {"atol", "number >= 0", "0", "absolute tolerance of decimals in arguments"},
}};
constexpr std::array<std::string_view, 3> kScores{"exact", "names", "f1"};
constexpr std::array<std::string_view, 2> kOrders{"any", "same"};
constexpr std::array<std::string_view, 6> kPaths{
    "/choices/*/message/tool_calls",     // OpenAI chat completions
    "/choices/*/message/function_call",  // their former shape
    "/output",                           // OpenAI responses
    "/content",                          // Anthropic messages
    "/message/tool_calls",               // Ollama
    "/candidates/*/content/parts/*/functionCall",
};

bool IsBroken(const ToolCall& call) { return !call.arguments; }

absl::StatusOr<std::vector<ToolCall>> CallsOf(const std::vector<ValuePair>& places,
                                              std::optional<JsonValue> ValuePair::*side) {
  std::vector<ToolCallPlace> found;
  for (const ValuePair& place : places) {
    if (place.*side) found.push_back({place.path, *(place.*side)});
  }
  return ReadToolCalls(found);
}

}  // namespace

std::span<const OptionDoc> ToolCallsComparator::Options() { return kOptions; }

absl::StatusOr<std::unique_ptr<ToolCallsComparator>> ToolCallsComparator::Build(
    std::string_view options_json) {
  auto options = OptionReader::Open("toolcalls", options_json, kOptions);
  if (!options.ok()) return options.status();
  auto comparator = std::make_unique<ToolCallsComparator>();
  ToolCallRules& rules = comparator->rules_;
  for (const std::string_view path : kPaths) {
    comparator->paths_.push_back(PathPattern::Parse(path).value());
  }
  std::size_t score = 0;
  std::size_t order = 0;
  absl::Status status = ReadPaths(**options, "paths", comparator->paths_);
  status.Update((*options)->ReadChoice("score", kScores, score));
  status.Update((*options)->ReadChoice("order", kOrders, order));
  status.Update((*options)->ReadNonNegative("rtol", rules.arguments.tolerance.rtol));
  status.Update((*options)->ReadNonNegative("atol", rules.arguments.tolerance.atol));
  if (!status.ok()) return status;
  rules.names_only = score == 1;
  rules.same_order = order == 1;
  comparator->f1_ = score == 2;
  return comparator;
}

absl::StatusOr<Comparison> ToolCallsComparator::Compare(const Pair& pair) const {
  absl::StatusOr<AlignedValues> values = AlignValues(pair, paths_);
  if (!values.ok()) return values.status();
  if (values->decided) return *std::move(values->decided);
  const auto baseline = CallsOf(values->pairs, &ValuePair::baseline);
  if (!baseline.ok()) return baseline.status();
  const auto candidate = CallsOf(values->pairs, &ValuePair::candidate);
  if (!candidate.ok()) return candidate.status();

  ToolCallMatch match(rules_, *baseline, *candidate);
  if (absl::Status status = match.Run(); !status.ok()) return status;
  Comparison comparison;
  const std::size_t calls = baseline->size() + candidate->size();
  if (2 * match.matched() == calls) return comparison;
  const std::string first = match.Report(comparison);
  const auto f1 = 2 * static_cast<double>(match.matched()) / static_cast<double>(calls);
  comparison.divergence = f1_ ? 1 - f1 : 1;
  comparison.reason = fmt::format("{} of {} tool calls are the same: {}", match.matched(),
                                  std::max(baseline->size(), candidate->size()), first);
  const auto broken = std::find_if(candidate->begin(), candidate->end(), IsBroken);
  const bool sound = std::none_of(baseline->begin(), baseline->end(), IsBroken);
  if (!rules_.names_only && sound && broken != candidate->end()) {
    comparison.divergence = 1;
    comparison.reason =
        fmt::format("the candidate's arguments of {} are no JSON", ShownText(broken->name, 64));
  }
  return comparison;
}

}  // namespace understudy
