// Look-ups by name. Lists are short and looked up outside the data path.
#include "proxy/model/topology.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>

namespace understudy {
namespace {

template <typename T>
const T* Find(const std::vector<T>& all, std::string_view name) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const T& x) { return x.name == name; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace

bool HasExpired(std::string_view expires, WallTime now) {
  if (expires.empty()) return false;
  const auto day = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  return expires < fmt::format("{:%Y-%m-%d}", fmt::gmtime(day.count()));
}

const Cluster* Topology::FindCluster(std::string_view name) const { return Find(clusters, name); }
const Route* Topology::FindRoute(std::string_view name) const { return Find(routes, name); }
const Plan* Topology::FindPlan(std::string_view name) const { return Find(plans, name); }

}  // namespace understudy
