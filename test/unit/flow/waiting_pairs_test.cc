// The queue of pairs that wait for a service: its bound, and its end.
#include "proxy/flow/waiting_pairs.h"

#include <catch2/catch.hpp>
#include <future>

namespace understudy {
namespace {

PairJob JobOf(std::uint16_t candidate) {
  PairJob job;
  job.candidate = candidate;
  job.request = std::make_shared<MirroredRequest>();
  return job;
}

}  // namespace

TEST_CASE("a pair beyond the bound stays with whoever brought it") {
  WaitingPairs pairs(2);
  for (std::uint16_t i = 0; i < 2; ++i) {
    PairJob job = JobOf(i);
    CHECK(pairs.TryPush(job));
  }
  PairJob third = JobOf(2);
  CHECK_FALSE(pairs.TryPush(third));
  CHECK(third.request != nullptr);
  PairJob first;
  CHECK(pairs.Pop(first));
  CHECK(first.candidate == 0);
  CHECK(pairs.TryPush(third));
}

TEST_CASE("what was brought before the end is still handed out, and then nobody waits") {
  WaitingPairs pairs(4);
  auto waiting = std::async(std::launch::async, [&] {
    std::vector<int> seen;
    for (PairJob job; pairs.Pop(job);) seen.push_back(job.candidate);
    return seen;
  });
  for (std::uint16_t i = 0; i < 3; ++i) {
    PairJob job = JobOf(i);
    CHECK(pairs.TryPush(job));
  }
  pairs.Stop();
  CHECK(waiting.get() == std::vector<int>{0, 1, 2});
  PairJob late = JobOf(3);
  CHECK_FALSE(pairs.TryPush(late));
}

}  // namespace understudy
