// From the words of a configuration file to a suite, with every fault found at once.
#include <algorithm>
#include <set>
#include <utility>

#include "comparators/fingerprint.h"
#include "comparators/grpc/methods.h"
#include "comparators/presets.h"
#include "comparators/registry.h"
#include "comparators/suite.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxComparators = 64;
constexpr std::size_t kMaxIgnoreRules = 256;
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxOptionBytes = 1u << 20;  // as text again, escapes and all

// The preset that a spec brings along or names.
absl::StatusOr<Preset> PresetOf(const SuiteSpec& spec) {
  if (spec.preset_json.empty()) {
    const absl::StatusOr<const Preset*> preset = FindPreset(spec.preset);
    if (!preset.ok()) return preset.status();
    return **preset;
  }
  const auto document = Document::Parse(spec.preset_json);
  if (!document.ok()) return document.status();
  std::vector<PresetFault> faults;
  Preset preset = ReadPreset((*document)->root(), faults);
  if (faults.empty()) return preset;
  return absl::InvalidArgumentError(
      fmt::format("the preset's {}: {}", faults.front().where, faults.front().message));
}

// A spec's own comparators, or those of its preset.
std::vector<ComparatorSpec> ComparatorsOf(const SuiteSpec& spec,
                                          const absl::StatusOr<Preset>& preset) {
  if (!spec.comparators.empty() || !preset.ok()) return spec.comparators;
  return preset->ComparatorsOf(spec.profile);
}

class SuiteBuilder {
 public:
  explicit SuiteBuilder(const ComparatorRegistry& registry) : registry_(registry) {}

  // Nothing when there are faults.
  std::unique_ptr<PairScorer> Build(const SuiteSpec& spec) {
    const absl::StatusOr<Preset> preset = PresetOf(spec);
    if (!preset.ok()) Fault("preset", preset.status());
    if (preset.ok()) {
      for (const IgnoreSpec& rule : preset->ignore) AddIgnore(rule, "preset");
      for (const std::string& path : preset->unscored) AddUnscored(path);
      AddStream(*preset);
      AddGreedy(*preset);
    }
    if (!spec.profile.empty() && std::find(std::begin(kProfiles), std::end(kProfiles),
                                           spec.profile) == std::end(kProfiles)) {
      Fault("profile",
            fmt::format("there is no profile \"{}\".{}", ShownText(spec.profile, kMaxNameBytes),
                        Suggestion(spec.profile, kProfiles)));
    }
    if (spec.ignore.size() > kMaxIgnoreRules) {
      Fault("ignore", fmt::format("{} ignore rules; at most {} are allowed", spec.ignore.size(),
                                  kMaxIgnoreRules));
    } else {
      for (std::size_t i = 0; i < spec.ignore.size(); ++i) {
        AddIgnore(spec.ignore[i], fmt::format("ignore[{}].path", i));
      }
    }
    AddComparators(ComparatorsOf(spec, preset));
    // Rules name what is left out of the evidence, in whichever order they were written.
    std::vector<std::string> rules;
    for (const PathPattern& rule : parts_.ignore) rules.push_back(rule.text());
    std::sort(rules.begin(), rules.end());
    for (const std::string& rule : rules) hash_.Add(rule);
    parts_.fields = spec.fields;
    for (const std::string& pointer : spec.fields) hash_.Add(pointer);
    parts_.measures = spec.measures;
    parts_.methods = spec.methods;
    if (spec.methods != nullptr && spec.methods->Fingerprint() != 0) {
      hash_.Add(spec.methods->Fingerprint());
    }
    if (!faults_.empty()) return nullptr;
    parts_.fingerprint = hash_.value();
    return MakeSuite(std::move(parts_));
  }

  const std::vector<SuiteFault>& faults() const { return faults_; }

 private:
  void Fault(std::string where, std::string what) {
    faults_.push_back({std::move(where), std::move(what)});
  }
  void Fault(std::string where, const absl::Status& status) {
    Fault(std::move(where), std::string(status.message()));
  }

  void AddStream(const Preset& preset) {
    parts_.stream = preset.stream;
    if (!preset.stream) return;
    hash_.Add(preset.stream->assembly);
    hash_.Add(static_cast<std::uint64_t>(preset.stream->content));
  }

  void AddGreedy(const Preset& preset) {
    parts_.greedy = preset.greedy;
    for (const RequestCondition& condition : preset.greedy) {
      hash_.Add(condition.pointer);
      hash_.Add(condition.equals);
      hash_.Add(condition.when_absent ? "absent" : "present");
    }
  }

  // When a comparator is asked; words that a preset has not checked are faults.
  SuiteParts::Member::When AddWhen(const ComparatorSpec& spec, const std::string& where) {
    using When = SuiteParts::Member::When;
    if (spec.when.empty()) return When::kAlways;
    hash_.Add(spec.when);
    const auto word = std::find(std::begin(kWhens), std::end(kWhens), spec.when);
    if (word != std::end(kWhens)) {
      return static_cast<When>(1 + (word - std::begin(kWhens)));
    }
    Fault(where + ".when", fmt::format("must be one of {}, not \"{}\"", fmt::join(kWhens, ", "),
                                       ShownText(spec.when, kMaxNameBytes)));
    return When::kAlways;
  }

  void AddIgnore(const IgnoreSpec& rule, const std::string& where) {
    absl::StatusOr<PathPattern> path = PathPattern::Parse(rule.path);
    if (!path.ok()) return Fault(where, path.status());
    if (path->covers_root()) {
      return Fault(
          where, fmt::format("the ignore rule \"{}\" covers the whole answer, so nothing would be "
                             "compared; name the part to leave out",
                             ShownText(rule.path, kMaxNameBytes)));
    }
    parts_.ignore.push_back(*std::move(path));
  }

  void AddUnscored(const std::string& path) {
    absl::StatusOr<PathPattern> pattern = PathPattern::Parse(path);
    if (!pattern.ok()) return Fault("preset", pattern.status());
    parts_.unscored.push_back(*std::move(pattern));
    hash_.Add(path);
  }

  void AddComparators(const std::vector<ComparatorSpec>& comparators) {
    if (comparators.size() > kMaxComparators) {
      return Fault("comparators", fmt::format("{} comparators; at most {} are allowed",
                                              comparators.size(), kMaxComparators));
    }
    for (std::size_t i = 0; i < comparators.size(); ++i) {
      AddComparator(comparators[i], fmt::format("comparators[{}]", i));
    }
  }

  void AddComparator(const ComparatorSpec& spec, const std::string& where) {
    const std::size_t before = faults_.size();
    if (spec.name.empty() || spec.name.size() > kMaxNameBytes) {
      Fault(where + ".name",
            fmt::format("a comparator's name has 1 to {} bytes; \"{}\" has {}", kMaxNameBytes,
                        ShownText(spec.name, kMaxNameBytes), spec.name.size()));
    } else if (!names_.insert(spec.name).second) {
      Fault(where + ".name", fmt::format("two comparators are named \"{}\"", spec.name));
    }
    const auto kind = registry_.Find(spec.use);
    if (!kind.ok()) return Fault(where + ".use", kind.status());
    absl::StatusOr<BuiltComparator> built = (*kind)->Build(spec.options_json);
    if (!built.ok()) return FaultOptions(**kind, spec, where + ".options", built.status());
    const SuiteParts::Member::When when = AddWhen(spec, where);
    if (faults_.size() > before) return;
    hash_.Add(spec.name);
    hash_.Add(spec.use);
    hash_.Add((*kind)->Describe().version);
    if (spec.optional) hash_.Add("optional");
    const ComparatorWay way = (*kind)->Describe().way;
    if (way != ComparatorWay::kBuiltin) hash_.Add(static_cast<std::uint64_t>(way));
    if (built->depends_on != 0) hash_.Add(built->depends_on);
    AddOptions(spec.options_json);
    parts_.members.push_back({spec.name, *std::move(built), when, spec.optional});
  }

  void FaultOptions(const ComparatorKind& kind, const ComparatorSpec& spec,
                    const std::string& where, const absl::Status& whole) {
    const std::vector<OptionFault> found = kind.OptionFaults(spec.options_json);
    for (const OptionFault& fault : found) {
      Fault(fault.option.empty() ? where : fmt::format("{}.{}", where, fault.option),
            fault.message);
      faults_.back().unknown_option = fault.unknown;
    }
    if (found.empty()) Fault(where, whole);
  }

  // Spaces and the order of members make no other rules.
  void AddOptions(const std::string& options_json) {
    const auto document = Document::Parse(options_json);
    if (!document.ok() || (*document)->root().size() == 0) return hash_.Add("");
    hash_.Add(RenderJson((*document)->root(), kMaxOptionBytes, true));
  }

  const ComparatorRegistry& registry_;
  SuiteParts parts_;
  Fingerprint hash_;
  std::set<std::string> names_;
  std::vector<SuiteFault> faults_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PairScorer>> BuildSuite(const SuiteSpec& spec,
                                                       const ComparatorRegistry& registry) {
  SuiteBuilder builder(registry);
  std::unique_ptr<PairScorer> suite = builder.Build(spec);
  if (suite != nullptr) return suite;
  std::string message;
  for (const SuiteFault& fault : builder.faults()) {
    message += (message.empty() ? "" : "; ") + fault.message;
  }
  return absl::InvalidArgumentError(message);
}

std::vector<SuiteFault> FindSuiteFaults(const SuiteSpec& spec, const ComparatorRegistry& registry) {
  SuiteBuilder builder(registry);
  builder.Build(spec);
  return builder.faults();
}

}  // namespace understudy
