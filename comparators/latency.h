// The `latency` comparator: how much slower the candidate answered the same request. A time of the
// exchange (the whole answer, its first byte) or of its stream (first event or token, a token, the
// longest gap); what is beyond the allowed counts as its share of the candidate's time. A candidate
// that answers an error is wholly different however fast it did.
//
// Threads: immutable, safe on any thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "comparators/comparator.h"
#include "comparators/excess.h"
#include "comparators/options.h"

namespace understudy {

class LatencyComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<LatencyComparator>> Build(std::string_view options_json);

  // Unimplemented where a time was not measured in one of the answers, or cannot be: an answer that
  // was not streamed has no first token.
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;

 private:
  std::string_view of_ = "latency";
  ExcessRules rules_;
};

}  // namespace understudy
