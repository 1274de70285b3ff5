"""The example service of docs/examples, as a user starts it, comparing for a running proxy.

usage: reference_test.py UNDERSTUDY Reference.test_...
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "test/support"))

import quiet_server  # noqa: E402

START = ROOT / "docs/examples/comparator_service/start"
UNDERSTUDY = sys.argv[1]
CONFIGURATION = """
listeners: [{{name: inference, address: "127.0.0.1:0"}}]
comparator_services: [{{name: words, address: "127.0.0.1:{service}"}}]
clusters:
  - {{name: v1, endpoints: ["{incumbent}"]}}
  - {{name: v2, endpoints: ["{candidate}"]}}
routes:
  - name: r
    match: {{path_prefix: /}}
    effects: pure
    incumbent: v1
    candidates: [{{cluster: v2, mirror: {{rate: 1.0}}}}]
    compare: {{comparators: [{{name: it, use: words, options: {{{options}}}}}]}}
admin: {{http: "127.0.0.1:0"}}
data_dir: {folder}/data
log: {{format: text, access: off}}
drain: {{grace: 0s, timeout: 5s}}
"""


def wait_for_line(path, pattern, seconds):
    """The first match in a file that is still being written."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := re.search(pattern, path.read_text("utf-8", "replace")):
            return found
        time.sleep(0.05)
    raise AssertionError(f"no {pattern} in {path.read_text('utf-8', 'replace')}")


def model_server(test, text):
    """The address of a server that answers every request with this text."""
    class Handler(quiet_server.Handler):
        def do_POST(self):
            self.body()
            self.answer(200, text.encode(), "text/plain")

    server = quiet_server.Server(Handler)
    test.addCleanup(server.close)
    return server.address


class Reference(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.service = wait_for_line(self.spawn("service", START, "--address", "127.0.0.1:0"),
                                     r"listening on port (\d+)", 300).group(1)

    def spawn(self, name, *command):
        """The file a process writes to; the process ends with the test."""
        log = self.folder / f"{name}.log"
        with open(log, "wb") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

        def end():
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        self.addCleanup(end)
        return log

    def configure(self, incumbent, candidate, options):
        path = self.folder / "understudy.yaml"
        path.write_text(CONFIGURATION.format(
            service=self.service, incumbent=incumbent, candidate=candidate, options=options,
            folder=self.folder))
        return path

    def test_the_example_compares_for_a_proxy(self):
        incumbent = model_server(self, "the cat sat on the mat")
        candidate = model_server(self, "The cat sat on the hat")
        configuration = self.configure(incumbent, candidate, "case_matters: false")
        log = self.spawn("proxy", UNDERSTUDY, "run", "--config", configuration)
        listener, http = wait_for_line(
            log, r"ready: listener port (\d+), admin grpc port \d+, admin http port (\d+)", 30).groups()
        urllib.request.urlopen(f"http://127.0.0.1:{listener}/x", data=b"{}", timeout=10).read()
        records = self.folder / "data" / "records"
        deadline = time.monotonic() + 20
        found = []
        while not found and time.monotonic() < deadline:
            time.sleep(0.05)
            found = [json.loads(line) for file in records.glob("*.jsonl")
                     for line in file.read_text().splitlines() if "words" in line]
        self.assertTrue(found, log.read_text("utf-8", "replace"))
        # One of six words is another: 1 - 2 * 5 / (6 + 6).
        self.assertIn("5 words of 6 and 6 in common", json.dumps(found))
        with urllib.request.urlopen(f"http://127.0.0.1:{http}/metrics", timeout=10) as page:
            sums = re.findall(r'understudy_divergence_score_sum\{.*comparator="it".*\} (\S+)',
                              page.read().decode())
        self.assertEqual(len(sums), 1)
        self.assertAlmostEqual(float(sums[0]), 1 / 6, places=5)

    def test_the_example_refuses_options_at_their_place(self):
        configuration = self.configure(1, 2, "case_matters: 7")
        run = subprocess.run([UNDERSTUDY, "check", "--config", configuration], capture_output=True,
                             text=True, timeout=60)
        self.assertEqual(run.returncode, 2)
        self.assertRegex(run.stderr, r'understudy.yaml:\d+:\d+: comparator words: option '
                                     r'"case_matters" must be true or false')


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
