"""A client of grpcio with two Understudies before it, one of which drains.

usage: grpc_drain_test.py UNDERSTUDY UNDERSTUDYCTL GrpcDrain.test_...
"""

import concurrent.futures
import pathlib
import sys
import tempfile
import threading
import time
import unittest

from pairing import Pairing, wait_for
from real_servers import enter_environment

if __name__ == "__main__":
    enter_environment()

from calls_client import Calls, Turns
from calls_servers import PREFIX, CallsServers


class GrpcDrain(CallsServers):
    def two_before(self):
        """Two Understudies before the same servers, and a client that goes round between them."""
        first = self.calls_pair()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        second = Pairing(self.programs, pathlib.Path(folder.name), self.direct, self.direct, None, PREFIX,
                         protocol="http2")
        self.addCleanup(second.close)
        client = Calls(f"ipv4:{first.address},{second.address}", **{
            "grpc.service_config": '{"loadBalancingConfig": [{"round_robin": {}}]}',
            "grpc.enable_retries": 0})
        self.addCleanup(client.close)
        return first, second, client

    def wait_for_more(self, *understudies):
        """Until each one has had so many calls more that those begun before are among them."""
        for one in understudies:
            enough = one.requests() + 50
            wait_for(lambda: one.requests() >= enough)

    def test_no_call_fails_while_one_of_two_ends(self):
        first, second, client = self.two_before()
        over = threading.Event()

        def keep_asking():
            answered = 0
            while not over.is_set():
                self.assertEqual(client.answer("Echo", b"on"), b"on")
                answered += 1
            return answered

        with concurrent.futures.ThreadPoolExecutor() as threads:
            asking = [threads.submit(keep_asking) for _ in range(4)]
            try:
                self.wait_for_more(first, second)
                slow = [client.begin("Sleep", b"1.5") for _ in range(8)]  # of either one
                self.wait_for_more(first, second)  # so those have come
                self.assertEqual(first.terminate(), 0)
                self.assertEqual({call.result() for call in slow}, {b"slept"})
                self.wait_for_more(second)
            finally:
                over.set()
            for one in asking:
                self.assertGreater(one.result(), 50)

    def test_a_stream_goes_on_while_its_understudy_drains(self):
        first, _, _ = self.two_before()
        turns = Turns()
        chatting = self.client.begin("Chat", iter(turns))
        turns.send(b"before")
        self.assertEqual(next(chatting), b"before")
        with concurrent.futures.ThreadPoolExecutor() as threads:
            ended = threads.submit(first.terminate)
            time.sleep(1.5)  # the second GOAWAY has come
            turns.send(b"after")
            self.assertEqual(next(chatting), b"after")
            self.assertFalse(ended.done())
            turns.end()
            self.assertEqual(list(chatting), [])
            self.assertEqual(ended.result(), 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
