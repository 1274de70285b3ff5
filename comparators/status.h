// The `status` comparator: how the exchange ended, and nothing of what the answer says. For HTTP
// the status code: the same is 0, another one of the same class (503 for 500) is 0.5, of another
// class 1. For gRPC the same with grpc-status, whose classes are OK, the caller's faults and the
// server's. Trailers that are listed are compared, too: another value is 0.5.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "comparators/comparator.h"
#include "comparators/options.h"

namespace understudy {

class StatusComparator final : public Comparator {
 public:
  static std::span<const OptionDoc> Options();
  static absl::StatusOr<std::unique_ptr<StatusComparator>> Build(std::string_view options_json);

  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;
  bool SameBytesAreEqual() const { return trailers_.empty(); }

 private:
  std::vector<std::string> trailers_;  // in lower case
};

}  // namespace understudy
