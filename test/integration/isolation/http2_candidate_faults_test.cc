// Whatever a candidate that speaks HTTP/2 does, clients get the same bytes in the same time, every
// request is accounted for, memory stays within its budget, and a flood costs the candidate its
// connection.
#include <catch2/catch.hpp>

#include "test/integration/faults/servers/http2_faults.h"
#include "test/integration/isolation/no_client_notices.h"

using namespace understudy;

namespace {

constexpr int kRequests = 25;  // on each connection

std::string Mirrored(const std::string& incumbent, const std::string& candidate) {
  return "workers: 1\nclusters:\n  - {name: v1, endpoints: [\"" + incumbent +
         "\"], pool: {idle: 50ms}}\n  - {name: v2, endpoints: [\"" + candidate +
         "\"], protocol: http2, pool: {idle: 50ms}, timeouts: {idle: 150ms}}\n"
         "routes:\n  - name: all\n    match: {path_prefix: /}\n    effects: pure\n"
         "    incumbent: v1\n    candidates: [{cluster: v2, mirror: {rate: 1.0, timeout: 150ms, "
         "max_in_flight: 8, max_body: 256KiB, max_memory: 1MiB, adaptive: false}}]\n"
         "    compare: {preset: generic-json}\n";
}

}  // namespace

TEST_CASE("no client notices a candidate of HTTP/2 that goes wrong") {
  const Http2ServerFault& wrong = GENERATE(from_range(AllHttp2Faults()));
  NoClientNotices<kRequests>(wrong.fault, Mirrored, [&wrong](const RunningProxy& proxy) {
    if (wrong.reason.empty()) return;
    const std::string reason = "reason=\"" + wrong.reason + "\"";
    CHECK(RunningProxy::Eventually(
        [&] { return proxy.Metric("understudy_http2_upstream_errors_total", reason) > 0; }));
  });
}
