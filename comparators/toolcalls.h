// The `toolcalls` comparator: do two answers call the same tools with the same arguments? The calls
// of all places are one set; ids do not matter. The divergence is 1 when any call differs, or by
// option 1 - F1 of the calls that are the same.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/options.h"
#include "comparators/path_pattern.h"
#include "comparators/tool_call_match.h"

namespace understudy {

class ToolCallsComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<ToolCallsComparator>> Build(std::string_view options_json);

  // Errors as AlignValues(), ReadToolCalls() and ToolCallMatch::Run().
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

 private:
  ToolCallRules rules_;
  std::vector<PathPattern> paths_;
  bool f1_ = false;
};

}  // namespace understudy
