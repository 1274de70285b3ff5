// Key by key.
#include "proxy/server/needs_restart.h"

#include <tuple>

namespace understudy {
namespace {

std::string TextOf(const std::vector<ListenerConfig>& listeners) {
  std::string text;
  for (const ListenerConfig& l : listeners) {
    text += l.name + "=" + l.address.text + " " + std::to_string(l.timeouts.header.count()) + " " +
            std::to_string(l.timeouts.idle.count()) + " " +
            std::to_string(l.timeouts.body_idle.count()) + "\n";
  }
  return text;
}

std::string TextOf(const std::optional<SocketAddress>& address) {
  return address ? address->text : std::string();
}

auto Tie(const Limits& l) {
  return std::tie(l.header_bytes, l.headers, l.connections, l.body_bytes, l.mirror_memory);
}

}  // namespace

std::string NeedsRestart(const Topology& started, const Topology& next) {
  std::string keys;
  const auto check = [&keys](const char* key, bool same) {
    if (!same) keys += (keys.empty() ? "" : ", ") + std::string(key);
  };
  check("workers", started.workers == next.workers);
  check("compare_threads", started.compare_threads == next.compare_threads);
  check("limits", Tie(started.limits) == Tie(next.limits));
  check("listeners", TextOf(started.listeners) == TextOf(next.listeners));
  check("admin.grpc", TextOf(started.admin.grpc) == TextOf(next.admin.grpc));
  check("admin.http", TextOf(started.admin.http) == TextOf(next.admin.http));
  check("data_dir", started.data_dir == next.data_dir);
  check("log.format", started.log.json == next.log.json);
  return keys;
}

}  // namespace understudy
