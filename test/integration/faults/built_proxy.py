"""The built proxy as a process, a small model server, and a client: for tests of faults."""

import http.client
import json
import pathlib
import re
import resource
import signal
import subprocess
import sys
import time
import urllib.request

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import quiet_server  # noqa: E402

READY = re.compile(r"ready: listener port (\d+), admin grpc port (\d+), admin http port (\d+)")


def wait_for(condition, seconds=10):
    """The first true value of `condition()`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"did not come true within {seconds} s: {condition.__name__}")


class BuiltProxy:
    """Runs it with `configuration`, a format string, until close(). `descriptors`: its hard limit."""

    def __init__(self, program, folder, configuration, descriptors=None, **values):
        folder = pathlib.Path(folder)
        path = folder / "understudy.yaml"
        path.write_text(configuration.format(folder=folder, **values))
        self.log = folder / "understudy.log"

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen([program, "run", "--config", path], stdout=out,
                                            stderr=out, stdin=subprocess.DEVNULL,
                                            preexec_fn=limit if descriptors is not None else None)
        ready = wait_for(self._ready)
        self.port, self.grpc_port, self.http_port = (int(port) for port in ready.groups())

    def _ready(self):
        text = self.log.read_text("utf-8", "replace")
        if self.process.poll() is not None:
            raise AssertionError(f"it ended with {self.process.returncode}:\n{text}")
        return READY.search(text)

    def metric(self, name, labels=""):
        """The sum of the samples of that name whose line holds `labels`."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http_port}/metrics", timeout=10) as page:
            lines = page.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                   if re.match(re.escape(name) + r"[ {]", line) and labels in line)

    def cpu_seconds(self):
        """User and system time so far, of all threads."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def descriptors(self):
        return len(list(pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def terminate(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


class JsonModel(quiet_server.Server):
    """Answers every request with one document."""

    def __init__(self, document):
        body = json.dumps(document).encode()

        class Handler(quiet_server.WholeHandler):
            def do_POST(self):
                self.body()
                self.answer(200, body)

            do_GET = do_POST

        super().__init__(Handler)


def ask_all(port, requests, body=b"{}"):
    """([(status, body)], slowest in seconds) of POSTs, one after the other on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    answers, slowest = [], 0.0
    for _ in range(requests):
        begin = time.monotonic()
        connection.request("POST", "/x", body, {"content-type": "application/json"})
        response = connection.getresponse()
        answers.append((response.status, response.read()))
        slowest = max(slowest, time.monotonic() - begin)
    connection.close()
    return answers, slowest
