// Plug-ins: loaded while the file is checked, as only they know what they may be told.
#include <fmt/format.h>

#include <utility>

#include "proxy/control/config_rules.h"

namespace understudy {
namespace {

constexpr std::size_t kMostPlugins = 32;

}  // namespace

void CheckPlugins(const Topology& topology, ConfigSource& source, ConfigFaults& faults,
                  KnownComparators& known) {
  const auto fault = [&](const std::string& path, std::string message) {
    known.incomplete = true;
    source.AddFault(faults, path, std::move(message));
  };
  if (topology.plugins.size() > kMostPlugins) {
    return fault("plugins", fmt::format("'plugins' has {} items; at most {} are allowed",
                                        topology.plugins.size(), kMostPlugins));
  }
  // A path that is none, or that the reader refused, is not loaded.
  if (source.IsFaultyWithin("plugins")) known.incomplete = true;
  if (topology.plugins.empty() || !known.load_plugins || known.incomplete) return;
  PluginComparators loaded = known.load_plugins(topology.plugins);
  for (PluginFault& one : loaded.faults) {
    fault(fmt::format("plugins[{}].library", one.plugin), std::move(one.message));
  }
  for (std::string& name : loaded.names) known.names.push_back(std::move(name));
  if (loaded.find_faults) known.find_faults = std::move(loaded.find_faults);
  if (loaded.read_preset) known.read_preset = std::move(loaded.read_preset);
}

}  // namespace understudy
