// The mirror rate in force: falls while a candidate cannot keep up, and comes back by itself.
#include "proxy/model/adaptive_rate.h"

#include <catch2/catch.hpp>

namespace understudy {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Candidate {
  AdaptiveRate rate;
  SteadyTime now{seconds(1000)};

  // So many shadows, each sent and ended a moment after the one before.
  void Ends(int count, bool overloaded) {
    for (int i = 0; i < count; ++i) {
      const SteadyTime sent = now + milliseconds(2);
      now = sent + milliseconds(2);
      rate.Ended(overloaded, sent, now);
    }
  }
  double Share() const { return rate.Share(now); }
};

}  // namespace

TEST_CASE("a candidate that keeps up gets the whole rate") {
  Candidate candidate;
  CHECK(candidate.Share() == 1);
  candidate.Ends(1000, false);
  CHECK(candidate.Share() == 1);
}

TEST_CASE("a fifth of the shadows shed, and at least five, halves the rate") {
  Candidate candidate;
  candidate.Ends(16, false);
  candidate.Ends(4, true);
  CHECK(candidate.Share() == 1);
  candidate.Ends(1, true);
  CHECK(candidate.Share() == Approx(0.5));
}

TEST_CASE("failures now and then change nothing") {
  Candidate candidate;
  for (int i = 0; i < 100; ++i) {
    candidate.Ends(9, false);
    candidate.Ends(1, true);
  }
  CHECK(candidate.Share() == 1);
}

TEST_CASE("one burst halves once, however many of its shadows are shed") {
  Candidate candidate;
  const SteadyTime sent = candidate.now;
  for (int i = 0; i < 200; ++i) {
    candidate.rate.Ended(true, sent + milliseconds(i % 4), sent + milliseconds(50 + i));
  }
  CHECK(candidate.rate.Share(sent + milliseconds(54)) == Approx(0.5));
}

TEST_CASE(
    "the rate falls to a hundredth and no further, and comes back by two hundredths a second") {
  Candidate candidate;
  candidate.Ends(500, true);
  CHECK(candidate.Share() == Approx(0.01).margin(0.005));
  const double least = candidate.Share();
  candidate.now += seconds(10);
  CHECK(candidate.Share() == Approx(least + 0.2).margin(0.001));
  candidate.now += seconds(60);
  CHECK(candidate.Share() == 1);
}

TEST_CASE("what was shed long ago does not weigh on a candidate that keeps up now") {
  Candidate candidate;
  candidate.Ends(4, true);
  candidate.Ends(2000, false);
  candidate.Ends(4, true);
  CHECK(candidate.Share() == 1);
}

}  // namespace understudy
