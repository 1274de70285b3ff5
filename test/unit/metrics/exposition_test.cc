// The page as a text: what any Prometheus server must be able to read.
#include "test/unit/metrics/exposition.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "test/unit/metrics/sampled_process.h"

namespace understudy {
namespace {

using Faults = std::vector<std::string>;

TEST_CASE("the page of a process that has done nothing yet is well formed") {
  TrafficBook book(1, 1);
  const MetricsCollector collector({book, [] { return nullptr; }, [] { return ConfigMetrics(); },
                                    [] { return std::uint64_t{0}; }, nullptr, nullptr, "0.1.0"});
  const Exposition page = ReadExposition(RenderMetrics(collector));
  CHECK(page.faults == Faults{});
  CHECK(page.Value("understudy_build_info", {{"version", "0.1.0"}}) == 1);
  CHECK(page.Of("understudy_requests_total").empty());
}

TEST_CASE("the page of a busy process is well formed") {
  SampledProcess process;
  for (const char* route : {"digits", "letters"}) {
    for (const char* cluster : {"v1", "v2"}) {
      process.book.Arm(route, cluster).At(0).duration.Record(std::chrono::milliseconds(3));
      process.book.CoverageOf(route, cluster).At(1).eligible.Add();
      process.book.Comparator(route, cluster, "top1").At(2).same.Add();
    }
  }
  const Exposition page = process.Page();
  CHECK(page.faults == Faults{});
  CHECK(page.samples.size() > 200);
}

TEST_CASE("counters end in _total, gauges do not, and every name has the prefix") {
  SampledProcess process;
  process.book.Arm("digits", "v1");
  process.book.CoverageOf("digits", "v2");
  const Exposition page = process.Page();
  REQUIRE(page.types.size() > 30);
  for (const auto& [name, type] : page.types) {
    INFO(name);
    CHECK((name.starts_with("understudy_") || name.starts_with("process_")));
    CHECK(name.ends_with("_total") == (type == "counter"));
  }
}

TEST_CASE("names of the configuration with quotes, backslashes and line ends stay one label") {
  SampledProcess process;
  const std::string odd = "a \"quoted\" \\ name\nof two lines, {with} = signs";
  process.book.Arm(odd, "v1").At(0).by_class[2].Add(7);
  const Exposition page = process.Page();
  CHECK(page.faults == Faults{});
  CHECK(page.Value("understudy_requests_total", {{"route", odd}, {"code_class", "2xx"}}) == 7);
}

TEST_CASE("estimates that are no numbers do not spoil the page") {
  SampledProcess process;
  ControlView view = samples::PassingView();
  view.candidates[0].verdict.checks[0].estimate = std::nan("");
  view.candidates[0].verdict.checks[0].log_e_rollback = INFINITY;
  view.candidates[0].verdict.checks[0].log_e_promotion = -INFINITY;
  process.view = std::make_shared<const ControlView>(view);
  const Exposition page = process.Page();
  CHECK(page.faults == Faults{});
  const std::map<std::string, std::string> flips = {{"check", "flips"}};
  REQUIRE(page.Of("understudy_check_value", flips).size() == 1);
  CHECK(std::isnan(page.Of("understudy_check_value", flips)[0].value));
  CHECK(page.Value("understudy_check_log_evidence", {{"check", "flips"}, {"side", "rollback"}}) ==
        INFINITY);
}

TEST_CASE("counts keep their whole value up to two to the 53rd") {
  SampledProcess process;
  process.records.written = (1ull << 53) - 1;
  CHECK(process.Page().Value("understudy_records_written_total") == 9007199254740991.0);
}

// Of a histogram's samples: bounds grow, counts never fall, the last bound is +Inf and holds all.
void CheckHistogram(const Exposition& page, const std::string& name,
                    const std::map<std::string, std::string>& labels) {
  INFO(name);
  double bound = -1;
  double count = -1;
  for (const MetricSample& bucket : page.Of(name + "_bucket", labels)) {
    const double next = std::strtod(bucket.labels.at("le").c_str(), nullptr);
    CHECK(next > bound);
    CHECK(bucket.value >= count);
    bound = next;
    count = bucket.value;
  }
  CHECK(bound == INFINITY);
  CHECK(count == page.Value(name + "_count", labels));
  CHECK(page.Value(name + "_sum", labels) >= 0);
}

TEST_CASE("histograms are cumulative and end in +Inf") {
  SampledProcess process;
  for (std::int64_t us = 1; us < 10'000'000'000; us = us * 3 / 2 + 1) {
    auto& arm = process.book.Arm("digits", "v1").At(static_cast<std::size_t>(us % 2));
    arm.duration.Record(std::chrono::microseconds(us));
    arm.overhead.Record(std::chrono::microseconds(us % 500));
  }
  auto& comparator = process.book.Comparator("digits", "v2", "top1").At(2);
  for (std::size_t i = 0; i < comparator.score_buckets.size(); ++i) {
    comparator.score_buckets[i].Add(i + 1);
  }
  const Exposition page = process.Page();
  CheckHistogram(page, "understudy_request_duration_seconds", {{"route", "digits"}});
  CheckHistogram(page, "understudy_proxy_overhead_seconds", {{"route", "digits"}});
  CheckHistogram(page, "understudy_divergence_score", {{"comparator", "top1"}});
  CHECK(page.Value("understudy_divergence_score_count") == 66);
}

TEST_CASE("the reader of these tests refuses what Prometheus refuses") {
  const std::string good = "# HELP a_total x\n# TYPE a_total counter\na_total{x=\"1\"} 1\n";
  CHECK(ReadExposition(good).faults.empty());
  for (const std::string& bad :
       {good + "a_total{x=\"1\"} 2\n", good + "b 1\n", good + "a_total{x=\"2} 1\n",
        good + "a_total{x=\"2\",x=\"3\"} 1\n", good + "a_total{x=\"2\"} one\n",
        good + "a_total{x=\"\\q\"} 1\n", good + "a_total{x=\"2\"} 1", good + good,
        good + "# TYPE b other\n", good + "a_total{x=\"2\"}\n"}) {
    INFO(bad);
    CHECK_FALSE(ReadExposition(bad).faults.empty());
  }
}

}  // namespace
}  // namespace understudy
