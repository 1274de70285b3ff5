// What is compared when a configuration names a protocol only. A preset is data: a JSON object in
// comparators/presets/ that is compiled in, or one of the same form in a configuration.
//
// Threads: values.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/document.h"
#include "comparators/sampling.h"
#include "comparators/scorer.h"
#include "comparators/streams/assemble.h"

namespace understudy {

// What sort of candidate is compared; the first is what a route without a profile has.
//   same-model  another server, machine or export of the same weights: values agree
//   quantised   the same model in fewer bits: values agree roughly, decisions do
//   new-model   trained anew: decisions agree, values need not
inline constexpr std::string_view kProfiles[] = {"same-model", "quantised", "new-model"};

// What ComparatorSpec::when may say.
inline constexpr std::string_view kWhens[] = {"greedy", "sampled", "json", "other"};

// Requests that ask a model for an answer. `path` is compared with the end of a request's path,
// from a `/` on; a `*` in it stands for any number of characters but `/`.
struct PresetPath {
  std::vector<std::string> methods;
  std::string path;
};

struct PresetComparator {
  ComparatorSpec spec;
  // Other options, or nothing where the profile leaves the comparator out.
  std::map<std::string, std::optional<std::string>> by_profile;
};

struct Preset {
  std::string name;
  std::string summary;
  std::vector<PresetPath> mirror;     // empty: every request
  std::vector<std::string> stateful;  // JSON pointers: a request that has one is of one server
  std::vector<IgnoreSpec> ignore;
  std::vector<std::string> unscored;  // paths whose differences are shown and do not count
  std::optional<StreamRule> stream;   // how streamed answers are put together
  std::vector<RequestCondition> greedy;
  std::vector<PresetComparator> comparators;
  std::string judged;  // the one the built-in plan looks at; empty: whichever names a decision

  // `profile`: one of kProfiles, or empty for the first.
  std::vector<ComparatorSpec> ComparatorsOf(std::string_view profile) const;
};

// What is wrong with a preset's text, and where below its object: "comparators[0].use".
struct PresetFault {
  std::string where;
  std::string message;
};

// Reads a preset from the JSON of one; what its comparators make of their options is not looked at.
// Faults are appended; with any, the preset is not to be used.
Preset ReadPreset(JsonValue object, std::vector<PresetFault>& faults);

}  // namespace understudy
