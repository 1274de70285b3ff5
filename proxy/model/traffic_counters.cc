// Making and adding up the per-thread blocks.
#include "proxy/model/traffic_counters.h"

namespace understudy {
namespace {

template <typename Map, typename MapKey>
auto& FindOrMake(Map& map, const MapKey& key, std::size_t threads) {
  auto& slot = map[key];
  if (slot == nullptr) {
    slot = std::make_unique<typename Map::mapped_type::element_type>(threads);
  }
  return *slot;
}

template <typename Counters, typename Sums>
void AddAll(const Counters& counters, Sums& sums) {
  for (std::size_t i = 0; i < counters.size(); ++i) sums[i] += counters[i].Value();
}

}  // namespace

void CoverageCounters::AddTo(Coverage& sum) const {
  // Outcomes are read before what they are part of, so that no sum ever shows more outcomes than
  // requests while traffic runs.
  sum.compared += compared.Value();
  AddAll(uncomparable, sum.uncomparable);
  sum.mirrored += mirrored.Value();
  AddAll(skipped, sum.skipped);
  AddAll(dropped, sum.dropped);
  sum.rate_lowered += rate_lowered.Value();
  sum.sampled_out += sampled_out.Value();
  sum.eligible += eligible.Value();
  AddAll(lost_by_size, sum.loss.lost_by_size);
  AddAll(lost_by_latency, sum.loss.lost_by_latency);
  AddAll(lost_by_slot, sum.loss.lost_by_slot);
  AddAll(chosen_by_size, sum.loss.chosen_by_size);
  AddAll(chosen_by_latency, sum.loss.chosen_by_latency);
}

PerThread<ArmCounters>& TrafficBook::Arm(const std::string& route, const std::string& cluster) {
  std::lock_guard lock(mutex_);
  return FindOrMake(arms_, Key{route, cluster}, threads_);
}

PerThread<CoverageCounters>& TrafficBook::CoverageOf(const std::string& route,
                                                     const std::string& candidate) {
  std::lock_guard lock(mutex_);
  return FindOrMake(coverage_, Key{route, candidate}, threads_);
}

PerThread<ComparatorCounters>& TrafficBook::Comparator(const std::string& route,
                                                       const std::string& candidate,
                                                       const std::string& comparator) {
  std::lock_guard lock(mutex_);
  return FindOrMake(comparators_, std::pair{Key{route, candidate}, comparator}, threads_);
}

PerThread<ControlCounters>& TrafficBook::Control(const std::string& route) {
  std::lock_guard lock(mutex_);
  return FindOrMake(controls_, route, threads_);
}

AdaptiveRate& TrafficBook::MirrorRate(const std::string& route, const std::string& candidate) {
  std::lock_guard lock(mutex_);
  auto& rate = rates_[Key{route, candidate}];
  if (rate == nullptr) rate = std::make_unique<AdaptiveRate>();
  return *rate;
}

StopSwitch& TrafficBook::Stop(const std::string& route, const std::string& candidate) {
  std::lock_guard lock(mutex_);
  auto& stop = stops_[Key{route, candidate}];
  if (stop == nullptr) stop = std::make_unique<StopSwitch>();
  return *stop;
}

Coverage TrafficBook::SumCoverage(const std::string& route, const std::string& candidate) const {
  std::lock_guard lock(mutex_);
  Coverage sum;
  const auto at = coverage_.find(Key{route, candidate});
  if (at == coverage_.end()) return sum;
  // Compare threads first: what they counted as compared was counted as mirrored before.
  const auto& blocks = at->second->All();
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) (*block)->AddTo(sum);
  return sum;
}

}  // namespace understudy
