"""Understudy between clients and two model servers, and what it says of the pairs it compared."""

import json
import pathlib
import subprocess
import sys
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
PARTS = ROOT / "scripts" / "demo.d"
sys.path += [str(PARTS), str(ROOT / "test" / "integration" / "faults")]
from built_proxy import BuiltProxy, wait_for  # noqa: E402

CONFIGURATION = """
workers: 1
listeners: [{{name: inference, address: "{listener}"}}]
clusters:
  - {{name: v1, version: "1", endpoints: ["{incumbent}"], protocol: {protocol}, timeouts: {timeouts}}}
  - {{name: v2, version: "2", endpoints: ["{candidate}"], protocol: {protocol}}}
routes:
  - name: m
    match: {{path_prefix: "{prefix}", methods: [POST]}}
    effects: pure
    incumbent: v1
    sticky: {sticky}
    mirror_streams: {streams}
    candidates: [{{cluster: v2, mirror: {{rate: 1.0}}}}]
    compare: {compare}
    capture: {{mode: diff}}
  - {{name: rest, match: {{path_prefix: "{rest}"}}, effects: pure, incumbent: v1}}
admin: {{grpc: "127.0.0.1:0", http: "127.0.0.1:0"}}
data_dir: {folder}/data
limits: {limits}
log: {{format: text, access: off}}
drain: {{grace: 0s, timeout: 5s}}
"""
# What the configuration has unless a test says otherwise; the timeouts are the incumbent's.
USUAL = {"protocol": "http1", "timeouts": "{}", "limits": "{}", "sticky": "[]", "streams": "skip", "rest": "/",
         "listener": "127.0.0.1:0"}


class Pairing:
    """The built proxy until close(): `incumbent` answers, `candidate` gets a copy of every request
    whose path begins with `prefix`, and a preset compares them (without one, status and bytes are).
    Addresses are host:port; `values` are further ones of the configuration."""

    def __init__(self, programs, folder, incumbent, candidate, preset, prefix, **values):
        understudy, self._ctl = programs
        self._proxy = BuiltProxy(understudy, folder, CONFIGURATION, incumbent=incumbent,
                                 candidate=candidate, prefix=prefix,
                                 compare=f"{{preset: {preset}}}" if preset else "{}",
                                 **{**USUAL, **values})
        self.address = f"127.0.0.1:{self._proxy.port}"

    def close(self):
        self._proxy.close()

    def terminate(self):
        """SIGTERM; the exit code."""
        return self._proxy.terminate()

    def _ask(self, *words):
        run = subprocess.run([self._ctl, "--address", f"127.0.0.1:{self._proxy.grpc_port}", *words],
                             capture_output=True, text=True, timeout=60)
        if run.returncode != 0:
            raise AssertionError(f"understudyctl {words}: {run.stdout}{run.stderr}")
        return json.loads(run.stdout)

    def _sum(self, name, labels=""):
        return self._proxy.metric(f"understudy_mirror_{name}_total", labels)

    def assert_compared(self, pairs, skipped=0):
        """That many requests were mirrored and compared, `skipped` were eligible and not mirrored,
        and the counters add up."""
        eligible = pairs + skipped

        def settled():
            return (self._sum("eligible") >= eligible
                    and self._sum("requests", 'outcome="mirrored"') == self._sum("pairs"))
        wait_for(settled)
        counts = {"eligible": self._sum("eligible"), "requests": self._sum("requests"),
                  "skipped": self._sum("requests", 'outcome="skipped"'), "pairs": self._sum("pairs"),
                  "compared": self._sum("pairs", 'outcome="compared"')}
        wanted = {"eligible": eligible, "requests": eligible, "skipped": skipped, "pairs": pairs,
                  "compared": pairs}
        if counts != wanted:
            raise AssertionError(f"{counts}, not {wanted}\n{self._counters()}")
        # The control plane learns of pairs a little later than the counters.
        def known():
            coverage = self._coverage()
            return (coverage["eligible"], coverage["compared"]) == (eligible, pairs)
        wait_for(known)
        assert self._coverage()["in_flight"] == 0

    def requests(self):
        """How many came from clients."""
        return self._proxy.metric("understudy_client_requests_total")

    def skipped(self, reason):
        """How many requests were not mirrored for that reason."""
        return self._sum("requests", f'outcome="skipped",reason="{reason}"')

    def candidate(self):
        """What the report says of the candidate."""
        report = self._ask("report", "--route", "m", "--candidate", "v2", "--format", "json")
        return report["candidates"][0]

    def _coverage(self):
        return self.candidate()["coverage_total"]

    def _counters(self):
        """The lines of /metrics that count mirrored requests and pairs, but for zeros."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._proxy.http_port}/metrics",
                                    timeout=10) as page:
            lines = page.read().decode().splitlines()
        return "\n".join(line for line in lines if not line.endswith(" 0") and
                         line.startswith(("understudy_mirror_requests", "understudy_mirror_pairs")))

    def divergences(self, pairs):
        """{comparator: its scores above 0}, once that many pairs that differ are on record."""
        def recorded():
            self._records = self._ask("divergence", "list", "--route", "m", "--candidate", "v2",
                                      "--limit", "200", "-o", "json").get("divergences", [])
            return len(self._records) >= pairs
        wait_for(recorded)
        if len(self._records) != pairs:
            raise AssertionError(f"{len(self._records)} pairs differ, not {pairs}: {self._records}")
        scores = {}
        for record in self._records:
            for score in record["scores"]:
                if score.get("divergence", 0) > 0:
                    scores.setdefault(score["comparator"], []).append(score["divergence"])
        return scores

    def assert_all_the_same(self, pairs):
        """That many pairs were compared, and no comparator found a difference."""
        self.assert_compared(pairs)
        diverged = self.candidate()["window"]["diverged"]
        if diverged:
            raise AssertionError(f"{diverged} pairs differ: {self.divergences(diverged)}")

    def assert_seen_by(self, comparator, pairs, not_by=()):
        """That many pairs were compared, and `comparator` finds a difference in each one; `not_by`
        are comparators that find none in any."""
        self.assert_compared(pairs)
        scores = self.divergences(pairs)
        if len(scores.get(comparator, [])) != pairs or any(name in scores for name in not_by):
            raise AssertionError(f"{scores}, not {comparator} each time and none of {not_by}\n"
                                 f"{json.dumps(self._records[:1])}")
