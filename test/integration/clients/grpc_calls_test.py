"""Calls of grpcio through Understudy are what they are directly: messages, metadata, status, deadlines.

usage: grpc_calls_test.py UNDERSTUDY UNDERSTUDYCTL GrpcCalls.test_...
"""

import json
import random
import sys
import threading
import time
import unittest

from real_servers import enter_environment, free_ports, wait_for

if __name__ == "__main__":
    enter_environment()

import grpc
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase)
from grpc_status import rpc_status

from calls_client import Calls, Turns, asked, grouped
from calls_servers import CallsServers

MIB = 1 << 20
METADATA = [("x-head-one", "a"), ("x-head-one", "b, c"), ("x-head-none", ""), ("x-tail-two", "d = e; f"),
            ("x-tail-two", "~ ! \" # %41"), ("x-head-raw-bin", b""), ("x-head-raw-bin", b"\x00\xff,\r\n"),
            ("x-tail-raw-bin", bytes(range(256))), ("x-tail-raw-bin", b"=")]
# What Understudy adds to every request.
ADDED = {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}
STREAMS = 100  # of one connection, by default


def bytes_of(size):
    """That many, which do not compress."""
    return random.Random(size).randbytes(size)


class GrpcCalls(CallsServers):
    def same(self, name, request=b"", **options):
        """The Outcome of a call, which is the same directly and through Understudy. What an iterator
        of requests gives is made anew: it is a function here."""
        return self.unchanged(lambda client: client.call(
            name, request() if callable(request) else request, **options))

    def seen(self, client, **options):
        """What the server saw of a call."""
        return json.loads(client.answer("Seen", **options))

    def test_messages_of_every_size_are_those_of_the_server(self):
        self.calls_pair()
        for size in 0, 1, 16_000, 64 * 1024, 4 * MIB, 4 * MIB + 1, 20_000_000:
            with self.subTest(size=size):
                outcome = self.same("Echo", bytes_of(size))
                self.assertEqual((outcome.status, len(outcome.messages[0])), ("OK", size))

    def test_streams_of_answers_are_those_of_the_server(self):
        self.calls_pair()
        for messages, size in (0, 1), (1, 0), (1000, 10), (100, 100_000), (4, 5 * MIB):
            with self.subTest(messages=messages, size=size):
                outcome = self.same("Count", asked(messages=messages, bytes=size))
                self.assertEqual((outcome.status, len(outcome.messages)), ("OK", messages))

    def test_streams_of_requests_arrive_whole(self):
        self.calls_pair()
        for messages, size in (0, 1), (1, 0), (1000, 10), (100, 100_000), (4, 5 * MIB):
            with self.subTest(messages=messages, size=size):
                outcome = self.same("Gather", lambda: iter([bytes_of(size)] * messages))
                self.assertEqual(outcome.messages, [f"{messages} {messages * size}".encode()])

    def test_both_sides_of_a_stream_take_turns(self):
        self.calls_pair()
        for size in 1, 1000, 5 * MIB:
            with self.subTest(size=size):
                turns = Turns()
                call = self.client.begin("Chat", iter(turns))
                for number in range(50 if size < MIB else 3):
                    turns.send(bytes([number]) * size)
                    self.assertEqual(next(call), bytes([number]) * size)
                turns.end()
                self.assertEqual(list(call), [])
                self.assertEqual(call.code(), grpc.StatusCode.OK)

    def test_both_sides_of_a_stream_run_on_their_own(self):
        self.calls_pair()
        requests = [bytes_of(size) for size in range(0, 200_000, 1000)]
        self.assertEqual(self.same("Chat", lambda: iter(requests)).messages, requests)

    def test_answers_arrive_as_they_are_written(self):
        self.calls_pair()
        begin = time.monotonic()
        arrivals = [time.monotonic() - begin
                    for _ in self.client.begin("Count", asked(messages=20, pause=0.05))]
        self.assertLess(arrivals[0], 0.5)
        gaps = [after - before for before, after in zip(arrivals, arrivals[1:])]
        self.assertGreater(sum(gap > 0.025 for gap in gaps), 15)  # one by one, not in clumps

    def test_metadata_passes_both_ways(self):
        self.calls_pair()
        for name, request in (("Echo", b"e"), ("Count", asked(messages=2)), ("Gather", lambda: iter([b"g"])),
                              ("Chat", lambda: iter([b"c"]))):
            with self.subTest(name=name):
                outcome = self.same(name, request, metadata=METADATA)
                self.assertEqual(outcome.head, grouped(
                    pair for pair in METADATA if pair[0].startswith("x-head-")))
                self.assertEqual(outcome.tail, grouped(
                    pair for pair in METADATA if pair[0].startswith("x-tail-")))

    def test_the_server_sees_the_clients_metadata_and_where_it_came_from(self):
        self.calls_pair()
        direct, through = (grouped(self.seen(client, metadata=METADATA)["metadata"])
                           for client in self.clients)
        self.assertEqual(set(through) - set(direct), ADDED)
        self.assertEqual({key: through[key] for key in direct}, direct)
        self.assertEqual(through["x-forwarded-for"], ["127.0.0.1"])
        self.assertEqual(through["x-forwarded-host"], [self.through])

    def test_eight_kibibytes_of_metadata_pass_both_ways(self):
        self.calls_pair()
        metadata = [("x-head-long", "h" * 3500), ("x-tail-long", "t" * 3500)]
        self.assertEqual(self.same("Echo", metadata=metadata).status, "OK")

    def test_compressed_messages_are_those_of_the_server(self):
        self.calls_pair()
        for kind in grpc.Compression.Gzip, grpc.Compression.Deflate:
            with self.subTest(kind=kind):
                metadata = [("x-compress", kind.name.lower())]
                for size in 0, 100, 5 * MIB:
                    outcome = self.same("Echo", b"z" * size, compression=kind, metadata=metadata)
                    self.assertEqual(outcome.messages, [b"z" * size])
                self.assertEqual(self.same("Chat", lambda: iter([b"z" * 1000] * 10), compression=kind,
                                           metadata=metadata).messages, [b"z" * 1000] * 10)

    def test_every_status_passes_with_its_message_and_trailers(self):
        self.calls_pair()
        for status in range(1, 17):
            for message in ("", "no such model", "100 % größer\nals \u2713", " spaces around ", "x" * 3000):
                with self.subTest(status=status, message=message):
                    outcome = self.same("Fail", asked(status=status, message=message))
                    self.assertEqual(outcome.details, message)
                    self.assertEqual(outcome.tail, {"x-tail-reason": ["asked for"],
                                                    "x-tail-bin": [b"\x00\xff"]})

    def test_rich_details_of_a_status_pass(self):
        self.calls_pair()

        def details(client):
            call = client.begin("Fail", asked(status=8, message="later", details=True))
            call.exception()
            return rpc_status.from_call(call)
        status = self.unchanged(details)
        self.assertEqual((status.code, status.message), (8, "later"))
        self.assertTrue(status.details[0].Is(error_details_pb2.RetryInfo.DESCRIPTOR))

    def test_a_stream_that_fails_has_its_messages_and_its_status(self):
        self.calls_pair()
        for messages in 0, 1, 100:
            with self.subTest(messages=messages):
                outcome = self.same("Count", asked(messages=messages, bytes=1000, fail=9))
                self.assertEqual((outcome.status, len(outcome.messages)), ("FAILED_PRECONDITION", messages))

    def test_an_unknown_method_is_unimplemented(self):
        self.calls_pair()

        def ask(client):
            with self.assertRaises(grpc.RpcError) as raised:
                client.channel.unary_unary("/test.Calls/None")(b"", timeout=10)
            return raised.exception.code(), raised.exception.details()
        self.assertEqual(self.unchanged(ask)[0], grpc.StatusCode.UNIMPLEMENTED)

    def test_the_server_sees_what_is_left_of_the_deadline(self):
        self.calls_pair()
        for seconds in 0.5, 5, 3600:
            with self.subTest(seconds=seconds):
                remaining = self.seen(self.client, timeout=seconds)["seconds"]
                self.assertLess(remaining, seconds * 1.01)  # clients write three digits, rounded up
                self.assertGreater(remaining, seconds - 0.4)
        self.assertIsNone(self.seen(self.client, timeout=None)["seconds"])

    def left(self):
        """Pauses of the server that were cut short."""
        return int(self.client.answer("Left"))

    def test_a_deadline_ends_the_call_at_the_server_too(self):
        self.calls_pair()
        begin = time.monotonic()
        self.assertEqual(self.client.call("Sleep", b"20", timeout=0.5).status, "DEADLINE_EXCEEDED")
        self.assertEqual(self.client.call("Count", asked(messages=9, pause=20), timeout=0.5).status,
                         "DEADLINE_EXCEEDED")
        self.assertLess(time.monotonic() - begin, 5)
        wait_for(lambda: self.left() == 2)

    def test_a_cancelled_call_ends_at_the_server_too(self):
        self.calls_pair()
        sleeping = self.client.begin("Sleep", b"20")
        counting = self.client.begin("Count", asked(messages=9, pause=20))
        turns = Turns()
        chatting = self.client.begin("Chat", iter(turns))
        turns.send(b"here")
        self.assertEqual(next(chatting), b"here")
        self.assertEqual(self.left(), 0)
        for call in sleeping, counting, chatting:
            call.cancel()
            self.assertEqual(call.code(), grpc.StatusCode.CANCELLED)
        turns.end()
        wait_for(lambda: self.left() == 2)
        self.assertEqual(self.client.answer("Echo", b"on"), b"on")

    def test_a_connection_carries_a_hundred_streams_and_others_wait_their_turn(self):
        self.calls_pair()
        calls = []
        for number in range(STREAMS):
            turns = Turns()
            calls.append((turns, self.client.begin("Chat", iter(turns))))
            turns.send(b"%d" % number)
        for number, (_, call) in enumerate(calls):  # all of them are open
            self.assertEqual(next(call), b"%d" % number)
        late = self.client.begin("Echo", b"late")
        for turns, call in calls:
            turns.end()
            self.assertEqual(list(call), [])
        self.assertEqual(late.result(), b"late")
        many = [self.client.begin("Sleep", b"0.2") for _ in range(3 * STREAMS)]
        self.assertEqual({call.result() for call in many}, {b"slept"})

    def test_servers_that_take_few_streams_and_end_old_connections_fail_no_call(self):
        self.calls_pair(server=["--option", "grpc.max_concurrent_streams=4", "--option",
                                "grpc.max_connection_age_ms=300", "--option",
                                "grpc.max_connection_age_grace_ms=5000"])
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            calls = [self.client.begin("Sleep", b"0.05") for _ in range(40)]
            self.assertEqual({call.result() for call in calls}, {b"slept"})

    def test_pings_keep_a_quiet_call_up_and_do_not_reach_the_server(self):
        self.calls_pair()
        client = Calls(self.through, **{
            "grpc.keepalive_time_ms": 10_000, "grpc.keepalive_timeout_ms": 5_000,
            "grpc.keepalive_permit_without_calls": 1, "grpc.http2.max_pings_without_data": 0})
        self.addCleanup(client.close)
        # The server ends connections with more than two pings in five minutes.
        outcome = client.call("Count", asked(messages=2, pause=25), timeout=60)
        self.assertEqual((outcome.status, len(outcome.messages)), ("OK", 2))
        time.sleep(25)  # pings alone
        states = []
        client.channel.subscribe(states.append)
        self.assertEqual(client.answer("Echo", b"still"), b"still")
        wait_for(lambda: states)
        self.assertEqual(set(states), {grpc.ChannelConnectivity.READY})

    def test_health_checks_and_watches_are_the_servers(self):
        self.calls_pair()

        def check(client):
            stub = health_pb2_grpc.HealthStub(client.channel)
            watch = stub.Watch(health_pb2.HealthCheckRequest(), timeout=10)
            first = next(watch)
            watch.cancel()
            with self.assertRaises(grpc.RpcError) as raised:
                stub.Check(health_pb2.HealthCheckRequest(service="unknown"), timeout=10)
            return (stub.Check(health_pb2.HealthCheckRequest(), timeout=10).status, first.status,
                    raised.exception.code())
        serving = health_pb2.HealthCheckResponse.SERVING
        self.assertEqual(self.unchanged(check), (serving, serving, grpc.StatusCode.NOT_FOUND))

    def test_reflection_is_the_servers(self):
        self.calls_pair()

        def reflect(client):
            database = ProtoReflectionDescriptorDatabase(client.channel)
            return (list(database.get_services()),
                    database.FindFileContainingSymbol("grpc.health.v1.Health").SerializeToString())
        self.assertIn("test.Calls", self.unchanged(reflect)[0])

    def test_a_client_that_comes_before_understudy_waits_until_it_is_ready(self):
        address = f"127.0.0.1:{free_ports(1)[0]}"
        client = Calls(address)
        self.addCleanup(client.close)
        self.assertEqual(client.call("Echo").status, "UNAVAILABLE")
        waiting = client.begin("Echo", b"patient", wait_for_ready=True)
        self.calls_pair(listener=address)
        self.assertEqual(waiting.result(), b"patient")

    def test_calls_under_way_are_finished_when_understudy_ends(self):
        pairing = self.calls_pair()
        sleeping = self.client.begin("Sleep", b"1")
        counting = self.client.begin("Count", asked(messages=10, pause=0.1))
        next(counting)
        self.assertEqual(pairing.terminate(), 0)
        self.assertEqual(sleeping.result(), b"slept")
        self.assertEqual(len(list(counting)), 9)

    def test_a_deadline_counts_from_when_the_call_came_to_understudy(self):
        # To know what its call sticks by, Understudy waits for the message before it asks the server.
        self.calls_pair(sticky="[{json: /user}]")

        def late():
            time.sleep(1.5)
            yield b"{}"
        seen = self.client.channel.stream_unary("/test.Calls/Seen")(late(), timeout=5)
        self.assertLess(json.loads(seen)["seconds"], 3.7)

    def test_streams_of_requests_are_not_mirrored_and_counted(self):
        pairing = self.calls_pair()
        self.client.answer("Gather", iter([b"a", b"b"]))
        self.client.call("Chat", iter([b"a", b"b"]))
        self.client.answer("Gather", iter([b"one message is a call like any other"]))
        pairing.assert_compared(1, skipped=2)
        self.assertEqual(pairing.skipped("streaming_request"), 2)

    def test_health_checks_and_reflection_are_not_mirrored(self):
        pairing = self.calls_pair(prefix="/")
        stub = health_pb2_grpc.HealthStub(self.client.channel)
        stub.Check(health_pb2.HealthCheckRequest(), timeout=10)
        list(ProtoReflectionDescriptorDatabase(self.client.channel).get_services())
        pairing.assert_compared(0, skipped=2)
        self.assertEqual(pairing.skipped("infrastructure"), 2)

    def test_calls_are_mirrored_and_compared(self):
        pairing = self.calls_pair()
        for size in 0, 10, 100_000, 5 * MIB:
            self.assertEqual(self.client.answer("Echo", bytes_of(size)), bytes_of(size))
        self.client.call("Fail", asked(status=9, message="compared, too"))
        self.client.call("Count", asked(messages=10, bytes=1000))
        pairing.assert_all_the_same(6)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
