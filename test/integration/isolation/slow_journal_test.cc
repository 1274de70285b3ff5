// The journal's disk is slow: traffic does not notice, and going down does not wait for it.
#include <catch2/catch.hpp>
#include <chrono>
#include <future>

#include "test/integration/faults/servers/faults.h"
#include "test/integration/faults/servers/talking_clients.h"
#include "test/support/admin_client.h"
#include "test/support/running_proxy.h"
#include "test/support/slow_disk.h"

using namespace understudy;
using std::chrono::milliseconds;

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kCanary =
    "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n    expose_arm: true\n    plan: slow\n";
constexpr const char* kPlan =
    "plans:\n  - name: slow\n    stages: [{weight: 0, min_samples: 100000, min_duration: 1h}, "
    "{weight: 100%, min_samples: 100000, min_duration: 1h}]\n"
    "    bake_duration: 1h\n    checks: [{name: same, comparator: exact, at_most: 50%}]\n";

// A candidate that serves everything, over a journal that was quick until then.
struct ServingCandidate {
  ServingCandidate() {
    admin.Begin("all");
    admin.SetWeight("all", 100);
    REQUIRE(Arm() == "candidate");
  }
  std::string Arm() const {
    return proxy.Post("/x", "{}").Field("x-understudy-arm").value_or("none");
  }
  // How long it takes until the incumbent serves.
  Clock::duration UntilDown() const {
    const auto begin = Clock::now();
    CHECK(RunningProxy::Eventually([&] { return Arm() == "incumbent"; }));
    return Clock::now() - begin;
  }

  SlowDisk disk;  // first: it outlives the database
  FaultyServer incumbent{{"well", EchoModel()}};
  FaultyServer candidate{{"well", EchoModel()}};
  RunningProxy proxy{TwoModels(incumbent.Address(), candidate.Address(), kCanary) + kPlan};
  AdminClient admin{proxy.AdminAddress()};
};

}  // namespace

TEST_CASE("while each sync of the journal takes 300 ms, clients get the same bytes in time") {
  SlowDisk disk;
  FaultyServer incumbent({"well", EchoModel()});
  FaultyServer candidate({"well", EchoModel()});
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(), kCanary) + kPlan);
  const auto expected = ConverseAtOnce(proxy.Port(), 3, 60);
  disk.SetDelay(300);
  // Commands that write, one after the other, each in bounded time.
  auto commands = std::async(std::launch::async, [&] {
    AdminClient admin(proxy.AdminAddress());
    Clock::duration slowest{};
    const auto timed = [&](const auto& command) {
      const auto begin = Clock::now();
      command();
      slowest = std::max(slowest, Clock::now() - begin);
    };
    timed([&] { admin.Begin("all"); });
    timed([&] { admin.RollBack("all"); });
    timed([&] { admin.Kill("all"); });
    return slowest;
  });
  const auto conversations = ConverseAtOnce(proxy.Port(), 3, 60);
  CHECK(FirstDifference(conversations, expected) == "");
  CHECK(Slowest(conversations) < milliseconds(250));  // below a single sync
  CHECK(commands.get() < milliseconds(4000));
  disk.SetDelay(0);
  CHECK(disk.Syncs() > 0);
}

TEST_CASE("a rollback and a kill are in effect before a slow journal has them") {
  ServingCandidate serving;
  const bool kill = GENERATE(false, true);
  serving.disk.SetDelay(800);
  auto command = std::async(std::launch::async, [&] {
    AdminClient admin(serving.proxy.AdminAddress());
    kill ? admin.Kill("all") : static_cast<void>(admin.RollBack("all"));
  });
  CHECK(serving.UntilDown() < milliseconds(400));
  CHECK(command.wait_for(milliseconds(0)) == std::future_status::timeout);  // not written yet
  serving.disk.SetDelay(0);
  CHECK_NOTHROW(command.get());
}

TEST_CASE("a kill does not wait for another command that is being written") {
  ServingCandidate serving;
  serving.disk.SetDelay(1000);
  auto raise = std::async(std::launch::async, [&] {
    AdminClient admin(serving.proxy.AdminAddress());
    admin.SetWeight("all", 50);  // down at once, and then it is written
    admin.SetWeight("all", 100);
  });
  REQUIRE(RunningProxy::Eventually([&] { return serving.disk.UnderWay() > 0; }));
  auto kill = std::async(std::launch::async, [&] {
    AdminClient admin(serving.proxy.AdminAddress());
    admin.Kill("all");
  });
  // Twenty requests in a row: one half of them could be the incumbent's anyway.
  const auto begin = Clock::now();
  CHECK(RunningProxy::Eventually([&] {
    for (int i = 0; i < 20; ++i) {
      if (serving.Arm() != "incumbent") return false;
    }
    return true;
  }));
  CHECK(Clock::now() - begin < milliseconds(500));
  serving.disk.SetDelay(0);
  CHECK_NOTHROW(kill.get());
  try {
    raise.get();
  } catch (const std::runtime_error&) {  // killed meanwhile: a raise may be refused
  }
}
