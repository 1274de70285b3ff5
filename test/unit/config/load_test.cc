// Files without a fault: the examples, the defaults, every key.
#include <catch2/catch.hpp>

#include "config_fixture.h"
#include "proxy/control/config_examples.h"
#include "proxy/control/config_plan.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST_CASE("the smallest file loads and every other value is the model's default") {
  const ConfigResult result = Load(SmallestConfigExample());
  REQUIRE(Lines(result) == std::vector<std::string>{});
  const Topology& t = *result.topology;
  const Topology plain;
  CHECK(t.workers == plain.workers);
  CHECK(t.compare_threads == plain.compare_threads);
  CHECK(t.limits.header_bytes == plain.limits.header_bytes);
  CHECK(t.limits.headers == plain.limits.headers);
  CHECK(t.limits.connections == plain.limits.connections);
  CHECK(t.limits.body_bytes == plain.limits.body_bytes);
  CHECK(t.limits.mirror_memory == plain.limits.mirror_memory);
  CHECK(t.records.max_bytes == plain.records.max_bytes);
  CHECK(t.records.max_age == plain.records.max_age);
  CHECK(t.log.json == plain.log.json);
  CHECK(t.log.level == plain.log.level);
  CHECK(t.log.access == plain.log.access);
  CHECK(t.drain_grace == plain.drain_grace);
  CHECK(t.drain_timeout == plain.drain_timeout);
  CHECK(t.data_dir == "./understudy-data");

  REQUIRE(t.listeners.size() == 1);
  CHECK(t.listeners[0].address.host == "127.0.0.1");
  CHECK(t.listeners[0].address.port == 8080);
  CHECK(t.listeners[0].timeouts.header == ListenerTimeouts{}.header);
  CHECK(t.listeners[0].timeouts.idle == ListenerTimeouts{}.idle);
  CHECK(t.listeners[0].timeouts.body_idle == ListenerTimeouts{}.body_idle);

  REQUIRE(t.clusters.size() == 2);
  const Cluster& cluster = t.clusters[0];
  const Cluster plain_cluster;
  CHECK(cluster.version == "1");
  CHECK(cluster.load_balancing == plain_cluster.load_balancing);
  CHECK_FALSE(cluster.health.has_value());
  CHECK(cluster.timeouts.connect == plain_cluster.timeouts.connect);
  CHECK(cluster.timeouts.first_byte == plain_cluster.timeouts.first_byte);
  CHECK(cluster.timeouts.idle == plain_cluster.timeouts.idle);
  CHECK(cluster.timeouts.total == plain_cluster.timeouts.total);
  CHECK(cluster.pool.idle == plain_cluster.pool.idle);
  CHECK(cluster.pool.max_connections == plain_cluster.pool.max_connections);
  CHECK(cluster.authority_mode == AuthorityMode::kPreserve);
  CHECK(cluster.sandboxed == plain_cluster.sandboxed);

  REQUIRE(t.routes.size() == 1);
  const Route& route = t.routes[0];
  CHECK(route.match.path_prefix == "/");
  CHECK(route.effects == Effects::kPure);
  CHECK(route.sticky.empty());
  CHECK_FALSE(route.control.has_value());
  CHECK(route.fallback == Route{}.fallback);
  CHECK(route.fallback_on_5xx == Route{}.fallback_on_5xx);
  CHECK(route.capture.mode == CaptureRules{}.mode);
  CHECK(route.capture.max_bytes == CaptureRules{}.max_bytes);
  CHECK(route.capture.sample_rate == CaptureRules{}.sample_rate);
  CHECK(route.salt == "digits");
  REQUIRE(route.candidates.size() == 1);
  const MirrorPolicy& mirror = route.candidates[0].mirror;
  CHECK(mirror.rate == 1.0);
  CHECK(mirror.max_in_flight == MirrorPolicy{}.max_in_flight);
  CHECK(mirror.timeout == MirrorPolicy{}.timeout);
  CHECK(mirror.max_body == MirrorPolicy{}.max_body);
  CHECK(mirror.max_memory == MirrorPolicy{}.max_memory);
  CHECK(t.admin.grpc->port == 9900);
  CHECK(t.admin.http->port == 9901);
}

TEST_CASE("the full example loads and each key arrives") {
  const ConfigResult result = Load(FullConfigExample());
  REQUIRE(Lines(result) == std::vector<std::string>{});
  const Topology& t = *result.topology;
  const Cluster& v1 = *t.FindCluster("v1");
  CHECK(v1.version == "2024-05-01");
  REQUIRE(v1.endpoints.size() == 2);
  CHECK(v1.endpoints[1].port == 9011);
  REQUIRE(v1.health.has_value());
  CHECK(v1.health->path == "/v2/health/ready");
  CHECK(v1.headers.set == std::vector<std::pair<std::string, std::string>>{{"x-team", "risk"}});
  CHECK(v1.headers.remove == std::vector<std::string>{"x-debug"});
  REQUIRE(v1.body.size() == 1);
  CHECK(v1.body[0].pointer == "/model");
  CHECK(v1.body[0].json_value == "\"llama-b\"");
  CHECK(t.FindCluster("v2")->path_replace.second == "/v2/models/digits-next");

  const Route& route = *t.FindRoute("digits");
  CHECK(route.match.methods == std::vector<std::string>{"POST"});
  CHECK(route.match.headers[0].second == "prod");
  REQUIRE(route.sticky.size() == 4);
  CHECK(route.sticky[0].kind == KeyKind::kHeader);
  CHECK(route.sticky[0].name == "x-user-id");
  CHECK(route.sticky[1].kind == KeyKind::kCookie);
  CHECK(route.sticky[2].kind == KeyKind::kJson);
  CHECK(route.sticky[2].name == "/user");
  CHECK(route.sticky[3].kind == KeyKind::kClientAddress);
  REQUIRE(route.control.has_value());
  CHECK(route.control->cluster == "v1-b");
  CHECK(route.control->rate == 0.1);
  CHECK(route.compare.ignore[0].path == "/parameters/elapsed");
  REQUIRE(route.compare.comparators.size() == 2);
  CHECK(route.compare.comparators[0].options_json.empty());
  CHECK(route.compare.comparators[1].options_json == R"({"rtol":1e-4,"atol":1e-6})");
  CHECK(route.segments[0].values == std::vector<std::string>{"en", "de", "fr"});
  CHECK(route.segments[0].source == SegmentSource::kHeader);
  CHECK(route.segments[0].key == "x-lang");
  CHECK(route.segments[0].required);
  CHECK(route.segments[1].source == SegmentSource::kBodySize);
  CHECK(route.segments[1].values == std::vector<std::string>{"<1KiB", "1KiB-64KiB", ">=64KiB"});
  CHECK(route.segments[1].edges == std::vector<std::uint64_t>{1024, 65536});
  CHECK_FALSE(route.segments[1].required);
  REQUIRE(route.values.size() == 1);
  CHECK(route.values[0].pointer == "/parameters/detections");
  CHECK(route.values[0].cap == 100);
  REQUIRE(route.decision.has_value());
  CHECK(route.decision->yes == std::vector<std::string>{"true"});
  CHECK(route.capture.mode == CaptureMode::kDiff);
  CHECK(route.plan == "default");

  const Plan& plan = *t.FindPlan("default");
  REQUIRE(plan.stages.size() == 4);
  CHECK(plan.stages[1].weight_ppm == 10'000);
  CHECK(plan.stages[1].max_duration == minutes(30));
  CHECK(plan.stages[3].weight_ppm == 500'000);
  CHECK(plan.stages[3].approval_required);
  CHECK(plan.exposure_risk == 0.01);
  CHECK(plan.warm_up == seconds(10));
  CHECK(plan.calibration_samples == 500);
  CHECK(plan.checks[3].kind == CheckKind::kValue);
  CHECK(plan.checks[3].at_most_increase == 0.02);
  CHECK_FALSE(plan.stages[2].approval_required);
  REQUIRE(plan.checks.size() == 4);
  CHECK(plan.checks[0].kind == CheckKind::kComparatorMean);
  CHECK(plan.checks[0].at_most == 0.02);
  CHECK(plan.checks[1].kind == CheckKind::kErrorRate);
  CHECK(plan.checks[1].at_most_ratio == 1.5);
  CHECK(plan.checks[1].floor == 0.001);
  CHECK(plan.checks[2].kind == CheckKind::kLatency);
  CHECK(plan.checks[2].quantile == 0.99);
  CHECK(plan.hash.size() == 16);
}

TEST_CASE("a health check has its defaults, and its values arrive in the topology") {
  const std::string plain(SmallestConfigExample());
  const std::string with = "version: \"2\", health: ";
  ConfigResult result = Load(With(plain, "version: \"2\"", with + "{path: /ready}"));
  REQUIRE(Lines(result) == std::vector<std::string>{});
  CHECK(result.topology->FindCluster("v2")->health == HealthCheck{"/ready"});
  result = Load(With(plain, "version: \"2\"",
                     with + "{path: /up, interval: 250ms, timeout: 2s, "
                            "unhealthy_after: 3, healthy_after: 4}"));
  REQUIRE(Lines(result) == std::vector<std::string>{});
  CHECK(result.topology->FindCluster("v2")->health ==
        HealthCheck{"/up", milliseconds(250), seconds(2), 3, 4});
}

TEST_CASE("values that differ from the defaults arrive in the topology") {
  std::string text(SmallestConfigExample());
  text =
      With(text, R"(version: "2")", R"(version: 2, load_balancing: round_robin, authority: upstream,
       path_prefix: /b, sandboxed: true, pool: {idle: 250ms, max_connections: 7}})");
  text = With(text, "7}}}", "7}}");
  text = With(text, "{rate: 1.0}",
              "{rate: 12.5%, max_in_flight: 3, timeout: 1.5s, max_body: 1MiB, "
              "max_memory: 2MiB}");
  text = With(text, "effects: pure",
              "effects: idempotent\n    fallback: false\n    fallback_on_5xx: true\n    "
              "expose_arm: true\n    salt: s\n    forward_credentials: [Authorization]\n    "
              "capture: {mode: sampled, sample_rate: 5%}");
  text +=
      "log: {format: text, level: debug, access: 1%}\nworkers: 3\nlimits: {body_bytes: 10MiB}\n";
  const ConfigResult result = Load(text);
  REQUIRE(Lines(result) == std::vector<std::string>{});
  const Topology& t = *result.topology;
  const Cluster& v2 = *t.FindCluster("v2");
  CHECK(v2.version == "2");
  CHECK(v2.load_balancing == LoadBalancing::kRoundRobin);
  CHECK(v2.authority_mode == AuthorityMode::kUpstream);
  CHECK(v2.path_prefix == "/b");
  CHECK(v2.sandboxed);
  CHECK(v2.pool.idle == milliseconds(250));
  CHECK(v2.pool.max_connections == 7);
  const MirrorPolicy& mirror = t.routes[0].candidates[0].mirror;
  CHECK(mirror.rate == 0.125);
  CHECK(mirror.max_in_flight == 3);
  CHECK(mirror.timeout == milliseconds(1500));
  CHECK(mirror.max_body == 1u << 20);
  CHECK(mirror.max_memory == 2u << 20);
  const Route& route = t.routes[0];
  CHECK(route.effects == Effects::kIdempotent);
  CHECK_FALSE(route.fallback);
  CHECK(route.fallback_on_5xx);
  CHECK(route.expose_arm);
  CHECK(route.salt == "s");
  CHECK(route.forward_credentials == std::vector<std::string>{"authorization"});
  CHECK(route.capture.mode == CaptureMode::kSampled);
  CHECK(route.capture.sample_rate == 0.05);
  CHECK_FALSE(t.log.json);
  CHECK(t.log.level == "debug");
  CHECK(t.log.access == AccessLogMode::kSampled);
  CHECK(t.log.access_rate == 0.01);
  CHECK(t.workers == 3);
  CHECK(t.limits.body_bytes == 10u << 20);
}

TEST_CASE("a route without a plan gets the built-in one for its comparators") {
  const ConfigResult result = Load(SmallestConfigExample());
  REQUIRE(result.topology);
  REQUIRE(result.topology->routes[0].plan == "builtin-top1");
  const Plan& plan = *result.topology->FindPlan("builtin-top1");
  REQUIRE(plan.stages.size() == 4);
  CHECK(plan.stages[3].weight_ppm == 500'000);
  REQUIRE(plan.checks.size() == 2);
  CHECK(plan.checks[0].comparator == "top1");
  CHECK(plan.checks[0].at_most == 0.02);
  CHECK(plan.checks[1].at_most_ratio == 1.5);
  CHECK(plan.checks[1].floor == 0.005);

  const std::string text(SmallestConfigExample());
  const auto plan_with = [&](std::string_view compare) {
    const ConfigResult other = Load(With(text, "{preset: oip-v2}", compare));
    return other.topology ? other.topology->routes[0].plan : Lines(other).front();
  };
  CHECK(plan_with("{preset: generic-json}") == "builtin-json");
  CHECK(plan_with("{}") == "builtin-exact");
  CHECK(plan_with("{comparators: [{name: mine, use: json}]}") == "builtin-mine");
  CHECK(
      plan_with("{preset: oip-v2, comparators: [{name: s, use: status}, {name: t, use: top1}]}") ==
      "builtin-t");
}

TEST_CASE("a built-in plan is the plan that the documentation writes out") {
  std::string text(SmallestConfigExample());
  text = With(text, "preset: oip-v2}", "preset: oip-v2}\n    plan: mine");
  text += R"(plans:
  - name: mine
    stages:
      - {weight: 0, min_samples: 500, min_duration: 30s}
      - {weight: 1%, min_samples: 500, min_duration: 1m, max_duration: 30m}
      - {weight: 10%, min_samples: 1000, min_duration: 1m}
      - {weight: 50%, min_samples: 1000, min_duration: 1m, approval: required}
    checks:
      - {name: top1, comparator: top1, at_most: 2%}
      - {name: error-rate, metric: error_rate, at_most_ratio: 1.5, floor: 0.5%}
)";
  const ConfigResult result = Load(text);
  REQUIRE(Lines(result) == std::vector<std::string>{});
  Plan written = result.topology->plans[0];
  written.name = "builtin-top1";
  CHECK(PlanHash(written) == BuiltinPlan("top1").hash);
}

TEST_CASE("a plan's hash moves with every value and stays with the same ones") {
  const std::string text(FullConfigExample());
  const auto hash_with = [&](std::string_view from, std::string_view to) {
    const ConfigResult result = Load(With(text, from, to));
    return result.topology ? result.topology->plans[0].hash : Lines(result).front();
  };
  const std::string hash = Load(text).topology->plans[0].hash;
  CHECK(hash_with("workers: 0 ", "workers: 1 ") == hash);
  CHECK(hash_with("at_most: 2%", "at_most: 0.02") == hash);
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"at_most: 2%", "at_most: 3%"},
           {"rollback: 0.01", "rollback: 0.02"},
           {"min_samples: 1000", "min_samples: 1001"},
           {"max_duration: 30m", "max_duration: 31m"},
           {"approval: required", "approval: none"},
           {"floor: 0.1%", "floor: 0.2%"},
           {"latency_p99", "latency_p95"},
           {"bake_duration: 10m", "bake_duration: 11m"},
           {"consecutive_failures: 20", "consecutive_failures: 21"},
           {"on_fail: rollback", "on_fail: hold"},
           {"on_inconclusive: hold", "on_inconclusive: rollback"},
           {"min_coverage: 90%", "min_coverage: 91%"},
           {"max_evidence_age: 10m", "max_evidence_age: 9m"},
           {"auto_start: false", "auto_start: true"}}) {
    INFO(from);
    const std::string other = hash_with(from, to);
    CHECK(other.size() == 16);
    CHECK(other != hash);
  }
}

TEST_CASE("the file's hash is of its text") {
  const ConfigResult result = Load(SmallestConfigExample());
  CHECK(result.topology->hash == ConfigHash(SmallestConfigExample()));
  CHECK(result.topology->hash.size() == 16);
  CHECK(ConfigHash("a") != ConfigHash("b"));
}

TEST_CASE("plug-ins bring names that 'use' may say") {
  KnownComparators known = TestComparators();
  std::vector<std::string> asked;
  known.load_plugins = [&](const Topology& topology) {
    PluginComparators loaded;
    for (const PluginRule& plugin : topology.plugins) asked.push_back(plugin.library);
    loaded.names = {"mine"};
    loaded.find_faults = [](const CompareRules& rules) {
      std::vector<CompareFault> faults;
      if (rules.comparators.empty()) return faults;
      faults.push_back({"comparators[0].options.level", "'level' is too high"});
      return faults;
    };
    return loaded;
  };
  const std::string text = "plugins: [{library: /opt/mine.so}, {library: /opt/other.so}]\n" +
                           With(std::string(SmallestConfigExample()), "compare: {preset: oip-v2}",
                                "compare: {comparators: [{name: it, use: mine}]}");
  const ConfigResult refused = LoadConfig(With(text, "use: mine", "use: mine, options: {level: 9}"),
                                          "f.yaml", known, FakeEnvironment());
  CHECK(Lines(refused) == std::vector<std::string>{"f.yaml:14:68: 'level' is too high"});
  CHECK(asked == std::vector<std::string>{"/opt/mine.so", "/opt/other.so"});
  // Without them, as where a file is only read: the name is not known.
  CHECK(Lines(Load(text)) ==
        std::vector<std::string>{"f.yaml:14:45: there is no comparator 'mine'; the comparators are "
                                 "status, exact, json, tensors, top1"});
}

TEST_CASE("descriptor sets are read with the file, and their faults stand at their lines") {
  const std::string text =
      "descriptor_sets:\n  - /etc/a.pb\n  - /etc/b.pb\n" + std::string(SmallestConfigExample());
  FakeEnvironment environment;
  environment.files = {{"/etc/a.pb", "one"}, {"/etc/b.pb", "two"}};
  KnownComparators known = TestComparators();
  std::vector<DescriptorFault> found;
  known.check_descriptors = [&](const std::vector<DescriptorFile>& files) {
    CHECK(files.size() == 2);
    CHECK(files[1].bytes == "two");
    return found;
  };
  const ConfigResult loaded = LoadConfig(text, "f.yaml", known, environment);
  REQUIRE(loaded.topology != nullptr);
  CHECK(loaded.topology->descriptor_sets[0].bytes == "one");
  found = {{1, "/etc/b.pb is no descriptor set"}};
  CHECK(Lines(LoadConfig(text, "f.yaml", known, environment)) ==
        std::vector<std::string>{"f.yaml:3:5: /etc/b.pb is no descriptor set"});
  environment.files.erase("/etc/a.pb");
  CHECK(Lines(LoadConfig(text, "f.yaml", known, environment)) ==
        std::vector<std::string>{"f.yaml:2:5: the descriptor set \"/etc/a.pb\" cannot be read: No "
                                 "such file or directory"});
  // Who does not run the file does not look at them.
  const ConfigResult unread =
      LoadConfig(text, "f.yaml", known, ClosedEnvironment("it is only looked at"));
  REQUIRE(unread.topology != nullptr);
  CHECK(unread.topology->descriptor_sets[0].bytes.empty());
  std::string many = "descriptor_sets:\n";
  for (int i = 0; i < 33; ++i) many += "  - /etc/b.pb\n";
  CHECK(Lines(LoadConfig(many + std::string(SmallestConfigExample()), "f.yaml", known, environment))
            .front()
            .find("at most 32 are allowed") != std::string::npos);
}

TEST_CASE("a plug-in's fault stands at its path, and hides what follows from it") {
  KnownComparators known = TestComparators();
  known.load_plugins = [](const Topology& topology) {
    PluginComparators loaded;
    CHECK(topology.plugins.size() == 2);
    loaded.faults.push_back({"plugins[1].library", "the library is no comparator"});
    return loaded;
  };
  const std::string text = "plugins:\n  - {library: /opt/mine.so}\n  - library: /opt/other.so\n" +
                           With(std::string(SmallestConfigExample()), "compare: {preset: oip-v2}",
                                "compare: {comparators: [{name: it, use: mine}]}");
  CHECK(Lines(LoadConfig(text, "f.yaml", known, FakeEnvironment())) ==
        std::vector<std::string>{"f.yaml:3:14: the library is no comparator"});
  CHECK(Lines(LoadConfig(With(text, "library: /opt/other.so", "lib: /opt/other.so"), "f.yaml",
                         known, FakeEnvironment())) ==
        std::vector<std::string>{"f.yaml:3:5: unknown key 'lib' in a plug-in; its keys are library",
                                 "f.yaml:3:5: a plug-in needs the key 'library'"});
  std::string many = "plugins:\n";
  for (int i = 0; i < 33; ++i) many += "  - {library: /opt/mine.so}\n";
  CHECK(Lines(LoadConfig(many + std::string(SmallestConfigExample()), "f.yaml", known,
                         FakeEnvironment())) ==
        std::vector<std::string>{"f.yaml:2:3: 'plugins' has 33 items; at most 32 are allowed"});
}

TEST_CASE("comparators may refuse a route's rules and the fault says where") {
  KnownComparators known = TestComparators();
  known.find_faults = [](const CompareRules& rules) {
    std::vector<CompareFault> faults;
    if (rules.comparators.empty()) return faults;
    faults.push_back({"comparators[1].options.rtol", "'rtol' is no number"});
    faults.push_back({"comparators[1].options.atol", "there is no option 'atol'", true});
    faults.push_back({"comparators[0].use", "no such comparator"});
    return faults;
  };
  const ConfigResult refused = LoadConfig(FullConfigExample(), "f.yaml", known, FakeEnvironment());
  CHECK(Lines(refused) == std::vector<std::string>{"f.yaml:41:29: no such comparator",
                                                   "f.yaml:42:56: 'rtol' is no number",
                                                   "f.yaml:42:62: there is no option 'atol'"});
  CHECK(LoadConfig(SmallestConfigExample(), "f.yaml", known, FakeEnvironment()).topology);
}

}  // namespace
}  // namespace understudy
