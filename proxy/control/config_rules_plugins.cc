// Plug-ins and comparator services: loaded and met while the file is checked, as only they know
// what they may be told.
#include <fmt/format.h>

#include <utility>

#include "proxy/control/config_rules.h"

namespace understudy {
namespace {

constexpr std::size_t kMost = 32;  // of each

}  // namespace

void CheckPlugins(const Topology& topology, ConfigSource& source, ConfigFaults& faults,
                  KnownComparators& known) {
  const auto fault = [&](const std::string& path, std::string message) {
    known.incomplete = true;
    source.AddFault(faults, path, std::move(message));
  };
  const std::pair<const char*, std::size_t> lists[] = {
      {"plugins", topology.plugins.size()},
      {"comparator_services", topology.comparator_services.size()}};
  bool any = false;
  for (const auto& [key, size] : lists) {
    any = any || size > 0;
    if (size > kMost) {
      fault(key, fmt::format("'{}' has {} items; at most {} are allowed", key, size, kMost));
    }
    // A path that is none, or that the reader refused, is not loaded.
    if (source.IsFaultyWithin(key)) known.incomplete = true;
  }
  if (!any || !known.load_plugins || known.incomplete) return;
  PluginComparators loaded = known.load_plugins(topology);
  for (PluginFault& one : loaded.faults) fault(one.path, std::move(one.message));
  for (std::string& name : loaded.names) known.names.push_back(std::move(name));
  if (loaded.find_faults) known.find_faults = std::move(loaded.find_faults);
  if (loaded.read_preset) known.read_preset = std::move(loaded.read_preset);
}

}  // namespace understudy
