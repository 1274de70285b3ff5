// Traffic counters on the page: added up over threads, in agreement with each other.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "test/unit/metrics/sampled_process.h"

namespace understudy {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using Labels = std::map<std::string, std::string>;

TEST_CASE("requests are added up over threads, by route, arm and class of status") {
  SampledProcess process;
  auto& incumbent = process.book.Arm("digits", "v1");
  for (std::size_t code_class = 0; code_class < 6; ++code_class) {
    incumbent.At(0).by_class[code_class].Add(10 + code_class);
    incumbent.At(1).by_class[code_class].Add(100);
  }
  process.book.Arm("digits", "v2").At(1).by_class[5].Add(7);
  incumbent.At(0).errors.Add(3);
  incumbent.At(1).fallbacks.Add(4);
  const Exposition page = process.Page();
  const char* const classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (int i = 0; i < 6; ++i) {
    CHECK(page.Value("understudy_requests_total",
                     {{"route", "digits"}, {"arm", "v1"}, {"code_class", classes[i]}}) == 110 + i);
  }
  CHECK(page.Value("understudy_requests_total", {{"arm", "v2"}, {"code_class", "5xx"}}) == 7);
  CHECK(page.Value("understudy_request_errors_total", {{"arm", "v1"}}) == 3);
  CHECK(page.Value("understudy_fallbacks_total", {{"arm", "v1"}}) == 4);
}

TEST_CASE("a latency is in its bucket or, beside a bound, in the one above; never below") {
  for (const std::int64_t us : {50, 99, 150, 999, 4'900, 9'999, 99'000, 1'000'000, 59'000'000}) {
    INFO(us);
    SampledProcess process;
    process.book.Arm("digits", "v1").At(0).duration.Record(microseconds(us));
    const Exposition page = process.Page();
    const double seconds = static_cast<double>(us) * 1e-6;
    for (const MetricSample& bucket : page.Of("understudy_request_duration_seconds_bucket")) {
      const double bound = std::strtod(bucket.labels.at("le").c_str(), nullptr);
      if (bound < seconds) CHECK(bucket.value == 0);
      if (bound > seconds * 1.016) CHECK(bucket.value == 1);
    }
    CHECK(page.Value("understudy_request_duration_seconds_sum") == Approx(seconds));
  }
}

TEST_CASE("latencies beyond the last bound and below zero are counted, too") {
  SampledProcess process;
  auto& arm = process.book.Arm("digits", "v1").At(0);
  arm.duration.Record(std::chrono::hours(2));
  arm.duration.Record(milliseconds(-1));
  const Exposition page = process.Page();
  CHECK(page.Value("understudy_request_duration_seconds_count") == 2);
  CHECK(page.Value("understudy_request_duration_seconds_bucket", {{"le", "600"}}) == 1);
}

TEST_CASE("the overhead is one histogram a route, over all its arms and threads") {
  SampledProcess process;
  process.book.Arm("digits", "v1").At(0).overhead.Record(microseconds(80));
  process.book.Arm("digits", "v1").At(1).overhead.Record(microseconds(70));
  process.book.Arm("digits", "v2").At(0).overhead.Record(microseconds(300));
  process.book.Arm("letters", "v1").At(0).overhead.Record(microseconds(80));
  const Exposition page = process.Page();
  CHECK(page.Value("understudy_proxy_overhead_seconds_count", {{"route", "digits"}}) == 3);
  CHECK(page.Value("understudy_proxy_overhead_seconds_bucket",
                   {{"route", "digits"}, {"le", "0.0001"}}) == 2);
  CHECK(page.Value("understudy_proxy_overhead_seconds_sum", {{"route", "digits"}}) ==
        Approx(450e-6));
  CHECK(page.Value("understudy_proxy_overhead_seconds_count", {{"route", "letters"}}) == 1);
}

TEST_CASE("outcomes of mirroring add up to what was eligible, each with its reason") {
  SampledProcess process;
  auto& coverage = process.book.CoverageOf("digits", "v2");
  std::uint64_t eligible = 0;
  std::uint64_t next = 1;
  const auto count = [&](Counter& counter) {
    counter.Add(next);
    eligible += next++;
  };
  for (std::size_t worker = 0; worker < SampledProcess::kWorkers; ++worker) {
    count(coverage.At(worker).sampled_out);
    coverage.At(worker).rate_lowered.Add();  // a part of the former
    count(coverage.At(worker).mirrored);
    for (Counter& counter : coverage.At(worker).skipped) count(counter);
    for (Counter& counter : coverage.At(worker).dropped) count(counter);
  }
  coverage.At(0).eligible.Add(eligible - 5);
  coverage.At(1).eligible.Add(5);
  process.book.CoverageOf("letters", "v2").At(0).eligible.Add();
  process.book.CoverageOf("letters", "v2").At(0).mirrored.Add();
  const Exposition page = process.Page();
  const Labels digits = {{"route", "digits"}, {"candidate", "v2"}};
  CHECK(page.Value("understudy_mirror_eligible_total", digits) == static_cast<double>(eligible));
  CHECK(page.Sum("understudy_mirror_requests_total", digits) == static_cast<double>(eligible));
  CHECK(page.Of("understudy_mirror_requests_total", digits).size() ==
        3 + static_cast<std::size_t>(SkipReason::kCount) +
            static_cast<std::size_t>(DropReason::kCount));
  CHECK(page.Value("understudy_mirror_requests_total",
                   {{"route", "digits"}, {"outcome", "sampled_out"}, {"reason", "rate_lowered"}}) ==
        SampledProcess::kWorkers);
  for (std::size_t i = 0; i < static_cast<std::size_t>(SkipReason::kCount); ++i) {
    const std::string reason(ToString(static_cast<SkipReason>(i)));
    CHECK(
        page.Value("understudy_mirror_requests_total",
                   {{"route", "digits"}, {"outcome", "skipped"}, {"reason", reason}}) ==
        static_cast<double>(coverage.At(0).skipped[i].Value() + coverage.At(1).skipped[i].Value()));
  }
  CHECK(page.Value("understudy_mirror_requests_total",
                   {{"route", "letters"}, {"outcome", "mirrored"}}) == 1);
}

TEST_CASE("what became of mirrored requests adds up to mirrored, but for those in flight") {
  SampledProcess process;
  auto& coverage = process.book.CoverageOf("digits", "v2");
  coverage.At(0).mirrored.Add(100);
  coverage.At(2).compared.Add(80);
  std::uint64_t uncomparable = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(UncomparableReason::kCount); ++i) {
    coverage.At(i % 3).uncomparable[i].Add();
    ++uncomparable;
  }
  const Exposition page = process.Page();
  CHECK(page.Sum("understudy_mirror_pairs_total") == 80 + static_cast<double>(uncomparable));
  CHECK(page.Value("understudy_mirror_pairs_total",
                   {{"outcome", "uncomparable"}, {"reason", "not_json"}}) == 1);
}

TEST_CASE("a scrape while traffic runs never shows more outcomes than requests") {
  SampledProcess process;
  std::atomic<bool> stop{false};
  auto& coverage = process.book.CoverageOf("digits", "v2");
  std::vector<std::thread> workers;
  for (std::size_t worker = 0; worker < SampledProcess::kWorkers; ++worker) {
    workers.emplace_back([&, worker] {
      CoverageCounters& mine = coverage.At(worker);
      for (int i = 0; !stop; ++i) {
        mine.eligible.Add();
        if (i % 3 == 0) {
          mine.sampled_out.Add();
        } else if (i % 3 == 1) {
          mine.Skip(SkipReason::kClientLeft);
        } else {
          mine.mirrored.Add();
          mine.Uncomparable(UncomparableReason::kCompareQueueFull);
        }
      }
    });
  }
  bool within = true;
  for (int scrape = 0; scrape < 50; ++scrape) {
    const Exposition page = process.Page();
    const double eligible = page.Value("understudy_mirror_eligible_total");
    const double mirrored =
        page.Value("understudy_mirror_requests_total", {{"outcome", "mirrored"}});
    within = within && page.Sum("understudy_mirror_requests_total") <= eligible &&
             page.Sum("understudy_mirror_pairs_total") <= mirrored;
  }
  stop = true;
  for (std::thread& worker : workers) worker.join();
  CHECK(within);
  const Exposition page = process.Page();
  CHECK(page.Sum("understudy_mirror_requests_total") ==
        page.Value("understudy_mirror_eligible_total"));
}

TEST_CASE("comparisons and their scores are counted by comparator") {
  SampledProcess process;
  auto& top1 = process.book.Comparator("digits", "v2", "top1").At(2);
  top1.same.Add(90);
  top1.different.Add(9);
  top1.uncomparable.Add(1);
  top1.score_buckets[0].Add(90);
  top1.score_buckets[1].Add(4);
  top1.score_buckets[10].Add(5);
  top1.score_sum_millionths.Add(5'200'000);
  process.book.Comparator("digits", "v2", "values").At(2).same.Add(100);
  const Exposition page = process.Page();
  const Labels labels = {{"route", "digits"}, {"candidate", "v2"}, {"comparator", "top1"}};
  const auto with = [&](const std::string& name, const std::string& value) {
    Labels more = labels;
    more[name] = value;
    return more;
  };
  CHECK(page.Value("understudy_comparisons_total", with("result", "same")) == 90);
  CHECK(page.Value("understudy_comparisons_total", with("result", "different")) == 9);
  CHECK(page.Value("understudy_comparisons_total", with("result", "uncomparable")) == 1);
  CHECK(page.Value("understudy_divergence_score_bucket", with("le", "0")) == 90);
  CHECK(page.Value("understudy_divergence_score_bucket", with("le", "0.1")) == 94);
  CHECK(page.Value("understudy_divergence_score_bucket", with("le", "0.9")) == 94);
  CHECK(page.Value("understudy_divergence_score_bucket", with("le", "1")) == 99);
  CHECK(page.Value("understudy_divergence_score_sum", labels) == Approx(5.2));
  CHECK(page.Value("understudy_comparisons_total",
                   {{"comparator", "values"}, {"result", "same"}}) == 100);
}

TEST_CASE("connections and memory of the process are shown as they stand") {
  SampledProcess process;
  process.book.Process().At(0).connections_open.Add(5);
  process.book.Process().At(1).connections_open.Add(4);
  process.book.Process().At(1).connections_open.Sub(1);
  process.book.Process().At(0).no_route.Add(2);
  process.book.Process().At(1).sticky_fallthrough.Add(6);
  process.book.MirrorMemory() = 123'456;
  const Exposition page = process.Page();
  CHECK(page.Value("understudy_connections_open") == 8);
  CHECK(page.Value("understudy_no_route_total") == 2);
  CHECK(page.Value("understudy_sticky_fallthrough_total") == 6);
  CHECK(page.Value("understudy_mirror_memory_bytes") == 123'456);
}

}  // namespace
}  // namespace understudy
