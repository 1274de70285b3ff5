// The `status` comparator: HTTP status codes alone. The same code is 0, another code of the same
// class (503 for 500) is 0.5, another class is 1.
#pragma once

#include "comparators/comparator.h"

namespace understudy {

class StatusComparator final : public Comparator {
 public:
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;
};

}  // namespace understudy
