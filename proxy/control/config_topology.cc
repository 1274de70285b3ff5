// Message by message.
#include "proxy/control/config_topology.h"

#include <algorithm>
#include <utility>

#include "proxy/control/config_plan.h"
#include "proxy/control/config_text.h"

namespace understudy {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void Set(Duration& field, const std::string& text) { field = ParseDuration(text).value_or(field); }
void SetSize(std::uint64_t& field, const std::string& text) {
  field = ParseSize(text).value_or(field);
}
void SetShare(double& field, const std::string& text) { field = ParseShare(text).value_or(field); }

// A proto map has no order of its own; sorted, equal files give equal topologies.
template <typename Map>
Pairs Sorted(const Map& map) {
  Pairs pairs(map.begin(), map.end());
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

TlsVersion BuildTlsVersion(const std::string& text) {
  return text == "1.3" ? TlsVersion::k13 : TlsVersion::k12;
}

// What listeners and clusters say in the same words.
template <typename Config>
void SetHttp2(Http2Limits& limits, const Config& config) {
  limits.streams = config.streams();
  SetSize(limits.stream_window, config.stream_window());
  SetSize(limits.max_stream_window, config.max_stream_window());
  SetSize(limits.connection_window, config.connection_window());
  SetSize(limits.header_table, config.header_table());
  limits.resets = config.resets();
  limits.control_frames = config.control_frames();
}

ListenerTls BuildListenerTls(const v1::ListenerTlsConfig& config) {
  ListenerTls tls;
  tls.own = {config.certificate(), config.private_key()};
  for (const v1::CertificateConfig& more : config.certificates()) {
    tls.more.push_back({more.certificate(), more.private_key()});
  }
  tls.client_ca = config.client_ca();
  tls.min_version = BuildTlsVersion(config.min_version());
  return tls;
}

UpstreamTls BuildUpstreamTls(const v1::UpstreamTlsConfig& config) {
  return {config.ca(),
          config.server_name(),
          {config.certificate(), config.private_key()},
          BuildTlsVersion(config.min_version())};
}

ListenerConfig BuildListener(const v1::ListenerConfig& config) {
  ListenerConfig listener;
  listener.name = config.name();
  listener.address = ParseListenAddress(config.address()).value_or(SocketAddress{});
  Set(listener.timeouts.header, config.timeouts().header());
  Set(listener.timeouts.idle, config.timeouts().idle());
  Set(listener.timeouts.body_idle, config.timeouts().body_idle());
  Set(listener.timeouts.handshake, config.timeouts().handshake());
  if (config.has_tls()) listener.tls = BuildListenerTls(config.tls());
  listener.http2.enabled = config.http2().enabled();
  SetHttp2(listener.http2, config.http2());
  return listener;
}

void BuildRequestEdits(const v1::ClusterConfig& config, Cluster& cluster) {
  cluster.path_prefix = config.path_prefix();
  if (config.has_path_replace()) {
    cluster.path_replace = {config.path_replace().from(), config.path_replace().to()};
  }
  if (config.authority() == "upstream") {
    cluster.authority_mode = AuthorityMode::kUpstream;
  } else if (config.authority() != "preserve" && !config.authority().empty()) {
    cluster.authority_mode = AuthorityMode::kLiteral;
    cluster.authority = config.authority();
  }
  cluster.headers.set = Sorted(config.headers().set());
  cluster.headers.remove.assign(config.headers().remove().begin(), config.headers().remove().end());
  for (auto& [pointer, json] : Sorted(config.body().set())) cluster.body.push_back({pointer, json});
}

Cluster BuildCluster(const v1::ClusterConfig& config) {
  Cluster cluster;
  cluster.name = config.name();
  cluster.version = config.version().empty() ? config.name() : config.version();
  for (const std::string& endpoint : config.endpoints()) {
    cluster.endpoints.push_back(ParseEndpoint(endpoint).value_or(SocketAddress{}));
  }
  if (config.load_balancing() == "round_robin") cluster.load_balancing = LoadBalancing::kRoundRobin;
  if (config.protocol() == "http2") cluster.protocol = UpstreamProtocol::kHttp2;
  if (config.protocol() == "auto") cluster.protocol = UpstreamProtocol::kAuto;
  if (config.has_tls()) cluster.tls = BuildUpstreamTls(config.tls());
  SetHttp2(cluster.http2, config.http2());
  Set(cluster.ping_interval, config.http2().ping_interval());
  if (config.has_health()) {
    cluster.health.emplace();
    cluster.health->path = config.health().path();
    Set(cluster.health->interval, config.health().interval());
    Set(cluster.health->timeout, config.health().timeout());
    cluster.health->unhealthy_after = config.health().unhealthy_after();
    cluster.health->healthy_after = config.health().healthy_after();
  }
  Set(cluster.timeouts.connect, config.timeouts().connect());
  Set(cluster.timeouts.first_byte, config.timeouts().first_byte());
  Set(cluster.timeouts.idle, config.timeouts().idle());
  Set(cluster.timeouts.total, config.timeouts().total());
  Set(cluster.pool.idle, config.pool().idle());
  cluster.pool.max_connections = config.pool().max_connections();
  BuildRequestEdits(config, cluster);
  cluster.sandboxed = config.sandboxed();
  return cluster;
}

KeySource BuildSticky(const v1::StickyConfig& config) {
  switch (config.source_case()) {
    case v1::StickyConfig::kHeader:
      return {KeyKind::kHeader, config.header()};
    case v1::StickyConfig::kCookie:
      return {KeyKind::kCookie, config.cookie()};
    case v1::StickyConfig::kJson:
      return {KeyKind::kJson, config.json()};
    case v1::StickyConfig::kClientAddress:
      return {KeyKind::kClientAddress, ""};
    default:
      return {KeyKind::kRequest, ""};
  }
}

CandidateArm BuildCandidate(const v1::CandidateConfig& config) {
  CandidateArm candidate;
  candidate.cluster = config.cluster();
  candidate.plan = config.plan();
  MirrorPolicy& mirror = candidate.mirror;
  SetShare(mirror.rate, config.mirror().rate());
  mirror.max_in_flight = config.mirror().max_in_flight();
  Set(mirror.timeout, config.mirror().timeout());
  SetSize(mirror.max_body, config.mirror().max_body());
  SetSize(mirror.max_memory, config.mirror().max_memory());
  mirror.adaptive = config.mirror().adaptive();
  return candidate;
}

CompareRules BuildCompare(const v1::CompareConfig& config) {
  CompareRules compare;
  compare.preset = config.preset();
  if (config.profile() != "same-model") compare.profile = config.profile();
  compare.reflection = config.reflection();
  for (const v1::IgnoreConfig& rule : config.ignore()) {
    compare.ignore.push_back({rule.path(), rule.reason(), rule.owner(), rule.expires()});
  }
  for (const v1::ComparatorConfig& rule : config.comparators()) {
    compare.comparators.push_back(
        {rule.name(), rule.use(), rule.options(), rule.when(), rule.optional()});
  }
  return compare;
}

CaptureRules BuildCapture(const v1::CaptureConfig& config) {
  CaptureRules capture;
  if (config.mode() == "diff") capture.mode = CaptureMode::kDiff;
  if (config.mode() == "sampled") capture.mode = CaptureMode::kSampled;
  if (config.mode() == "all") capture.mode = CaptureMode::kAll;
  capture.redact.assign(config.redact().begin(), config.redact().end());
  SetSize(capture.max_bytes, config.max_bytes());
  SetShare(capture.sample_rate, config.sample_rate());
  return capture;
}

// Names the bands between edges by the edges as they are written: "<1KiB", "1KiB-64KiB", ">=64KiB".
template <typename Edges>
void BuildBands(const Edges& edges, SegmentRule& rule) {
  std::string before;
  for (const std::string& edge : edges) {
    rule.edges.push_back(ParseSize(edge).value_or(0));
    rule.values.push_back(before.empty() ? "<" + edge : before + "-" + edge);
    before = edge;
  }
  rule.values.push_back(">=" + before);
}

SegmentRule BuildSegment(const v1::SegmentConfig& config) {
  SegmentRule rule;
  rule.name = config.name();
  rule.required = config.required();
  if (!config.json().empty()) {
    rule.source = SegmentSource::kJson;
    rule.key = config.json();
  } else if (config.body_size_size() > 0) {
    rule.source = SegmentSource::kBodySize;
    BuildBands(config.body_size(), rule);
    return rule;
  } else if (!config.length_of().empty()) {
    rule.source = SegmentSource::kTextLength;
    rule.key = config.length_of();
    BuildBands(config.lengths(), rule);
    return rule;
  } else {
    rule.key = Lower(config.header());
  }
  rule.values.assign(config.values().begin(), config.values().end());
  return rule;
}

Effects BuildEffects(const std::string& text) {
  if (text == "pure") return Effects::kPure;
  if (text == "idempotent") return Effects::kIdempotent;
  if (text == "mutating") return Effects::kMutating;
  return Effects::kUnknown;
}

// A call's path is /service/method.
void BuildGrpcMatch(const v1::MatchConfig& config, RouteMatch& match) {
  if (config.grpc_service().empty()) return;
  const std::string service = "/" + config.grpc_service() + "/";
  if (config.grpc_method().empty()) {
    match.path_prefix = service;
  } else {
    match.path = service + config.grpc_method();
  }
}

Route BuildRoute(const v1::RouteConfig& config) {
  Route route;
  route.name = config.name();
  route.match.path_prefix = config.match().path_prefix();
  route.match.path = config.match().path();
  BuildGrpcMatch(config.match(), route.match);
  route.match.methods.assign(config.match().methods().begin(), config.match().methods().end());
  route.match.headers = Sorted(config.match().headers());
  route.effects = BuildEffects(config.effects());
  route.incumbent = config.incumbent();
  for (const v1::StickyConfig& item : config.sticky()) route.sticky.push_back(BuildSticky(item));
  for (const v1::CandidateConfig& candidate : config.candidates()) {
    route.candidates.push_back(BuildCandidate(candidate));
  }
  if (config.has_control()) {
    route.control.emplace();
    route.control->cluster = config.control().cluster();
    SetShare(route.control->rate, config.control().rate());
  }
  route.compare = BuildCompare(config.compare());
  for (const v1::SegmentConfig& segment : config.segments()) {
    route.segments.push_back(BuildSegment(segment));
  }
  for (const v1::ValueConfig& value : config.values()) {
    route.values.push_back({value.name(), value.pointer(), ParseRatio(value.cap()).value_or(1),
                            value.measure(), ParseRatio(value.input_price()).value_or(0),
                            ParseRatio(value.output_price()).value_or(0)});
  }
  if (config.has_decision()) {
    route.decision = {config.decision().pointer(),
                      {config.decision().yes().begin(), config.decision().yes().end()}};
  }
  route.capture = BuildCapture(config.capture());
  route.fallback = config.fallback();
  route.fallback_on_5xx = config.fallback_on_5xx();
  route.expose_arm = config.expose_arm();
  for (const std::string& header : config.forward_credentials()) {
    route.forward_credentials.push_back(Lower(header));
  }
  route.streams.buffered = config.mirror_streams() == "buffered";
  SetSize(route.streams.bytes, config.stream_bytes());
  Set(route.streams.time, config.stream_time());
  route.plan = config.plan();
  route.salt = config.salt().empty() ? config.name() : config.salt();
  return route;
}

void BuildLog(const v1::LogConfig& config, LogRules& log) {
  log.json = config.format() != "text";
  if (!config.level().empty()) log.level = config.level();
  if (config.access() == "errors") log.access = AccessLogMode::kErrors;
  if (config.access() == "off") log.access = AccessLogMode::kOff;
  if (const std::optional<double> rate = ParseShare(config.access())) {
    log.access = AccessLogMode::kSampled;
    log.access_rate = *rate;
  }
}

ComparatorServiceRule BuildService(const v1::ComparatorServiceConfig& config) {
  ComparatorServiceRule service;
  service.name = config.name();
  service.address = config.address();
  Set(service.deadline, config.deadline());
  service.max_in_flight = config.max_in_flight();
  return service;
}

}  // namespace

Topology BuildTopology(const v1::ConfigFile& file) {
  Topology topology;
  topology.workers = file.workers();
  topology.compare_threads = file.compare_threads();
  std::uint64_t header_bytes = topology.limits.header_bytes;
  SetSize(header_bytes, file.limits().header_bytes());
  topology.limits.header_bytes = static_cast<std::size_t>(header_bytes);
  topology.limits.headers = file.limits().headers();
  topology.limits.connections = file.limits().connections();
  SetSize(topology.limits.body_bytes, file.limits().body_bytes());
  SetSize(topology.limits.mirror_memory, file.limits().mirror_memory());
  for (const auto& listener : file.listeners())
    topology.listeners.push_back(BuildListener(listener));
  for (const auto& cluster : file.clusters()) topology.clusters.push_back(BuildCluster(cluster));
  for (const auto& route : file.routes()) topology.routes.push_back(BuildRoute(route));
  for (const auto& plan : file.plans()) topology.plans.push_back(BuildPlan(plan));
  for (const auto& plugin : file.plugins()) topology.plugins.push_back({plugin.library()});
  for (const auto& service : file.comparator_services()) {
    topology.comparator_services.push_back(BuildService(service));
  }
  topology.admin.grpc = ParseListenAddress(file.admin().grpc());
  topology.admin.http = ParseListenAddress(file.admin().http());
  if (file.admin().has_tls()) {
    const v1::AdminTlsConfig& tls = file.admin().tls();
    topology.admin.tls = {{tls.certificate(), tls.private_key()}, tls.client_ca()};
  }
  topology.admin.tokens = file.admin().tokens();
  topology.admin.certificate_roles = Sorted(file.admin().certificate_roles());
  for (const std::string& path : file.descriptor_sets()) {
    topology.descriptor_sets.push_back({path, {}});
  }
  topology.data_dir = file.data_dir();
  SetSize(topology.records.max_bytes, file.records().max_bytes());
  Set(topology.records.max_age, file.records().max_age());
  BuildLog(file.log(), topology.log);
  Set(topology.drain_grace, file.drain().grace());
  Set(topology.drain_timeout, file.drain().timeout());
  return topology;
}

}  // namespace understudy
