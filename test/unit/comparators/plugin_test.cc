// Comparators of shared libraries: loading, refusing, and holding what they say to its bounds.
#include "comparators/plugin.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <utility>

#include "comparators/plugin_libraries.h"
#include "comparators/suite.h"
#include "test/support/test_plugins.h"
#include "test/unit/comparators/scored_pair.h"

namespace understudy {
namespace {

std::shared_ptr<const Plugin> Loaded(const std::string& name) {
  const auto plugin = Plugin::Load(PluginPath(name));
  INFO(plugin.status().ToString());
  REQUIRE(plugin.ok());
  return *plugin;
}

std::string LoadFault(const std::string& name) {
  return std::string(Plugin::Load(PluginPath(name)).status().message());
}

ComparatorRegistry With(const std::string& name) {
  ComparatorRegistry registry;
  REQUIRE(registry.Add(Loaded(name)).ok());
  return registry;
}

// A suite of the library's comparator alone.
std::unique_ptr<PairScorer> SuiteOf(const std::string& library, const std::string& use,
                                    const std::string& options = "") {
  auto suite = BuildSuite({.comparators = {{"it", use, options}}}, With(library));
  INFO(suite.status().ToString());
  REQUIRE(suite.ok());
  return *std::move(suite);
}

// Faults of options as "place: message".
std::vector<std::string> OptionFaultsOf(const std::string& library, const std::string& use,
                                        const std::string& options) {
  std::vector<std::string> lines;
  for (const SuiteFault& fault :
       FindSuiteFaults({.comparators = {{"it", use, options}}}, With(library))) {
    lines.push_back(fault.where + (fault.unknown_option ? " (key): " : ": ") + fault.message);
  }
  return lines;
}

ComparatorScore ScoreOf(const PairScorer& suite, const TextAnswer& a, const TextAnswer& b) {
  return ScoreTexts(suite, a, b).scores.at(0);
}

TEST_CASE("plug-in: what a library says of itself is its description") {
  const auto plugin = Loaded("byte_share");
  const ComparatorDescription& description = plugin->Describe();
  CHECK(description.name == "byte_share");
  CHECK(description.summary == "the share of bytes that differ, of the longer body");
  CHECK(description.version == 1);
  CHECK(description.way == ComparatorWay::kLibrary);
  CHECK(description.origin == "of the library \"" + PluginPath("byte_share") + "\"");
  REQUIRE(description.options.size() == 3);
  CHECK(description.options[0].name == "block");
  CHECK(description.options[0].type == "whole number >= 1");
  CHECK(description.options[0].default_value == "1");
  CHECK(description.options[2].meaning == "what a reason begins with");
}

TEST_CASE("plug-in: a pair is handed over and the score comes back") {
  const auto suite = SuiteOf("byte_share", "byte_share");
  const ComparatorScore score = ScoreOf(*suite, {.body = "abcd"}, {.body = "abXdef"});
  REQUIRE(score.compared);
  CHECK(score.comparison.divergence == Approx(0.5));
  CHECK(score.comparison.reason == "3 of 6 bytes differ, the first at byte 2");
  REQUIRE(score.comparison.differences.size() == 1);
  const Difference& difference = score.comparison.differences[0];
  CHECK(difference.path.empty());
  CHECK(difference.kind == "bytes");
  CHECK(difference.baseline == "cd");
  CHECK(difference.candidate == "Xdef");
  // The status is only looked at when both failed, and an empty body is no null pointer.
  CHECK(ScoreOf(*suite, {.status = 500, .body = "a"}, {.status = 503, .body = "a"})
            .comparison.reason == "status 500 became 503");
  CHECK(ScoreOf(*suite, {}, {.body = "a"}).comparison.divergence == 1);
  CHECK(ScoreOf(*suite, {}, {.status = 201}).comparison.divergence == 0);
}

TEST_CASE("plug-in: options are read with their types") {
  const auto suite =
      SuiteOf("byte_share", "byte_share", R"({"block":4,"heads":true,"label":"blocks\u003a "})");
  CHECK(ScoreOf(*suite, {.body = "abcdefgh"}, {.body = "abcdefgX"}).comparison.reason ==
        "blocks: 4 of 8 bytes differ, the first at byte 4");
  CHECK(ScoreOf(*suite, {.body = "a"}, {.status = 201, .body = "a"}).comparison.divergence == 1);
}

TEST_CASE("plug-in: the example of docs/comparators.md does what it says") {
  const auto suite = SuiteOf("length_ratio", "length_ratio", R"({"slack":0.1})");
  const auto score = [&](std::size_t a, std::size_t b) {
    return ScoreOf(*suite, {.body = std::string(a, 'x')}, {.body = std::string(b, 'y')}).comparison;
  };
  CHECK(score(10, 10).divergence == 0);
  CHECK(score(10, 9).divergence == 0);
  CHECK(score(10, 8).divergence == Approx(0.2));
  CHECK(score(10, 8).reason == "10 bytes became 8");
  CHECK(score(0, 8).divergence == 1);
  CHECK(OptionFaultsOf("length_ratio", "length_ratio", R"({"slack":2})") ==
        std::vector<std::string>{"comparators[0].options.slack: comparator length_ratio: option "
                                 "\"slack\" must be from 0 to 1; it is 2"});
}

TEST_CASE("plug-in: every faulty option is a fault of its own with its place") {
  const auto faults = [](const std::string& options) {
    return OptionFaultsOf("byte_share", "byte_share", options);
  };
  using Lines = std::vector<std::string>;
  CHECK(faults("{}") == Lines{});
  CHECK(faults(R"({"block":0,"label":"0123456789012345678901234567890123456789"})") ==
        Lines{"comparators[0].options.block: comparator byte_share: option \"block\" must be a "
              "whole number from 1 to 1e6; it is 0",
              "comparators[0].options.label: comparator byte_share: option \"label\" must have at "
              "most 31 bytes; it is \"0123456789012345678901234567890123456789\""});
  CHECK(faults(R"({"block":"x","heads":1,"label":[]})") ==
        Lines{"comparators[0].options.block: comparator byte_share: option \"block\" must be a "
              "number; it is \"x\"",
              "comparators[0].options.heads: comparator byte_share: option \"heads\" must be true "
              "or false; it is 1",
              "comparators[0].options.label: comparator byte_share: option \"label\" must be a "
              "text; it is []"});
  CHECK(faults(R"({"blok":1,"x":1})") ==
        Lines{"comparators[0].options.blok (key): comparator byte_share: there is no option "
              "\"blok\". Did you mean \"block\"?",
              "comparators[0].options.x (key): comparator byte_share: there is no option \"x\". "
              "Known: block, heads, label."});
  CHECK(faults(R"({"block":1e999})").size() == 1);
  CHECK(faults(R"([1])") == Lines{"comparators[0].options: comparator byte_share: the options must "
                                  "be an object, not [1]"});
}

TEST_CASE("plug-in: an open() that refuses is heard, also when it does not say why") {
  CHECK(OptionFaultsOf("open_fails", "faulty", "{\"level\":2}") ==
        std::vector<std::string>{
            "comparators[0].options.level: comparator faulty: option \"level\" needs a licence for "
            "level 2; it is 2",
            "comparators[0].options: comparator faulty: the options go together badly"});
  CHECK(
      OptionFaultsOf("open_mute", "faulty", "") ==
      std::vector<std::string>{"comparators[0].options: comparator faulty: it refuses its options "
                               "and does not say why"});
  CHECK(OptionFaultsOf("throwing", "throwing", "{\"when\":\"open\"}") ==
        std::vector<std::string>{
            "comparators[0].options: comparator throwing: its open() threw: thrown by open"});
}

TEST_CASE("plug-in: a library that is no good comparator is refused with what to do") {
  const auto of = [](const std::string& name, const std::string& what) {
    return "the comparator of the library \"" + PluginPath(name) + "\" " + what;
  };
  const std::string name_rule =
      "a name has 1 to 64 letters, digits, '-', '_' or '.', and begins with a letter or digit";
  CHECK(LoadFault("no_symbol") ==
        "the library \"" + PluginPath("no_symbol") +
            "\" is no comparator: it does not export understudy_comparator_v1 (see "
            "comparators/abi.h)");
  CHECK(LoadFault("no_table") ==
        of("no_table", "has no table: understudy_comparator_v1() returned null"));
  CHECK(LoadFault("abi_version") ==
        of("abi_version",
           "was built for version 99 of comparators/abi.h, and this program has version 1; build "
           "it with the header of this release"));
  const std::string whole = std::to_string(sizeof(understudy_comparator));
  const std::string small = std::to_string(offsetof(understudy_comparator, compare));
  CHECK(LoadFault("small_table") ==
        of("small_table", "has a table of " + small + " bytes, and version 1 has " + whole +
                              "; set struct_size to sizeof(understudy_comparator)"));
  CHECK(LoadFault("no_compare") == of("no_compare", "has no function compare"));
  CHECK(LoadFault("bad_name") == of("bad_name", "is named \"byte share\"; " + name_rule));
  CHECK(LoadFault("unknown_flags") == of("unknown_flags", "has flags that are not known: 0x10"));
  CHECK(LoadFault("options_lost") ==
        of("options_lost", "says it has 1 options and documents none"));
  const std::string unresolved = LoadFault("unresolved");
  INFO(unresolved);
  CHECK(unresolved.starts_with("the library \"" + PluginPath("unresolved") +
                               "\" cannot be loaded: "));
  CHECK(unresolved.find("undefined symbol: understudy_nowhere") != std::string::npos);
  CHECK(Plugin::Load("byte_share.so").status().message() ==
        "the library \"byte_share.so\" must be named by its absolute path, so that it is the same "
        "one wherever the process is started");
}

TEST_CASE("plug-in: a table is judged by its own size, and every part of it is looked at") {
  const auto valid = [] {
    understudy_comparator table{};
    table.struct_size = sizeof(table);
    table.abi_version = UNDERSTUDY_ABI_VERSION;
    table.name = "name";
    table.open = [](understudy_text, const understudy_host*, void**) { return 0; };
    table.compare = [](void*, const understudy_pair*, const understudy_result*) {};
    table.close = [](void*) {};
    return table;
  };
  const auto fault = [](const understudy_comparator& table) {
    return std::string(CheckPluginTable(&table).message());
  };
  understudy_comparator table = valid();
  CHECK(fault(table) == "");  // a summary may be missing
  table.struct_size = sizeof(table) + 100;
  CHECK(fault(table) == "");
  table.struct_size = 0;
  table.abi_version = 7;
  CHECK(fault(table).starts_with("has a table of 0 bytes"));
  table = valid();
  table.open = nullptr;
  CHECK(fault(table) == "has no function open");
  table = valid();
  table.close = nullptr;
  CHECK(fault(table) == "has no function close");
  for (const std::string& name : {std::string(), std::string("-a"), std::string("a/b"),
                                  std::string("a\nb"), std::string(65, 'a')}) {
    table = valid();
    table.name = name.c_str();
    INFO(name);
    CHECK(fault(table).starts_with("is named \""));
  }
  table.name = nullptr;
  CHECK(fault(table).starts_with("is named \"\""));
  table = valid();
  table.option_count = 65;
  CHECK(fault(table) == "documents 65 options; at most 64 are allowed");
  const understudy_option nameless{};
  table.option_count = 1;
  table.options = &nameless;
  CHECK(fault(table).starts_with("names its option 1 \"\""));
}

TEST_CASE("plug-in: two comparators of one name, a built-in one's too, do not go together") {
  ComparatorRegistry registry;
  CHECK(registry.Add(Loaded("builtin_name")).message() ==
        "a second comparator is named \"json\"; the first is built in");
  REQUIRE(registry.Add(Loaded("nan_divergence")).ok());
  CHECK(registry.Add(Loaded("huge_texts")).message() ==
        "a second comparator is named \"faulty\"; the first is of the library \"" +
            PluginPath("nan_divergence") + "\"");
  CHECK(registry.Kinds().size() == Builtins().size() + 1);
  CHECK(registry.Find("faulty").ok());
  CHECK(registry.Find("faulti").status().message() ==
        "there is no comparator \"faulti\". Did you mean \"faulty\"?");
}

TEST_CASE("plug-in: what it says wrong costs its own score alone") {
  const auto detail = [](const std::string& library, const std::string& use) {
    const ComparatorScore score = ScoreOf(*SuiteOf(library, use), {.body = "a"}, {.body = "b"});
    CHECK_FALSE(score.compared);
    CHECK(score.uncomparable == "comparator_error");
    return score.detail;
  };
  CHECK(detail("nan_divergence", "faulty") == "the divergence nan is outside 0..1");
  CHECK(detail("says_nothing", "faulty") ==
        "the comparator gave no divergence and did not say why");
  CHECK(detail("throwing", "throwing") == "thrown by compare");
}

TEST_CASE("plug-in: huge texts and unknown kinds are cut to their bounds") {
  const ComparatorScore score =
      ScoreOf(*SuiteOf("huge_texts", "faulty"), {.body = "a"}, {.body = "b"});
  REQUIRE(score.compared);
  CHECK(score.comparison.divergence == 0.25);
  CHECK(score.comparison.reason.size() <= 256);
  CHECK(score.comparison.reason.ends_with("\xE2\x80\xA6"));
  REQUIRE(score.comparison.differences.size() == 32);
  for (const Difference& difference : score.comparison.differences) {
    CHECK(difference.kind == "value");
    CHECK(difference.path.size() <= 256);
    CHECK(difference.baseline.size() <= 256);
    CHECK(difference.candidate.size() <= 256);
    CHECK(difference.candidate.starts_with("\xEF\xBF\xBD"));  // é of Latin-1 is no UTF-8
  }
}

TEST_CASE("plug-in: why it cannot tell is a reason of the list") {
  const auto suite = SuiteOf("cannot_tell", "faulty");
  const auto reason = [&](const std::string& request) {
    const std::string body = "x";
    const PairScore score =
        suite->Score({[&] { return std::string_view(request); }, {200, {}, body}, {200, {}, body}});
    CHECK_FALSE(score.scores.at(0).compared);
    CHECK(score.scores.at(0).detail == "no idea");
    return score.scores.at(0).uncomparable;
  };
  CHECK(reason("0") == "comparator_error");
  CHECK(reason("1") == "unsupported");
  CHECK(reason("2") == "decode_error");
  CHECK(reason("3") == "not_json");
  CHECK(reason("4") == "too_large");
  CHECK(reason("5") == "comparator_error");
}

TEST_CASE("plug-in: a divergence of 0 has no reason, any other has one") {
  const auto suite = SuiteOf("none", "nothing");
  const ComparatorScore score = ScoreOf(*suite, {.body = "a"}, {.body = "b"});
  CHECK(score.compared);
  CHECK(score.comparison.divergence == 0);
  CHECK(score.comparison.reason.empty());
  // It says nothing of equal bytes, so it is asked about them as well.
  CHECK_FALSE(suite->Traits().same_bytes_are_equal);
  CHECK(SuiteOf("byte_share", "byte_share")->Traits().same_bytes_are_equal);
}

TEST_CASE("plug-in: its name, version and options are part of the fingerprint") {
  const auto print = [](const std::string& options) {
    return SuiteOf("byte_share", "byte_share", options)->Fingerprint();
  };
  CHECK(print("") == print("{}"));
  CHECK(print(R"({"block":2,"heads":true})") == print(R"({ "heads":true, "block" : 2 })"));
  CHECK(print("") != print(R"({"block":2})"));
  // A comparator of the same name and version that came in another way is another measure.
  struct Renamed final : ComparatorKind {
    explicit Renamed(ComparatorDescription as) : description(as) {}
    const ComparatorDescription& Describe() const override { return description; }
    absl::StatusOr<BuiltComparator> Build(std::string_view json) const override {
      return (*FindBuiltin("exact"))->build(json);
    }
    std::vector<OptionFault> OptionFaults(std::string_view) const override { return {}; }
    ComparatorDescription description;
  };
  const auto print_of = [](ComparatorWay way, std::uint32_t version) {
    ComparatorRegistry registry;
    const ComparatorDescription as{.name = "mine", .way = way, .version = version};
    REQUIRE(registry.Add(std::make_shared<Renamed>(as)).ok());
    return (*BuildSuite({.comparators = {{"it", "mine", ""}}}, registry))->Fingerprint();
  };
  CHECK(print_of(ComparatorWay::kLibrary, 1) == print_of(ComparatorWay::kLibrary, 1));
  CHECK(print_of(ComparatorWay::kLibrary, 1) != print_of(ComparatorWay::kLibrary, 2));
  CHECK(print_of(ComparatorWay::kLibrary, 1) != print_of(ComparatorWay::kService, 1));
  CHECK(print_of(ComparatorWay::kBuiltin, 1) != print_of(ComparatorWay::kService, 1));
}

TEST_CASE("plug-in libraries: each is loaded once, and one that changed needs a restart") {
  const TemporaryDirectory folder;
  const std::string path = folder.File("mine.so");
  CopyPlugin("byte_share", path);
  PluginLibraries libraries;
  CHECK(libraries.Find(path).status().message() == "the library \"" + path + "\" is not loaded");
  const auto first = libraries.Load(path);
  REQUIRE(first.ok());
  CHECK(*libraries.Load(path) == *first);
  CHECK(*libraries.Find(path) == *first);
  // Replaced by a rename, as a deployment should: the code in memory is left alone.
  CopyPlugin("none", folder.File("next.so"));
  std::filesystem::rename(folder.File("next.so"), path);
  CHECK(libraries.Load(path).status().message() ==
        "the library \"" + path +
            "\" has changed since this process loaded it, and a library cannot be unloaded; "
            "restart to have the new one");
  CHECK(*libraries.Find(path) == *first);
  std::filesystem::remove(path);
  CHECK(libraries.Load(path).status().message() ==
        "the library \"" + path + "\" cannot be read: No such file or directory");
}

TEST_CASE("plug-in libraries: a library that was no comparator may become one at its path") {
  const TemporaryDirectory folder;
  const std::string path = folder.File("mine.so");
  PluginLibraries libraries;
  CHECK_FALSE(libraries.Load(path).ok());
  for (const char* faulty : {"no_symbol", "abi_version"}) {
    CopyPlugin(faulty, folder.File("next.so"));
    std::filesystem::rename(folder.File("next.so"), path);
    CHECK_FALSE(libraries.Load(path).ok());
  }
  CopyPlugin("byte_share", folder.File("next.so"));
  std::filesystem::rename(folder.File("next.so"), path);
  const auto loaded = libraries.Load(path);
  INFO(loaded.status().ToString());
  REQUIRE(loaded.ok());
  CHECK((*loaded)->Describe().name == "byte_share");
}

}  // namespace
}  // namespace understudy
