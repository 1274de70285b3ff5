"""Clients of gRPC and HTTP/2 other than grpcio get through Understudy what they get directly.

usage: grpc_clients_test.py UNDERSTUDY UNDERSTUDYCTL GrpcClients.test_...
"""

import gzip
import json
import re
import shutil
import subprocess
import sys
import unittest

from real_servers import HERE, ROOT, enter_environment

if __name__ == "__main__":
    enter_environment()

from calls_servers import CallsServers

GRPC = ["-H", "content-type: application/grpc", "-H", "te: trailers"]
REQUESTS = 3000


def framed(message, compressed=False):
    """A message as it is on the wire."""
    return bytes([compressed]) + len(message).to_bytes(4, "big") + message


class GrpcClients(CallsServers):
    def run_program(self, *words, seconds=120):
        """What it prints; it must succeed, and the test is skipped where it is not installed."""
        if shutil.which(words[0]) is None:
            self.skipTest(f"{words[0]} is not installed")
        run = subprocess.run(words, capture_output=True, timeout=seconds)
        self.assertEqual(run.returncode, 0, run.stderr.decode("utf-8", "replace"))
        return run.stdout

    def body_file(self, body):
        file = self.folder / "body"
        file.write_bytes(body)
        return file

    def both(self, ask):
        """What `ask` makes of an address, which is the same directly and through Understudy."""
        direct, through = ask(self.direct), ask(self.through)
        self.assertEqual(through, direct)
        return through

    def curl(self, address, method, body, *words):
        """(fields of the head and of the trailers, body) as curl has them, but for the date."""
        answer = self.folder / "answer"
        head = self.run_program("curl", "-sS", "--http2-prior-knowledge", "-D", "-", "-o", answer, *GRPC,
                                *words, "--data-binary", f"@{self.body_file(body)}",
                                f"http://{address}/test.Calls/{method}")
        lines = [line for line in head.decode().splitlines() if not line.startswith("date:")]
        return lines, answer.read_bytes()

    def test_curl_gets_the_bytes_of_the_server(self):
        self.calls_pair()
        text = b"a message " * 1000
        for name, body, fields in (
                ("plain", framed(text), []), ("empty", framed(b""), []),
                ("gzip", framed(gzip.compress(text), True), ["-H", "grpc-encoding: gzip"]),
                ("gzip both ways", framed(text), ["-H", "grpc-accept-encoding: gzip", "-H", "x-compress: gzip"]),
                ("many metadata", framed(b"m"), [word for number in range(40) for word in (
                    "-H", f"x-head-{number}: {number}", "-H", f"x-tail-{number % 5}: {number}")])):
            with self.subTest(name):
                lines, answer = self.both(lambda address: self.curl(address, "Echo", body, *fields))
                self.assertEqual(lines[0], "HTTP/2 200 ")
                self.assertIn("grpc-status: 0", lines)
                self.assertEqual(answer[0], "x-compress: gzip" in fields)
        stream = framed(b"one") + framed(b"two" * 10_000)
        self.assertEqual(self.both(lambda address: self.curl(address, "Chat", stream))[1], stream)

    def test_curl_gets_the_failures_of_the_server(self):
        self.calls_pair()
        fail = framed(json.dumps({"status": 5, "message": "not here"}).encode())
        lines, answer = self.both(lambda address: self.curl(address, "Fail", fail))
        self.assertEqual(answer, b"")
        self.assertIn("grpc-status: 5", lines)

    def test_nghttp_gets_the_frames_of_a_call(self):
        pairing = self.calls_pair()
        body = self.body_file(framed(b"n" * 100_000))
        # It sends frames of priority, too, of streams that it never begins.
        printed = self.run_program("nghttp", "-nv", "-m", "20", *GRPC, "-d", body,
                                   f"http://{self.through}/test.Calls/Echo").decode()
        for part in ":status: 200", "grpc-status: 0":
            self.assertEqual(printed.count(part), 20, printed)
        self.assertNotIn("RST_STREAM", printed)
        pairing.assert_all_the_same(20)

    def test_h2load_is_answered_every_time(self):
        pairing = self.calls_pair()
        for size in 100, 100_000:
            count = REQUESTS if size < 1000 else 200
            printed = self.run_program("h2load", "-n", str(count), "-c", "4", "-m", "30", *GRPC, "-d",
                                       self.body_file(framed(b"h" * size)),
                                       f"http://{self.through}/test.Calls/Echo").decode()
            done = re.search(r"requests: (\d+) total, \d+ started, (\d+) done, (\d+) succeeded", printed)
            self.assertEqual(done.groups(), (str(count),) * 3, printed)
            self.assertIn(f"status codes: {count} 2xx", printed)
        self.assertEqual(pairing.skipped("client_left"), 0)

    def grpc_js(self):
        """The folder of the client, with its packages, which npm installs the first time."""
        if shutil.which("npm") is None or shutil.which("node") is None:
            self.skipTest("node and npm are not installed")
        folder = ROOT / "build" / "grpc-js"
        lock = "package-lock.json"
        if not (folder / lock).exists() or (folder / lock).read_bytes() != (HERE / "grpc_js" / lock).read_bytes():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            shutil.copy(HERE / "grpc_js" / "package.json", folder)
            shutil.copy(HERE / "grpc_js" / lock, folder / "wanted")
            (folder / "wanted").rename(folder / lock)
            try:
                subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                               check=True, timeout=500, capture_output=True)
            except BaseException:
                shutil.rmtree(folder)
                raise
        shutil.copy(HERE / "grpc_js" / "calls.js", folder)
        return folder

    def test_grpc_js_gets_what_the_server_gives(self):
        self.calls_pair()
        program = self.grpc_js() / "calls.js"

        def seen(address):
            return [json.loads(line) for line in
                    self.run_program("node", program, address).decode().splitlines()]
        outcomes = self.both(seen)
        self.assertEqual([outcome.get("code") for outcome in outcomes], [0] * 5 + [5, 0, 0, 7, 4, None])
        self.assertEqual(outcomes[-1]["ok"], 150)
        self.assertEqual(outcomes[0]["head"], {"x-head-one": ["a, b, c"], "x-head-raw-bin": ["00ff2c"]})


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
