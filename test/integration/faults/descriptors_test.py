"""The built proxy without file descriptors: tells new clients so, does not spin, and recovers.

usage: descriptors_test.py UNDERSTUDY Descriptors.test_...
"""

import http.client
import pathlib
import socket
import sys
import tempfile
import time
import unittest

from built_proxy import BuiltProxy, JsonModel, ask_all, wait_for

LIMIT = 64
CONFIGURATION = """
workers: 1
listeners: [{{name: inference, address: "127.0.0.1:0"}}]
clusters:
  - {{name: v1, endpoints: ["{incumbent}"], pool: {{idle: 300ms}}}}
routes:
  - {{name: all, match: {{path_prefix: /}}, effects: pure, incumbent: v1}}
admin: {{grpc: "127.0.0.1:0", http: "127.0.0.1:0"}}
data_dir: {folder}/data
log: {{format: text, access: off}}
drain: {{grace: 0s, timeout: 5s}}
"""


def request(size):
    return b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size + b"b" * size


def answer_to(client, text):
    """(status, fields) of what the proxy says to it within a second."""
    client.settimeout(1)
    client.sendall(text)
    response = http.client.HTTPResponse(client)
    response.begin()
    return response.status, response.headers


class Descriptors(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.model = JsonModel({"label": "cat"})
        self.addCleanup(self.model.close)
        self.proxy = BuiltProxy(sys.argv[1], pathlib.Path(folder.name), CONFIGURATION,
                                descriptors=LIMIT, incumbent=self.model.address)
        self.addCleanup(self.proxy.close)
        self.clients = []
        self.addCleanup(self.leave)

    def connect(self, port=None):
        client = socket.create_connection(("127.0.0.1", port or self.proxy.port), timeout=5)
        self.clients.append(client)
        return client

    def leave(self):
        for client in self.clients:
            client.close()
        self.clients = []

    def use_up(self):
        """Idle clients until the proxy has no descriptor left; nobody waits to be accepted.

        What the proxy opens for a moment of its own (a file it writes) may hide that a client was
        accepted, or look like the last descriptor: hence the patience, and the second look.
        """
        for _ in range(2 * LIMIT):
            before = self.proxy.descriptors()
            if before >= LIMIT:
                time.sleep(0.05)
                if self.proxy.descriptors() >= LIMIT:
                    return
                continue
            self.connect()
            patience = time.monotonic() + 0.5
            while self.proxy.descriptors() <= before and time.monotonic() < patience:
                time.sleep(0.005)
        self.fail(f"{self.proxy.descriptors()} of {LIMIT} descriptors are used")

    def test_new_clients_are_told_and_when_some_leave_all_is_well_again(self):
        self.use_up()
        for size in 0, 5, 5, 100_000:
            with socket.create_connection(("127.0.0.1", self.proxy.port), timeout=5) as client:
                status, fields = answer_to(client, request(size))
            self.assertEqual(status, 503)
            self.assertEqual(fields["x-understudy-reason"], "no_descriptors")
            self.assertEqual(fields["retry-after"], "1")
        self.leave()
        wait_for(lambda: ask_all(self.proxy.port, 1)[0] == [(200, b'{"label": "cat"}')])
        answers, _ = ask_all(self.proxy.port, 50)
        self.assertEqual(set(answers), {(200, b'{"label": "cat"}')})
        self.assertGreater(self.proxy.metric("understudy_connections_refused_total"), 0)
        self.assertEqual(self.proxy.terminate(), 0)

    def test_a_client_inside_that_needs_an_upstream_is_told_too(self):
        inside = self.connect()
        wait_for(lambda: self.proxy.metric("understudy_connections_open") == 1)
        self.use_up()
        status, fields = answer_to(inside, request(5))
        self.assertEqual(status, 503)
        self.assertEqual(fields["x-understudy-reason"], "no_descriptors")
        self.assertEqual(fields["retry-after"], "1")

    def assert_calm(self, port):
        """Nearly no CPU time goes into connections to that port that nobody can accept."""
        self.use_up()
        for _ in range(6):
            self.connect(port)
        before, begin = self.proxy.cpu_seconds(), time.monotonic()
        time.sleep(1.2)
        used = (self.proxy.cpu_seconds() - before) / (time.monotonic() - begin)
        self.assertLess(used, 0.15, "share of a core")

    def test_it_does_not_spin_over_clients(self):
        self.assert_calm(self.proxy.port)

    def test_it_does_not_spin_over_scrapers(self):
        self.assert_calm(self.proxy.http_port)

    def test_it_does_not_spin_over_operators(self):
        self.assert_calm(self.proxy.grpc_port)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
