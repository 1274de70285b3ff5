"""Thousands of clients that are slow or idle, and one that is not, with the built proxy.

usage: many_clients_test.py UNDERSTUDY ManyClients.test_...
"""

import pathlib
import socket
import statistics
import sys
import tempfile
import time
import unittest

from built_proxy import BuiltProxy, wait_for
from crowd import IDLE, SLOW_HEADERS, SLOW_READERS, OwnProcess, crowd, model

CROWD = SLOW_HEADERS + SLOW_READERS + IDLE
ROUNDS = 21
REQUESTS = 100  # measured in a turn
EVERY = 0.003   # seconds
REQUEST = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\n\r\n" + b"q" * 200
CONFIGURATION = """
workers: 1
listeners: [{{name: inference, address: "127.0.0.1:0", timeouts: {{header: 120s, body_idle: 120s}}}}]
clusters:
  - {{name: v1, endpoints: ["127.0.0.1:{incumbent}"], pool: {{max_connections: 1000}}}}
routes:
  - {{name: all, match: {{path_prefix: /}}, effects: pure, incumbent: v1}}
admin: {{grpc: "127.0.0.1:0", http: "127.0.0.1:0"}}
data_dir: {folder}/data
log: {{format: text, access: off}}
drain: {{grace: 0s, timeout: 1s}}
"""


def p99_of_turn(port):
    """Seconds."""
    seconds = []
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(REQUESTS):
            begin = time.perf_counter()
            client.sendall(REQUEST)
            answer = client.recv(4096)
            while not answer.endswith(b"}"):
                more = client.recv(4096)
                assert more, answer
                answer += more
            seconds.append(time.perf_counter() - begin)
            assert answer.startswith(b"HTTP/1.1 200 "), answer
            time.sleep(EVERY)
    return sorted(seconds)[int(0.99 * REQUESTS)]


class ManyClients(unittest.TestCase):
    def setUp(self):
        server = OwnProcess(model)
        self.addCleanup(server.close)
        self.incumbent = server.pipe.recv()
        self.proxy = self.start()
        self.crowd = OwnProcess(crowd, self.proxy.port)
        self.addCleanup(self.crowd.close)

    def start(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        proxy = BuiltProxy(sys.argv[1], pathlib.Path(folder.name), CONFIGURATION,
                           incumbent=self.incumbent)
        self.addCleanup(proxy.close)
        return proxy

    def gather(self):
        self.assertEqual(self.crowd.tell("gather"), CROWD)
        wait_for(self.everybody_is_there)

    def everybody_is_there(self):
        return self.proxy.metric("understudy_connections_open") >= CROWD

    def test_slow_and_idle_clients_leave_the_p99_of_others_where_it_is(self):
        alone = self.start()
        self.gather()
        p99s, differences = [], []

        def same():
            return statistics.median(differences) <= max(statistics.median(p99s) / 10, 200e-6)
        last = ROUNDS
        while len(p99s) < last:
            turns = [self.proxy, alone] if len(p99s) % 2 else [alone, self.proxy]
            p99 = {proxy: p99_of_turn(proxy.port) for proxy in turns}
            p99s.append(p99[alone])
            differences.append(p99[self.proxy] - p99[alone])
            # Two looks and no more: to stop at the first good one would favour a pass.
            if len(p99s) == ROUNDS and not same():
                last = 3 * ROUNDS
        print(f"p99 alone {statistics.median(p99s) * 1e6:.0f} us, median difference "
              f"{statistics.median(differences) * 1e6:.0f} us over {len(p99s)} rounds")
        self.assertTrue(self.everybody_is_there())
        self.assertEqual(self.proxy.metric("understudy_client_timeouts_total"), 0)
        self.assertTrue(same())

    def test_a_crowd_comes_and_goes_in_little_memory(self):
        before = self.proxy.metric("process_resident_memory_bytes")
        self.gather()
        time.sleep(2)  # an idle connection gives its buffer back after one second
        held = self.proxy.metric("process_resident_memory_bytes") - before
        print(f"{held / CROWD / 1024:.1f} KiB a connection")
        self.assertLess(held / CROWD, 64 << 10)
        self.crowd.tell("leave")
        wait_for(lambda: self.proxy.metric("understudy_connections_open") == 0)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
