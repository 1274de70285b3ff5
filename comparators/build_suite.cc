// From the words of a configuration file to a suite, with every fault found at once.
#include <algorithm>
#include <utility>

#include "comparators/fingerprint.h"
#include "comparators/presets.h"
#include "comparators/suite.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxComparators = 64;
constexpr std::size_t kMaxIgnoreRules = 256;
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxOptionBytes = 1u << 20;  // as text again, escapes and all

class SuiteBuilder {
 public:
  absl::StatusOr<std::unique_ptr<PairScorer>> Build(const SuiteSpec& spec) {
    const Preset* preset = FindTheirPreset(spec);
    if (preset != nullptr) {
      for (const IgnoreSpec& rule : preset->ignore) AddIgnore(rule);
      for (const std::string& path : preset->unscored) AddUnscored(path);
    }
    if (spec.ignore.size() > kMaxIgnoreRules) {
      Fault(fmt::format("{} ignore rules; at most {} are allowed", spec.ignore.size(),
                        kMaxIgnoreRules));
    } else {
      for (const IgnoreSpec& rule : spec.ignore) AddIgnore(rule);
    }
    AddComparators(preset != nullptr && spec.comparators.empty() ? preset->comparators
                                                                 : spec.comparators);
    // Rules name what is left out of the evidence, in whichever order they were written.
    std::vector<std::string> rules;
    for (const PathPattern& rule : parts_.ignore) rules.push_back(rule.text());
    std::sort(rules.begin(), rules.end());
    for (const std::string& rule : rules) hash_.Add(rule);
    if (!faults_.empty())
      return absl::InvalidArgumentError(fmt::format("{}", fmt::join(faults_, "; ")));
    parts_.fingerprint = hash_.value();
    return MakeSuite(std::move(parts_));
  }

 private:
  void Fault(std::string what) { faults_.push_back(std::move(what)); }
  void Fault(const absl::Status& status) { Fault(std::string(status.message())); }

  const Preset* FindTheirPreset(const SuiteSpec& spec) {
    absl::StatusOr<const Preset*> preset = FindPreset(spec.preset);
    if (preset.ok()) return *preset;
    Fault(preset.status());
    return nullptr;
  }

  void AddIgnore(const IgnoreSpec& rule) {
    absl::StatusOr<PathPattern> path = PathPattern::Parse(rule.path);
    if (!path.ok()) return Fault(path.status());
    if (path->covers_root()) {
      return Fault(
          fmt::format("the ignore rule \"{}\" covers the whole answer, so nothing would be "
                      "compared; name the part to leave out",
                      ShownText(rule.path, kMaxNameBytes)));
    }
    parts_.ignore.push_back(*std::move(path));
  }

  void AddUnscored(const std::string& path) {
    absl::StatusOr<PathPattern> pattern = PathPattern::Parse(path);
    if (!pattern.ok()) return Fault(pattern.status());
    parts_.unscored.push_back(*std::move(pattern));
    hash_.Add(path);
  }

  void AddComparators(const std::vector<ComparatorSpec>& comparators) {
    if (comparators.size() > kMaxComparators) {
      return Fault(fmt::format("{} comparators; at most {} are allowed", comparators.size(),
                               kMaxComparators));
    }
    for (const ComparatorSpec& comparator : comparators) AddComparator(comparator);
  }

  void AddComparator(const ComparatorSpec& spec) {
    if (spec.name.empty() || spec.name.size() > kMaxNameBytes) {
      return Fault(fmt::format("a comparator's name has 1 to {} bytes; \"{}\" has {}",
                               kMaxNameBytes, ShownText(spec.name, kMaxNameBytes),
                               spec.name.size()));
    }
    const auto same_name = [&](const SuiteParts::Member& member) {
      return member.name == spec.name;
    };
    if (std::any_of(parts_.members.begin(), parts_.members.end(), same_name)) {
      return Fault(fmt::format("two comparators are named \"{}\"", spec.name));
    }
    absl::StatusOr<const Builtin*> builtin = FindBuiltin(spec.use);
    if (!builtin.ok()) return Fault(builtin.status());
    absl::StatusOr<BuiltComparator> built = (*builtin)->build(spec.options_json);
    if (!built.ok()) return Fault(built.status());
    hash_.Add(spec.name);
    hash_.Add(spec.use);
    hash_.Add((*builtin)->version);
    AddOptions(spec.options_json);
    parts_.members.push_back({spec.name, *std::move(built)});
  }

  // Spaces and the order of members make no other rules.
  void AddOptions(const std::string& options_json) {
    const auto document = Document::Parse(options_json);
    if (!document.ok() || (*document)->root().size() == 0) return hash_.Add("");
    hash_.Add(RenderJson((*document)->root(), kMaxOptionBytes, true));
  }

  SuiteParts parts_;
  Fingerprint hash_;
  std::vector<std::string> faults_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<PairScorer>> BuildSuite(const SuiteSpec& spec) {
  return SuiteBuilder().Build(spec);
}

}  // namespace understudy
