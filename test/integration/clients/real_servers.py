"""The demo's model servers as processes, under uvicorn, for tests with real clients.

The clients live in a virtual environment: a test calls enter_environment() before it imports one.
"""

import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.request

from pairing import PARTS, ROOT, Pairing, wait_for

HERE = pathlib.Path(__file__).resolve().parent
SERVER_PYTHON = ROOT / "build" / "demo-venv" / "bin" / "python"
CLIENT_PYTHON = ROOT / "build" / "clients-venv" / "bin" / "python"


def enter_environment():
    """Makes both environments, and runs this program again in the clients' unless it is there."""
    if pathlib.Path(sys.prefix) == CLIENT_PYTHON.parents[1]:
        return
    for name, folder in ("demo", PARTS), ("clients", HERE):
        subprocess.run([ROOT / "scripts" / "venv", name, folder / "requirements.txt"], check=True,
                       timeout=500)
    os.execv(CLIENT_PYTHON, [CLIENT_PYTHON, "-B", *sys.argv])


def free_ports(count):
    """Ports of the loopback address that nobody has."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class RealServers(unittest.TestCase):
    """Model servers and Understudy before them; `programs` are the two built ones."""

    programs = sys.argv[1:3]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self._servers = 0
        self.processes = []

    def spawn(self, script, *options, python=SERVER_PYTHON):
        """A server of the demo, or another script, that is about to listen: the file its port will be
        in. Its process is the last of self.processes."""
        self._servers += 1
        port = self.folder / f"{self._servers}.port"
        environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        with open(self.folder / f"{self._servers}.log", "wb") as log:
            process = subprocess.Popen([python, PARTS / script, *options, "--port-file", port],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=environment)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.kill)
        self.processes.append(process)
        return port

    def addresses(self, ports, health=None):
        """The addresses of spawned servers, once they listen, and GET of the path `health` says so."""
        found = []
        for port in ports:
            wait_for(port.exists, 60)
            found.append(f"127.0.0.1:{port.read_text().strip()}")
            if health is not None:
                with urllib.request.urlopen(f"http://{found[-1]}{health}", timeout=30) as response:
                    self.assertEqual(response.status, 200)
        return found

    def start(self, incumbent, candidate, preset, prefix, **values):
        """Understudy before two addresses; self.direct and self.through are where clients point."""
        pairing = Pairing(self.programs, self.folder, incumbent, candidate, preset, prefix, **values)
        self.addCleanup(pairing.close)
        self.direct, self.through = incumbent, pairing.address
        return pairing

    def connect(self, make):
        """self.clients: what `make` makes of an address, directly and through Understudy."""
        self.clients = [make(address) for address in (self.direct, self.through)]
        for client in self.clients:
            self.addCleanup(client.close)

    def unchanged(self, ask):
        """What `ask` returns of a client, which is the same directly and through Understudy."""
        direct, through = (ask(client) for client in self.clients)
        self.assertEqual(through, direct)
        return through

    def language_pair(self, preset, both=(), candidate=()):
        """Understudy before two language models; `both` and `candidate` are options of serve_llm.py."""
        ports = [self.spawn("serve_llm.py", "--steady", *both, *options)
                 for options in ((), candidate)]
        return self.start(*self.addresses(ports, "/health"), preset, "/v1/")
