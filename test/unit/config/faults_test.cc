// Bad files and exactly what is said about them.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "config_fixture.h"
#include "proxy/control/config_examples.h"

namespace understudy {
namespace {

struct BadFile {
  std::string from;  // in the smallest example
  std::string to;
  std::vector<std::string> faults;
};

const std::vector<BadFile>& BadFiles() {
  static const std::vector<BadFile> files = {
      {"    incumbent: v1\n",
       "    incumbant: v1\n",
       {"f.yaml:10:5: unknown key 'incumbant' in a route; did you mean 'incumbent'?"}},
      {"    incumbent: v1\n", "", {"f.yaml:7:5: a route needs the key 'incumbent'"}},
      {"incumbent: v1",
       "incumbent: v3",
       {"f.yaml:10:16: there is no cluster 'v3'; did you mean 'v1'?"}},
      {"incumbent: v1",
       "incumbent: production",
       {"f.yaml:10:16: there is no cluster 'production'; the clusters are v1, v2"}},
      {"incumbent: v1",
       "incumbent: v2",
       {"f.yaml:12:19: cluster 'v2' is the incumbent; a candidate is another one"}},
      {"    effects: pure\n",
       "",
       {"f.yaml:7:5: route 'digits' mirrors requests without saying what they do: write 'effects: "
        "pure' if a request changes nothing, 'effects: idempotent' if sending it twice does no "
        "more "
        "than once, or 'effects: mutating' (then mirrors must go to clusters with 'sandboxed: "
        "true')"}},
      {"effects: pure",
       "effects: mutating",
       {"f.yaml:12:31: route 'digits' is 'mutating' and must not be mirrored to cluster 'v2'; "
        "write "
        "'sandboxed: true' in that cluster if its requests have no effect outside it"}},
      {"effects: pure",
       "effects: prue",
       {"f.yaml:9:14: 'effects' must be one of pure, idempotent, mutating, unknown, not 'prue'; "
        "did "
        "you mean 'pure'?"}},
      {"rate: 1.0",
       "rate: 1.5",
       {"f.yaml:12:38: 'rate' must be at least 0 and at most 1, not '1.5'; did you mean '1.5%'?"}},
      {"rate: 1.0",
       "rate: half",
       {"f.yaml:12:38: expected a share such as 0.05 or 5% for 'rate', got 'half'"}},
      {"mirror: {rate: 1.0}",
       "rate: 1.0",
       {"f.yaml:12:23: unknown key 'rate' in a candidate; it belongs under 'mirror'"}},
      {"{rate: 1.0}", "", {"f.yaml:12:23: 'mirror' has no value; write one or remove the key"}},
      {"preset: oip-v2",
       "preset: oip-v3",
       {"f.yaml:13:23: there is no preset 'oip-v3'; did you mean 'oip-v2'?"}},
      {"preset: oip-v2",
       "comparators: [{name: a, use: tensor}]",
       {"f.yaml:13:44: there is no comparator 'tensor'; did you mean 'tensors'?"}},
      {"preset: oip-v2",
       "ignore: [{path: /*/**, reason: x}]",
       {"f.yaml:13:31: the ignore rule '/*/**' covers the whole answer, so nothing would be "
        "compared; name the parts that may differ"}},
      {"preset: oip-v2",
       "ignore: [{path: \"\", reason: x}]",
       {"f.yaml:13:31: the ignore rule '' covers the whole answer, so nothing would be compared; "
        "name the parts that may differ"}},
      {"preset: oip-v2",
       "ignore: [{path: /a, reason: x, expires: 2026-02-30}]",
       {"f.yaml:13:55: expected a day such as 2026-12-31 for 'expires', got '2026-02-30'"}},
      {"preset: oip-v2",
       "ignore: [{path: /a, reason: x, expires: soon}]",
       {"f.yaml:13:55: expected a day such as 2026-12-31 for 'expires', got 'soon'"}},
      {"preset: oip-v2}",
       "preset: oip-v2}\n    plan: slow",
       {"f.yaml:14:11: there is no plan 'slow'; there are no plans"}},
      {"preset: oip-v2}",
       "preset: oip-v2}\n    control: {cluster: v2, rate: 1}",
       {"f.yaml:14:24: cluster 'v2' is a candidate; the control is the incumbent asked a second "
        "time"}},
      {"preset: oip-v2}",
       "preset: oip-v2}\n  - {name: digits, match: {path: /x, methods: [GET]}, incumbent: v1}",
       {"f.yaml:14:12: a second route has the name 'digits'; the first is in line 7",
        "f.yaml:14:27: route 'digits' can never be reached: route 'digits' above it matches "
        "everything it matches"}},
      {"path_prefix: \"/\"",
       "path_prefix: a b",
       {"f.yaml:8:26: expected a path that begins with '/' and has no blanks, '?' or '#' for "
        "'path_prefix', got 'a b'"}},
      {"{path_prefix: \"/\"}",
       "{}",
       {"f.yaml:8:12: a 'match' has exactly one of the keys path_prefix, path, grpc_service; write "
        "'path_prefix: /' to match every path"}},
      {"{path_prefix: \"/\"}",
       "{path_prefix: \"/\", grpc_method: ModelInfer}",
       {"f.yaml:8:44: 'grpc_method' stands with 'grpc_service', which says whose method it is"}},
      {"  - {name: inference, address: \"127.0.0.1:8080\"}\n",
       "  - {name: a, address: \"127.0.0.1:8080\"}\n  - {name: b, address: \"0.0.0.0:8080\"}\n",
       {"f.yaml:3:24: listener 'b' takes '0.0.0.0:8080', which listener 'a' has taken as "
        "'127.0.0.1:8080'; choose another port"}},
      {"grpc: \"127.0.0.1:9900\"",
       "grpc: \"10.0.0.1:9900\"",
       {"f.yaml:14:15: 'admin.grpc' is '10.0.0.1:9900', which is not of this machine alone, and "
        "needs 'admin.tls', and 'admin.tokens' or 'admin.tls.client_ca'; write that, or "
        "127.0.0.1:9900"}},
      {"grpc: \"127.0.0.1:9900\"",
       "tokens: t, grpc: \"10.0.0.1:9900\"",
       {"f.yaml:14:26: 'admin.grpc' is '10.0.0.1:9900', which is not of this machine alone, and "
        "needs 'admin.tls' so that nobody reads along; write that, or 127.0.0.1:9900"}},
      {"grpc: \"127.0.0.1:9900\"",
       "tls: {certificate: c, private_key: k}, grpc: \"10.0.0.1:9900\"",
       {"f.yaml:14:54: 'admin.grpc' is '10.0.0.1:9900', which is not of this machine alone, and "
        "needs 'admin.tokens' or 'admin.tls.client_ca' to know who asks; write that, or "
        "127.0.0.1:9900"}},
      {"grpc: \"127.0.0.1:9900\"",
       "certificate_roles: {ci: viewer}, tls: {certificate: c, private_key: k}, "
       "grpc: \"127.0.0.1:9900\"",
       {"f.yaml:14:28: 'certificate_roles' are of clients' certificates, which are only asked for "
        "with 'client_ca' in 'admin.tls'"}},
      {"grpc: \"127.0.0.1:9900\"",
       "certificate_roles: {ci: root}, tls: {certificate: c, private_key: k, client_ca: a}, "
       "grpc: \"127.0.0.1:9900\"",
       {"f.yaml:14:33: 'certificate_roles' must be one of viewer, operator, approver, admin, not "
        "'root'"}},
      {"http: \"127.0.0.1:9901\"",
       "http: \"[::]:9901\"",
       {"f.yaml:14:39: 'admin.http' must be a loopback address, because it has neither TLS nor "
        "authentication; write 127.0.0.1:9901 in place of '[::]:9901'"}},
      {"http: \"127.0.0.1:9901\"",
       "http: \"127.0.0.1:8080\"",
       {"f.yaml:14:39: 'admin.http' takes '127.0.0.1:8080', which listener 'inference' has taken "
        "as "
        "'127.0.0.1:8080'; choose another port"}},
      {"127.0.0.1:9001",
       "127.0.0.1",
       {"f.yaml:4:28: expected a host and a port such as 127.0.0.1:9001 or model.example:9001 for "
        "'endpoints', got '127.0.0.1'"}},
      {"127.0.0.1:9001",
       "127.0.0.1:8080",
       {"f.yaml:4:28: the endpoint '127.0.0.1:8080' is this proxy's own listener 'inference'; "
        "requests would go round in a loop"}},
      {"version: \"1\"",
       "name: v9",
       {"f.yaml:4:47: duplicate key 'name'; it is already written in line 4"}},
      {"version: \"1\"",
       "version: &a \"1\"",
       {"f.yaml:4:56: anchors are not allowed here; remove '&a'"}},
      {"version: \"1\"",
       "version: !!str 1",
       {"f.yaml:4:56: tags are not allowed here; remove 'tag:yaml.org,2002:str'"}},
      {"version: \"1\"",
       "headers: {set: {Content-Length: 1}}",
       {"f.yaml:4:63: 'Content-Length' is the proxy's own; it cannot be set"}},
      {"version: \"1\"",
       "path_prefix: /a, path_replace: {from: /a, to: /b}",
       {"f.yaml:4:60: a cluster has 'path_prefix' or 'path_replace', not both"}},
      {"data_dir: ./understudy-data\n",
       "data_dir: ./understudy-data\n---\na: b\n",
       {"f.yaml:17:1: a second YAML document begins; only one is allowed"}},
      {"data_dir: ./understudy-data\n",
       "data_dir: [x\n",
       {"f.yaml:16:1: not valid YAML: end of sequence flow not found"}},
      {"data_dir: ./understudy-data\n",
       "data_dir: a\x01\n",
       {"f.yaml:15:12: control character 0x01; the file must be UTF-8 text"}},
      {"data_dir: ./understudy-data\n",
       "data_dir: \xff\n",
       {"f.yaml:15:11: byte 0xFF is not UTF-8; the file must be UTF-8 text"}},
      {"data_dir: ./understudy-data\n",
       "workers: \"3\"\n",
       {"f.yaml:15:10: expected a whole number for 'workers', got '3' in quotes"}},
      {"data_dir: ./understudy-data\n",
       "workers: 1000\n",
       {"f.yaml:15:10: 'workers' must be from 0 to 256, not '1000'"}},
      {"data_dir: ./understudy-data\n",
       "drain: {grace: 5, timeout: 1h}\n",
       {"f.yaml:15:16: expected a duration such as 250ms, 5s or 10m for 'grace', got '5'"}},
      {"    incumbent: v1\n",
       "    incumbent: v1\n    segments: [{name: a, header: x, json: /b, values: [c]}]\n",
       {"f.yaml:11:16: a segment has exactly one of the keys header, json, body_size, length_of"}},
      {"    incumbent: v1\n",
       "    incumbent: v1\n    segments: [{name: a, header: x}]\n",
       {"f.yaml:11:16: a segment by header or json needs the key 'values'"}},
      {"    incumbent: v1\n",
       "    incumbent: v1\n    segments: [{name: a, length_of: /p}]\n",
       {"f.yaml:11:16: the keys length_of and lengths go together"}},
      {"    incumbent: v1\n",
       "    incumbent: v1\n    segments: [{name: a, body_size: [2KiB, 1KiB]}]\n",
       {"f.yaml:11:37: the edges between bands must rise"}},
      {"    incumbent: v1\n",
       "    incumbent: v1\n    values: [{name: a, pointer: /b, cap: 0}]\n",
       {"f.yaml:11:42: 'cap' must be above 0 and at most 1000000000000, not '0'"}},
      {"    incumbent: v1\n",
       "    incumbent: v1\n    values: [{name: a, pointer: /b, measure: latency, cap: 1}]\n",
       {"f.yaml:11:14: a value has exactly one of the keys pointer, measure"}},
      {"    incumbent: v1\n",
       "    incumbent: v1\n    values: [{name: a, measure: cost, cap: 1}]\n",
       {"f.yaml:11:14: 'measure: cost' needs an input_price or an output_price above 0"}},
      {"    incumbent: v1\n",
       "    incumbent: v1\n    values: [{name: a, measure: latency, input_price: 1, cap: 1}]\n",
       {"f.yaml:11:55: prices are those of 'measure: cost'"}},
      {"data_dir: ./understudy-data\n",
       "routes: 3\n",
       {"f.yaml:15:1: duplicate key 'routes'; it is already written in line 6"}},
  };
  return files;
}

std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST_CASE("each bad file gets exactly the faults it has") {
  for (const BadFile& bad : BadFiles()) {
    const std::string text = With(std::string(SmallestConfigExample()), bad.from, bad.to);
    INFO(text);
    const ConfigResult result = Load(text);
    CHECK(Lines(result) == bad.faults);
    CHECK(result.topology == nullptr);
  }
}

TEST_CASE("a file with many faults gets them all at once, in its order") {
  const std::string folder = UNDERSTUDY_SOURCE_DIR "/test/golden/config/";
  std::string told;
  for (const std::string& line : Lines(Load(Read(folder + "many_faults.yaml"))))
    told += line + "\n";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(folder + "many_faults.txt") << told;
  INFO("run this test with UPDATE_GOLDEN=1 to rewrite many_faults.txt, and read the difference");
  CHECK(told == Read(folder + "many_faults.txt"));
}

TEST_CASE("only a value that is a time has a quantile to check") {
  const auto faults = [](const std::string& value, const std::string& check) {
    std::string text =
        With(std::string(SmallestConfigExample()), "    incumbent: v1\n",
             "    incumbent: v1\n    plan: p\n    values: [{name: a, " + value + ", cap: 100}]\n");
    text += "plans:\n  - name: p\n    stages: [{weight: 0}]\n    checks: [{name: c, value: a, " +
            check + "}]\n";
    return Lines(Load(text));
  };
  CHECK(faults("measure: time_to_first_token", "quantile: p95, at_most_ratio: 1.2").empty());
  CHECK(faults("measure: time_to_first_token", "at_most: 50%").empty());
  const auto tokens = faults("measure: output_tokens", "at_most_ratio: 1.2");
  REQUIRE(tokens.size() == 1);
  INFO(tokens[0]);
  CHECK(tokens[0].find("'a' of route 'digits' is no time") != std::string::npos);
  const auto mean = faults("measure: latency", "quantile: p95, at_most: 50%");
  REQUIRE(mean.size() == 1);
  CHECK(mean[0].find("a check of a value has no 'quantile'") != std::string::npos);
  CHECK(faults("measure: latency", "quantile: p97, at_most_ratio: 1.2").size() == 1);
  CHECK(faults("measure: latency", "at_most: 50%, at_most_ratio: 1.2").size() == 1);
}

TEST_CASE("checks of what arms served are refused where users keep their arm, and at weight 0") {
  const std::string text =
      With(std::string(FullConfigExample()), "metric: latency_p99", "metric: serving_latency_p99");
  const std::vector<std::string> faults = Lines(Load(text));
  REQUIRE(faults.size() == 2);
  CHECK(faults[0].find("nothing is served at weight 0") != std::string::npos);
  CHECK(faults[1].find("use latency_p99, which compares answers to the same request") !=
        std::string::npos);
}

TEST_CASE("empty lists and values too long to be kept are no segments") {
  const auto faults = [](const std::string& segment) {
    return Lines(Load(With(std::string(SmallestConfigExample()), "    incumbent: v1\n",
                           "    incumbent: v1\n    segments: [" + segment + "]\n")));
  };
  CHECK(faults("{name: a, header: x, values: []}").size() == 1);
  CHECK(faults("{name: a, body_size: []}").size() == 1);
  CHECK(faults("{name: a, length_of: /p, lengths: []}").size() == 1);
  CHECK(faults("{name: a, header: x, values: [" + std::string(257, 'v') + "]}").size() == 1);
  CHECK(faults("{name: a, header: x, values: [" + std::string(256, 'v') + "]}").empty());
}

TEST_CASE("an empty file says what it needs") {
  CHECK(Lines(Load("")) ==
        std::vector<std::string>{
            "f.yaml:1:1: the file is empty; it needs listeners, clusters and routes"});
  CHECK(Lines(Load("# nothing\n")).size() == 1);
  CHECK(
      Lines(Load("text")).front() ==
      "f.yaml:1:1: expected a mapping for the file, got 'text'; its keys are listeners, clusters, "
      "routes, plans, admin, data_dir, workers, compare_threads, limits, records, log, drain, "
      "plugins, presets, comparator_services, descriptor_sets");
}

TEST_CASE("a file over a bound is refused with the bound") {
  const std::string large(kMostConfigBytes + 1, ' ');
  CHECK(
      Lines(Load(large)) ==
      std::vector<std::string>{"f.yaml:1:1: the file has 1048577 bytes; at most 1048576 are read"});
  const std::string deep = "workers: " + std::string(30, '[') + std::string(30, ']');
  CHECK(Lines(Load(deep)).front() == "f.yaml:1:33: values are nested deeper than 24 levels");
  std::string many = "workers: [";
  for (std::size_t i = 0; i <= kMostConfigValues; ++i) many += "a,";
  CHECK(Lines(Load(many + "]")).front().find("the file has more than 50000 values") !=
        std::string::npos);
}

TEST_CASE("a quote that is never closed is a fault where it begins, at the end of the file too") {
  const std::string good(SmallestConfigExample());
  for (const char quote : {'"', '\''}) {
    for (const char* end : {"", "\n", "\n\n", " \n# a comment\n"}) {
      INFO("quote " << quote << " end " << end);
      const std::string text = With(good, "data_dir: ./understudy-data\n",
                                    std::string("data_dir: ") + quote + "./x" + end);
      const auto lines = Lines(Load(text));
      REQUIRE_FALSE(lines.empty());
      const std::string place = *end == '\0' ? "f.yaml:15:" : "f.yaml:15:11: not valid YAML: ";
      CHECK(lines.front().rfind(place, 0) == 0);
    }
  }
  CHECK(Load(With(good, "./understudy-data", "'./it''s'")).topology);
  CHECK(Load(With(good, "./understudy-data", R"("./a\"b")")).topology);
  CHECK(Load(With(good, "./understudy-data", R"("./a\\")")).topology);
}

TEST_CASE("an alias and an unset variable are one fault each") {
  const std::string good(SmallestConfigExample());
  CHECK(Lines(Load(With(good, "endpoints: [\"127.0.0.1:9001\"]", "endpoints: *e"))).size() == 1);
  CHECK(Lines(Load("workers: ${NO_SUCH_VARIABLE}\n" + good)) ==
        std::vector<std::string>{"f.yaml:1:10: the environment variable NO_SUCH_VARIABLE is not "
                                 "set; set it or write ${NO_SUCH_VARIABLE:-default}"});
  CHECK(Lines(Load(With(good, "[\"127.0.0.1:9001\"]", "[\"${NO_SUCH_VARIABLE}\"]"))).size() == 1);
  CHECK(Lines(Load(With(good, "effects: pure", "effects: ${NO_SUCH_VARIABLE}"))).size() == 1);
}

TEST_CASE("an approval before a first stage of weight 0 is refused with where to write it") {
  const std::string text = With(std::string(FullConfigExample()), "{weight: 0,    min_samples: 500",
                                "{weight: 0, approval: required, min_samples: 500");
  const auto lines = Lines(Load(text));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("begins with `rollout start`") != std::string::npos);
}

TEST_CASE("a report of faults is bounded and counts what it leaves out") {
  std::string text;
  for (int i = 0; i < 150; ++i) text += "key" + std::to_string(i) + ": 1\n";
  const ConfigResult result = Load(text);
  REQUIRE(result.faults.size() == ConfigFaults::kMost + 1);
  // 150 unknown keys and three that are needed.
  CHECK(result.faults.back().message == "53 more faults; correct these first");
}

TEST_CASE("a plan's checks must exist on the routes that use it") {
  const std::string text =
      With(std::string(FullConfigExample()), "comparator: top1", "comparator: top2");
  CHECK(
      Lines(Load(text)) ==
      std::vector<std::string>{"f.yaml:65:35: route 'digits' uses this plan but has no comparator "
                               "'top2'; did you mean 'top1'?"});
}

TEST_CASE("a file that cannot be read is a fault that names it") {
  const ConfigResult result =
      LoadConfigFile("no-such-folder/a.yaml", TestComparators(), FakeEnvironment());
  CHECK(Lines(result) ==
        std::vector<std::string>{
            "no-such-folder/a.yaml:1:1: the file cannot be read: No such file or directory"});
  CHECK(LoadConfigFile(".", TestComparators(), FakeEnvironment()).faults.size() == 1);
}

}  // namespace
}  // namespace understudy
