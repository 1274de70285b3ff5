// Control state in memory.
#include "proxy/flow/rollout_book.h"

#include <algorithm>

namespace understudy {
namespace {

bool Newer(const RolloutState& a, const RolloutState& b) {
  return std::pair(a.created_at, a.window) > std::pair(b.created_at, b.window);
}

void Append(std::vector<JournalLine>& timeline, const JournalLine& line) {
  timeline.push_back(line);
  if (timeline.size() > RolloutBook::kMaxTimeline) timeline.erase(timeline.begin());
}

}  // namespace

Quarantine QuarantineOf(const RolloutState& ended) {
  return {ended.route, ended.candidate_version, ended.id, ended.phase_since, ended.ended_reason};
}

RouteControl PromotionOf(const RolloutState& completed, RouteControl switches) {
  switches.route = completed.route;
  switches.promoted = completed.candidate;
  switches.promoted_version = completed.candidate_version;
  switches.promoted_by = completed.id;
  return switches;
}

void RolloutBook::Restore(const ControlState& state) {
  rollouts_.clear();
  timelines_.clear();
  route_lines_.clear();
  switches_.clear();
  quarantine_.clear();
  for (const RolloutState& rollout : state.rollouts) rollouts_[rollout.id] = rollout;
  for (const JournalLine& line : state.journal) {
    if (rollouts_.contains(line.rollout_id)) Append(timelines_[line.rollout_id], line);
    if (line.rollout_id.empty() && !line.route.empty()) AddRouteLine(line);
  }
  for (const RouteControl& switches : state.routes) switches_[switches.route] = switches;
  for (const Quarantine& q : state.quarantine) quarantine_[{q.route, q.candidate_version}] = q;
  ForgetOldest();
}

void RolloutBook::Adopt(const RolloutStep& step) {
  const RolloutState& state = step.state;
  rollouts_[state.id] = state;
  for (const JournalLine& line : step.journal) Append(timelines_[state.id], line);
  const std::pair key{state.route, state.candidate_version};
  if (step.Has(RolloutAction::kUnquarantine)) quarantine_.erase(key);
  if (step.Has(RolloutAction::kQuarantine)) quarantine_[key] = QuarantineOf(state);
  if (step.Has(RolloutAction::kMakeIncumbent)) {
    SetSwitches(PromotionOf(state, Switches(state.route)));
  }
  ForgetOldest();
}

void RolloutBook::Put(const RolloutState& state, const JournalLine& line) {
  rollouts_[state.id] = state;
  Append(timelines_[state.id], line);
}

void RolloutBook::ForgetOldest() {
  std::vector<const RolloutState*> ended;
  for (const auto& [id, rollout] : rollouts_) {
    if (IsTerminal(rollout.phase)) ended.push_back(&rollout);
  }
  if (ended.size() <= kMaxEnded) return;
  std::sort(ended.begin(), ended.end(),
            [](const RolloutState* a, const RolloutState* b) { return Newer(*a, *b); });
  for (std::size_t i = kMaxEnded; i < ended.size(); ++i) {
    const std::string id = ended[i]->id;
    timelines_.erase(id);
    rollouts_.erase(id);
  }
}

const RolloutState* RolloutBook::Find(const std::string& id) const {
  const auto at = rollouts_.find(id);
  return at == rollouts_.end() ? nullptr : &at->second;
}

const RolloutState* RolloutBook::Active(const std::string& route,
                                        const std::string& candidate) const {
  for (const auto& [id, rollout] : rollouts_) {
    const bool wanted = rollout.route == route && rollout.candidate == candidate;
    if (wanted && !IsTerminal(rollout.phase)) return &rollout;
  }
  return nullptr;
}

const RolloutState* RolloutBook::Newest(const std::string& route,
                                        const std::string& candidate) const {
  if (const RolloutState* active = Active(route, candidate)) return active;
  const RolloutState* newest = nullptr;
  for (const auto& [id, rollout] : rollouts_) {
    if (rollout.route != route || rollout.candidate != candidate) continue;
    if (newest == nullptr || Newer(rollout, *newest)) newest = &rollout;
  }
  return newest;
}

std::vector<std::string> RolloutBook::ActiveIds() const {
  std::vector<std::string> ids;
  for (const auto& [id, rollout] : rollouts_) {
    if (!IsTerminal(rollout.phase)) ids.push_back(id);
  }
  return ids;
}

std::vector<std::string> RolloutBook::ActiveIdsOn(const std::string& route) const {
  std::vector<std::string> ids = ActiveIds();
  std::erase_if(ids, [&](const std::string& id) { return Find(id)->route != route; });
  return ids;
}

std::vector<RolloutState> RolloutBook::NewestFirst() const {
  std::vector<RolloutState> all;
  for (const auto& [id, rollout] : rollouts_) all.push_back(rollout);
  std::sort(all.begin(), all.end(), Newer);
  return all;
}

std::uint32_t RolloutBook::OthersPpm(const RolloutState& rollout) const {
  std::uint32_t sum = 0;
  for (const auto& [id, other] : rollouts_) {
    const bool counts = other.route == rollout.route && id != rollout.id;
    if (counts && !IsTerminal(other.phase)) sum += other.weight_ppm;
  }
  return sum;
}

bool RolloutBook::Seen(const std::string& route, const std::string& candidate_version) const {
  return std::any_of(rollouts_.begin(), rollouts_.end(), [&](const auto& entry) {
    return entry.second.route == route && entry.second.candidate_version == candidate_version;
  });
}

std::uint64_t RolloutBook::HighestWindow(const std::string& route,
                                         const std::string& candidate) const {
  std::uint64_t highest = 0;
  for (const auto& [id, rollout] : rollouts_) {
    if (rollout.route != route || rollout.candidate != candidate) continue;
    highest = std::max(highest, rollout.window);
  }
  return highest;
}

RouteControl RolloutBook::Switches(const std::string& route) const {
  const auto at = switches_.find(route);
  if (at != switches_.end()) return at->second;
  RouteControl none;
  none.route = route;
  return none;
}

const Quarantine* RolloutBook::FindQuarantine(const std::string& route,
                                              const std::string& version) const {
  const auto at = quarantine_.find({route, version});
  return at == quarantine_.end() ? nullptr : &at->second;
}

std::vector<Quarantine> RolloutBook::Quarantines() const {
  std::vector<Quarantine> all;
  for (const auto& [key, quarantine] : quarantine_) all.push_back(quarantine);
  return all;
}

std::vector<RouteControl> RolloutBook::AllSwitches() const {
  std::vector<RouteControl> all;
  for (const auto& [route, switches] : switches_) all.push_back(switches);
  return all;
}

void RolloutBook::AddRouteLine(const JournalLine& line) { Append(route_lines_[line.route], line); }

std::vector<JournalLine> RolloutBook::TimelineOf(const RolloutState& rollout) const {
  const auto own = timelines_.find(rollout.id);
  std::vector<JournalLine> timeline =
      own == timelines_.end() ? std::vector<JournalLine>{} : own->second;
  const auto acts = route_lines_.find(rollout.route);
  if (acts == route_lines_.end()) return timeline;
  const std::size_t own_lines = timeline.size();
  for (const JournalLine& act : acts->second) {
    const bool its_time = act.at >= rollout.created_at &&
                          (!IsTerminal(rollout.phase) || act.at <= rollout.phase_since);
    const bool told = std::any_of(
        timeline.begin(), timeline.begin() + own_lines,
        [&](const JournalLine& line) { return line.at == act.at && line.reason == act.reason; });
    if (its_time && !told) timeline.push_back(act);
  }
  std::inplace_merge(timeline.begin(), timeline.begin() + own_lines, timeline.end(),
                     [](const JournalLine& a, const JournalLine& b) { return a.at < b.at; });
  return timeline;
}

std::optional<JournalLine> RolloutBook::LastAct(const std::string& route,
                                                std::string_view action) const {
  const auto acts = route_lines_.find(route);
  if (acts == route_lines_.end()) return std::nullopt;
  const auto found = std::find_if(acts->second.rbegin(), acts->second.rend(),
                                  [&](const JournalLine& line) { return line.action == action; });
  if (found == acts->second.rend()) return std::nullopt;
  return *found;
}

}  // namespace understudy
