// What a configuration may say of comparators, with real libraries.
#include "proxy/server/comparing.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/text_format.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "proxy/control/config_loader.h"
#include "test/support/fake_comparator_service.h"
#include "test/support/temporary_directory.h"
#include "test/support/test_plugins.h"

using namespace understudy;

namespace {

using Loading = ComparatorCatalog::Loading;
using Lines = std::vector<std::string>;

std::string ConfigOf(const Lines& libraries, std::string_view comparators) {
  std::string text = "plugins:\n";
  for (const std::string& library : libraries) text += "  - library: " + library + "\n";
  return text + fmt::format(R"(listeners: [{{name: l, address: "127.0.0.1:0"}}]
clusters: [{{name: v1, endpoints: ["127.0.0.1:9"]}}]
routes:
  - name: r
    match: {{path_prefix: /}}
    incumbent: v1
    compare:
      comparators:
{})",
                            comparators);
}

Lines FaultsOf(const std::string& text, ComparatorCatalog& catalog,
               Loading loading = Loading::kAllowed) {
  Lines lines;
  const ConfigResult result =
      LoadConfig(text, "f.yaml", catalog.KnownToConfig(loading), ProcessEnvironment());
  for (const ConfigFault& fault : result.faults) lines.push_back(fault.ToString());
  return lines;
}

Lines FaultsOf(const Lines& libraries, std::string_view comparators) {
  ComparatorCatalog catalog;
  return FaultsOf(ConfigOf(libraries, comparators), catalog);
}

}  // namespace

TEST_CASE("a route may use the comparator of a library, with its options") {
  const std::string text = ConfigOf({PluginPath("byte_share")},
                                    "        - {name: a, use: byte_share, options: {block: 4}}\n"
                                    "        - {name: b, use: json}\n");
  ComparatorCatalog catalog;
  const ConfigResult result =
      LoadConfig(text, "f.yaml", catalog.KnownToConfig(Loading::kAllowed), ProcessEnvironment());
  REQUIRE(result.topology != nullptr);
  const Route& route = result.topology->routes.front();
  CHECK(ComparatorsOf(route, catalog.RegistryOf(*result.topology)).names == Lines{"a", "b"});
  SuiteCache suites(catalog);
  const auto suite = suites.Of(result.topology, route);
  REQUIRE(suite != nullptr);
  CHECK(suite->ComparatorNames() == Lines{"a", "b"});
  CHECK(suites.Of(result.topology, route) == suite);
}

TEST_CASE(
    "the built-in plan looks at the comparator of a route's own that is most like the preset's") {
  const auto judged = [](const std::string& preset, const std::string& comparators,
                         const std::string& more = {}) {
    ComparatorCatalog catalog;
    const ConfigResult result =
        LoadConfig(fmt::format(R"({}listeners: [{{name: l, address: "127.0.0.1:0"}}]
clusters: [{{name: v1, endpoints: ["127.0.0.1:9"]}}, {{name: v2, endpoints: ["127.0.0.1:10"]}}]
routes:
  - name: r
    match: {{path_prefix: /}}
    effects: pure
    incumbent: v1
    candidates: [{{cluster: v2, mirror: {{rate: 1.0}}}}]
    compare: {{preset: {}, comparators: [{}]}}
)",
                               more, preset, comparators),
                   "f.yaml", catalog.KnownToConfig(Loading::kAllowed), ProcessEnvironment());
    if (result.topology == nullptr) return result.faults.front().ToString();
    const Plan* plan = result.topology->FindPlan(result.topology->routes.front().plan);
    for (const Check& check : plan->checks) {
      if (!check.comparator.empty()) return check.comparator;
    }
    return std::string("none");
  };
  const std::string status = "{name: s, use: status}, ";
  CHECK(judged("generic-json", status + "{name: same, use: json}") == "same");
  // Judged there: "finish", which uses "text".
  CHECK(judged("openai-chat", status + "{name: answer, use: text}") == "answer");
  CHECK(judged("openai-chat", status + "{name: answer, use: text}, {name: finish, use: text}") ==
        "finish");
  CHECK(judged("openai-chat", status + "{name: calls, use: toolcalls}") == "s");
  // In this profile "top1" is judged, and "values" is not there.
  CHECK(judged("oip-v2, profile: new-model", status + "{name: labels, use: top1}") == "labels");
  CHECK(judged("fraud", status + "{name: error, use: numeric}",
               "presets:\n  - {name: fraud, judged: risk, comparators: "
               "[{name: risk, use: numeric}]}\n") == "error");
}

TEST_CASE("rules of the same names that measure otherwise have another fingerprint") {
  const auto fingerprint = [](const std::function<void(CompareRules&)>& change) {
    Route route;
    route.compare.preset = "oip-v2";
    change(route.compare);
    return ComparatorsOf(route, ComparatorRegistry()).fingerprint;
  };
  const std::uint64_t usual = fingerprint([](CompareRules&) {});
  CHECK(usual != 0);
  CHECK(usual == fingerprint([](CompareRules&) {}));
  CHECK(usual != fingerprint([](CompareRules& rules) { rules.profile = "quantised"; }));
  const std::uint64_t own = fingerprint([](CompareRules& rules) {
    rules.comparators = {{"a", "json", "", "", false}};
  });
  CHECK(own != fingerprint([](CompareRules& rules) {
          rules.comparators = {{"a", "json", "", "greedy", false}};
        }));
  CHECK(own != fingerprint([](CompareRules& rules) {
          rules.comparators = {{"a", "json", "", "", true}};
        }));
  const auto of_preset = [&](const std::string& temperature) {
    return fingerprint([&](CompareRules& rules) {
      rules.preset_json = R"({"name":"p","greedy":[{"path":"/temperature","equals":)" +
                          temperature + R"(}],"comparators":[)" +
                          R"({"name":"a","use":"json","when":"greedy"}]})";
    });
  };
  CHECK(of_preset("0") != of_preset("1"));
}

TEST_CASE("faults of a library's options stand at the options") {
  CHECK(FaultsOf({PluginPath("byte_share")},
                 "        - {name: a, use: byte_share, options: {block: 0, label: 7}}\n"
                 "        - {name: b, use: byte_share, options: {blok: 2}}\n"
                 "        - {name: c, use: bite_share}\n") ==
        Lines{"f.yaml:11:55: comparator byte_share: option \"block\" must be a whole number from 1 "
              "to 1e6; it is 0",
              "f.yaml:11:65: comparator byte_share: option \"label\" must be a text; it is 7",
              "f.yaml:12:48: comparator byte_share: there is no option \"blok\". Did you mean "
              "\"block\"?",
              "f.yaml:13:26: there is no comparator 'bite_share'; did you mean 'byte_share'?"});
}

TEST_CASE("faults of libraries stand at their paths, and say what to do") {
  const std::string twice = PluginPath("byte_share");
  CHECK(FaultsOf({"/no/such.so", "mine.so", PluginPath("abi_version"), PluginPath("builtin_name"),
                  twice, twice},
                 "        - {name: a, use: a_name_of_the_missing_one}\n") ==
        Lines{"f.yaml:2:14: the library \"/no/such.so\" cannot be read: No such file or directory",
              "f.yaml:3:14: the library \"mine.so\" must be named by its absolute path, so that it "
              "is the same one wherever the process is started",
              "f.yaml:4:14: the comparator of the library \"" + PluginPath("abi_version") +
                  "\" was built for version 99 of comparators/abi.h, and this program has version "
                  "1; build it with the header of this release",
              "f.yaml:5:14: the library \"" + PluginPath("builtin_name") +
                  "\" cannot be used: a second comparator is named \"json\"; the first is built in",
              "f.yaml:7:14: the library \"" + twice +
                  "\" cannot be used: a second comparator is named \"byte_share\"; the first is of "
                  "the library \"" +
                  twice + "\""});
}

TEST_CASE("a text that is only looked at loads no library, but knows those that are loaded") {
  const std::string text =
      ConfigOf({PluginPath("byte_share")}, "        - {name: a, use: byte_share}\n");
  ComparatorCatalog catalog;
  CHECK(FaultsOf(text, catalog, Loading::kForbidden) ==
        Lines{"f.yaml:2:14: the library \"" + PluginPath("byte_share") +
              "\" is not loaded, and a text that is only looked at loads and asks none; run "
              "understudy check --config FILE"});
  CHECK(FaultsOf(text, catalog, Loading::kAllowed) == Lines{});
  CHECK(FaultsOf(text, catalog, Loading::kForbidden) == Lines{});
}

namespace {

using Fake = FakeComparatorService;

// Takes an option `level`, below 9.
void DescribeLevel(const v1::DescribeComparatorRequest& request,
                   v1::DescribeComparatorResponse& response) {
  response.add_options()->set_name("level");
  if (request.options_json().find('9') == std::string::npos) return;
  response.add_refused()->set_option("level");
  response.mutable_refused(0)->set_message("must be below 9");
}

Fake::Behaviour Levelled() {
  return {[](const v1::CompareRequest& request) {
            return Fake::Answers{Fake::Score(request.id(), 0.5)};
          },
          DescribeLevel};
}

std::string WithServices(const Lines& services, std::string_view comparators) {
  std::string text = "comparator_services:\n";
  for (const std::string& service : services) text += "  - {" + service + "}\n";
  const std::string rest = ConfigOf({}, comparators);
  return text + rest.substr(rest.find('\n') + 1);
}

}  // namespace

TEST_CASE("a route may use a service, and its faults stand at the options") {
  const Fake fake(Levelled());
  const std::string service = "name: mine, address: \"" + fake.Address() + "\"";
  ComparatorCatalog catalog;
  CHECK(FaultsOf(WithServices({service}, "        - {name: a, use: mine, options: {level: 3}}\n"),
                 catalog) == Lines{});
  CHECK(
      FaultsOf(WithServices({service},
                            "        - {name: a, use: mine, options: {level: 9}}\n"
                            "        - {name: b, use: mine, options: {levle: 1}}\n"
                            "        - {name: c, use: min}\n"),
               catalog) ==
      Lines{"f.yaml:11:49: comparator mine: option \"level\" must be below 9",
            "f.yaml:12:42: comparator mine: there is no option \"levle\". Did you mean \"level\"?",
            "f.yaml:13:26: there is no comparator 'min'; did you mean 'mine'?"});
}

TEST_CASE("faults of services stand at what is wrong with them") {
  std::string away;
  { away = Fake(Levelled()).Address(); }
  const Fake fake(Levelled());
  const std::string there = "address: \"" + fake.Address() + "\"";
  ComparatorCatalog catalog;
  const Lines faults =
      FaultsOf(WithServices({"name: gone, address: \"" + away + "\"", "name: json, " + there,
                             "name: twice, " + there, "name: twice, deadline: 3s, " + there},
                            "        - {name: a, use: gone}\n"),
               catalog);
  REQUIRE(faults.size() == 3);
  CHECK(faults[0].starts_with("f.yaml:2:27: the comparator service \"gone\" at " + away +
                              " did not say who it is: "));
  CHECK(faults[1] ==
        "f.yaml:3:12: the comparator service \"json\" cannot be used: a second comparator is named "
        "\"json\"; the first is built in");
  CHECK(
      faults[2] ==
      "f.yaml:5:12: the comparator service \"twice\" cannot be used: a second comparator is named "
      "\"twice\"; the first is of the service at " +
          fake.Address());
}

TEST_CASE("a text that is only looked at asks no service that was not asked before") {
  const Fake fake(Levelled());
  const std::string text = WithServices({"name: mine, address: \"" + fake.Address() + "\""},
                                        "        - {name: a, use: mine}\n");
  ComparatorCatalog catalog;
  CHECK(FaultsOf(text, catalog, Loading::kForbidden) ==
        Lines{"f.yaml:2:27: the comparator service \"mine\" at " + fake.Address() +
              " was not met, and a text that is only looked at loads and asks none; run understudy "
              "check --config FILE"});
  CHECK(fake.Descriptions() == 0);
  CHECK(FaultsOf(text, catalog, Loading::kAllowed) == Lines{});
  CHECK(FaultsOf(text, catalog, Loading::kForbidden) == Lines{});
}

TEST_CASE("a suite is made anew when a service it asks is another version, or left") {
  std::atomic<int> version{1};
  Fake::Behaviour behaviour = Levelled();
  behaviour.describe = [&](const auto&, v1::DescribeComparatorResponse& response) {
    response.set_version(std::to_string(version));
  };
  const Fake fake(behaviour);
  const std::string text = WithServices({"name: mine, address: \"" + fake.Address() + "\""},
                                        "        - {name: a, use: mine}\n");
  ComparatorCatalog catalog;
  SuiteCache suites(catalog);
  const auto load = [&] {
    return LoadConfig(text, "f.yaml", catalog.KnownToConfig(Loading::kAllowed),
                      ProcessEnvironment())
        .topology;
  };
  const auto first = load();
  REQUIRE(first != nullptr);
  const auto suite = suites.Of(first, first->routes.front());
  const auto again = load();
  CHECK(suites.Of(again, again->routes.front()) == suite);
  version = 2;
  const auto second = load();
  const auto other = suites.Of(second, second->routes.front());
  REQUIRE(other != nullptr);
  CHECK(other != suite);
  CHECK(other->Fingerprint() != suite->Fingerprint());
  CHECK(ComparatorsOf(second->routes.front(), catalog.RegistryOf(*second)).fingerprint ==
        other->Fingerprint());
  catalog.LeaveOthers(*second);
  CHECK(other->Score({{}, {200, {}, "a"}, {200, {}, "b"}}).scores.at(0).compared);
  catalog.LeaveOthers(Topology());
  CHECK_FALSE(other->Score({{}, {200, {}, "a"}, {200, {}, "b"}}).scores.at(0).compared);
}

namespace {

// A set of one service whose answer has a field of this name.
std::string DescriptorsWith(const std::string& field, const std::string& import = {}) {
  google::protobuf::FileDescriptorSet set;
  google::protobuf::TextFormat::ParseFromString(
      "name: 'a.proto' package: 'a' message_type { name: 'M' field { name: '" + field +
          "' number: 1 type: TYPE_INT32 label: LABEL_OPTIONAL } } service { name: 'S' method { "
          "name: 'C' input_type: '.a.M' output_type: '.a.M' } }",
      set.add_file());
  if (!import.empty()) set.mutable_file(0)->add_dependency(import);
  return set.SerializeAsString();
}

}  // namespace

TEST_CASE("descriptor sets are read with a configuration, and other ones are other rules") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("a.pb");
  const std::string text = "descriptor_sets: [" + path + "]\n" +
                           ConfigOf({PluginPath("byte_share")}, "        - {name: b, use: json}\n");
  ComparatorCatalog catalog;
  CHECK(FaultsOf(text, catalog) == Lines{"f.yaml:1:19: the descriptor set \"" + path +
                                         "\" cannot be read: No such file or directory"});
  WriteWholeFile(path, "no set");
  CHECK(FaultsOf(text, catalog).at(0).find("f.yaml:1:19: " + path + " is no descriptor set") == 0);
  WriteWholeFile(path, DescriptorsWith("x", "b.proto"));
  CHECK(FaultsOf(text, catalog) ==
        Lines{"f.yaml:1:19: " + path +
              " cannot be used: a.proto imports b.proto, which is not in it; write it with protoc "
              "--include_imports"});
  WriteWholeFile(path, DescriptorsWith("x"));
  const std::string relative = std::filesystem::proximate(path).string();
  REQUIRE(relative.starts_with(".."));
  CHECK(FaultsOf("descriptor_sets: [" + relative + "]\n" + text.substr(text.find('\n') + 1),
                 catalog) == Lines{});
  SuiteCache suites(catalog);
  const auto load = [&](const std::string& field) {
    WriteWholeFile(path, DescriptorsWith(field));
    return LoadConfig(text, "f.yaml", catalog.KnownToConfig(Loading::kAllowed),
                      ProcessEnvironment())
        .topology;
  };
  const auto first = load("x");
  REQUIRE(first != nullptr);
  CHECK(catalog.MethodsOf(*first)->Find({"a.S", "C"}));
  CHECK(catalog.MethodsOf(*first)->Find({"grpc.health.v1.Health", "Check"}));
  const Route& route = first->routes.front();
  const auto suite = suites.Of(first, route);
  const auto again = load("x");
  CHECK(suites.Of(again, again->routes.front()) == suite);
  const auto other = load("y");
  CHECK(suites.Of(other, other->routes.front())->Fingerprint() != suite->Fingerprint());
  CHECK(ComparatorsOf(route, catalog.RegistryOf(*first), catalog.MethodsOf(*first)).fingerprint ==
        suite->Fingerprint());
}
