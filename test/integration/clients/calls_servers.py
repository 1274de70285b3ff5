"""Understudy between calls_server.py as incumbent and another one as candidate, for tests of gRPC."""

from calls_client import Calls
from real_servers import CLIENT_PYTHON, HERE, RealServers

PREFIX = "/test.Calls/"


class CallsServers(RealServers):
    """`incumbent` and `candidate` are the servers' processes."""

    def calls_pair(self, prefix=PREFIX, server=(), **values):
        """Understudy before the two; self.clients are directly before the incumbent, and before
        Understudy. `server` are words for the servers, `values` are the configuration's."""
        ports = [self.spawn(HERE / "calls_server.py", *server, python=CLIENT_PYTHON) for _ in range(2)]
        self.incumbent, self.candidate = self.processes[-2:]
        pairing = self.start(*self.addresses(ports), None, prefix, **{"protocol": "http2", **values})
        self.connect(Calls)
        self.client = self.clients[1]
        return pairing
