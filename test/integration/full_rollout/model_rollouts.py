"""Rollouts in front of the demo's real models: servers, traffic that verifies every answer, coverage."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from understudy import Understudy, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
PARTS = ROOT / "scripts" / "demo.d"
PYTHON = ROOT / "build" / "demo-venv" / "bin" / "python"
STAGES = ("{weight: 0, min_samples: 150, min_duration: 1s}",
          "{weight: 25%, min_samples: 150, min_duration: 1s}",
          "{weight: 50%, min_samples: 150, min_duration: 1s}")
VERSIONS = {"incumbent": "1", "good": "2", "regressed": "3"}


class ModelRollouts(unittest.TestCase):
    """`programs` are the two built ones; the others are parts of the demo, and what they speak."""

    programs = sys.argv[1:3]
    server, sender = "serve.py", "traffic.py"
    speech = {"protocol": "http1", "path": "/v2/models/m/"}

    @classmethod
    def setUpClass(cls):
        subprocess.run([ROOT / "scripts" / "venv", "demo", PARTS / "requirements.txt"], check=True,
                       timeout=600)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.models = pathlib.Path(folder.name)
        cls.environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        subprocess.run([PYTHON, PARTS / "train.py", "--out", cls.models], check=True, timeout=120,
                       stdout=subprocess.DEVNULL, env=cls.environment)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.incumbent, incumbent = self.serve("incumbent")
        self.incumbent_address = incumbent

    def spawn(self, *command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def end():
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait(10)
        self.addCleanup(end)
        return process

    def serve(self, model):
        """(process, address) of a model server that is ready."""
        port = self.folder / f"{model}.port"
        process = self.spawn(PYTHON, PARTS / self.server, "--model", self.models / f"{model}.joblib",
                             "--name", "m", "--version", VERSIONS[model], "--port-file", port)
        wait_for(port.exists, 60)
        address = f"127.0.0.1:{port.read_text().strip()}"
        if self.server == "serve.py":
            with urllib.request.urlopen(f"http://{address}/v2/health/ready", timeout=30) as response:
                self.assertEqual(response.status, 200)
        return process, address

    def start(self, candidate, **options):
        understudy = Understudy(self.programs, self.folder, self.incumbent_address, candidate,
                                stages=STAGES, margin="3%", first_byte="1s", **self.speech, **options)
        self.addCleanup(understudy.close)
        return understudy.start()

    def traffic(self, understudy):
        """The demo's traffic, which verifies every answer against the models' own."""
        self.summary = self.folder / "traffic.json"
        versions = [f"--version={version}={model}" for model, version in VERSIONS.items()]
        return self.spawn(PYTHON, PARTS / self.sender, "--address", understudy.listener, "--model",
                          "m", "--answers", self.models / "traffic.npz", "--rate",
                          "80", "--seconds", "300", "--summary", self.summary, *versions)

    def end_traffic(self, traffic):
        """What the clients got."""
        traffic.send_signal(signal.SIGTERM)
        traffic.wait(60)
        return json.loads(self.summary.read_text())

    def roll_out(self, understudy):
        understudy.rollout("create", "--start", "--reason", "a new model")

    def watch_to_end(self, understudy, seconds=120):
        return understudy.ctl("--timeout", f"{seconds}s", "rollout", "get", "--route", "m",
                              "--candidate", "v2", "--watch")[0]

    def wait_for_phase(self, understudy, phase):
        wait_for(lambda: understudy.status()["rollout"]["phase"] == phase, 120)

    def is_rolled_back_unseen(self, model):
        _, candidate = self.serve(model)
        understudy = self.start(candidate)
        traffic = self.traffic(understudy)
        self.roll_out(understudy)
        self.assertEqual(self.watch_to_end(understudy), 1)
        self.assertEqual(understudy.ctl("gate", "--route", "m", "--candidate", "v2")[0], 1)
        seen = self.end_traffic(traffic)
        self.assertEqual(seen["faults"], {})
        self.assertEqual(list(seen["by_version"]), ["1"])
        self.assertEqual(understudy.terminate(), 0)

    def fails_while_it_serves(self, number):
        """A good model gets that signal once it serves: rolled back, and no client sees it."""
        process, good = self.serve("good")
        understudy = self.start(good)
        traffic = self.traffic(understudy)
        self.roll_out(understudy)
        self.wait_for_phase(understudy, "RAMPING")
        process.send_signal(number)
        self.assertEqual(self.watch_to_end(understudy), 1)
        # Until the breaker trips, the stage's other checks go on; both lead down.
        self.assertEqual(understudy.status()["rollout"]["phase"], "ROLLED_BACK")
        seen = self.end_traffic(traffic)
        self.assertEqual(seen["faults"], {})
        self.assertGreater(seen["right"], 200)
        self.assertEqual(understudy.terminate(), 0)

    def coverage(self, understudy):
        """The sums of promise 3, from /metrics."""
        sums = {"eligible": 0, "requests": 0, "in flight": 0, "compared": 0, "dropped": 0}
        for (name, labels), value in understudy.metrics().items():
            outcome = dict(labels).get("outcome")
            if name == "understudy_mirror_eligible_total":
                sums["eligible"] += value
            elif name == "understudy_mirror_requests_total":
                sums["requests"] += value
                sums["in flight"] += value if outcome == "mirrored" else 0
                sums["dropped"] += value if outcome == "dropped" else 0
            elif name == "understudy_mirror_pairs_total":
                sums["in flight"] -= value
                sums["compared"] += value if outcome == "compared" else 0
        return sums
