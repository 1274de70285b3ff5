// Plans out of files: three kinds of files, and what is wrong with them.
#include "proxy/offline/plan_file.h"

#include <catch2/catch.hpp>
#include <map>

#include "proxy/base/status.h"

namespace understudy {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kBarePlan = R"(# as a release engineer keeps it
alpha: {rollback: 1%}
stages:
  - {weight: 0, min_samples: 500, min_duration: 30s}
  - {weight: 5%, min_samples: 500}
checks:
  - {name: flips, comparator: anything, at_most: 2%}
)";

constexpr const char* kWholeFile = R"(listeners: [{name: l, address: "127.0.0.1:8080"}]
clusters:
  - {name: v1, endpoints: ["127.0.0.1:9001"]}
  - {name: v2, endpoints: ["127.0.0.1:9002"]}
routes:
  - name: digits
    match: {path_prefix: /}
    effects: pure
    incumbent: v1
    candidates: [{cluster: v2, mirror: {rate: 1.0}}]
    compare: {preset: oip-v2}
    plan: careful
plans:
  - name: careful
    stages: [{weight: 0, min_samples: 500}]
    checks: [{name: flips, comparator: top1, at_most: 2%}]
  - name: hasty
    stages: [{weight: 50%}]
    checks: [{name: flips, comparator: top1, at_most: 5%}]
)";

class Variables final : public ConfigEnvironment {
 public:
  bool OpenToAll(const std::string&) const override { return false; }
  std::map<std::string, std::string> variables;

  std::optional<std::string> Variable(const std::string& name) const override {
    const auto at = variables.find(name);
    if (at == variables.end()) return std::nullopt;
    return at->second;
  }
  absl::StatusOr<std::string> File(const std::string&, std::size_t) const override {
    return InvalidArgument("No such file or directory");
  }
};

PlanReading Read(std::string_view text, const std::string& plan_name = "") {
  return ReadPlan(text, "f.yaml", plan_name, Variables());
}

std::string With(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("a file may hold the mapping of one plan, whatever its comparators") {
  const PlanReading reading = Read(kBarePlan);
  CHECK(reading.faults == Lines{});
  REQUIRE(reading.plan.has_value());
  CHECK(reading.plan->name == "default");
  CHECK(reading.plan->alpha_rollback == 0.01);
  REQUIRE(reading.plan->stages.size() == 2);
  CHECK(reading.plan->stages[1].weight_ppm == 50'000);
  CHECK(reading.plan->checks[0].comparator == "anything");
  CHECK_FALSE(reading.plan->hash.empty());
}

TEST_CASE("what is wrong with a single plan is said with its own lines and columns") {
  CHECK(Read(With(kBarePlan, "weight: 5%", "weight: 5 per cent"))
            .faults[0]
            .starts_with("f.yaml:5:14: "));
  CHECK(Read(With(kBarePlan, "at_most: 2%", "at_mots: 2%"))
            .faults[0]
            .starts_with("f.yaml:7:41: unknown key 'at_mots'"));
  CHECK(Read(With(kBarePlan, "comparator: anything, ", "")).faults[0].starts_with("f.yaml:7:5: "));
  CHECK(Read(With(kBarePlan, "stages:", "stage:"))
            .faults[0]
            .starts_with("f.yaml:3:1: unknown key 'stage'"));
}

TEST_CASE("weights that fall are refused in a single plan too") {
  const std::string falling = With(kBarePlan, "weight: 0,", "weight: 10%,");
  REQUIRE(Read(falling).faults.size() == 1);
  CHECK(Read(falling).faults[0].starts_with("f.yaml:5:14: the weight falls"));
}

TEST_CASE("a file may hold plans alone") {
  const std::string text =
      "plans:\n"
      "  - {name: a, stages: [{weight: 0}], checks: [{name: f, comparator: x, at_most: 2%}]}\n"
      "  - {name: b, stages: [{weight: 1%}], checks: [{name: f, comparator: x, at_most: 2%}]}\n";
  REQUIRE(Read(text).plan.has_value());
  CHECK(Read(text).plan->name == "a");
  CHECK(Read(text, "b").plan->name == "b");
  CHECK(Read(With(text, "name: b", "name: a")).faults[0].starts_with("f.yaml:3:12: "));
}

TEST_CASE("of a whole configuration the first plan is taken, or the named one") {
  CHECK(Read(kWholeFile).faults == Lines{});
  CHECK(Read(kWholeFile).plan->name == "careful");
  CHECK(Read(kWholeFile, "hasty").plan->checks[0].at_most == 0.05);
}

TEST_CASE("a plan named default comes before the first") {
  CHECK(Read(With(kWholeFile, "name: hasty", "name: default")).plan->name == "default");
}

TEST_CASE("a plan that is not there is answered with those that are") {
  CHECK(Read(kWholeFile, "brave").faults ==
        Lines{"f.yaml: it has no plan 'brave'; its plans are careful, hasty"});
}

TEST_CASE("the built-in plan of a comparator can be named") {
  const PlanReading reading = Read(kWholeFile, "builtin-top1");
  REQUIRE(reading.plan.has_value());
  CHECK(reading.plan->checks[0].comparator == "top1");
}

TEST_CASE("a configuration without plans says how to name the built-in one") {
  std::string text = With(kWholeFile, "    plan: careful\n", "");
  text = text.substr(0, text.find("plans:"));
  REQUIRE(Read(text).faults.size() == 1);
  CHECK(Read(text).faults[0].find("builtin-top1") != std::string::npos);
}

TEST_CASE("faults anywhere in a whole configuration are the loader's own") {
  CHECK(Read(With(kWholeFile, "incumbent: v1", "incumbent: v3"))
            .faults[0]
            .starts_with("f.yaml:9:16: "));
  CHECK(Read("listeners: [").faults[0].starts_with("f.yaml:"));
  CHECK_FALSE(Read("").faults.empty());
  CHECK_FALSE(Read("- a list").faults.empty());
}

TEST_CASE("a check must name a comparator that the route has, where the file lists them") {
  const std::string listed = With(kWholeFile, "compare: {preset: oip-v2}",
                                  "compare: {comparators: [{name: top2, use: top1}]}");
  REQUIRE_FALSE(Read(listed).faults.empty());
  CHECK(Read(listed).faults[0].find("has no comparator 'top1'") != std::string::npos);
}

TEST_CASE("environment variables are put in, and missing ones are named") {
  const std::string text = With(kBarePlan, "at_most: 2%", "at_most: \"${MARGIN}\"");
  Variables environment;
  CHECK(ReadPlan(text, "f.yaml", "", environment)
            .faults[0]
            .starts_with("f.yaml:7:50: the environment variable MARGIN is not set"));
  environment.variables["MARGIN"] = "3%";
  CHECK(ReadPlan(text, "f.yaml", "", environment).plan->checks[0].at_most == 0.03);
}

TEST_CASE("a file that cannot be read is a fault") {
  const PlanReading reading = ReadPlanFile("no-such-file.yaml", "");
  REQUIRE(reading.faults.size() == 1);
  CHECK(reading.faults[0].starts_with("no-such-file.yaml: the file cannot be read"));
}

}  // namespace
}  // namespace understudy
