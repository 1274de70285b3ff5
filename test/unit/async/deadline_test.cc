// Deadlines on a running loop: never early, soon after, and never after they were taken back.
#include "proxy/async/deadline.h"

#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "proxy/async/clock.h"

namespace understudy {
namespace {

using std::chrono::milliseconds;

// Far beyond anything a loaded machine adds.
constexpr Duration kPatience = std::chrono::seconds(5);

// What is left of a lag that a loaded machine gave an idle loop.
constexpr Duration kRested = milliseconds(10);

struct WheelFixture {
  boost::asio::io_context context{1};
  DeadlineWheel wheel{context};

  bool RunUntil(const std::function<bool()>& done) {
    const SteadyTime end = SteadyNow() + kPatience;
    while (!done() && SteadyNow() < end) context.run_one_for(milliseconds(1));
    return done();
  }
  void RunFor(Duration time) {
    const SteadyTime end = SteadyNow() + time;
    while (SteadyNow() < end) context.run_one_for(milliseconds(1));
  }
  // The loop does not run meanwhile, as when one handler takes long.
  static void BeBusyFor(Duration time) {
    for (const SteadyTime end = SteadyNow() + time; SteadyNow() < end;) {
    }
  }
};

// Notes when it fires.
class Watch {
 public:
  explicit Watch(DeadlineWheel& wheel)
      : deadline_(
            wheel,
            [](void* self) {
              auto* watch = static_cast<Watch*>(self);
              watch->fired_at_ = SteadyNow();
              ++watch->times_;
              if (watch->then_) watch->then_();
            },
            this) {}

  void Arm(Duration from_now) {
    armed_at_ = SteadyNow();
    asked_ = from_now;
    deadline_.Arm(from_now);
  }
  void Disarm() { deadline_.Disarm(); }
  void Then(std::function<void()> then) { then_ = std::move(then); }
  int Times() const { return times_; }
  bool Fired() const { return times_ > 0; }
  Duration Early() const { return armed_at_ + asked_ - fired_at_; }

 private:
  Deadline deadline_;
  std::function<void()> then_;
  SteadyTime armed_at_{}, fired_at_{};
  Duration asked_{};
  int times_ = 0;
};

TEST_CASE_METHOD(WheelFixture,
                 "a deadline never fires early wherever between two ticks it was armed") {
  std::deque<Watch> watches;
  for (int i = 0; i < 40; ++i) {
    watches.emplace_back(wheel).Arm(milliseconds(1 + (i * 7) % 50));
    RunFor(milliseconds(1));
  }
  REQUIRE(RunUntil([&] {
    return std::all_of(watches.begin(), watches.end(), [](const Watch& w) { return w.Fired(); });
  }));
  for (const Watch& watch : watches) {
    CHECK(watch.Early() <= Duration::zero());
    CHECK(watch.Times() == 1);
  }
}

TEST_CASE_METHOD(WheelFixture, "a deadline armed after the loop was busy counts from then") {
  RunFor(milliseconds(2));
  BeBusyFor(milliseconds(60));
  Watch watch(wheel);
  watch.Arm(milliseconds(40));
  REQUIRE(RunUntil([&] { return watch.Fired(); }));
  CHECK(watch.Early() <= Duration::zero());
}

TEST_CASE_METHOD(WheelFixture, "deadlines that came due while the loop was busy fire in one go") {
  std::deque<Watch> watches;
  for (int i = 0; i < 10; ++i) watches.emplace_back(wheel).Arm(milliseconds(5 * i + 1));
  BeBusyFor(milliseconds(100));
  REQUIRE(RunUntil([&] { return watches.front().Fired(); }));
  for (const Watch& watch : watches) CHECK(watch.Times() == 1);
}

TEST_CASE_METHOD(WheelFixture, "a deadline fires within a tick when the loop is idle") {
  // Best of some tries: the machine may have other things to do in between.
  Duration least = kPatience;
  for (int i = 0; i < 5; ++i) {
    Watch watch(wheel);
    watch.Arm(milliseconds(5));
    REQUIRE(RunUntil([&] { return watch.Fired(); }));
    least = std::min(least, -watch.Early());
  }
  CHECK(least <= DeadlineWheel::kTick + milliseconds(2));
}

TEST_CASE_METHOD(WheelFixture, "a deadline that was taken back or destroyed does not fire") {
  Watch disarmed(wheel), last(wheel);
  auto destroyed = std::make_unique<Watch>(wheel);
  bool fired = false;
  destroyed->Then([&] { fired = true; });
  disarmed.Arm(milliseconds(5));
  destroyed->Arm(milliseconds(5));
  last.Arm(milliseconds(6));
  disarmed.Disarm();
  disarmed.Disarm();
  destroyed.reset();
  REQUIRE(RunUntil([&] { return last.Fired(); }));
  RunFor(2 * DeadlineWheel::kTick);
  CHECK_FALSE(disarmed.Fired());
  CHECK_FALSE(fired);
}

TEST_CASE_METHOD(WheelFixture, "a limit of zero or less is no limit") {
  Watch zero(wheel), negative(wheel), last(wheel);
  zero.Arm(milliseconds(5));
  zero.Arm(Duration::zero());
  negative.Arm(milliseconds(-5));
  last.Arm(milliseconds(20));
  REQUIRE(RunUntil([&] { return last.Fired(); }));
  CHECK_FALSE(zero.Fired());
  CHECK_FALSE(negative.Fired());
}

TEST_CASE_METHOD(WheelFixture, "a deadline that is armed again fires once at its new time") {
  Watch watch(wheel), sooner(wheel);
  watch.Arm(milliseconds(5));
  watch.Arm(milliseconds(60));
  sooner.Arm(kPatience);
  sooner.Arm(milliseconds(5));
  REQUIRE(RunUntil([&] { return watch.Fired(); }));
  CHECK(watch.Early() <= Duration::zero());
  CHECK(watch.Times() == 1);
  CHECK(sooner.Times() == 1);
}

TEST_CASE_METHOD(WheelFixture, "a deadline may arm itself when it fires") {
  Watch watch(wheel);
  watch.Then([&] {
    if (watch.Times() < 3) watch.Arm(milliseconds(1));
  });
  watch.Arm(milliseconds(1));
  REQUIRE(RunUntil([&] { return watch.Times() == 3; }));
  RunFor(2 * DeadlineWheel::kTick);
  CHECK(watch.Times() == 3);
}

TEST_CASE_METHOD(WheelFixture, "a deadline may take back or destroy others of the same tick") {
  Watch first(wheel), second(wheel), last(wheel);
  auto third = std::make_unique<Watch>(wheel);
  int third_fired = 0;
  third->Then([&] { ++third_fired; });
  first.Then([&] {
    second.Disarm();
    third.reset();
  });
  first.Arm(milliseconds(20));
  second.Arm(milliseconds(20));
  third->Arm(milliseconds(20));
  last.Arm(milliseconds(20));
  REQUIRE(RunUntil([&] { return last.Fired(); }));
  CHECK(first.Fired());
  CHECK(third_fired + second.Times() == 0);
}

TEST_CASE_METHOD(WheelFixture, "a deadline of several turns waits for its own") {
  Watch far(wheel), near(wheel), endless(wheel);
  far.Arm(1024 * DeadlineWheel::kTick + milliseconds(20));
  endless.Arm(Duration::max());
  near.Arm(milliseconds(20));
  REQUIRE(RunUntil([&] { return near.Fired(); }));
  RunFor(3 * DeadlineWheel::kTick);
  CHECK_FALSE(far.Fired());
  CHECK_FALSE(endless.Fired());
}

TEST_CASE("a stopped wheel lets its loop run out of work") {
  boost::asio::io_context context{1};
  DeadlineWheel wheel(context);
  wheel.Stop();
  context.run_for(kPatience);
  CHECK(context.stopped());
}

TEST_CASE("deadlines may outlive their wheel") {
  boost::asio::io_context context{1};
  auto wheel = std::make_unique<DeadlineWheel>(context);
  Watch armed(*wheel), other(*wheel);
  armed.Arm(milliseconds(1));
  other.Arm(milliseconds(1));
  wheel.reset();
  armed.Disarm();
  context.run_for(kPatience);
  CHECK_FALSE(armed.Fired());
  CHECK_FALSE(other.Fired());
}

TEST_CASE("a loop that comes round late again and again is behind; one stall alone is none") {
  WheelFixture f;
  f.RunFor(milliseconds(200));
  f.BeBusyFor(milliseconds(400));
  f.context.run_one_for(milliseconds(1));
  CHECK(f.wheel.Lag() <= milliseconds(50) + kRested);
  std::function<void()> crawl = [&] {
    f.BeBusyFor(milliseconds(100));
    boost::asio::post(f.context, crawl);
  };
  boost::asio::post(f.context, crawl);
  CHECK(f.RunUntil([&] { return f.wheel.Lag() > milliseconds(50); }));
}

}  // namespace
}  // namespace understudy
