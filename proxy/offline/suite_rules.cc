// Field by field.
#include "proxy/offline/suite_rules.h"

namespace understudy {

SuiteSpec SuiteSpecOf(const CompareRules& rules) {
  SuiteSpec spec;
  spec.preset = rules.preset;
  spec.preset_json = rules.preset_json;
  spec.profile = rules.profile;
  for (const IgnoreRule& rule : rules.ignore) spec.ignore.push_back({rule.path, rule.reason});
  for (const ComparatorRule& rule : rules.comparators) {
    spec.comparators.push_back({rule.name, rule.use, rule.options_json, rule.when, rule.optional});
  }
  return spec;
}

}  // namespace understudy
