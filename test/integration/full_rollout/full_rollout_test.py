"""Whole rollouts with the built programs: what operators and clients see, faults and crashes included.

usage: full_rollout_test.py UNDERSTUDY UNDERSTUDYCTL FullRollout.test_...
"""

import http.client
import json
import random
import signal
import socket
import sys
import tempfile
import threading
import time
import unittest

from clients import Clients
from model_servers import ModelServer, at_random, regressed_label, right_label
from understudy import APPROVED_STAGES, Understudy, wait_for

PROGRAMS = sys.argv[1:3]
RIGHT = {"1": right_label, "2": right_label}


class FullRollout(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.incumbent = self.model("1")

    def model(self, version, **options):
        server = ModelServer(version, **options)
        self.addCleanup(server.close)
        return server

    def start(self, candidate, **options):
        understudy = Understudy(PROGRAMS, self.folder, self.incumbent.address, candidate.address,
                                **options)
        self.addCleanup(understudy.close)
        return understudy.start()

    def watch_to_end(self, understudy, seconds=30):
        """The exit code of a watch: 0 completed, 1 rolled back or cancelled."""
        return understudy.ctl("--timeout", f"{seconds}s", "rollout", "get", "--route", "m",
                              "--candidate", "v2", "--watch")[0]

    def gate(self, understudy):
        return understudy.ctl("gate", "--route", "m", "--candidate", "v2")[0]

    def wait_for_phase(self, understudy, phase):
        return wait_for(lambda: status if (status := understudy.status())["rollout"]["phase"] == phase
                        else None)

    def assert_served(self, clients, at_least):
        """Every answer was right, and there were that many."""
        self.assertEqual(dict(clients.wrong), {})
        self.assertGreaterEqual(clients.right, at_least)

    def assert_ends_cleanly(self, understudy):
        self.assertEqual(understudy.terminate(), 0, understudy.log.read_text())

    def settled_coverage(self, understudy, eligible=None):
        """The counters of promise 3, from /metrics, once nothing is in flight; checked to add up.

        `eligible` is how many there must be in the end: a request is counted after its answer.
        """
        def settled():
            metrics = understudy.metrics()
            sums = {name: sum(value for (other, _), value in metrics.items()
                              if other == f"understudy_{name}")
                    for name in ("mirror_eligible_total", "mirror_requests_total",
                                 "mirror_pairs_total", "mirror_memory_bytes")}
            by_outcome = {}
            for (name, labels), value in metrics.items():
                if name in ("understudy_mirror_requests_total", "understudy_mirror_pairs_total"):
                    outcome = dict(labels)["outcome"]
                    by_outcome[outcome] = by_outcome.get(outcome, 0) + value
            sums.update(by_outcome)
            in_flight = sums["mirrored"] - sums["compared"] - sums["uncomparable"]
            last.update(sums)
            return (in_flight == 0 and sums["mirror_memory_bytes"] == 0
                    and sums["mirror_eligible_total"] == (eligible or sums["mirror_eligible_total"]))
        last = {}
        try:
            wait_for(settled)
        except AssertionError as never:
            raise AssertionError(f"wanted {eligible}: {last}\n{understudy.log.read_text()}") from never
        sums = last
        self.assertEqual(sums["mirror_requests_total"], sums["mirror_eligible_total"], sums)
        self.assertEqual(sums["mirror_pairs_total"], sums["mirrored"], sums)
        return sums

    def test_a_good_candidate_ends_up_serving_everything_also_after_a_restart(self):
        understudy = self.start(self.model("2"))
        with Clients(understudy.listener, RIGHT) as clients:
            understudy.rollout("create", "--start", "--reason", "a better model")
            self.assertEqual(self.watch_to_end(understudy), 0)
            served = clients.by_version["2"]
            wait_for(lambda: clients.by_version["2"] > served + 20)
        self.assert_served(clients, 200)
        self.assertEqual(self.gate(understudy), 0)
        sums = self.settled_coverage(understudy)
        self.assertEqual(sums["dropped"], 0, sums)
        self.assert_ends_cleanly(understudy)
        understudy.start()
        with Clients(understudy.listener, {"2": right_label}) as clients:
            wait_for(lambda: clients.right >= 20)
        self.assert_served(clients, 20)
        self.assert_ends_cleanly(understudy)

    def test_a_regressed_candidate_is_rolled_back_before_it_serves_anyone(self):
        understudy = self.start(self.model("2", label=regressed_label))
        with Clients(understudy.listener, {"1": right_label}) as clients:
            understudy.rollout("create", "--start", "--reason", "a worse model")
            self.assertEqual(self.watch_to_end(understudy), 1)
        self.assert_served(clients, 10)
        self.assertEqual(self.gate(understudy), 1)
        status = understudy.status()
        self.assertEqual(status["rollout"]["phase"], "ROLLED_BACK")
        self.assertIn("flips", status["rollout"]["ended_reason"])
        code, text = understudy.ctl("rollout", "create", "--route", "m", "--candidate", "v2")
        self.assertEqual(code, 1, text)
        self.assertIn("unquarantine", text)
        self.assert_ends_cleanly(understudy)

    def test_a_killed_process_comes_back_where_it_was_and_goes_on(self):
        understudy = self.start(self.model("2"), stages=APPROVED_STAGES)
        with Clients(understudy.listener, RIGHT) as clients:
            understudy.rollout("create", "--start", "--reason", "a better model")
            wait_for(lambda: "AWAITING_APPROVAL" in understudy.status()["rollout"]["holds"])
        self.assert_served(clients, 100)
        before = understudy.status()["rollout"]
        self.assertEqual((before["phase"], before["weight_percent"]), ("RAMPING", 30))
        understudy.kill()
        understudy.start()
        after = understudy.status()["rollout"]
        self.assertEqual((after["phase"], after["stage"], after["weight_percent"]),
                         (before["phase"], before["stage"], before["weight_percent"]))
        self.assertIn("RESTARTED", after["holds"])
        with Clients(understudy.listener, RIGHT) as clients:
            # Fresh evidence, not the passing of time, ends the hold.
            wait_for(lambda: "RESTARTED" not in understudy.status()["rollout"]["holds"])
            understudy.rollout("approve", "--reason", "looks good")
            self.assertEqual(self.watch_to_end(understudy), 0)
        self.assert_served(clients, 100)
        self.assertIn("1", clients.by_version)
        self.assertIn("2", clients.by_version)
        self.assert_ends_cleanly(understudy)

    def test_no_acknowledged_command_is_lost_by_a_kill(self):
        understudy = self.start(self.model("2"), stages=APPROVED_STAGES)
        understudy.rollout("create", "--start", "--reason", "start")
        acknowledged = ["start"]

        def command(number):
            word = "hold" if number % 2 == 0 else "resume"
            code, _ = understudy.ctl("rollout", word, "--route", "m", "--candidate", "v2",
                                     "--reason", f"word {number}")
            if code == 0:
                acknowledged.append(f"word {number}")
            return code == 0

        def commands():
            number = 0
            while command(number):
                number += 1

        chance = random.Random(11)
        for _ in range(3):
            issuer = threading.Thread(target=commands, daemon=True)
            issuer.start()
            count = len(acknowledged)
            wait_for(lambda: len(acknowledged) >= count + 2)
            time.sleep(chance.random() * 0.05)  # somewhere inside a command
            understudy.kill()
            issuer.join(30)
            understudy.start()
            status = understudy.status()
            written = [line["reason"] for line in status["timeline"]]
            for reason in acknowledged:
                self.assertIn(reason, written)
            held = [line for line in status["timeline"] if line["action"] in ("hold", "resume")]
            self.assertEqual("OPERATOR" in status["rollout"]["holds"], held[-1]["action"] == "hold")
            if held[-1]["action"] == "hold":
                understudy.rollout("resume", "--reason", "once more")
        self.assert_ends_cleanly(understudy)

    def test_a_black_holed_shadow_is_rolled_back_and_clients_see_nothing(self):
        candidate = self.model("2", fault=lambda _number: "hang")
        understudy = self.start(candidate, mirror_timeout="1500ms", in_flight=200)
        with Clients(understudy.listener, {"1": right_label}, rate=60) as clients:
            understudy.rollout("create", "--start", "--reason", "a dead model")
            self.assertEqual(self.watch_to_end(understudy), 1)
        self.assert_served(clients, 60)
        # Nobody waited for a shadow: those end after 1.5 s.
        self.assertLess(max(clients.seconds), 1.5)
        self.assertEqual(self.gate(understudy), 1)
        self.settled_coverage(understudy)
        self.assert_ends_cleanly(understudy)

    def test_shadows_that_are_dropped_leave_the_verdict_inconclusive(self):
        candidate = self.model("2", fault=lambda _number: "hang")
        understudy = self.start(candidate, mirror_timeout="20s", in_flight=1)
        with Clients(understudy.listener, {"1": right_label}) as clients:
            understudy.rollout("create", "--start", "--reason", "too slow a model")
            wait_for(lambda: understudy.status()["verdict"]["reason"] == "MIRROR_LOSS")
            self.assertEqual(understudy.status()["rollout"]["phase"], "SHADOWING")
            self.assertEqual(self.gate(understudy), 3)
        self.assert_served(clients, 50)
        self.assert_ends_cleanly(understudy)

    def test_a_candidate_that_dies_while_it_serves_is_rolled_back_and_clients_see_nothing(self):
        hang = threading.Event()
        candidate = self.model("2", fault=lambda _number: "hang" if hang.is_set() else None)
        understudy = self.start(candidate, stages=APPROVED_STAGES, first_byte="400ms")
        with Clients(understudy.listener, RIGHT, connections=8) as clients:
            understudy.rollout("create", "--start", "--reason", "a model that will hang")
            self.wait_for_phase(understudy, "RAMPING")
            wait_for(lambda: clients.by_version["2"] > 10)
            hang.set()
            self.wait_for_phase(understudy, "ROLLED_BACK")
            self.assertIn("breaker", understudy.status()["rollout"]["ended_reason"])
            served = clients.by_version["2"]
            answered = clients.right
            wait_for(lambda: clients.right > answered + 20)
        # The incumbent answered in its place, within the same request.
        self.assert_served(clients, 100)
        self.assertEqual(clients.by_version["2"], served)
        self.assert_ends_cleanly(understudy)

    def test_every_request_is_accounted_for_whatever_goes_wrong(self):
        self.incumbent.fault = at_random(5, 0.15)
        candidate = self.model("2", fault=at_random(7, 0.4))
        understudy = self.start(candidate, rate=0.8, mirror_timeout="300ms", first_byte="300ms",
                                in_flight=4, min_coverage="10%",
                                stages=("{weight: 0, min_samples: 1000000}",))
        understudy.rollout("create", "--start", "--reason", "all kinds of trouble")
        with Clients(understudy.listener, RIGHT, rate=150, connections=8) as clients:
            leaving = sum(self.leave_early(understudy, number) for number in range(40))
            wait_for(lambda: clients.sent >= 600)
        sums = self.settled_coverage(understudy, eligible=clients.sent + leaving)
        for outcome in ("sampled_out", "mirrored", "skipped", "dropped", "compared", "uncomparable"):
            self.assertGreater(sums[outcome], 0, sums)
        self.assert_ends_cleanly(understudy)

    def leave_early(self, understudy, number):
        """A whole request whose client does not wait for the answer; the count of requests: 1."""
        host, port = understudy.listener.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        self.ask(connection, number)
        time.sleep(0.02 * (number % 3))
        connection.close()
        return 1

    def test_a_terminated_process_finishes_what_it_has_begun(self):
        release = threading.Event()
        self.incumbent.fault = lambda _number: release.wait(20) and None
        understudy = self.start(self.model("2"))
        host, port = understudy.listener.rsplit(":", 1)
        asking = http.client.HTTPConnection(host, int(port), timeout=20)
        idle = http.client.HTTPConnection(host, int(port), timeout=20)
        idle.connect()
        self.addCleanup(idle.close)
        self.ask(asking, 5)
        wait_for(lambda: self.incumbent.requests == 1)
        understudy.signal(signal.SIGTERM)
        wait_for(lambda: not understudy.is_ready())
        self.assertEqual(idle.sock.recv(1), b"")  # closed, since nothing was asked on it
        wait_for(lambda: self.is_refused(host, int(port)))
        release.set()
        response = asking.getresponse()
        self.assertEqual(json.loads(response.read())["outputs"][0]["data"], [right_label(5)])
        self.assertEqual((response.status, response.headers["connection"]), (200, "close"))
        self.assertEqual(understudy.wait(), 0)

    def is_refused(self, host, port):
        try:
            socket.create_connection((host, port), timeout=20).close()
        except ConnectionRefusedError:
            return True
        return False

    def ask(self, connection, row):
        """Sends a whole request, and does not wait for its answer."""
        connection.request("POST", "/v2/models/m/infer", json.dumps({"inputs": [
            {"name": "x", "datatype": "INT64", "shape": [1], "data": [row]}]}))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
