// Look-ups by name. Lists are short and looked up outside the data path.
#include "proxy/model/topology.h"

#include <algorithm>

namespace understudy {
namespace {

template <typename T>
const T* Find(const std::vector<T>& all, std::string_view name) {
  const auto at = std::find_if(all.begin(), all.end(), [&](const T& x) { return x.name == name; });
  return at == all.end() ? nullptr : &*at;
}

}  // namespace

const Cluster* Topology::FindCluster(std::string_view name) const { return Find(clusters, name); }
const Route* Topology::FindRoute(std::string_view name) const { return Find(routes, name); }
const Plan* Topology::FindPlan(std::string_view name) const { return Find(plans, name); }

}  // namespace understudy
