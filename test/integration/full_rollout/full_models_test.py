"""Whole rollouts in front of the demo's real models, under uvicorn, with real signals as faults.

usage: full_models_test.py UNDERSTUDY UNDERSTUDYCTL FullModels.test_...
"""

import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from understudy import Understudy, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[3]
PARTS = ROOT / "scripts" / "demo.d"
PYTHON = ROOT / "build" / "demo-venv" / "bin" / "python"
PROGRAMS = sys.argv[1:3]
STAGES = ("{weight: 0, min_samples: 150, min_duration: 1s}",
          "{weight: 25%, min_samples: 150, min_duration: 1s}",
          "{weight: 50%, min_samples: 150, min_duration: 1s}")
VERSIONS = {"incumbent": "1", "good": "2", "regressed": "3"}
# What a client may see when the proxy is killed: no answer, or one that is visibly cut short.
NOBODY_THERE = ("ConnectionRefusedError", "ConnectionResetError", "BrokenPipeError",
                "RemoteDisconnected", "IncompleteRead")


class FullModels(unittest.TestCase):
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
        process = self.spawn(PYTHON, PARTS / "serve.py", "--model", self.models / f"{model}.joblib",
                             "--name", "m", "--version", VERSIONS[model], "--port-file", port)
        wait_for(port.exists, 60)
        address = f"127.0.0.1:{port.read_text().strip()}"
        with urllib.request.urlopen(f"http://{address}/v2/health/ready", timeout=30) as response:
            self.assertEqual(response.status, 200)
        return process, address

    def start(self, candidate, **options):
        understudy = Understudy(PROGRAMS, self.folder, self.incumbent_address, candidate,
                                stages=STAGES, margin="3%", first_byte="1s", **options)
        self.addCleanup(understudy.close)
        return understudy.start()

    def traffic(self, understudy):
        """The demo's traffic, which verifies every answer against the models' own."""
        self.summary = self.folder / "traffic.json"
        versions = [f"--version={version}={model}" for model, version in VERSIONS.items()]
        return self.spawn(PYTHON, PARTS / "traffic.py", "--address", understudy.listener, "--model",
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

    def test_a_good_model_completes_over_crashes_of_the_proxy(self):
        _, good = self.serve("good")
        understudy = self.start(good)
        understudy.keep_port()
        traffic = self.traffic(understudy)
        self.roll_out(understudy)
        for phase in ("SHADOWING", "RAMPING", "RAMPING"):
            self.wait_for_phase(understudy, phase)
            time.sleep(0.7)  # somewhere inside the stage
            before = understudy.status()["rollout"]
            understudy.kill()
            understudy.start()
            after = understudy.status()["rollout"]
            if int(before["generation"]) + 1 == int(after["generation"]):  # nothing but the restart between
                self.assertEqual((after["phase"], after["weight_percent"]),
                                 (before["phase"], before["weight_percent"]))
                self.assertIn("RESTARTED", after["holds"])
            self.assertLessEqual(before["weight_percent"], after["weight_percent"])
        self.assertEqual(self.watch_to_end(understudy), 0)
        self.assertEqual(understudy.ctl("gate", "--route", "m", "--candidate", "v2")[0], 0)
        seen = self.end_traffic(traffic)
        self.assertGreater(seen["by_version"]["2"], 100)
        for fault in seen["faults"]:
            self.assertTrue(fault.startswith(NOBODY_THERE), seen)
        self.assertEqual(understudy.terminate(), 0)

    def test_a_regressed_model_is_rolled_back_unseen(self):
        _, regressed = self.serve("regressed")
        understudy = self.start(regressed)
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

    def test_a_model_that_is_killed_while_it_serves_is_rolled_back_unseen(self):
        self.fails_while_it_serves(signal.SIGKILL)

    def test_a_model_that_stops_while_it_serves_is_rolled_back_unseen(self):
        self.fails_while_it_serves(signal.SIGSTOP)

    def test_every_request_is_accounted_for_while_a_model_comes_and_goes(self):
        process, good = self.serve("good")
        understudy = self.start(good, mirror_timeout="300ms", in_flight=8)
        traffic = self.traffic(understudy)
        chance = random.Random(3)
        for _ in range(12):
            process.send_signal(signal.SIGSTOP)
            time.sleep(chance.random())
            process.send_signal(signal.SIGCONT)
            time.sleep(chance.random())
        process.kill()
        time.sleep(2)
        seen = self.end_traffic(traffic)
        self.assertEqual(seen["faults"], {})
        # Each request is counted once, after its answer.
        wait_for(lambda: self.coverage(understudy)["in flight"] == 0
                 and self.coverage(understudy)["eligible"] == seen["right"], 30)
        coverage = self.coverage(understudy)
        self.assertEqual(coverage["requests"], coverage["eligible"], coverage)
        for outcome in ("compared", "dropped"):
            self.assertGreater(coverage[outcome], 0, coverage)
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


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
