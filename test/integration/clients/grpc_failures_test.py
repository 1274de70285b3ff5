"""What a client of grpcio is told when its model server, or the way there, fails.

usage: grpc_failures_test.py UNDERSTUDY UNDERSTUDYCTL GrpcFailures.test_...
"""

import sys
import time
import unittest

from pairing import Pairing
from real_servers import CLIENT_PYTHON, HERE, enter_environment, free_ports

if __name__ == "__main__":
    enter_environment()

import grpc

from calls_client import Calls, Turns, asked
from calls_servers import PREFIX, CallsServers

MIB = 1 << 20


class GrpcFailures(CallsServers):
    def assert_failed(self, outcome, status, messages=0):
        """With that status, which says why, and so many messages before."""
        self.assertEqual((outcome.status, len(outcome.messages)), (status, messages), outcome)
        self.assertNotIn("http2 header", outcome.details)
        self.assertTrue(outcome.details)

    def test_no_server_is_unavailable(self):
        address, = (f"127.0.0.1:{port}" for port in free_ports(1))
        pairing = Pairing(self.programs, self.folder, address, address, None, PREFIX, protocol="http2")
        self.addCleanup(pairing.close)
        client = Calls(pairing.address)
        self.addCleanup(client.close)
        for name, request in (("Echo", b""), ("Count", asked(messages=1)), ("Gather", iter([b""])),
                              ("Chat", iter([b""]))):
            with self.subTest(name=name):
                outcome = client.call(name, request)
                self.assert_failed(outcome, "UNAVAILABLE")
                self.assertEqual({**outcome.head, **outcome.tail}.get("x-understudy-reason"),
                                 ["connect_refused"])

    def test_a_server_that_dies_in_a_call_is_unavailable(self):
        self.calls_pair()
        sleeping = self.client.begin("Sleep", b"20")
        turns = Turns()
        chatting = self.client.begin("Chat", iter(turns))
        turns.send(b"here")
        self.assertEqual(next(chatting), b"here")
        self.incumbent.kill()
        for call in sleeping, chatting:
            with self.assertRaises(grpc.RpcError):
                next(call) if call is chatting else call.result()
            self.assertEqual(call.code(), grpc.StatusCode.UNAVAILABLE, call.details())
        turns.end()

    def test_what_came_before_the_server_died_is_given(self):
        self.calls_pair()
        self.assert_failed(self.client.call("Die", b"10"), "UNAVAILABLE", 10)

    def test_a_server_that_comes_again_is_asked_again(self):
        self.calls_pair()
        outcome = self.client.call("Die", b"1")
        self.assertEqual(outcome.status, "UNAVAILABLE")
        self.assert_failed(self.client.call("Echo"), "UNAVAILABLE")
        self.spawn(HERE / "calls_server.py", "--address", self.direct, python=CLIENT_PYTHON)
        deadline = time.monotonic() + 10
        while self.client.call("Echo").status != "OK":
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)

    def test_a_server_that_does_not_begin_in_time_is_past_the_deadline(self):
        self.calls_pair(timeouts="{first_byte: 300ms}")
        begin = time.monotonic()
        self.assert_failed(self.client.call("Sleep", b"20"), "DEADLINE_EXCEEDED")
        self.assertLess(time.monotonic() - begin, 5)

    def test_a_server_that_falls_silent_in_its_answer_is_past_the_deadline(self):
        self.calls_pair(timeouts="{idle: 300ms}")
        turns = Turns()
        chatting = self.client.begin("Chat", iter(turns))
        turns.send(b"a")
        self.assertEqual(next(chatting), b"a")
        self.assertEqual(list_until_failure(chatting), [])
        self.assertEqual(chatting.code(), grpc.StatusCode.DEADLINE_EXCEEDED, chatting.details())
        turns.end()

    def test_a_call_that_takes_too_long_in_all_is_past_the_deadline(self):
        self.calls_pair(timeouts="{total: 1s}")
        outcome = self.client.call("Count", asked(messages=100, pause=0.1))
        self.assertEqual(outcome.status, "DEADLINE_EXCEEDED", outcome)
        self.assertGreater(len(outcome.messages), 4)

    def test_a_body_that_is_too_large_is_too_much(self):
        pairing = self.calls_pair(limits="{body_bytes: 1MiB}")
        self.assertEqual(self.client.answer("Echo", b"x" * (MIB // 2)), b"x" * (MIB // 2))
        for _ in range(5):
            self.assert_failed(self.client.call("Echo", b"x" * (5 * MIB)), "RESOURCE_EXHAUSTED")
        self.assert_failed(self.client.call("Gather", iter([b"x" * 100_000] * 40)), "RESOURCE_EXHAUSTED")
        self.assertEqual(self.client.answer("Echo", b"on"), b"on")
        pairing.assert_compared(2, skipped=6)

    def test_metadata_that_is_too_large_is_too_much(self):
        self.calls_pair(limits="{header_bytes: 4KiB}")
        outcome = self.client.call("Echo", metadata=[("x-long", "x" * 5000)])
        self.assert_failed(outcome, "RESOURCE_EXHAUSTED")
        self.assertEqual(self.client.answer("Echo", b"on"), b"on")

    def test_a_call_that_no_route_takes_is_unimplemented(self):
        pairing = self.calls_pair()
        pairing.close()
        pairing = Pairing(self.programs, self.folder, self.direct, self.direct, None, PREFIX,
                          protocol="http2", rest="/elsewhere")
        self.addCleanup(pairing.close)
        client = Calls(pairing.address)
        self.addCleanup(client.close)
        with self.assertRaises(grpc.RpcError) as raised:
            client.channel.unary_unary("/other.Service/Do")(b"", timeout=10)
        self.assertEqual(raised.exception.code(), grpc.StatusCode.UNIMPLEMENTED)

    def test_a_cluster_that_does_not_say_http2_is_told_so(self):
        self.calls_pair(protocol="http1")
        outcome = self.client.call("Echo")
        self.assert_failed(outcome, "INTERNAL")
        self.assertIn("protocol", outcome.details)

    def test_the_candidate_that_dies_costs_no_call(self):
        pairing = self.calls_pair()
        self.candidate.kill()
        for number in range(5):  # fewer than after which it is not asked for a second
            self.assertEqual(self.client.answer("Echo", b"%d" % number), b"%d" % number)
        pairing.assert_compared(5)
        self.assertEqual(pairing.candidate()["window"]["diverged"], 5)


def list_until_failure(call):
    """The messages of a call before it fails."""
    messages = []
    try:
        messages.extend(call)
    except grpc.RpcError:
        pass
    return messages


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
