// Collects what checks name.
#include "proxy/offline/plan_shape.h"

namespace understudy {
namespace {

void AddNames(const std::vector<Check>& checks, LedgerShape& shape) {
  for (const Check& check : checks) {
    if (check.kind == CheckKind::kComparatorMean && !shape.FindComparator(check.comparator)) {
      shape.comparators.push_back(check.comparator);
    }
    if (check.kind != CheckKind::kValue) continue;
    if (!shape.FindValue(check.value)) shape.values.push_back(check.value);
    shape.times.resize(shape.values.size());
    if (check.at_most_ratio) shape.times[*shape.FindValue(check.value)] = true;
  }
}

}  // namespace

LedgerShape ShapeOfPlan(const Plan& plan, bool control) {
  LedgerShape shape;
  shape.control = control;
  shape.warm_up = plan.warm_up;
  AddNames(plan.checks, shape);
  for (const Stage& stage : plan.stages) AddNames(stage.checks, shape);
  return shape;
}

}  // namespace understudy
