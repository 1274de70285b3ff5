"""What is measured and what it is held to: performance.md's table of targets, as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """The traffic of a cell. With `events` an answer is a stream, and they come at `per_second`; with
    `streams` each connection is one of HTTP/2, and has so many unary calls of gRPC under way."""

    body: int = 200
    answer: int = 1024
    connections: int = 64
    events: int = 0
    per_second: int = 0
    streams: int = 0

    @property
    def sent(self):
        """Bytes of a request's body."""
        return self.body + (8 if self.streams else 0)  # its length, and that of the one field


SMALL = Shape()
MEDIUM = Shape(body=16 << 10, answer=4 << 10)
LARGE = Shape(body=1 << 20, answer=1024, connections=16)
GRPC_FEW = Shape(connections=8, streams=16)
GRPC_MANY = Shape(connections=64, streams=1)
STREAM = Shape(connections=32, events=200, per_second=20_000)


@dataclass(frozen=True)
class Variant:
    """One proxy in one case. `shadow`: none, equal, differing (one answer in ten) or empty."""

    name: str
    proxy: str
    shadow: str = "none"
    shape: Shape = SMALL


VARIANTS = {variant.name: variant for variant in (
    Variant("floor", "floor"),
    Variant("nginx plain", "nginx"),
    Variant("haproxy plain", "haproxy"),
    Variant("understudy plain", "understudy"),
    Variant("nginx mirror", "nginx", "equal"),
    Variant("nginx mirror, empty answers", "nginx", "empty"),
    Variant("understudy shadow", "understudy", "equal"),
    Variant("understudy shadow, 10 % differ", "understudy", "differing"),
    Variant("nginx mirror 16 KB", "nginx", "equal", MEDIUM),
    Variant("understudy shadow 16 KB", "understudy", "equal", MEDIUM),
    Variant("nginx plain 1 MB", "nginx", "none", LARGE),
    Variant("understudy plain 1 MB", "understudy", "none", LARGE),
    Variant("nginx mirror 1 MB", "nginx", "equal", LARGE),
    Variant("understudy shadow 1 MB", "understudy", "equal", LARGE),
    Variant("nginx SSE", "nginx", "none", STREAM),
    Variant("understudy SSE", "understudy", "none", STREAM),
    Variant("nginx gRPC 8x16", "nginx", "none", GRPC_FEW),
    Variant("understudy gRPC 8x16", "understudy", "none", GRPC_FEW),
    Variant("nginx gRPC mirror 8x16", "nginx", "equal", GRPC_FEW),
    Variant("understudy gRPC shadow 8x16", "understudy", "equal", GRPC_FEW),
    Variant("nginx gRPC 64x1", "nginx", "none", GRPC_MANY),
    Variant("understudy gRPC 64x1", "understudy", "none", GRPC_MANY),
    Variant("nginx gRPC mirror 64x1", "nginx", "equal", GRPC_MANY),
    Variant("understudy gRPC shadow 64x1", "understudy", "equal", GRPC_MANY),
    Variant("envoy plain", "envoy"),
    Variant("envoy mirror", "envoy", "equal"),
)}


@dataclass(frozen=True)
class Row:
    """A target: `figure` of one variant over that of another, per round.

    cpu: microseconds of all threads per request; worker: of the busiest thread or those named so;
    event: microseconds per event; first_byte: microseconds to it. `times` multiplies the
    denominator. With `at_least`, larger is better and the ratio is the other way round.
    """

    key: str
    title: str
    figure: str
    ours: str
    peer: str
    must: float
    goal: float
    times: int = 1
    at_least: bool = False


ROWS = (
    Row("plain-nginx", "plain / nginx", "cpu", "understudy plain", "nginx plain", 1.00, 0.80),
    Row("plain-haproxy", "plain / HAProxy", "cpu", "understudy plain", "haproxy plain", 1.10, 0.85),
    Row("shadow-nginx", "one shadow, compared / nginx mirror", "cpu", "understudy shadow",
        "nginx mirror", 0.45, 0.30),
    Row("shadow-nginx-empty", "one shadow / nginx mirror, empty answers", "cpu",
        "understudy shadow", "nginx mirror, empty answers", 1.00, 0.70),
    Row("floor", "3 × bare recv+send / one shadow", "cpu", "understudy shadow", "floor",
        0.55, 0.80, times=3, at_least=True),
    Row("differ-workers", "10 % differ / equal, workers", "worker",
        "understudy shadow, 10 % differ", "understudy shadow", 1.05, 1.02),
    Row("differ-nginx", "10 % differ / nginx mirror", "cpu", "understudy shadow, 10 % differ",
        "nginx mirror", 0.60, 0.45),
    Row("16k", "16 KB → 4 KB, one shadow / nginx mirror", "cpu", "understudy shadow 16 KB",
        "nginx mirror 16 KB", 0.45, 0.32),
    Row("1m-plain", "1 MB → 1 KB, plain / nginx", "cpu", "understudy plain 1 MB",
        "nginx plain 1 MB", 1.00, 0.60),
    Row("1m-shadow", "1 MB → 1 KB, one shadow / nginx mirror", "cpu", "understudy shadow 1 MB",
        "nginx mirror 1 MB", 1.00, 0.80),
    Row("sse-event", "SSE per event / nginx", "event", "understudy SSE", "nginx SSE", 1.05, 0.92),
    Row("sse-first-byte", "SSE time to first byte / nginx", "first_byte", "understudy SSE",
        "nginx SSE", 1.00, 0.85),
    Row("grpc-8x16", "gRPC unary, 8 × 16 streams, plain / nginx", "cpu", "understudy gRPC 8x16",
        "nginx gRPC 8x16", 0.30, 0.20),
    Row("grpc-64x1", "gRPC unary, 64 × 1 stream, plain / nginx", "cpu", "understudy gRPC 64x1",
        "nginx gRPC 64x1", 0.60, 0.45),
    Row("grpc-shadow-8x16", "gRPC unary, 8 × 16, one shadow / nginx mirror", "cpu",
        "understudy gRPC shadow 8x16", "nginx gRPC mirror 8x16", 0.25, 0.15),
    Row("grpc-shadow-64x1", "gRPC unary, 64 × 1, one shadow / nginx mirror", "cpu",
        "understudy gRPC shadow 64x1", "nginx gRPC mirror 64x1", 0.35, 0.25),
    Row("envoy-plain", "plain / Envoy", "cpu", "understudy plain", "envoy plain", 0.60, 0.40),
    Row("envoy-shadow", "one shadow / Envoy mirror", "cpu", "understudy shadow", "envoy mirror",
        0.60, 0.40),
)

HTTP2 = tuple(row.key for row in ROWS if row.key.startswith("grpc-"))

QUICK = ("plain-nginx", "plain-haproxy", "shadow-nginx", "shadow-nginx-empty", "floor",
         "differ-workers", "differ-nginx")

# Shadow faults: what the shadow is, as bench_traffic takes it.
FAULTS = {
    "takes 100 ms": "answer,bytes=1024,delay_ms=100",
    "takes 1 s": "answer,bytes=1024,delay_ms=1000",
    "never answers": "silent",
    "never accepts": "full",
    "refuses": "refuse",
}
HEALTHY = "answer,bytes=1024"

# Sections that are measured in their own way: key, what it is.
SECTIONS = {
    "faults": "served/offered and p99 while the shadow is slow or broken",
    "latency": "added latency, everything on one processor, one connection",
    "memory": "memory per idle client connection; mirror memory within its budget",
    "start": "ready after start",
}

NOT_COVERED = (
    ("two workers / one", "with two processors nothing is left for load and model servers"),
    ("a real network card, more processors", "everything is on the loopback of this machine"),
)
