"""Whole rollouts in front of the demo's real models, under uvicorn, with real signals as faults.

usage: full_models_test.py UNDERSTUDY UNDERSTUDYCTL FullModels.test_...
"""

import random
import signal
import sys
import time
import unittest

from model_rollouts import ModelRollouts
from understudy import wait_for

# What a client may see when the proxy is killed: no answer, or one that is visibly cut short.
NOBODY_THERE = ("ConnectionRefusedError", "ConnectionResetError", "BrokenPipeError",
                "RemoteDisconnected", "IncompleteRead")


class FullModels(ModelRollouts):
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
        self.is_rolled_back_unseen("regressed")

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


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
