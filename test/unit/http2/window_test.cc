// How windows grow and shrink, by an hour hand of the test's own.
#include <catch2/catch.hpp>

#include "proxy/wire/http2_window.h"

using namespace understudy;
using std::chrono::milliseconds;

namespace {

constexpr std::uint64_t kFirst = 128u << 10;
constexpr std::uint64_t kMost = 16u << 20;

// A whole window is taken `after` the last one.
bool TakeWhole(Http2Window& window, SteadyTime& now, Duration after, Duration round_trip,
               std::uint64_t& room) {
  now += after;
  return window.Took(window.Bytes()) && window.Tune(now, round_trip, room);
}

}  // namespace

TEST_CASE("20 MB from far away need few round trips, however long one is") {
  const auto round_trip = milliseconds(GENERATE(1, 60, 300, 2000));
  SteadyTime now{};
  Http2Window window(kFirst, kMost, now);
  std::uint64_t room = kMost, passed = 0;
  int trips = 0;
  for (; passed < (20u << 20); ++trips) {
    passed += window.Bytes();
    TakeWhole(window, now, round_trip, round_trip, room);
  }
  CHECK(trips <= 8);
}

TEST_CASE("a body that is taken slowly keeps the window that it has") {
  SteadyTime now{};
  Http2Window window(kFirst, kMost, now);
  std::uint64_t room = kMost;
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(TakeWhole(window, now, milliseconds(300), milliseconds(1), room));
  }
  CHECK(window.Bytes() == kFirst);
  CHECK(room == kMost);
}

TEST_CASE("a window that grew shrinks when its body is taken slowly, and others may grow") {
  SteadyTime now{};
  Http2Window window(kFirst, kMost, now);
  std::uint64_t room = kMost;
  for (int i = 0; i < 4; ++i) TakeWhole(window, now, milliseconds(10), milliseconds(1), room);
  CHECK(window.Bytes() == 16 * kFirst);
  CHECK(room == kMost - 15 * kFirst);
  CHECK(TakeWhole(window, now, milliseconds(3000), milliseconds(1), room));
  CHECK(window.Bytes() == 8 * kFirst);
  // What the larger window had allowed may still be on its way.
  CHECK(room == kMost - 15 * kFirst);
  TakeWhole(window, now, milliseconds(300), milliseconds(1), room);
  CHECK(room == kMost - 7 * kFirst);
  window.GiveBack(room);
  CHECK(room == kMost);
}

TEST_CASE("what all windows of a connection may have beyond their first ones is bounded") {
  SteadyTime now{};
  std::uint64_t room = 1u << 20;
  std::vector<Http2Window> windows(100, Http2Window(kFirst, kMost, now));
  for (int i = 0; i < 10; ++i) {
    for (Http2Window& window : windows) {
      TakeWhole(window, now, milliseconds(1), milliseconds(1), room);
    }
  }
  std::uint64_t sum = 0;
  for (const Http2Window& window : windows) sum += window.Bytes();
  CHECK(sum == 100 * kFirst + (1u << 20));
  CHECK(room == 0);
}
