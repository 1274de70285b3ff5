// What the configuration file describes, as values: listeners, clusters, routes and their rules.
// Immutable once built and shared by every thread. Names have been checked: whatever refers to a
// cluster or plan refers to one that exists.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/base/time.h"
#include "proxy/model/plan.h"

namespace understudy {

struct SocketAddress {
  std::string host;  // "127.0.0.1", "::1" (no brackets), or a name for endpoints
  std::uint16_t port = 0;
  std::string text;  // as configured: "127.0.0.1:8080"
};

struct ListenerTimeouts {
  Duration header = std::chrono::seconds(10);     // first byte of a request to the end of its head
  Duration idle = std::chrono::seconds(75);       // between requests
  Duration body_idle = std::chrono::seconds(60);  // between reads of a body, or stalled writes
  Duration handshake = std::chrono::seconds(10);  // connection to the end of its TLS handshake
};

// What one HTTP/2 connection may take. Budgets are for any ten seconds.
struct Http2Limits {
  bool enabled = true;
  int streams = 100;                            // at one time
  std::uint64_t stream_window = 128u << 10;     // bytes of one body on their way here
  std::uint64_t max_stream_window = 16u << 20;  // of one that is taken as fast as it comes
  std::uint64_t connection_window = 16u << 20;  // of all bodies, sent or waiting here
  std::uint64_t header_table = 4096;            // bytes of HPACK's dynamic table, each way
  int resets = 200;           // streams given up before their answer's end, or malformed
  int control_frames = 1000;  // beyond what its requests and answers account for

  // With which every stream begins: all that there may be fit into the connection's.
  std::uint64_t FirstWindow() const {
    return std::min(stream_window, connection_window / static_cast<std::uint64_t>(streams));
  }
  bool operator==(const Http2Limits&) const = default;
};

enum class TlsVersion { k12, k13 };

// Paths of PEM files.
struct CertificateFiles {
  std::string certificate;
  std::string private_key;

  bool operator==(const CertificateFiles&) const = default;
};

struct ListenerTls {
  CertificateFiles own;
  std::vector<CertificateFiles> more;  // chosen by SNI
  std::string client_ca;               // empty: clients need no certificate
  TlsVersion min_version = TlsVersion::k12;

  bool operator==(const ListenerTls&) const = default;
};

struct UpstreamTls {
  std::string ca;           // empty: the system's
  std::string server_name;  // empty: the endpoint's host
  CertificateFiles own;     // empty: none is shown
  TlsVersion min_version = TlsVersion::k12;

  bool operator==(const UpstreamTls&) const = default;
};

struct ListenerConfig {
  std::string name;
  SocketAddress address;
  ListenerTimeouts timeouts;
  Http2Limits http2;
  std::optional<ListenerTls> tls;
};

enum class LoadBalancing { kLeastRequest, kRoundRobin };

struct HealthCheck {
  std::string path;                             // asked with GET; 2xx is healthy
  Duration interval = std::chrono::seconds(5);  // from question to question
  Duration timeout = std::chrono::seconds(5);   // to the answer's head
  int unhealthy_after = 2;  // failed probes in a row; the first one counts alone
  int healthy_after = 2;    // passed probes in a row

  bool operator==(const HealthCheck&) const = default;
};

struct ClusterTimeouts {
  Duration connect = std::chrono::seconds(5);
  Duration first_byte = std::chrono::seconds(600);
  Duration idle = std::chrono::seconds(60);  // between reads of an answer's body
  Duration total = Duration::zero();         // zero: no limit
};

struct PoolLimits {
  Duration idle = std::chrono::seconds(4);
  int max_connections = 256;  // per cluster over all workers
};

struct HeaderEdits {
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::string> remove;
};

// The value at a JSON pointer of the request's body is replaced; every other byte stays.
struct BodyEdit {
  std::string pointer;
  std::string json_value;
};

enum class UpstreamProtocol { kHttp1, kHttp2, kAuto };

// What HTTP/2 connections to servers have in place of a listener's limits.
inline Http2Limits DefaultUpstreamHttp2() {
  Http2Limits limits;
  limits.stream_window = 1u << 20;
  limits.max_stream_window = 4u << 20;
  limits.connection_window = 128u << 20;
  return limits;
}

enum class AuthorityMode { kPreserve, kLiteral, kUpstream };

struct Cluster {
  std::string name;
  std::string version;  // names what a verdict is about; never empty (defaults to the name)
  std::vector<SocketAddress> endpoints;  // at least one
  LoadBalancing load_balancing = LoadBalancing::kLeastRequest;
  UpstreamProtocol protocol = UpstreamProtocol::kHttp1;
  std::optional<UpstreamTls> tls;
  Http2Limits http2 = DefaultUpstreamHttp2();
  Duration ping_interval = Duration::zero();  // zero: none
  std::optional<HealthCheck> health;
  ClusterTimeouts timeouts;
  PoolLimits pool;
  AuthorityMode authority_mode = AuthorityMode::kPreserve;
  std::string authority;                             // with kLiteral
  std::string path_prefix;                           // put before the path; empty: the path stays
  std::pair<std::string, std::string> path_replace;  // leading part, its replacement; empty: none
  HeaderEdits headers;
  std::vector<BodyEdit> body;
  bool sandboxed = false;
};

struct RouteMatch {
  std::string path_prefix;                                   // raw bytes; never normalised
  std::string path;                                          // exact, when not empty
  std::vector<std::string> methods;                          // empty: all
  std::vector<std::pair<std::string, std::string>> headers;  // all must be present and equal
};

enum class Effects { kUnknown, kPure, kIdempotent, kMutating };

enum class KeyKind { kHeader, kCookie, kJson, kClientAddress, kRequest };
struct KeySource {
  KeyKind kind = KeyKind::kRequest;
  std::string name;  // header or cookie name, or JSON pointer
};

struct MirrorPolicy {
  double rate = 0;         // share of eligible requests, 0..1
  int max_in_flight = 64;  // over all workers
  Duration timeout = std::chrono::seconds(30);
  std::uint64_t max_body = 8u << 20;     // bytes of a request or an answer
  std::uint64_t max_memory = 64u << 20;  // bytes held for this candidate's shadows
  bool adaptive = true;  // the rate falls while the candidate sheds load or times out
};

struct CandidateArm {
  std::string cluster;
  MirrorPolicy mirror;
  std::string plan;  // empty: the route's
};

struct ControlArm {
  std::string cluster;
  double rate = 0;
};

struct IgnoreRule {
  std::string path;
  std::string reason;
  std::string owner = {};    // empty: none is named
  std::string expires = {};  // its last day, "2026-12-31", or empty: never
};
// Whether `expires` names a day before that of `now`, in UTC. An empty one never expires.
bool HasExpired(std::string_view expires, WallTime now);
struct ComparatorRule {
  std::string name;
  std::string use;
  std::string options_json;  // an object, or empty
  std::string when;          // "greedy", "sampled", "json", "other", or empty: always
  bool optional = false;
};
struct CompareRules {
  std::string preset;
  std::string preset_json;  // the text of a preset of the configuration's own, or empty
  std::string profile;      // "quantised", "new-model", or empty: the same model
  std::vector<IgnoreRule> ignore;
  std::vector<ComparatorRule> comparators;
  bool reflection = true;  // the incumbent may be asked for descriptors
};

// Requests that are mirrored. `path` is compared with the end of a request's path, from a `/` on; a
// `*` in it stands for any number of characters but `/`.
struct MirroredPath {
  std::vector<std::string> methods;  // empty: any
  std::string path;
};

enum class SegmentSource { kHeader, kJson, kBodySize, kTextLength };
struct SegmentRule {
  std::string name;
  SegmentSource source = SegmentSource::kHeader;
  std::string key;                   // header name, or JSON pointer into the request's body
  std::vector<std::string> values;   // anything else is "other"; a request without it "unknown"
  std::vector<std::uint64_t> edges;  // of the bands that `values` name, rising: bytes or characters
  bool required = true;              // promotion waits for every one of its values
};

// A number in the answers' JSON, or one that is measured of every answer.
struct ValueRule {
  std::string name;
  std::string pointer;  // empty for what is measured
  double cap = 1;       // above 0: what is higher counts as this; of times: milliseconds
  // "latency", "output_tokens", "cost", ...; empty for what stands at the pointer.
  std::string measure;
  double input_price = 0;  // of a million tokens, with "cost"
  double output_price = 0;

  // Whether it is a time, so that its quantiles can be judged.
  bool IsTime() const {
    return !measure.empty() && measure != "cost" && !measure.ends_with("_tokens");
  }
};

// Where an answer says yes or no: the text of the value at `pointer`, without quotes, is one of
// `yes`.
struct DecisionRule {
  std::string pointer;
  std::vector<std::string> yes;
};

enum class CaptureMode { kNone, kDiff, kSampled, kAll };
struct CaptureRules {
  CaptureMode mode = CaptureMode::kNone;
  std::vector<std::string> redact;  // JSON pointers
  std::uint64_t max_bytes = 64u << 10;
  double sample_rate = 0.01;  // with kSampled
};

// Of a gRPC call whose client sends more than one message.
struct StreamMirroring {
  bool buffered = false;  // false: not mirrored
  std::uint64_t bytes = 1u << 20;
  Duration time = std::chrono::seconds(30);
};

struct Route {
  std::string name;
  RouteMatch match;
  Effects effects = Effects::kUnknown;
  std::string incumbent;
  std::vector<KeySource> sticky;  // empty: the request itself
  std::vector<CandidateArm> candidates;
  std::optional<ControlArm> control;
  CompareRules compare;
  std::vector<MirroredPath> mirrored;  // the preset's; empty: every request
  std::vector<std::string> stateful;   // JSON pointers: a request that has one is not mirrored
  std::vector<SegmentRule> segments;
  std::vector<ValueRule> values;
  std::optional<DecisionRule> decision;
  CaptureRules capture;
  bool fallback = true;
  bool fallback_on_5xx = false;
  bool expose_arm = false;                       // x-understudy-arm on answers
  std::vector<std::string> forward_credentials;  // lower case
  StreamMirroring streams;
  std::string plan;  // empty: no rollouts by plan
  std::string salt;  // of the sticky hash; defaults to the route's name
};

struct Limits {
  std::size_t header_bytes = 64u << 10;
  int headers = 100;
  int connections = 10000;
  std::uint64_t body_bytes = 0;  // 0: no limit
  std::uint64_t mirror_memory = 256u << 20;
};

struct RecordLimits {
  std::uint64_t max_bytes = 2ull << 30;
  Duration max_age = std::chrono::hours(24 * 7);
};

enum class AccessLogMode { kAll, kErrors, kSampled, kOff };
struct LogRules {
  bool json = true;
  std::string level = "info";
  AccessLogMode access = AccessLogMode::kAll;
  double access_rate = 1.0;  // with kSampled
};

// A comparator that is loaded.
struct PluginRule {
  std::string library;  // absolute path of a shared library
};

// A comparator that is asked in a process of its own.
struct ComparatorServiceRule {
  std::string name;                             // what `use` says
  std::string address;                          // host:port
  Duration deadline = std::chrono::seconds(2);  // of one pair
  int max_in_flight = 64;
};

// A file that says what the messages of gRPC services look like.
struct DescriptorFile {
  std::string path;
  std::string bytes;  // empty where files are not looked at
};

struct AdminConfig {
  std::optional<SocketAddress> grpc;
  std::optional<SocketAddress> http;
  struct Tls {
    CertificateFiles own;
    std::string client_ca;  // empty: clients' certificates are not asked for

    bool operator==(const Tls&) const = default;
  };
  std::optional<Tls> tls;
  std::string tokens;                                                  // path of a file, or empty
  std::vector<std::pair<std::string, std::string>> certificate_roles;  // name, role
};

struct Topology {
  int workers = 0;  // 0: one per core
  int compare_threads = 1;
  Limits limits;
  std::vector<ListenerConfig> listeners;
  std::vector<Cluster> clusters;
  std::vector<Route> routes;  // first match in this order
  std::vector<Plan> plans;
  std::vector<PluginRule> plugins;
  std::vector<ComparatorServiceRule> comparator_services;
  std::vector<DescriptorFile> descriptor_sets;
  AdminConfig admin;
  std::string data_dir;
  RecordLimits records;
  LogRules log;
  Duration drain_grace = std::chrono::seconds(1);     // not ready, still accepting
  Duration drain_timeout = std::chrono::seconds(30);  // then what still runs is cut
  std::string hash;                                   // of the file's text, 16 hex digits

  const Cluster* FindCluster(std::string_view name) const;
  const Route* FindRoute(std::string_view name) const;
  const Plan* FindPlan(std::string_view name) const;
};

}  // namespace understudy
