// What the driver holds in memory of the control state: rollouts, their timelines, route switches
// and quarantine, with the questions asked of them.
//
// Threads: the control thread. Pointers handed out last until the next change.
// Invariants: at most one rollout of a candidate on a route has not ended; ended rollouts never
// change; at most kMaxEnded of them are remembered, the newest.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/model/control_store.h"
#include "proxy/rollout/step.h"

namespace understudy {

class RolloutBook {
 public:
  static constexpr std::size_t kMaxEnded = 500;
  static constexpr std::size_t kMaxTimeline = 500;  // lines of one rollout or route, the newest

  void Restore(const ControlState& state);
  // Takes the step's state, lines, quarantine and promotion.
  void Adopt(const RolloutStep& step);
  // A correction of what is kept, journalled by the caller.
  void Put(const RolloutState& state, const JournalLine& line);
  void SetSwitches(const RouteControl& switches) { switches_[switches.route] = switches; }

  // A store that holds a later generation of a rollout than was asked to be written wins.
  template <typename StoredGeneration>  // (id) -> generation, 0: none
  void FollowGenerations(StoredGeneration stored) {
    for (auto& [id, rollout] : rollouts_) {
      rollout.generation = std::max(rollout.generation, stored(id));
    }
  }

  const RolloutState* Find(const std::string& id) const;
  // The one that has not ended, or nullptr.
  const RolloutState* Active(const std::string& route, const std::string& candidate) const;
  const RolloutState* Newest(const std::string& route, const std::string& candidate) const;
  std::vector<std::string> ActiveIds() const;
  std::vector<std::string> ActiveIdsOn(const std::string& route) const;
  std::vector<RolloutState> NewestFirst() const;
  // What the route's other candidates serve together.
  std::uint32_t OthersPpm(const RolloutState& rollout) const;
  // Whether any rollout of this version was ever made on the route.
  bool Seen(const std::string& route, const std::string& candidate_version) const;
  // The highest evidence window any rollout of the candidate used; 0 without one.
  std::uint64_t HighestWindow(const std::string& route, const std::string& candidate) const;

  RouteControl Switches(const std::string& route) const;
  const Quarantine* FindQuarantine(const std::string& route, const std::string& version) const;
  std::vector<Quarantine> Quarantines() const;
  std::vector<RouteControl> AllSwitches() const;
  // A route-wide act, already journalled.
  void AddRouteLine(const JournalLine& line);
  // The rollout's own lines and the route-wide acts between its creation and its end, oldest first.
  // An act that the rollout has a line of its own for stands there once.
  std::vector<JournalLine> TimelineOf(const RolloutState& rollout) const;
  // The newest route-wide line with this action; nothing where none is remembered.
  std::optional<JournalLine> LastAct(const std::string& route, std::string_view action) const;

 private:
  void ForgetOldest();

  std::map<std::string, RolloutState> rollouts_;                          // by id
  std::map<std::string, std::vector<JournalLine>> timelines_;             // by rollout id
  std::map<std::string, std::vector<JournalLine>> route_lines_;           // by route
  std::map<std::string, RouteControl> switches_;                          // by route
  std::map<std::pair<std::string, std::string>, Quarantine> quarantine_;  // by route, version
};

// The records a step leaves: the quarantine entry it makes, the promotion it decides.
Quarantine QuarantineOf(const RolloutState& ended);
RouteControl PromotionOf(const RolloutState& completed, RouteControl switches);

}  // namespace understudy
