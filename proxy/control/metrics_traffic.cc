// What the data plane counted, added up over its threads.
#include <array>
#include <map>

#include "proxy/control/metrics_family.h"
#include "proxy/control/metrics_sections.h"

namespace understudy {
namespace {

constexpr std::array<std::string_view, 6> kClasses = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

// The blocks of every name. Only the list is made under the book's lock, which compare threads
// take: blocks live as long as the book.
template <typename Block>
using Named = std::vector<std::pair<TrafficBook::Key, const PerThread<Block>*>>;

template <typename Block, typename Pick>
double Sum(const PerThread<Block>& blocks, Pick pick) {
  std::uint64_t sum = 0;
  for (const auto& block : blocks.All()) sum += pick(*block).Value();
  return static_cast<double>(sum);
}

void CollectArms(TrafficBook& book, Families& out) {
  FamilyBuilder requests = CounterFamily(
      "requests_total", "Requests an arm (a cluster) served; code_class none: no answer");
  FamilyBuilder errors =
      CounterFamily("request_errors_total", "Requests without answer or with 5xx");
  FamilyBuilder fallbacks = CounterFamily(
      "fallbacks_total", "Requests an arm failed before its first byte and the incumbent answered");
  FamilyBuilder durations =
      HistogramFamily("request_duration_seconds", "Request head read to answer's end");
  FamilyBuilder overheads = HistogramFamily(
      "proxy_overhead_seconds",
      "What the proxy adds: request head read to request written, plus answer read to answer "
      "written");
  std::map<std::string, LatencySum> overhead_of;  // by route
  Named<ArmCounters> arms;
  book.ForEachArm([&arms](const TrafficBook::Key& key, const PerThread<ArmCounters>& blocks) {
    arms.emplace_back(key, &blocks);
  });
  for (const auto& [key, counters] : arms) {
    const PerThread<ArmCounters>& blocks = *counters;
    for (const auto& block : blocks.All()) overhead_of[key.first].Add(block->overhead);
    const MetricLabels labels = {{"route", key.first}, {"arm", key.second}};
    for (std::size_t i = 0; i < kClasses.size(); ++i) {
      requests.Value({{"route", key.first}, {"arm", key.second}, {"code_class", kClasses[i]}},
                     Sum(
                         blocks, [i](const ArmCounters& c) -> auto& { return c.by_class[i]; }));
    }
    errors.Value(labels, Sum(
                             blocks, [](const ArmCounters& c) -> auto& { return c.errors; }));
    fallbacks.Value(labels, Sum(
                                blocks, [](const ArmCounters& c) -> auto& { return c.fallbacks; }));
    LatencySum latency;
    for (const auto& block : blocks.All()) latency.Add(block->duration);
    latency.AddTo(durations, labels);
  }
  std::move(requests).Finish(out);
  std::move(errors).Finish(out);
  std::move(fallbacks).Finish(out);
  std::move(durations).Finish(out);
  for (const auto& [route, overhead] : overhead_of) overhead.AddTo(overheads, {{"route", route}});
  std::move(overheads).Finish(out);
}

// Adds one sample per reason of an enumeration.
template <typename Reason>
void AddReasons(FamilyBuilder& family, const TrafficBook::Key& key, std::string_view outcome,
                const PerReason<Reason>& counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    family.Value({{"route", key.first},
                  {"candidate", key.second},
                  {"outcome", outcome},
                  {"reason", ToString(static_cast<Reason>(i))}},
                 static_cast<double>(counts[i]));
  }
}

void CollectCoverage(TrafficBook& book, Families& out) {
  FamilyBuilder eligible =
      CounterFamily("mirror_eligible_total", "Requests that could be mirrored to a candidate");
  FamilyBuilder outcomes = CounterFamily("mirror_requests_total",
                                         "What became of eligible requests: sampled_out, mirrored, "
                                         "skipped, dropped; adds up to eligible");
  FamilyBuilder pairs = CounterFamily(
      "mirror_pairs_total",
      "What became of mirrored requests: compared or uncomparable; the rest is in flight");
  Named<CoverageCounters> candidates;
  book.ForEachCoverage(
      [&candidates](const TrafficBook::Key& key, const PerThread<CoverageCounters>& blocks) {
        candidates.emplace_back(key, &blocks);
      });
  for (const auto& [key, blocks] : candidates) {
    Coverage sum;
    // Compare threads come last and count last, so they are read first.
    for (auto block = blocks->All().rbegin(); block != blocks->All().rend(); ++block) {
      (*block)->AddTo(sum);
    }
    const auto add = [&key = key](FamilyBuilder& family, std::string_view outcome,
                                  std::uint64_t count, std::string_view reason = "") {
      family.Value({{"route", key.first},
                    {"candidate", key.second},
                    {"outcome", outcome},
                    {"reason", reason}},
                   static_cast<double>(count));
    };
    eligible.Value({{"route", key.first}, {"candidate", key.second}},
                   static_cast<double>(sum.eligible));
    add(outcomes, "sampled_out", sum.sampled_out - sum.rate_lowered);
    add(outcomes, "sampled_out", sum.rate_lowered, "rate_lowered");
    add(outcomes, "mirrored", sum.mirrored);
    AddReasons<SkipReason>(outcomes, key, "skipped", sum.skipped);
    AddReasons<DropReason>(outcomes, key, "dropped", sum.dropped);
    add(pairs, "compared", sum.compared);
    AddReasons<UncomparableReason>(pairs, key, "uncomparable", sum.uncomparable);
  }
  std::move(eligible).Finish(out);
  std::move(outcomes).Finish(out);
  std::move(pairs).Finish(out);
}

void CollectComparators(TrafficBook& book, Families& out) {
  FamilyBuilder results = CounterFamily("comparisons_total", "Pairs a comparator saw, by result");
  FamilyBuilder scores = HistogramFamily(
      "divergence_score", "Divergence of compared pairs: 0 the same, 1 nothing alike");
  Named<ComparatorCounters> comparators;
  std::vector<std::string> names;  // of the comparators
  book.ForEachComparator([&](const TrafficBook::Key& key, const std::string& comparator,
                             const PerThread<ComparatorCounters>& blocks) {
    comparators.emplace_back(key, &blocks);
    names.push_back(comparator);
  });
  for (std::size_t at = 0; at < comparators.size(); ++at) {
    const TrafficBook::Key& key = comparators[at].first;
    const PerThread<ComparatorCounters>& blocks = *comparators[at].second;
    const std::string& comparator = names[at];
    using Counters = ComparatorCounters;
    const auto add = [&](std::string_view result, double value) {
      results.Value({{"route", key.first},
                     {"candidate", key.second},
                     {"comparator", comparator},
                     {"result", result}},
                    value);
    };
    add("same", Sum(
                    blocks, [](const Counters& c) -> auto& { return c.same; }));
    add("different", Sum(
                         blocks, [](const Counters& c) -> auto& { return c.different; }));
    add("uncomparable", Sum(
                            blocks, [](const Counters& c) -> auto& { return c.uncomparable; }));
    add("not_applicable", Sum(
                              blocks, [](const Counters& c) -> auto& { return c.not_applicable; }));
    std::vector<prometheus::ClientMetric::Bucket> cumulative;
    double count = 0;
    for (std::size_t i = 0; i < std::tuple_size_v<decltype(Counters::score_buckets)>; ++i) {
      count += Sum(
          blocks, [i](const Counters& c) -> auto& { return c.score_buckets[i]; });
      cumulative.push_back({static_cast<std::uint64_t>(count), static_cast<double>(i) / 10});
    }
    scores.Histogram(
        {{"route", key.first}, {"candidate", key.second}, {"comparator", comparator}},
        std::move(cumulative), static_cast<std::uint64_t>(count),
        Sum(
            blocks, [](const Counters& c) -> auto& { return c.score_sum_millionths; }) *
            1e-6);
  }
  std::move(results).Finish(out);
  std::move(scores).Finish(out);
}

void CollectControls(TrafficBook& book, Families& out) {
  FamilyBuilder requests = CounterFamily(
      "control_requests_total",
      "Mirrored requests the incumbent was asked a second time, or was not for want of room");
  book.ForEachControl([&](const std::string& route, const PerThread<ControlCounters>& blocks) {
    const auto add = [&](std::string_view outcome, Counter ControlCounters::*counter) {
      requests.Value(
          {{"route", route}, {"outcome", outcome}},
          Sum(
              blocks, [counter](const ControlCounters& c) -> auto& { return c.*counter; }));
    };
    add("answered", &ControlCounters::answered);
    add("failed", &ControlCounters::failed);
    add("dropped", &ControlCounters::dropped);
  });
  std::move(requests).Finish(out);
}

struct ProcessMetric {
  const char* name;
  const char* help;
  Counter ProcessCounters::*counter;
};

constexpr std::array kProcessMetrics = {
    ProcessMetric{"connections_accepted_total", "Client connections accepted",
                  &ProcessCounters::connections_accepted},
    ProcessMetric{"connections_refused_total", "Client connections closed at the limit",
                  &ProcessCounters::connections_refused},
    ProcessMetric{"bad_requests_total", "Requests refused as malformed",
                  &ProcessCounters::bad_requests},
    ProcessMetric{"no_route_total", "Requests that matched no route", &ProcessCounters::no_route},
    ProcessMetric{"client_timeouts_total", "Clients that were too slow",
                  &ProcessCounters::client_timeouts},
    ProcessMetric{"clients_left_total", "Clients that left before their answer was whole",
                  &ProcessCounters::clients_left},
    ProcessMetric{"upstream_connects_total", "Connections opened to upstreams",
                  &ProcessCounters::upstream_connects},
    ProcessMetric{"upstream_reuses_total", "Exchanges on a connection that had been used before",
                  &ProcessCounters::upstream_reuses},
    ProcessMetric{"upstream_retries_total", "Exchanges repeated after a stale connection died",
                  &ProcessCounters::upstream_retries},
    ProcessMetric{"upstream_tls_failures_total", "Connections to upstreams that failed in TLS",
                  &ProcessCounters::upstream_tls_failures},
    ProcessMetric{"sticky_fallthrough_total", "Sticky keys that were absent, the next one used",
                  &ProcessCounters::sticky_fallthrough},
    ProcessMetric{"http2_connections_total", "HTTP/2 connections of clients",
                  &ProcessCounters::http2_connections},
    ProcessMetric{"http2_streams_refused_total", "Streams of clients refused as too many",
                  &ProcessCounters::http2_streams_refused},
    ProcessMetric{"tunnels_total", "WebSocket connections that were passed on",
                  &ProcessCounters::tunnels},
};

void CollectConnections(TrafficBook& book, Families& out) {
  const PerThread<ProcessCounters>& process = book.Process();
  const auto sum = [&process](Counter ProcessCounters::*counter) {
    return Sum(
        process, [counter](const ProcessCounters& c) -> auto& { return c.*counter; });
  };
  const auto add_faults = [&process](FamilyBuilder& family,
                                     Http2FaultCounters ProcessCounters::*faults) {
    const auto add = [&](std::string_view reason, Counter Http2FaultCounters::*counter) {
      family.Value(
          {{"reason", std::string(reason)}},
          Sum(
              process, [=](const ProcessCounters& c) -> auto& { return c.*faults.*counter; }));
    };
    add("protocol", &Http2FaultCounters::protocol);
    add("resets", &Http2FaultCounters::resets);
    add("control_frames", &Http2FaultCounters::control_frames);
    add("headers", &Http2FaultCounters::headers);
  };
  for (const ProcessMetric& metric : kProcessMetrics) {
    FamilyBuilder family = CounterFamily(metric.name, metric.help);
    family.Value({}, sum(metric.counter));
    std::move(family).Finish(out);
  }
  FamilyBuilder requests =
      CounterFamily("client_requests_total", "Requests whose head was accepted, by protocol");
  requests.Value({{"protocol", "HTTP/1"}}, sum(&ProcessCounters::http1_requests));
  requests.Value({{"protocol", "HTTP/2"}}, sum(&ProcessCounters::http2_requests));
  std::move(requests).Finish(out);
  FamilyBuilder faults = CounterFamily(
      "http2_connection_errors_total",
      "HTTP/2 connections given up on: a broken protocol, or a budget that was used up");
  add_faults(faults, &ProcessCounters::http2_faults);
  std::move(faults).Finish(out);
  FamilyBuilder handshakes =
      CounterFamily("tls_handshakes_total", "TLS handshakes of clients that ended well");
  const double resumed = sum(&ProcessCounters::tls_resumptions);
  handshakes.Value({{"resumed", "yes"}}, resumed);
  handshakes.Value({{"resumed", "no"}}, sum(&ProcessCounters::tls_handshakes) - resumed);
  std::move(handshakes).Finish(out);
  FamilyBuilder failed = CounterFamily(
      "tls_handshake_failures_total",
      "TLS handshakes of clients that failed: no TLS or nothing agreed on, no certificate that "
      "holds, out of time, too many under way");
  failed.Value({{"reason", "protocol"}}, sum(&ProcessCounters::tls_failures));
  failed.Value({{"reason", "certificate"}}, sum(&ProcessCounters::tls_bad_certificates));
  failed.Value({{"reason", "timeout"}}, sum(&ProcessCounters::tls_timeouts));
  failed.Value({{"reason", "too_many"}}, sum(&ProcessCounters::tls_refused));
  std::move(failed).Finish(out);
  FamilyBuilder upstream_faults = CounterFamily("http2_upstream_errors_total",
                                                "HTTP/2 connections to servers given up on: a "
                                                "broken protocol, a budget that was used up, or a "
                                                "PING without an answer");
  add_faults(upstream_faults, &ProcessCounters::upstream_http2_faults);
  upstream_faults.Value({{"reason", "ping"}}, sum(&ProcessCounters::upstream_http2_ping_timeouts));
  std::move(upstream_faults).Finish(out);
  FamilyBuilder open = GaugeFamily("connections_open", "Client connections open now");
  open.Value({}, sum(&ProcessCounters::connections_open));
  std::move(open).Finish(out);
  FamilyBuilder memory = GaugeFamily("mirror_memory_bytes", "Bytes held for shadows");
  memory.Value({}, static_cast<double>(book.MirrorMemory().load(std::memory_order_relaxed)));
  std::move(memory).Finish(out);
}

}  // namespace

void CollectTraffic(TrafficBook& book, Families& out) {
  CollectArms(book, out);
  CollectCoverage(book, out);
  CollectComparators(book, out);
  CollectControls(book, out);
  CollectConnections(book, out);
}

}  // namespace understudy
