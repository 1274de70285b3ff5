"""The built programs under test: the proxy as a process, and what its operators ask of it."""

import json
import pathlib
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

CONFIGURATION = """
workers: 2
listeners: [{{name: inference, address: "127.0.0.1:0"}}]
clusters:
  - {{name: v1, version: "1", endpoints: ["{incumbent}"], protocol: {protocol}, timeouts: {{first_byte: {first_byte}}}}}
  - {{name: v2, version: "2", endpoints: ["{candidate}"], protocol: {protocol}, timeouts: {{first_byte: {first_byte}}}}}
routes:
  - name: m
    match: {{path_prefix: {path}, methods: [POST]}}
    effects: pure
    incumbent: v1
    sticky: [{{header: x-user-id}}]
    candidates:
      - cluster: v2
        mirror: {{rate: {rate}, timeout: {mirror_timeout}, max_in_flight: {in_flight}, max_body: 64KiB}}
    compare:
      preset: oip-v2
      comparators:
        - {{name: top1, use: top1, options: {{outputs: [label], score: share}}}}
    plan: quick
plans:
  - name: quick
    stages:
{stages}
    bake_duration: 300ms
    checks: [{{name: flips, comparator: top1, at_most: {margin}}}]
    breaker: {{consecutive_failures: 10, error_ratio: 50%, window: 2s, min_requests: 10}}
    min_coverage: {min_coverage}
admin: {{grpc: "127.0.0.1:0", http: "127.0.0.1:0"}}
data_dir: {folder}/data
log: {{format: text, access: off}}
drain: {{grace: 50ms, timeout: 10s}}
"""
QUICK_STAGES = ("{weight: 0, min_samples: 40, min_duration: 300ms}",
                "{weight: 30%, min_samples: 40, min_duration: 300ms}",
                "{weight: 60%, min_samples: 40, min_duration: 300ms}")
# The same with a human's word before the second raise: it stays in RAMPING until then.
APPROVED_STAGES = (QUICK_STAGES[0],
                   QUICK_STAGES[1],
                   "{weight: 60%, min_samples: 40, min_duration: 300ms, approval: required}")
READY = re.compile(r"ready: listener port (\d+), admin grpc port (\d+), admin http port (\d+)")


class Understudy:
    """One data directory and the proxy on it, which may be started more than once."""

    def __init__(self, programs, folder, incumbent, candidate, stages=QUICK_STAGES, rate=1.0,
                 mirror_timeout="2s", first_byte="2s", in_flight=64, min_coverage="90%", margin="15%",
                 protocol="http1", path="/v2/models/m/"):
        self._understudy, self._ctl = programs
        self._folder = pathlib.Path(folder)
        self._process = None
        self._starts = 0
        self._configuration = self._folder / "understudy.yaml"
        self._configuration.write_text(CONFIGURATION.format(
            incumbent=incumbent, candidate=candidate, rate=rate, mirror_timeout=mirror_timeout,
            first_byte=first_byte, in_flight=in_flight, min_coverage=min_coverage, margin=margin, folder=folder,
            protocol=protocol, path=path,
            stages="\n".join(f"      - {stage}" for stage in stages)))

    def start(self):
        """Runs the proxy and returns once it is ready; `listener` is then its address."""
        self._starts += 1
        log = self._folder / f"understudy-{self._starts}.log"
        with open(log, "wb") as out:
            self._process = subprocess.Popen(
                [self._understudy, "run", "--config", self._configuration], stdout=out, stderr=out,
                stdin=subprocess.DEVNULL)
        self.log = log
        ports = wait_for(lambda: READY.search(log.read_text("utf-8", "replace")) or self._ended())
        self.listener, self._grpc, self._http = (f"127.0.0.1:{port}" for port in ports.groups())
        return self

    def keep_port(self):
        """From the next start on, clients find it where they do now."""
        text = self._configuration.read_text()
        self._configuration.write_text(text.replace("127.0.0.1:0", self.listener, 1))

    def _ended(self):
        if self._process.poll() is not None:
            raise AssertionError(f"understudy ended with {self._process.returncode}:\n"
                                 + self.log.read_text("utf-8", "replace"))

    def kill(self):
        """As a crash would: SIGKILL."""
        self._process.kill()
        self._process.wait(10)

    def signal(self, number):
        self._process.send_signal(number)

    def wait(self):
        """The exit code, once it has ended."""
        return self._process.wait(20)

    def terminate(self):
        """SIGTERM; the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def is_ready(self):
        """What /readyz says."""
        try:
            with urllib.request.urlopen(f"http://{self._http}/readyz", timeout=10):
                return True
        except urllib.error.HTTPError as error:
            if error.code == 503:
                return False
            raise

    def close(self):
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def ctl(self, *words):
        """(exit code, standard output and error) of understudyctl."""
        run = subprocess.run([self._ctl, "--address", self._grpc, *words], capture_output=True,
                             text=True, timeout=60)
        return run.returncode, run.stdout + run.stderr

    def rollout(self, *words):
        """understudyctl rollout ... for the one candidate there is; it must succeed."""
        code, text = self.ctl("rollout", words[0], "--route", "m", "--candidate", "v2", *words[1:])
        assert code == 0, f"rollout {' '.join(words)}: exit code {code}\n{text}"
        return text

    def status(self):
        """Everything known of the candidate, as `rollout get -o json` has it."""
        return json.loads(self.rollout("get", "-o", "json"))["status"]

    def metrics(self):
        """{(name, ((label, value), ...)): number} of the page of metrics."""
        with urllib.request.urlopen(f"http://{self._http}/metrics", timeout=10) as response:
            page = response.read().decode()
        numbers = {}
        for line in page.splitlines():
            if not line or line.startswith("#"):
                continue
            name, labels, number = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)(?: \d+)?", line).groups()
            numbers[name, tuple(re.findall(r'(\w+)="([^"]*)"', labels or ""))] = float(number)
        return numbers


def wait_for(condition, seconds=20):
    """The first true value of `condition()`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"did not come true within {seconds} s: {condition.__code__.co_names}")
