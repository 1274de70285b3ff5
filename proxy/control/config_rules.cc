// Rules about addresses, clusters and limits.
#include "proxy/control/config_rules.h"

#include <fmt/format.h>

#include <array>
#include <map>
#include <set>

#include "proxy/control/config_text.h"

namespace understudy {
namespace {

struct Bound {
  std::string path;
  std::string who;
  SocketAddress address;
};

// Whether the kernel would refuse the second, or give it the first one's connections.
bool Overlap(const SocketAddress& a, const SocketAddress& b) {
  if (a.port == 0 || a.port != b.port) return false;
  return a.host == b.host || IsWildcard(a) || IsWildcard(b);
}

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// Headers that frame or route a message, or are Understudy's own: set by the proxy alone.
bool IsReserved(const std::string& lower) {
  static constexpr std::array<std::string_view, 10> kReserved = {
      "connection", "content-length", "host",    "keep-alive",        "proxy-connection",
      "te",         "trailer",        "upgrade", "transfer-encoding", "expect"};
  for (const std::string_view name : kReserved) {
    if (lower == name) return true;
  }
  return lower.rfind("x-understudy-", 0) == 0;
}

void CheckHeaderEdits(const RuleContext& context, const Cluster& cluster, const std::string& path) {
  std::set<std::string> seen;
  for (const auto& [name, value] : cluster.headers.set) {
    const std::string at = path + ".headers.set." + name;
    const std::string lower = Lower(name);
    if (lower == "host") {
      context.Fault(at, "'host' cannot be set here; write 'authority' in the cluster");
    } else if (IsReserved(lower)) {
      context.Fault(at, fmt::format("{} is the proxy's own; it cannot be set", Quoted(name)));
    } else if (!seen.insert(lower).second) {
      context.Fault(at,
                    fmt::format("header {} is set twice; case makes no difference", Quoted(name)));
    }
  }
  for (std::size_t i = 0; i < cluster.headers.remove.size(); ++i) {
    const std::string& name = cluster.headers.remove[i];
    if (!IsReserved(Lower(name))) continue;
    context.Fault(fmt::format("{}.headers.remove[{}]", path, i),
                  fmt::format("{} is the proxy's own; it cannot be removed", Quoted(name)));
  }
}

void CheckBodyEdits(const RuleContext& context, const Cluster& cluster, const std::string& path) {
  for (const BodyEdit& inner : cluster.body) {
    for (const BodyEdit& outer : cluster.body) {
      if (inner.pointer.rfind(outer.pointer + "/", 0) != 0) continue;
      context.Fault(path + ".body.set." + inner.pointer,
                    fmt::format("{} lies within {}, which is replaced as well; keep one of them",
                                Quoted(inner.pointer), Quoted(outer.pointer)));
      break;
    }
  }
}

}  // namespace

void CheckUnique(const RuleContext& context, const std::string& what,
                 const std::vector<std::string>& names,
                 const std::function<std::string(std::size_t)>& path_of) {
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    const auto [at, is_first] = first.emplace(names[i], i);
    if (is_first) continue;
    context.Fault(path_of(i),
                  fmt::format("a second {} has the name {}; the first is in line {}", what,
                              Quoted(names[i]), context.source.PlaceOf(path_of(at->second)).line));
  }
}

void CheckAddresses(const RuleContext& context) {
  const Topology& topology = context.topology;
  std::vector<Bound> bound;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < topology.listeners.size(); ++i) {
    const ListenerConfig& listener = topology.listeners[i];
    names.push_back(listener.name);
    bound.push_back({fmt::format("listeners[{}].address", i),
                     fmt::format("listener {}", Quoted(listener.name)), listener.address});
  }
  CheckUnique(context, "listener", names,
              [](std::size_t i) { return fmt::format("listeners[{}].name", i); });
  const auto add_admin = [&](const std::string& path, const std::optional<SocketAddress>& address) {
    if (!address) return;
    bound.push_back({path, fmt::format("'{}'", path), *address});
  };
  add_admin("admin.grpc", topology.admin.grpc);
  add_admin("admin.http", topology.admin.http);
  for (std::size_t i = 0; i < bound.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      if (bound[i].address.text.empty() || !Overlap(bound[i].address, bound[k].address)) continue;
      context.Fault(
          bound[i].path,
          fmt::format("{} takes {}, which {} has taken as {}; choose another port", bound[i].who,
                      Quoted(bound[i].address.text), bound[k].who, Quoted(bound[k].address.text)));
      break;
    }
  }
  for (std::size_t c = 0; c < topology.clusters.size(); ++c) {
    for (std::size_t e = 0; e < topology.clusters[c].endpoints.size(); ++e) {
      const SocketAddress& endpoint = topology.clusters[c].endpoints[e];
      for (std::size_t l = 0; l < topology.listeners.size(); ++l) {
        const SocketAddress& own = topology.listeners[l].address;
        const bool same = own.port != 0 && own.port == endpoint.port &&
                          (own.host == endpoint.host || (IsWildcard(own) && IsLoopback(endpoint)));
        if (!same) continue;
        context.Fault(fmt::format("clusters[{}].endpoints[{}]", c, e),
                      fmt::format("the endpoint {} is this proxy's own listener {}; requests would "
                                  "go round in a loop",
                                  Quoted(endpoint.text), Quoted(topology.listeners[l].name)));
      }
    }
  }
}

void CheckClusters(const RuleContext& context) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < context.topology.clusters.size(); ++i) {
    const Cluster& cluster = context.topology.clusters[i];
    const std::string path = fmt::format("clusters[{}]", i);
    names.push_back(cluster.name);
    if (!cluster.path_prefix.empty() && !cluster.path_replace.first.empty()) {
      context.Fault(path + ".path_prefix",
                    "a cluster has 'path_prefix' or 'path_replace', not both");
    }
    CheckHeaderEdits(context, cluster, path);
    CheckBodyEdits(context, cluster, path);
  }
  CheckUnique(context, "cluster", names,
              [](std::size_t i) { return fmt::format("clusters[{}].name", i); });
}

void CheckLimits(const RuleContext& context) {
  const Topology& topology = context.topology;
  if (topology.drain_grace > topology.drain_timeout) {
    context.Fault("drain.grace", "'drain.grace' must not be longer than 'drain.timeout'");
  }
  for (std::size_t r = 0; r < topology.routes.size(); ++r) {
    for (std::size_t c = 0; c < topology.routes[r].candidates.size(); ++c) {
      const MirrorPolicy& mirror = topology.routes[r].candidates[c].mirror;
      const std::string path = fmt::format("routes[{}].candidates[{}].mirror", r, c);
      if (mirror.max_body > mirror.max_memory) {
        context.Fault(path + ".max_body",
                      fmt::format("'max_body' ({} bytes) must not exceed 'max_memory' ({} bytes)",
                                  mirror.max_body, mirror.max_memory));
      } else if (mirror.max_memory > topology.limits.mirror_memory) {
        context.Fault(path + ".max_memory",
                      fmt::format("'max_memory' ({} bytes) must not exceed 'limits.mirror_memory' "
                                  "({} bytes)",
                                  mirror.max_memory, topology.limits.mirror_memory));
      }
    }
  }
}

}  // namespace understudy
