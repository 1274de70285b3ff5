// TLS: files that cannot be read or used, and keys that do not go together.
#include <fmt/format.h>

#include <utility>

#include "proxy/async/tls_context.h"
#include "proxy/async/tls_files.h"
#include "proxy/base/status.h"
#include "proxy/control/config_rules.h"
#include "proxy/control/config_text.h"

namespace understudy {
namespace {

class TlsRules {
 public:
  TlsRules(const RuleContext& context, const ConfigEnvironment& environment)
      : context_(context),
        files_{[&environment](const std::string& path) {
                 return environment.File(path, kMostPemBytes);
               },
               [&environment](const std::string& path) { return environment.OpenToAll(path); }} {}

  void Check(const ListenerTls& tls, const std::string& at) {
    TlsServerRules rules;
    bool whole = Load(tls.own, at, rules.identities.emplace_back());
    for (std::size_t i = 0; i < tls.more.size(); ++i) {
      const std::string more = fmt::format("{}.certificates[{}]", at, i);
      whole = Load(tls.more[i], more, rules.identities.emplace_back()) && whole;
    }
    if (!tls.client_ca.empty()) {
      whole = Load(tls.client_ca, at + ".client_ca", rules.client_authorities) && whole;
    }
    if (whole) Report(MakeServerContext(std::move(rules)).status(), at);
  }

  void Check(const UpstreamTls& tls, const std::string& at) {
    TlsClientRules rules;
    const std::string ca = tls.ca.empty() ? SystemAuthorities() : tls.ca;
    if (ca.empty()) return context_.Fault(at, kNoSystemAuthorities);
    bool whole = Load(ca, at + ".ca", rules.authorities);
    if (tls.own.certificate.empty() != tls.own.private_key.empty()) {
      const bool key = tls.own.certificate.empty();
      context_.Fault(at + (key ? ".private_key" : ".certificate"),
                     "'certificate' and 'private_key' go together; write both, or neither");
      return;
    }
    if (!tls.own.certificate.empty()) whole = Load(tls.own, at, rules.identity) && whole;
    if (whole) Report(MakeClientContext(std::move(rules)).status(), at);
  }

 private:
  void Report(const absl::Status& status, const std::string& at) {
    if (!status.ok()) context_.Fault(at, Message(status));
  }
  bool Load(const CertificateFiles& names, const std::string& at, TlsIdentity& identity) {
    if (context_.source.IsFaultyWithin(at)) return false;
    bool of_key = false;
    auto loaded = LoadIdentity(files_, names.certificate, names.private_key, &of_key);
    Report(loaded.status(), at + (of_key ? ".private_key" : ".certificate"));
    if (loaded.ok()) identity = *std::move(loaded);
    return loaded.ok();
  }
  bool Load(const std::string& path, const std::string& at,
            TlsHandle<STACK_OF(X509)>& authorities) {
    auto loaded = LoadAuthorities(files_, path);
    Report(loaded.status(), at);
    if (loaded.ok()) authorities = *std::move(loaded);
    return loaded.ok();
  }

  const RuleContext& context_;
  const PemFiles files_;
};

// A host name or an address, without a port.
bool IsServerName(const std::string& text) {
  return ParseEndpoint(text + ":1") || ParseEndpoint("[" + text + "]:1");
}

}  // namespace

void CheckTls(const RuleContext& context, const ConfigEnvironment& environment) {
  const Topology& topology = context.topology;
  const bool files = environment.LooksAtFiles();
  TlsRules rules(context, environment);
  for (std::size_t i = 0; i < topology.listeners.size(); ++i) {
    const auto& tls = topology.listeners[i].tls;
    if (tls && files) rules.Check(*tls, fmt::format("listeners[{}].tls", i));
  }
  for (std::size_t i = 0; i < topology.clusters.size(); ++i) {
    const Cluster& cluster = topology.clusters[i];
    const std::string at = fmt::format("clusters[{}]", i);
    if (cluster.protocol == UpstreamProtocol::kAuto && !cluster.tls) {
      context.Fault(
          at + ".protocol",
          "'auto' lets each server choose within TLS (ALPN); write 'tls' in this cluster, "
          "or 'protocol: http1' or 'protocol: http2'");
    }
    if (!cluster.tls) continue;
    const std::string& name = cluster.tls->server_name;
    if (!name.empty() && !IsServerName(name)) {
      context.Fault(at + ".tls.server_name",
                    fmt::format("expected a host name without a port, or an address, for "
                                "'server_name', got {}",
                                Quoted(name)));
    }
    if (files) rules.Check(*cluster.tls, at + ".tls");
  }
}

}  // namespace understudy
