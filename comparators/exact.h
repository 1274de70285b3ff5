// The `exact` comparator: the bytes of the bodies once content-encodings are removed. Equal is 0,
// anything else 1. Heads are not looked at.
#pragma once

#include "comparators/comparator.h"

namespace understudy {

class ExactComparator final : public Comparator {
 public:
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override;
};

}  // namespace understudy
