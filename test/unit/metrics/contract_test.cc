// The names and labels that dashboards and alerts rest on.
#include <catch2/catch.hpp>
#include <set>

#include "test/unit/metrics/sampled_process.h"

namespace understudy {
namespace {

using Labels = std::set<std::string>;

// A process where every metric has something to count.
void CountSomething(SampledProcess& process) {
  auto& arm = process.book.Arm("digits", "v1").At(0);
  arm.by_class[2].Add();
  arm.duration.Record(std::chrono::milliseconds(2));
  arm.overhead.Record(std::chrono::microseconds(60));
  process.book.CoverageOf("digits", "v2").At(0).eligible.Add();
  process.book.Comparator("digits", "v2", "top1").At(2).different.Add();
}

// The labels of a name's samples, "le" aside; they are the same on all of them.
Labels LabelsOf(const Exposition& page, const std::string& name) {
  const bool histogram = page.types.count(name) > 0 && page.types.at(name) == "histogram";
  const std::vector<MetricSample> found = page.Of(histogram ? name + "_bucket" : name);
  std::set<Labels> sets;
  for (const MetricSample& sample : found) {
    Labels labels;
    for (const auto& [label, value] : sample.labels) labels.insert(label);
    labels.erase("le");
    sets.insert(labels);
  }
  CHECK(sets.size() == 1);
  return sets.empty() ? Labels{"(absent)"} : *sets.begin();
}

TEST_CASE("every promised metric is there with its labels and its type") {
  struct Promise {
    std::string name;
    std::string type;
    Labels labels;
  };
  const std::vector<Promise> promises = {
      {"requests_total", "counter", {"route", "arm", "code_class"}},
      {"request_duration_seconds", "histogram", {"route", "arm"}},
      {"proxy_overhead_seconds", "histogram", {"route"}},
      {"mirror_requests_total", "counter", {"route", "candidate", "outcome", "reason"}},
      {"mirror_memory_bytes", "gauge", {}},
      {"comparisons_total", "counter", {"route", "candidate", "comparator", "result"}},
      {"divergence_score", "histogram", {"route", "candidate", "comparator"}},
      {"check_value", "gauge", {"route", "candidate", "check"}},
      {"check_limit", "gauge", {"route", "candidate", "check"}},
      {"check_samples", "gauge", {"route", "candidate", "check"}},
      {"check_log_evidence", "gauge", {"route", "candidate", "check", "side"}},
      {"rollout_weight_ratio", "gauge", {"route", "candidate"}},
      {"rollout_phase", "gauge", {"route", "candidate", "phase"}},
      {"rollout_hold", "gauge", {"route", "candidate", "hold"}},
      {"rollbacks_total", "counter", {"reason"}},
      {"admin_denied_total", "counter", {"reason"}},
      {"promotions_total", "counter", {}},
      {"records_written_total", "counter", {}},
      {"records_dropped_total", "counter", {"reason"}},
      {"config_reloads_total", "counter", {"result"}},
      {"config_info", "gauge", {"hash"}},
      {"build_info", "gauge", {"version"}}};
  SampledProcess process;
  CountSomething(process);
  const Exposition page = process.Page();
  for (const Promise& promise : promises) {
    INFO(promise.name);
    const std::string name = "understudy_" + promise.name;
    REQUIRE(page.types.count(name) == 1);
    CHECK(page.types.at(name) == promise.type);
    CHECK(LabelsOf(page, name) == promise.labels);
  }
}

TEST_CASE("the process shows what Linux knows of it, under the usual names") {
  const Exposition page = SampledProcess().Page();
  CHECK(page.types.at("process_cpu_seconds_total") == "counter");
  CHECK(page.Value("process_cpu_seconds_total") >= 0);
  CHECK(page.Value("process_resident_memory_bytes") > 1e6);
  CHECK(page.Value("process_virtual_memory_bytes") >= page.Value("process_resident_memory_bytes"));
  CHECK(page.Value("process_open_fds") >= 3);
  CHECK(page.Value("process_max_fds") >= page.Value("process_open_fds"));
  CHECK(page.Value("process_start_time_seconds") > 1.6e9);
}

TEST_CASE("nothing said by clients, models or operators is ever on the page") {
  SampledProcess process;
  CountSomething(process);
  ControlView view = samples::PassingView();
  CandidateView& candidate = view.candidates[0];
  const std::string said = "S3CRET";
  candidate.segments = {{"language=" + said, "top1", 3, 0.5}};
  candidate.worst = {{said, samples::Noon(), "top1", 1, said, "user=" + said}};
  candidate.suppression = {{"/" + said, said, 3}};
  candidate.rollout->ended_reason = said;
  candidate.rollout->overrides = {{samples::Noon(), "operator:" + said, said, said}};
  for (JournalLine& line : candidate.timeline) line.actor = line.reason = line.evidence = said;
  candidate.verdict.sentence = said;
  CheckResult of_segment = candidate.verdict.checks[0];
  of_segment.segment = "user=" + said;
  candidate.verdict.checks.push_back(of_segment);
  for (CheckResult& check : candidate.verdict.checks) check.sentence = said;
  view.quarantine = {{"digits", said, said, samples::Noon(), said}};
  process.view = std::make_shared<const ControlView>(view);
  JournalLine line;
  line.action = "rollback";
  line.actor = "operator:" + said;
  line.reason = said;
  process.transitions.Add(line);
  const std::string text = process.Text();
  CHECK(text.find(said) == std::string::npos);
  CHECK(ReadExposition(text).faults.empty());
}

TEST_CASE("labels are of a fixed list") {
  SampledProcess process;
  CountSomething(process);
  const Labels known = {"protocol", "route",      "arm",     "code_class", "candidate", "outcome",
                        "reason",   "comparator", "result",  "check",      "side",      "phase",
                        "hold",     "hash",       "version", "le",         "kind",      "resumed"};
  for (const MetricSample& sample : process.Page().samples) {
    for (const auto& [label, value] : sample.labels) {
      INFO(sample.name);
      CHECK(known.count(label) == 1);
    }
  }
}

TEST_CASE("the page grows with the configuration, never with the traffic") {
  SampledProcess process;
  for (int route = 0; route < 20; ++route) {
    for (const char* cluster : {"v1", "v2", "v3"}) {
      const std::string name = "route-" + std::to_string(route);
      process.book.Arm(name, cluster);
      process.book.CoverageOf(name, cluster);
      process.book.Comparator(name, cluster, "top1");
    }
  }
  const std::size_t before = process.Page().samples.size();
  for (int route = 0; route < 20; ++route) {
    const std::string name = "route-" + std::to_string(route);
    for (int i = 0; i < 500; ++i) {
      auto& arm = process.book.Arm(name, "v1").At(static_cast<std::size_t>(i % 2));
      arm.by_class[static_cast<std::size_t>(i % 6)].Add();
      arm.duration.Record(std::chrono::microseconds(i * i * i));
      arm.overhead.Record(std::chrono::microseconds(i));
      auto& coverage = process.book.CoverageOf(name, "v2").At(0);
      coverage.eligible.Add();
      coverage.Skip(static_cast<SkipReason>(i % static_cast<int>(SkipReason::kCount)));
      auto& scores = process.book.Comparator(name, "v2", "top1").At(2);
      scores.score_buckets[static_cast<std::size_t>(i % 11)].Add();
    }
  }
  CHECK(process.Page().samples.size() == before);
}

}  // namespace
}  // namespace understudy
