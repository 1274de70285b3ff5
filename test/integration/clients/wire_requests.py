"""Requests byte for byte as the clients write them, and a socket that sends them and reads answers."""

import json
import socket

# As openai 3.57, anthropic 2.14 and tritonclient 2.73 (python) send them.
STAINLESS = ("x-stainless-lang: python\r\nx-stainless-os: Linux\r\nx-stainless-arch: x64\r\n"
             "x-stainless-runtime: CPython\r\nx-stainless-runtime-version: 3.11.2\r\n"
             "x-stainless-async: false\r\nx-stainless-retry-count: 0\r\n"
             "x-stainless-read-timeout: 600\r\n")
OPENAI = ("POST {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip, deflate, br\r\n"
          "Connection: keep-alive\r\nauthorization: Bearer secret\r\naccept: application/json\r\n"
          "content-type: application/json\r\nuser-agent: OpenAI/Python 3.57.0\r\n" + STAINLESS
          + "x-stainless-package-version: 3.57.0\r\nContent-Length: {length}\r\n\r\n")
ANTHROPIC = ("POST {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip, deflate, br\r\n"
             "Connection: keep-alive\r\nx-stainless-timeout: 600\r\nAccept: application/json\r\n"
             "Content-Type: application/json\r\nUser-Agent: Anthropic/Python 2.14.0\r\n" + STAINLESS
             + "X-Stainless-Package-Version: 2.14.0\r\nAuthorization: Bearer secret\r\n"
             "anthropic-version: 2026-10-21\r\nContent-Length: {length}\r\n\r\n")
TRITONCLIENT = ("POST {path} HTTP/1.1\r\nUser-Agent: python/gevent-http-client-2.6.1\r\n{more}"
                "Host: {host}\r\nContent-Length: {length}\r\n\r\n")


def written(head, address, path, body, more=""):
    """The bytes of a request; `body` is bytes, or what becomes JSON. `more` are header lines."""
    if not isinstance(body, bytes):
        body = json.dumps(body, separators=(",", ":")).encode()
    return head.format(path=path, host=address, length=len(body), more=more).encode() + body


class Connection:
    """One connection. Bounded: a read that takes ten seconds fails."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def close(self):
        self._file.close()
        self._socket.close()

    def send(self, request):
        """Sends a request; the head of its answer as (status, {lower-case name: value})."""
        self._socket.sendall(request)
        status = int(self._file.readline().split(b" ", 2)[1])
        headers = {}
        while line := self._file.readline().strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        self._headers = headers
        return status, headers

    def chunk(self):
        """The next chunk of the body; empty at its end."""
        length = int(self._file.readline().split(b";")[0], 16)
        data = self._file.read(length)
        end = self._file.readline()
        if len(data) != length or end != b"\r\n":
            raise AssertionError(f"a chunk that is not whole: {data!r} {end!r}")
        return data

    def body(self):
        """The rest of the body."""
        if "content-length" in self._headers:
            return self._file.read(int(self._headers["content-length"]))
        return b"".join(iter(self.chunk, b""))


def exchange(address, request):
    """(status, headers without those that name a moment, body) on a connection of its own."""
    connection = Connection(address)
    try:
        status, headers = connection.send(request)
        body = connection.body()
    finally:
        connection.close()
    headers.pop("date", None)
    return status, headers, body
