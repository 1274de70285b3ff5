// Buckets of latencies and how far a quantile may be off.
#include "proxy/base/histogram.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

namespace understudy {
namespace {

using std::chrono::microseconds;
using Scale = HistogramScale;

TEST_CASE("every bucket ends where the next begins") {
  for (std::size_t bucket = 0; bucket + 1 < Scale::kBuckets; ++bucket) {
    const Duration bound = Scale::UpperBound(bucket);
    INFO(bucket);
    REQUIRE(Scale::Bucket(bound - Duration(1)) == bucket);
    REQUIRE(Scale::Bucket(bound) == bucket + 1);
  }
}

TEST_CASE("a bucket's upper bound is at most 1 part in 64 or 1 microsecond above a latency in it") {
  std::mt19937_64 random(11);
  std::uniform_real_distribution<double> exponent(0, std::log(4.29e12));
  for (int i = 0; i < 200'000; ++i) {
    const Duration latency(static_cast<std::int64_t>(std::exp(exponent(random))));
    const Duration over = Scale::UpperBound(Scale::Bucket(latency)) - latency;
    INFO(latency.count());
    REQUIRE(over > Duration::zero());
    REQUIRE(over <= std::max<Duration>(microseconds(1), latency / 64));
  }
}

TEST_CASE("a negative latency is the least and one beyond the range the greatest") {
  CHECK(Scale::Bucket(Duration(-1)) == 0);
  CHECK(Scale::Bucket(Duration::min()) == 0);
  CHECK(Scale::Bucket(Duration::zero()) == 0);
  CHECK(Scale::Bucket(microseconds((std::int64_t{1} << 32) - 1)) == Scale::kBuckets - 1);
  CHECK(Scale::Bucket(microseconds(std::int64_t{1} << 32)) == Scale::kBuckets - 1);
  CHECK(Scale::Bucket(Duration::max()) == Scale::kBuckets - 1);
  CHECK(Scale::UpperBound(Scale::kBuckets - 1) == microseconds(std::int64_t{1} << 32));
}

TEST_CASE("histograms add up in counts and seconds") {
  Histogram one, two;
  one.Record(microseconds(10));
  one.Record(std::chrono::seconds(2));
  one.Record(Duration(-5));
  two.Record(microseconds(10));
  std::array<std::uint64_t, Scale::kBuckets> counts{};
  const double seconds = one.AddTo(counts) + two.AddTo(counts);
  CHECK(seconds == Approx(2.00002));
  CHECK(counts[10] == 2);
  CHECK(counts[0] == 1);
  CHECK(counts[Scale::Bucket(std::chrono::seconds(2))] == 1);
  std::uint64_t all = 0;
  for (const std::uint64_t count : counts) all += count;
  CHECK(all == 4);
}

}  // namespace
}  // namespace understudy
