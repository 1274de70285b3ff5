// From the configuration's paths to contexts.
#include "proxy/wire/tls_credentials.h"

#include <fmt/format.h>

#include <utility>

#include "proxy/async/clock.h"
#include "proxy/async/tls_files.h"
#include "proxy/base/log.h"
#include "proxy/base/status.h"

namespace understudy {
namespace {

constexpr Duration kLookEvery = std::chrono::seconds(2);
constexpr Duration kRenewKeys = std::chrono::hours(12);

void WarnOfDate(const std::string& who, const TlsIdentity& identity) {
  if (identity.certificate == nullptr) return;
  const std::string date = OutOfDate(*identity.certificate, WallNow());
  if (!date.empty()) spdlog::warn("{}: a certificate {}", who, date);
}

std::vector<std::string> PathsOf(const ListenerTls& tls) {
  std::vector<std::string> paths = {tls.own.certificate, tls.own.private_key};
  for (const CertificateFiles& more : tls.more) {
    paths.push_back(more.certificate);
    paths.push_back(more.private_key);
  }
  if (!tls.client_ca.empty()) paths.push_back(tls.client_ca);
  return paths;
}

std::vector<std::string> PathsOf(const UpstreamTls& tls) {
  std::vector<std::string> paths = {tls.ca.empty() ? SystemAuthorities() : tls.ca};
  if (!tls.own.certificate.empty()) {
    paths.push_back(tls.own.certificate);
    paths.push_back(tls.own.private_key);
  }
  return paths;
}

std::string Joined(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += text + "\n";
  return joined;
}

absl::Status About(const std::string& who, const absl::Status& status) {
  return InvalidArgument(fmt::format("{}: {}", who, Message(status)));
}

absl::StatusOr<TlsServerRules> RulesOf(const ListenerTls& tls) {
  const PemFiles files = RealPemFiles();
  TlsServerRules rules;
  ASSIGN_OR_RETURN(TlsIdentity own, LoadIdentity(files, tls.own.certificate, tls.own.private_key));
  rules.identities.push_back(std::move(own));
  for (const CertificateFiles& more : tls.more) {
    ASSIGN_OR_RETURN(TlsIdentity other, LoadIdentity(files, more.certificate, more.private_key));
    rules.identities.push_back(std::move(other));
  }
  if (!tls.client_ca.empty()) {
    ASSIGN_OR_RETURN(rules.client_authorities, LoadAuthorities(files, tls.client_ca));
  }
  rules.only_13 = tls.min_version == TlsVersion::k13;
  return rules;
}

absl::StatusOr<TlsClientRules> RulesOf(const UpstreamTls& tls) {
  const PemFiles files = RealPemFiles();
  TlsClientRules rules;
  const std::string ca = tls.ca.empty() ? SystemAuthorities() : tls.ca;
  if (ca.empty()) return NotFound(kNoSystemAuthorities);
  ASSIGN_OR_RETURN(rules.authorities, LoadAuthorities(files, ca));
  if (!tls.own.certificate.empty()) {
    ASSIGN_OR_RETURN(rules.identity, LoadIdentity(files, tls.own.certificate, tls.own.private_key));
  }
  rules.only_13 = tls.min_version == TlsVersion::k13;
  return rules;
}

}  // namespace

TlsProtocols OfferedBy(UpstreamProtocol protocol) {
  switch (protocol) {
    case UpstreamProtocol::kHttp1:
      return TlsProtocols::kHttp1;
    case UpstreamProtocol::kHttp2:
      return TlsProtocols::kHttp2;
    case UpstreamProtocol::kAuto:
      break;
  }
  return TlsProtocols::kBoth;
}

const std::string& ServerNameOf(const Cluster& cluster, const SocketAddress& endpoint) {
  return cluster.tls->server_name.empty() ? endpoint.host : cluster.tls->server_name;
}

template <typename Load>
TlsCredentials::Found TlsCredentials::FindOrLoad(const std::string& key, Load load) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<WatchedTls>& known = known_[key];
  if (known == nullptr) {
    Found loaded = load();
    if (!loaded.ok()) return loaded;
    known = *std::move(loaded);
  }
  return known;
}

TlsCredentials::Found TlsCredentials::Find(const ListenerConfig& listener) {
  const ListenerTls tls = *listener.tls;
  const std::string who = "listener " + listener.name;
  const bool http2 = listener.http2.enabled;
  const std::vector<std::string> paths = PathsOf(tls);
  const auto make = [tls, who, http2](const TlsContext* former) -> WatchedTls::Made {
    auto rules = RulesOf(tls);
    if (!rules.ok()) return rules.status();
    for (const TlsIdentity& identity : rules->identities) WarnOfDate(who, identity);
    rules->http2 = http2;
    rules->sessions = who;
    // Whom a former list of authorities let in is looked at anew.
    rules->keys_of = tls.client_ca.empty() ? former : nullptr;
    return MakeServerContext(*std::move(rules));
  };
  return FindOrLoad(who + "\n" + Joined(paths), [&]() -> Found {
    auto loaded = WatchedTls::Load(who, paths, kRenewKeys, make);
    return loaded.ok() ? std::move(loaded) : Found(About(who, loaded.status()));
  });
}

TlsCredentials::Found TlsCredentials::Find(const Cluster& cluster) {
  const UpstreamTls tls = *cluster.tls;
  const std::string who = "cluster " + cluster.name;
  const std::vector<std::string> paths = PathsOf(tls);
  const auto make = [tls, who](const TlsContext*) -> WatchedTls::Made {
    auto rules = RulesOf(tls);
    if (!rules.ok()) return rules.status();
    WarnOfDate(who, rules->identity);
    return MakeClientContext(*std::move(rules));
  };
  const std::string version = tls.min_version == TlsVersion::k13 ? " 1.3" : " 1.2";
  return FindOrLoad(who + version + "\n" + Joined(paths), [&]() -> Found {
    auto loaded = WatchedTls::Load(who, paths, Duration::zero(), make);
    return loaded.ok() ? std::move(loaded) : Found(About(who, loaded.status()));
  });
}

absl::Status TlsCredentials::Prepare(const Topology& topology) {
  std::vector<std::shared_ptr<WatchedTls>> wanted;
  for (const ListenerConfig& listener : topology.listeners) {
    if (!listener.tls) continue;
    ASSIGN_OR_RETURN(auto found, Find(listener));
    wanted.push_back(std::move(found));
  }
  for (const Cluster& cluster : topology.clusters) {
    if (!cluster.tls) continue;
    ASSIGN_OR_RETURN(auto found, Find(cluster));
    wanted.push_back(std::move(found));
  }
  std::lock_guard lock(mutex_);
  wanted_ = std::move(wanted);
  return absl::OkStatus();
}

std::shared_ptr<WatchedTls> TlsCredentials::Of(const ListenerConfig& listener) {
  if (!listener.tls) return nullptr;
  auto found = Find(listener);
  return found.ok() ? *std::move(found) : nullptr;
}

std::shared_ptr<WatchedTls> TlsCredentials::Of(const Cluster& cluster) {
  if (!cluster.tls) return nullptr;
  auto found = Find(cluster);
  if (!found.ok()) spdlog::error("{}", Message(found.status()));
  return found.ok() ? *std::move(found) : nullptr;
}

void TlsCredentials::LookAtFiles(SteadyTime now) {
  std::vector<std::shared_ptr<WatchedTls>> in_use;
  {
    std::lock_guard lock(mutex_);
    if (now < look_at_) return;
    look_at_ = now + kLookEvery;
    // What a reload left behind is known here alone.
    std::erase_if(known_, [](const auto& known) { return known.second.use_count() == 1; });
    for (const auto& [key, watched] : known_) in_use.push_back(watched);
  }
  for (const auto& watched : in_use) watched->LookAtFiles(now);
}

}  // namespace understudy
