// Presets from outside: refused in words that point into them, or a suite that keeps to its
// contract on any pair, streamed ones too. The input is a profile's letter and a content-type's,
// then a preset, a request, and two bodies, with a byte 0x1E behind each.
#include <array>

#include "comparators/preset.h"
#include "test/fuzz/sound_score.h"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 4> kTypes = {"", "text/event-stream", "application/x-ndjson",
                                                    "application/json"};

// What reading says, without comparators' options.
void RequireSoundReading(std::string_view text) {
  const auto document = Document::Parse(text);
  if (!document.ok()) return;
  std::vector<PresetFault> faults;
  const Preset preset = ReadPreset((*document)->root(), faults);
  for (const PresetFault& fault : faults) Require(!fault.message.empty(), "a fault has words");
  if (!faults.empty()) return;
  Require(!preset.name.empty(), "a preset has a name");
  for (const std::string_view profile : kProfiles) {
    Require(preset.ComparatorsOf(profile).size() <= preset.comparators.size(),
            "a profile leaves comparators out and adds none");
  }
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  constexpr char kEnd = '\x1E';
  Choices input(TextOf(data, size));
  SuiteSpec spec;
  spec.profile = std::string(kProfiles[input.Below(std::size(kProfiles))]);
  const std::string_view type = kTypes[input.Below(kTypes.size())];
  spec.preset_json = std::string(input.Until(kEnd));
  RequireSoundReading(spec.preset_json);
  if (spec.preset_json.empty()) return 0;
  const auto suite = BuildSuite(spec);
  const std::vector<SuiteFault> faults = FindSuiteFaults(spec);
  Require(suite.ok() == faults.empty(), "a preset is refused for its faults");
  if (!suite.ok()) return 0;
  const std::string_view request = input.Until(kEnd);
  std::vector<AnswerHeader> headers;
  if (!type.empty()) headers.push_back({"content-type", type});
  const RawAnswer baseline{200, headers, input.Until(kEnd)};
  const RawAnswer candidate{200, headers, input.Until(kEnd)};
  RequireSoundScore(**suite, {[&] { return request; }, baseline, candidate});
  return 0;
}
