// Key by key.
#include "proxy/server/needs_restart.h"

#include <algorithm>
#include <tuple>

namespace understudy {
namespace {

std::string TextOf(const std::vector<ListenerConfig>& listeners) {
  std::string text;
  for (const ListenerConfig& l : listeners) {
    text += l.name + "=" + l.address.text + " " + std::to_string(l.timeouts.header.count()) + " " +
            std::to_string(l.timeouts.idle.count()) + " " +
            std::to_string(l.timeouts.body_idle.count()) + " " +
            std::to_string(l.timeouts.handshake.count()) + "\n";
  }
  return text;
}

std::string TextOf(const std::optional<SocketAddress>& address) {
  return address ? address->text : std::string();
}

// Whether everything that is loaded is still wanted: code cannot be unloaded.
bool KeepsPlugins(const Topology& in_force, const Topology& next) {
  return std::all_of(
      in_force.plugins.begin(), in_force.plugins.end(), [&](const PluginRule& loaded) {
        return std::any_of(next.plugins.begin(), next.plugins.end(), [&](const PluginRule& plugin) {
          return plugin.library == loaded.library;
        });
      });
}

auto Tie(const Limits& l) {
  return std::tie(l.header_bytes, l.headers, l.connections, l.body_bytes, l.mirror_memory);
}

}  // namespace

std::string NeedsRestart(const Topology& in_force, const Topology& next) {
  std::string keys;
  const auto check = [&keys](const char* key, bool same) {
    if (!same) keys += (keys.empty() ? "" : ", ") + std::string(key);
  };
  check("workers", in_force.workers == next.workers);
  check("compare_threads", in_force.compare_threads == next.compare_threads);
  check("limits", Tie(in_force.limits) == Tie(next.limits));
  check("listeners",
        TextOf(in_force.listeners) == TextOf(next.listeners) &&
            std::equal(in_force.listeners.begin(), in_force.listeners.end(), next.listeners.begin(),
                       next.listeners.end(), [](const ListenerConfig& a, const ListenerConfig& b) {
                         return a.http2 == b.http2 && a.tls == b.tls;
                       }));
  check("plugins", KeepsPlugins(in_force, next));
  check("admin.grpc", TextOf(in_force.admin.grpc) == TextOf(next.admin.grpc));
  check("admin.http", TextOf(in_force.admin.http) == TextOf(next.admin.http));
  check("admin.tls", in_force.admin.tls == next.admin.tls);
  check("admin.tokens", in_force.admin.tokens == next.admin.tokens);
  check("admin.certificate_roles",
        in_force.admin.certificate_roles == next.admin.certificate_roles);
  check("data_dir", in_force.data_dir == next.data_dir);
  check("log.format", in_force.log.json == next.log.json);
  return keys;
}

}  // namespace understudy
