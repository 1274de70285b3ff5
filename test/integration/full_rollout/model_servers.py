"""Model servers of the tests: the Open Inference Protocol over HTTP/1.1 keep-alive, and every fault.

The model answers each row of its input `x` with a label; a fault is chosen per request. Servers run
on threads of the test, on a free port of the loopback address.
"""

import json
import pathlib
import random
import socket
import struct
import sys
import threading
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import quiet_server  # noqa: E402

FAULTS = ("reset", "hang", "garbage", "error", "overloaded", "truncated", "slow", "huge", "rejected")
HUGE = 96 << 10  # bytes, beyond the tests' mirror.max_body


def right_label(row):
    """What the incumbent and a good candidate answer."""
    return row * 7 % 10


def regressed_label(row):
    """Wrong on every fourth row."""
    return (right_label(row) + (row % 4 == 0)) % 10


class ModelServer(quiet_server.Server):
    """One model. `fault(number)` names a fault for the request of that number, or None."""

    def __init__(self, version, label=right_label, fault=lambda _number: None):
        self.version, self.label, self.fault = version, label, fault
        self._lock = threading.Lock()
        self.requests = 0
        self._released = threading.Event()  # ends the hanging ones
        server = self

        class Handler(quiet_server.WholeHandler):
            def do_GET(self):
                self.answer_json(200, {"ready": True})

            def do_POST(self):
                server.handle(self, self.body())

            def answer_json(self, status, document, fields=()):
                self.answer(status, json.dumps(document).encode(), fields=fields)

        super().__init__(Handler)

    def close(self):
        self._released.set()
        super().close()

    def handle(self, connection, body):
        with self._lock:
            self.requests += 1
            number = self.requests
        fault = self.fault(number)
        if fault is not None:
            if getattr(self, "_" + fault)(connection):
                return
        rows = json.loads(body)["inputs"][0]["data"]
        answer = {"id": json.loads(body).get("id"), "model_name": "m", "model_version": self.version,
                  "outputs": [{"name": "label", "datatype": "INT64", "shape": [len(rows)],
                               "data": [self.label(row) for row in rows]}]}
        if fault == "huge":
            answer["parameters"] = {"padding": "x" * HUGE}
        connection.answer_json(200, answer)

    # Each returns whether the request is done with.
    def _reset(self, connection):
        connection.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close_connection = True
        connection.connection.close()
        return True

    def _hang(self, connection):
        self._released.wait(30)
        connection.close_connection = True
        return True

    def _garbage(self, connection):
        connection.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")
        connection.close_connection = True
        return True

    def _error(self, connection):
        connection.answer_json(500, {"error": "out of memory"})
        return True

    def _overloaded(self, connection):
        connection.answer_json(503, {"error": "busy"}, [("retry-after", "1")])
        return True

    def _rejected(self, connection):
        connection.answer_json(429, {"error": "too many requests"})
        return True

    def _truncated(self, connection):
        connection.send_response(200)
        connection.send_header("content-length", "1000")
        connection.end_headers()
        connection.wfile.write(b'{"id"')
        connection.close_connection = True
        return True

    def _slow(self, _connection):
        time.sleep(0.05)
        return False

    def _huge(self, _connection):
        return False


def at_random(seed, share, faults=FAULTS):
    """A fault(number) that strikes that share of the requests."""
    def choose(number):
        chance = random.Random(seed * 1_000_003 + number)
        return chance.choice(faults) if chance.random() < share else None
    return choose
