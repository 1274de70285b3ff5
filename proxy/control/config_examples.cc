// Example texts.
#include "proxy/control/config_examples.h"

namespace understudy {

std::string_view SmallestConfigExample() {
  return R"(listeners:
  - {name: inference, address: "127.0.0.1:8080"}
clusters:
  - {name: v1, endpoints: ["127.0.0.1:9001"], version: "1"}
  - {name: v2, endpoints: ["127.0.0.1:9002"], version: "2"}
routes:
  - name: digits
    match: {path_prefix: "/"}
    effects: pure
    incumbent: v1
    candidates:
      - {cluster: v2, mirror: {rate: 1.0}}
    compare: {preset: oip-v2}
admin: {grpc: "127.0.0.1:9900", http: "127.0.0.1:9901"}
data_dir: ./understudy-data
)";
}

std::string_view FullConfigExample() {
  return R"(workers: 0                       # 0: one for each core
compare_threads: 1
limits: {header_bytes: 64KiB, headers: 100, connections: 10000, body_bytes: 0, mirror_memory: 256MiB}
listeners:
  - name: inference
    address: "0.0.0.0:8080"
    timeouts: {header: 10s, idle: 75s, body_idle: 60s}
clusters:
  - name: v1
    version: "2024-05-01"        # or a digest; names what a verdict is about
    endpoints: ["127.0.0.1:9001", "127.0.0.1:9011"]
    load_balancing: least_request
    health: {path: /v2/health/ready, interval: 5s}
    timeouts: {connect: 5s, first_byte: 600s, idle: 60s, total: 0}
    pool: {idle: 4s, max_connections: 256}
    authority: preserve          # or upstream, or literal text
    headers: {set: {x-team: risk}, remove: [x-debug]}
    body: {set: {/model: "llama-b"}}
    sandboxed: false
  - name: v1-b                   # the incumbent's version on a machine of its own
    version: "2024-05-01"
    endpoints: ["127.0.0.1:9021"]
  - name: v2
    version: "2024-06-15"
    endpoints: ["127.0.0.1:9002"]
    path_replace: {from: /v2/models/digits, to: /v2/models/digits-next}
routes:
  - name: digits
    match: {path_prefix: /v2/models/digits/, methods: [POST], headers: {x-env: prod}}
    effects: pure
    incumbent: v1
    sticky: [{header: x-user-id}, {cookie: session}, {json: /user}, client_address]
    candidates:
      - cluster: v2
        mirror: {rate: 1.0, max_in_flight: 64, timeout: 30s, max_body: 8MiB, max_memory: 64MiB}
    control: {cluster: v1-b, rate: 0.1}      # may be the incumbent itself
    compare:
      preset: oip-v2
      ignore: [{path: /parameters/elapsed, reason: timing}]
      comparators:
        - {name: top1, use: top1}
        - {name: values, use: tensors, options: {rtol: 1e-4, atol: 1e-6}}
    segments:
      - {name: language, header: x-lang, values: [en, de, fr]}
      - {name: size, body_size: [1KiB, 64KiB], required: false}
    values: [{name: detections, pointer: /parameters/detections, cap: 100}]
    decision: {pointer: /parameters/accepted, yes: ["true"]}
    capture: {mode: diff, redact: [/user], max_bytes: 64KiB}
    fallback: true
    fallback_on_5xx: false
    expose_arm: false
    forward_credentials: []
    plan: default
    salt: digits
plans:
  - name: default
    alpha: {rollback: 0.01, promotion: 0.05}
    stages:
      - {weight: 0,    min_samples: 500, min_duration: 30s}
      - {weight: 1%,   min_samples: 500, min_duration: 1m, max_duration: 30m}
      - {weight: 10%,  min_samples: 1000, min_duration: 1m}
      - {weight: 50%,  min_samples: 1000, min_duration: 1m, approval: required}
    bake_duration: 10m
    checks:
      - {name: flips, comparator: top1, at_most: 2%}
      - {name: errors, metric: error_rate, at_most_ratio: 1.5, floor: 0.1%}
      - {name: latency, metric: latency_p99, at_most_ratio: 1.25}
      - {name: detections, value: detections, at_most_increase: 2%}
    breaker: {consecutive_failures: 20, error_ratio: 50%, window: 5s, min_requests: 20}
    on_fail: rollback
    on_inconclusive: hold
    min_coverage: 90%
    max_evidence_age: 10m
    exposure_risk: 1%
    warm_up: 10s
    calibration: {min_samples: 500}
    auto_start: false
admin:
  grpc: "127.0.0.1:9900"
  http: "127.0.0.1:9901"         # /metrics /livez /readyz
data_dir: ./understudy-data
records: {max_bytes: 2GiB, max_age: 7d}
log: {format: json, level: info, access: all}   # access: all, errors, off or a share
drain: {grace: 1s, timeout: 30s}
)";
}

}  // namespace understudy
