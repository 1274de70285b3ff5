// Reading presets strictly: a word too many is a fault, as in a configuration.
#include "comparators/preset.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <utility>

#include "comparators/path_pattern.h"
#include "comparators/streams/assemblies.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxItems = 64;
constexpr std::size_t kMaxTextBytes = 1u << 16;

bool IsOneOf(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// A part of a preset, and where it is.
class Part {
 public:
  Part(JsonValue value, std::string where, std::vector<PresetFault>& faults)
      : value_(value), where_(std::move(where)), faults_(faults) {}

  JsonValue value() const { return value_; }
  void Fault(std::string_view what) const { faults_.push_back({where_, std::string(what)}); }

  // Whether it is an object with none but these members.
  bool IsObject(std::initializer_list<std::string_view> known) const {
    if (!value_.is_object()) {
      Fault("must be an object");
      return false;
    }
    value_.ForEachMember([&](std::string_view key, JsonValue) {
      if (std::find(known.begin(), known.end(), key) != known.end()) return;
      const std::vector<std::string_view> names(known);
      faults_.push_back({Below(key), fmt::format("there is no \"{}\" here.{}", ShownText(key, 64),
                                                 Suggestion(key, names))});
    });
    return true;
  }

  std::optional<Part> Find(std::string_view key) const {
    const std::optional<JsonValue> found = value_.Find(key);
    if (!found) return std::nullopt;
    return Part(*found, Below(key), faults_);
  }

  void Read(std::string_view key, std::string& text, bool required = false) const {
    const std::optional<Part> part = Find(key);
    if (!part) {
      if (required) Fault(fmt::format("\"{}\" is missing", key));
    } else if (!part->value_.is_string() || (required && part->value_.AsString().empty())) {
      part->Fault("must be a text");
    } else {
      text = std::string(part->value_.AsString());
    }
  }

  void Read(std::string_view key, bool& flag) const {
    const std::optional<Part> part = Find(key);
    if (!part) return;
    if (!part->value_.is_bool()) part->Fault("must be true or false");
    flag = part->value_.kind() == JsonKind::kTrue;
  }

  void ReadList(std::string_view key, const std::function<void(const Part&)>& read) const {
    const std::optional<Part> part = Find(key);
    if (!part) return;
    if (!part->value_.is_array() || part->value_.size() > kMaxItems) {
      return part->Fault(fmt::format("must be a list of at most {}", kMaxItems));
    }
    std::size_t index = 0;
    part->value_.ForEachElement([&](JsonValue element) {
      read(Part(element, fmt::format("{}[{}]", part->where_, index++), faults_));
    });
  }

  // A list of texts that `good` accepts.
  void ReadTexts(std::string_view key, std::string_view what,
                 const std::function<bool(const std::string&)>& good,
                 std::vector<std::string>& out) const {
    ReadList(key, [&](const Part& item) {
      const std::string text(item.value_.is_string() ? item.value_.AsString() : "");
      if (!item.value_.is_string() || !good(text)) return item.Fault(what);
      out.push_back(text);
    });
  }

 private:
  std::string Below(std::string_view key) const {
    return where_.empty() ? std::string(key) : fmt::format("{}.{}", where_, key);
  }

  JsonValue value_;
  std::string where_;
  std::vector<PresetFault>& faults_;
};

bool IsPointer(const std::string& text) { return !text.empty() && SplitPointer(text).has_value(); }
bool IsPattern(const std::string& text) { return !text.empty() && PathPattern::Parse(text).ok(); }
bool IsMethod(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; });
}

void ReadMirror(const Part& part, std::vector<PresetPath>& out) {
  if (!part.IsObject({"methods", "path"})) return;
  PresetPath rule;
  part.Read("path", rule.path, true);
  if (!rule.path.empty() && rule.path.front() != '/') {
    part.Fault("the path must begin with \"/\": it is compared with the end of requests' paths");
  }
  part.ReadTexts("methods", "must be a method such as POST", IsMethod, rule.methods);
  out.push_back(std::move(rule));
}

void ReadIgnore(const Part& part, std::vector<IgnoreSpec>& out) {
  if (!part.IsObject({"path", "reason"})) return;
  IgnoreSpec rule;
  part.Read("path", rule.path, true);
  part.Read("reason", rule.reason, true);
  out.push_back(std::move(rule));
}

void ReadCondition(const Part& part, std::vector<RequestCondition>& out) {
  if (!part.IsObject({"path", "equals", "absent"})) return;
  RequestCondition condition;
  part.Read("path", condition.pointer, true);
  const std::optional<Part> equals = part.Find("equals");
  if (!equals || !equals->value().is_scalar()) {
    part.Fault("\"equals\" must be a number, a text, true or false");
  } else {
    condition.equals = RenderJson(equals->value(), kMaxTextBytes);
  }
  part.Read("absent", condition.when_absent);
  out.push_back(std::move(condition));
}

std::optional<StreamRule> ReadStream(const Part& part) {
  if (!part.IsObject({"assembly", "framing", "content"})) return std::nullopt;
  StreamRule rule;
  part.Read("assembly", rule.assembly, true);
  std::vector<std::string_view> names;
  for (const AssemblyKind& kind : AssemblyKinds()) names.push_back(kind.name);
  if (!rule.assembly.empty() && !IsOneOf(rule.assembly, names)) {
    part.Find("assembly")
        ->Fault(fmt::format("there is no assembly \"{}\".{}", ShownText(rule.assembly, 64),
                            Suggestion(rule.assembly, names)));
  }
  const auto read_choice = [&](std::string_view key, std::span<const std::string_view> words) {
    std::string word(words[0]);
    part.Read(key, word);
    const auto found = std::find(words.begin(), words.end(), word);
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    part.Find(key)->Fault(fmt::format("must be one of {}", fmt::join(words, ", ")));
    return std::size_t{0};
  };
  constexpr std::string_view kFramings[] = {"auto", "sse", "json-lines"};
  constexpr std::string_view kContents[] = {"auto", "delta", "cumulative"};
  rule.framing = std::array{StreamFraming::kAuto, StreamFraming::kSse,
                            StreamFraming::kJsonLines}[read_choice("framing", kFramings)];
  rule.content = std::array{ContentMode::kAuto, ContentMode::kDelta,
                            ContentMode::kCumulative}[read_choice("content", kContents)];
  return rule;
}

std::string OptionsText(const Part& part) {
  if (part.value().is_object()) return RenderJson(part.value(), kMaxTextBytes);
  part.Fault("must be an object");
  return "";
}

void ReadProfiles(const Part& part, PresetComparator& out) {
  if (!part.value().is_object()) return part.Fault("must be an object");
  part.value().ForEachMember([&](std::string_view key, JsonValue) {
    const Part profile = *part.Find(key);
    if (!IsOneOf(key, kProfiles)) {
      profile.Fault(fmt::format("there is no profile \"{}\".{}", ShownText(key, 64),
                                Suggestion(key, kProfiles)));
    } else if (profile.value().is_string() && profile.value().AsString() == "off") {
      out.by_profile[std::string(key)] = std::nullopt;
    } else {
      out.by_profile[std::string(key)] = OptionsText(profile);
    }
  });
}

void ReadComparator(const Part& part, std::vector<PresetComparator>& out) {
  if (!part.IsObject({"name", "use", "options", "when", "optional", "profiles"})) return;
  PresetComparator comparator;
  part.Read("name", comparator.spec.name, true);
  part.Read("use", comparator.spec.use, true);
  part.Read("when", comparator.spec.when);
  if (!comparator.spec.when.empty() && !IsOneOf(comparator.spec.when, kWhens)) {
    part.Find("when")->Fault(fmt::format("must be one of {}", fmt::join(kWhens, ", ")));
  }
  part.Read("optional", comparator.spec.optional);
  if (const auto options = part.Find("options")) {
    comparator.spec.options_json = OptionsText(*options);
  }
  if (const auto profiles = part.Find("profiles")) ReadProfiles(*profiles, comparator);
  out.push_back(std::move(comparator));
}

}  // namespace

std::vector<ComparatorSpec> Preset::ComparatorsOf(std::string_view profile) const {
  const std::string wanted(profile.empty() ? kProfiles[0] : profile);
  std::vector<ComparatorSpec> specs;
  for (const PresetComparator& comparator : comparators) {
    const auto other = comparator.by_profile.find(wanted);
    if (other != comparator.by_profile.end() && !other->second) continue;
    specs.push_back(comparator.spec);
    if (other != comparator.by_profile.end()) specs.back().options_json = *other->second;
  }
  return specs;
}

Preset ReadPreset(JsonValue object, std::vector<PresetFault>& faults) {
  Preset preset;
  const Part part(object, "", faults);
  if (!part.IsObject({"name", "summary", "mirror", "stateful", "ignore", "unscored", "stream",
                      "greedy", "comparators", "judged"})) {
    return preset;
  }
  part.Read("name", preset.name, true);
  part.Read("summary", preset.summary);
  part.ReadList("mirror", [&](const Part& item) { ReadMirror(item, preset.mirror); });
  part.ReadTexts("stateful", "must be a JSON pointer such as \"/session\"", IsPointer,
                 preset.stateful);
  part.ReadList("ignore", [&](const Part& item) { ReadIgnore(item, preset.ignore); });
  part.ReadTexts("unscored", "must be a path such as \"/model\"", IsPattern, preset.unscored);
  if (const auto stream = part.Find("stream")) preset.stream = ReadStream(*stream);
  part.ReadList("greedy", [&](const Part& item) { ReadCondition(item, preset.greedy); });
  part.ReadList("comparators", [&](const Part& item) { ReadComparator(item, preset.comparators); });
  part.Read("judged", preset.judged);
  const bool there = std::any_of(preset.comparators.begin(), preset.comparators.end(),
                                 [&](const auto& one) { return one.spec.name == preset.judged; });
  if (!preset.judged.empty() && !there) {
    part.Find("judged")->Fault("must be the name of one of the comparators");
  }
  if (preset.comparators.empty()) part.Fault("\"comparators\" must list at least one");
  return preset;
}

}  // namespace understudy
