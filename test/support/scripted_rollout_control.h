// A RolloutControl that shows the pictures a test gives it, on a clock that moves only while
// somebody waits.
//
// Threads: any. WaitNewer never blocks: it moves the clock by the time it was allowed to wait, runs
// the test's script and returns.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "proxy/model/control_view.h"

namespace understudy {

class ScriptedRolloutControl : public RolloutControl {
 public:
  explicit ScriptedRolloutControl(ControlView first)
      : start_(first.at), view_(std::make_shared<const ControlView>(std::move(first))) {}

  WallTime Wall() const { return start_ + Elapsed(); }
  SteadyTime Steady() const { return SteadyTime(Elapsed()); }
  Duration Elapsed() const { return Duration(elapsed_.load()); }

  // The next picture; its version follows the present one's.
  void Publish(ControlView view) {
    std::lock_guard lock(mutex_);
    view.version = view_->version + 1;
    view_ = std::make_shared<const ControlView>(std::move(view));
  }
  // Called in each wait with the number of waits before it.
  void OnWait(std::function<void(int)> script) {
    std::lock_guard lock(mutex_);
    script_ = std::move(script);
  }
  void OnApply(std::function<absl::StatusOr<RolloutState>(const Command&)> answer) {
    std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  std::vector<Command> Commands() const {
    std::lock_guard lock(mutex_);
    return commands_;
  }

  std::shared_ptr<const ControlView> Read() const override {
    std::lock_guard lock(mutex_);
    return view_;
  }
  std::shared_ptr<const ControlView> WaitNewer(std::uint64_t version, Duration timeout) override {
    if (Read()->version > version) return Read();
    elapsed_.fetch_add(timeout.count());
    std::function<void(int)> script;
    {
      std::lock_guard lock(mutex_);
      script = script_;
    }
    if (script) script(waits_.fetch_add(1));
    return Read();
  }
  absl::StatusOr<RolloutState> Apply(const Command& command) override {
    std::lock_guard lock(mutex_);
    commands_.push_back(command);
    return answer_ ? answer_(command) : RolloutState{};
  }

 private:
  const WallTime start_;
  std::atomic<std::int64_t> elapsed_{0};
  std::atomic<int> waits_{0};
  mutable std::mutex mutex_;
  std::shared_ptr<const ControlView> view_;
  std::function<void(int)> script_;
  std::function<absl::StatusOr<RolloutState>(const Command&)> answer_;
  std::vector<Command> commands_;
};

}  // namespace understudy
