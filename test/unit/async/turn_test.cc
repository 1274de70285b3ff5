// What runs at the end of a reactor's turn: those that others woke, and then what was asked for.
#include "test/unit/async/reactor_fixture.h"

using namespace understudy;

namespace {

Task<> WaitAndSay(Waiter& waiter, std::string name, std::string& said) {
  co_await waiter.Wait();
  said += name;
}

}  // namespace

TEST_CASE_METHOD(ReactorFixture, "who is woken goes on later in the turn, not within the call") {
  Waiter waiter(reactor);
  std::string said;
  waiter.Wake();  // nobody waits
  Start(WaitAndSay(waiter, "a", said));
  loop.poll();
  CHECK(waiter.Waiting());
  waiter.Wake();
  waiter.Wake();
  CHECK(said.empty());
  CHECK(RunUntil([&] { return said == "a"; }));
  CHECK_FALSE(waiter.Waiting());
}

TEST_CASE_METHOD(ReactorFixture, "what is asked for runs once, behind everything of its turn") {
  struct Asked {
    std::string& said;
    TurnEnd* again;
    int left;
  };
  Waiter first(reactor), second(reactor);
  std::string said;
  Asked asked{said, nullptr, 1};
  TurnEnd end(
      reactor,
      [](void* it) {
        auto& self = *static_cast<Asked*>(it);
        self.said += "!";
        if (self.left-- > 0) self.again->Ask();
      },
      &asked);
  asked.again = &end;
  end.Ask();
  end.Ask();
  Start(WaitAndSay(first, "a", said));
  Start(WaitAndSay(second, "b", said));
  loop.poll();
  first.Wake();
  second.Wake();
  reactor.Turn(Duration::zero());
  CHECK(said == "ab!");
  reactor.Turn(Duration::zero());
  CHECK(said == "ab!!");
}

TEST_CASE_METHOD(ReactorFixture, "a turn does not wait while something is to be done at its end") {
  int done = 0;
  TurnEnd end(
      reactor, [](void* it) { ++*static_cast<int*>(it); }, &done);
  end.Ask();
  const SteadyTime before = SteadyNow();
  reactor.Turn(std::chrono::seconds(5));
  CHECK(done == 1);
  CHECK(SteadyNow() - before < std::chrono::seconds(1));
}

TEST_CASE("whoever waits for a waker when all ends is unwound, with what it holds") {
  auto held = std::make_shared<int>(7);
  Loop loop;
  DeadlineWheel wheel(loop);
  Reactor reactor(loop, wheel);
  Waiter waiter(reactor);
  asio::co_spawn(
      loop,
      [](Waiter& w, std::shared_ptr<int> mine) -> Task<> {
        co_await w.Wait();
        *mine = 8;
      }(waiter, held),
      asio::detached);
  loop.poll();
  REQUIRE(waiter.Waiting());
  reactor.EndAll();
  loop.EndAll();
  CHECK(held.use_count() == 1);
  CHECK(*held == 7);
}
