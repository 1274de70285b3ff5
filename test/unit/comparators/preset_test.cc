// Presets: those that are compiled in, and reading one strictly.
#include "comparators/preset.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "comparators/presets.h"
#include "comparators/suite.h"
#include "test/unit/comparators/scored_pair.h"

namespace understudy {
namespace {

std::vector<std::string> FaultsOf(const std::string& text) {
  const auto document = Document::Parse(text);
  REQUIRE(document.ok());
  std::vector<PresetFault> faults;
  ReadPreset((*document)->root(), faults);
  std::vector<std::string> lines;
  for (const PresetFault& fault : faults) lines.push_back(fault.where + ": " + fault.message);
  return lines;
}

std::unique_ptr<PairScorer> SuiteOf(const std::string& preset, const std::string& profile = "") {
  SuiteSpec spec;
  spec.preset = preset;
  spec.profile = profile;
  auto suite = BuildSuite(spec);
  INFO(preset << " " << suite.status());
  REQUIRE(suite.ok());
  return *std::move(suite);
}

TEST_CASE("presets: every compiled-in preset makes a suite in every profile") {
  CHECK(Presets().size() == 19);
  for (const Preset& preset : Presets()) {
    for (const std::string_view profile : kProfiles) {
      INFO(preset.name << " " << profile);
      const auto suite = SuiteOf(preset.name, std::string(profile));
      CHECK(suite->ComparatorNames().size() >= 2);
      CHECK(suite->ComparatorNames().front() == "status");
    }
    CHECK_FALSE(preset.summary.empty());
  }
}

TEST_CASE("presets: every one stands in docs/comparators.md") {
  std::ifstream file(UNDERSTUDY_DOCS "/comparators.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const Preset& preset : Presets()) {
    INFO(preset.name);
    CHECK(text.find("\n| `" + preset.name + "` |") != std::string::npos);
  }
}

TEST_CASE("presets: an unknown one is refused with the nearest name") {
  CHECK(FindPreset("openai-chats").status().message() ==
        "there is no preset \"openai-chats\". Did you mean \"openai-chat\"?");
}

TEST_CASE("presets: a profile leaves comparators out or gives them other options") {
  const Preset& oip = **FindPreset("oip-v2");
  const auto names = [&](std::string_view profile) {
    std::string joined;
    for (const ComparatorSpec& spec : oip.ComparatorsOf(profile)) {
      joined += spec.name + spec.options_json + " ";
    }
    return joined;
  };
  CHECK(names("") == "status values top1 ");
  CHECK(names("same-model") == "status values top1 ");
  CHECK(names("quantised") == R"(status values{"rtol":0.05,"atol":0.01} top1 )");
  CHECK(names("new-model") == "status top1 ");
}

TEST_CASE("presets: comparators that are for some pairs alone are known by name") {
  const auto partial = [](const SuiteSpec& spec) { return (*BuildSuite(spec))->Traits().partial; };
  SuiteSpec spec;
  spec.preset = "openai-chat";
  CHECK(partial(spec) == std::vector<std::string>{"text", "shape", "toolcalls", "tools"});
  spec.preset = "oip-v2";
  CHECK(partial(spec).empty());
  spec.comparators = {{"mine", "json", "", "json", false}, {"other", "text", "", "", true}};
  CHECK(partial(spec) == std::vector<std::string>{"mine", "other"});
}

TEST_CASE("presets: one of the user's own is read in the same form") {
  SuiteSpec spec;
  spec.preset_json = R"({"name":"mine","ignore":[{"path":"/id","reason":"names it"}],
    "comparators":[{"name":"all","use":"json"}]})";
  const auto suite = BuildSuite(spec);
  REQUIRE(suite.ok());
  const PairScore score =
      ScoreTexts(**suite, {.body = R"({"id":1,"a":2})"}, {.body = R"({"id":2,"a":2})"});
  CHECK(score.scores.at(0).comparison.divergence == 0);
  CHECK(score.ignore_hits == std::vector<std::uint32_t>{1});
}

TEST_CASE("presets: what is wrong with one is said with its place") {
  CHECK(FaultsOf(R"({"name":"x","comparators":[{"name":"a","use":"json"}]})").empty());
  CHECK(FaultsOf(R"([1])") == std::vector<std::string>{": must be an object"});
  CHECK(FaultsOf(R"({"nam":"x","comparators":[{"name":"a","use":"json"}]})") ==
        std::vector<std::string>{"nam: there is no \"nam\" here. Did you mean \"name\"?",
                                 ": \"name\" is missing"});
  CHECK(FaultsOf(R"({"name":"x"})") ==
        std::vector<std::string>{": \"comparators\" must list at least one"});
  const std::string start = R"({"name":"x","comparators":[{"name":"a","use":"json")";
  const auto with = [&](const std::string& more) { return FaultsOf(start + more).at(0); };
  CHECK(with(R"(,"when":"never"}]})") ==
        "comparators[0].when: must be one of greedy, sampled, json, other");
  CHECK(with(R"(,"optional":1}]})") == "comparators[0].optional: must be true or false");
  CHECK(with(R"(,"profiles":{"new":"off"}}]})") ==
        "comparators[0].profiles.new: there is no profile \"new\". Known: same-model, quantised, "
        "new-model.");
  CHECK(with(R"(,"profiles":{"new-model":"on"}}]})") ==
        "comparators[0].profiles.new-model: must be an object");
  CHECK(with(R"(}],"stream":{"assembly":"openai-chats"}})") ==
        "stream.assembly: there is no assembly \"openai-chats\". Did you mean \"openai-chat\"?");
  CHECK(with(R"(}],"stream":{"assembly":"tgi","framing":"udp"}})") ==
        "stream.framing: must be one of auto, sse, json-lines");
  CHECK(with(R"(}],"mirror":[{"path":"infer"}]})") ==
        "mirror[0]: the path must begin with \"/\": it is compared with the end of requests' "
        "paths");
  CHECK(with(R"(}],"mirror":[{"path":"/x","methods":["post"]}]})") ==
        "mirror[0].methods[0]: must be a method such as POST");
  CHECK(with(R"(}],"greedy":[{"path":"/t"}]})") ==
        "greedy[0]: \"equals\" must be a number, a text, true or false");
  CHECK(with(R"(}],"stateful":["x"]})") ==
        "stateful[0]: must be a JSON pointer such as \"/session\"");
  CHECK(with(R"(}],"judged":"b"})") == "judged: must be the name of one of the comparators");
}

}  // namespace
}  // namespace understudy
