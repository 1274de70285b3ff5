// The driver's front towards other threads.
#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "test/support/driven_rollouts.h"

namespace understudy {
namespace {

// One thread that runs what is posted to it, in order, until it is destroyed.
class ControlThread {
 public:
  ControlThread() : thread_([this] { Run(); }) {}
  ~ControlThread() {
    Post([this] { done_ = true; });
    thread_.join();
  }
  void Post(std::function<void()> work) {
    std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    more_.notify_one();
  }

 private:
  void Run() {
    while (!done_) {
      std::unique_lock lock(mutex_);
      more_.wait(lock, [this] { return !work_.empty(); });
      const std::function<void()> work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
    }
  }

  bool done_ = false;  // of the thread itself
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> work_;
  std::thread thread_;
};

TEST_CASE("Commands from many threads are applied one after the other, while others read") {
  MemoryControlStore store;
  TrafficBook book(1, 1);
  Snapshot<TrafficView> traffic;
  ControlThread control;
  RolloutDriver driver(
      std::make_shared<const Topology>(DigitsTopology(FlipPlan())),
      RolloutSurroundings{book, traffic, store,
                          [](const Route&) {
                            return RouteComparators{{"top1"}, {}};
                          },
                          [] { return WallAt(0); },
                          [&](std::function<void()> run) { control.Post(std::move(run)); },
                          std::chrono::seconds(60)});
  std::promise<absl::Status> loaded;
  control.Post([&] { loaded.set_value(driver.Load()); });
  REQUIRE(loaded.get_future().get().ok());

  Command command;
  command.kind = CommandKind::kCreate;
  command.route = "digits";
  command.candidate = "v2";
  const auto created = driver.Apply(command);
  REQUIRE(created.ok());
  command.rollout = created->id;
  command.kind = CommandKind::kStart;
  REQUIRE(driver.Apply(command).ok());

  constexpr int kThreads = 4;
  constexpr int kRounds = 25;
  std::atomic<int> refused{0};
  std::vector<std::thread> operators;
  for (int i = 0; i < kThreads; ++i) {
    operators.emplace_back([&, command]() mutable {
      for (int round = 0; round < kRounds; ++round) {
        command.kind = CommandKind::kHold;
        if (!driver.Apply(command).ok()) ++refused;
        command.kind = CommandKind::kResume;
        // Another thread may have resumed it already: that refusal is right.
        const auto resumed = driver.Apply(command);
        if (!resumed.ok() && resumed.status().code() != absl::StatusCode::kFailedPrecondition) {
          ++refused;
        }
      }
    });
  }
  std::uint64_t newest = 0;
  bool risen = true;
  for (int i = 0; i < 50; ++i) {
    const auto view = driver.WaitNewer(newest, Duration::zero());
    risen = risen && view->version >= newest && traffic.Read() != nullptr;
    newest = view->version;
  }
  for (std::thread& thread : operators) thread.join();
  CHECK(refused == 0);
  CHECK(risen);
  const RolloutState shown = driver.Read()->rollouts.front();
  CHECK(shown.generation == store.contents().rollouts.front().generation);
  CHECK(shown.generation >= 2 + 2);
}

}  // namespace
}  // namespace understudy
