// The capture decision, pure and repeatable.
#include "proxy/model/divergence_record.h"

#include <algorithm>

#include "proxy/base/hash.h"

namespace understudy {

double DivergenceRecord::MaxDivergence() const {
  double worst = 0;
  for (const RecordedScore& score : scores) {
    if (score.compared) worst = std::max(worst, score.divergence);
  }
  return worst;
}

bool IsCaptured(const CaptureRules& rules, bool diverged, std::string_view id) {
  switch (rules.mode) {
    case CaptureMode::kNone:
      return false;
    case CaptureMode::kDiff:
      return diverged;
    case CaptureMode::kSampled:
      return UnitInterval(H64("capture", {id})) < rules.sample_rate;
    case CaptureMode::kAll:
      return true;
  }
  return false;
}

}  // namespace understudy
