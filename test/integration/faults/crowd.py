"""A crowd of slow and idle clients, and the model server behind the proxy: a process each, so that
neither delays the test that measures."""

import asyncio
import contextlib
import multiprocessing
import socket

PIECE, PIECES = b"x" * 65536, 24  # of the answer that slow readers get
SLOW_HEADERS, SLOW_READERS, IDLE = 500, 500, 2000
DRIP = 4  # seconds between two signs of life of one client
TURNS = 200  # in which they take them


class OwnProcess:
    """Runs `body(pipe, *values)`, a coroutine, in a process of its own until close()."""

    def __init__(self, body, *values):
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=lambda: asyncio.run(body(theirs, *values)), daemon=True)
        self._process.start()

    def tell(self, what):
        self.pipe.send(what)
        if not self.pipe.poll(30):
            raise AssertionError(f"nothing came of {what} within 30 s")
        return self.pipe.recv()

    def close(self):
        self._process.kill()
        self._process.join(10)


async def _answer(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or b"0")
            await reader.readexactly(length)
            body, times = (PIECE, PIECES) if b" /large " in head else (b'{"label": "cat"}', 1)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) * times))
            for _ in range(times):
                writer.write(body)
                await writer.drain()
    except (OSError, asyncio.IncompleteReadError):
        writer.close()


async def model(pipe):
    """/large is answered at length and as it is taken, the rest in short. Sends its port."""
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _connect(port, first):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", port))
    await loop.sock_sendall(client, first)
    return client


async def crowd(pipe, port):
    """Clients that hold connections and do next to nothing with them. On "gather" they come, on
    "leave" they go; each is answered with how many there are."""
    clients = {"headers": [], "readers": [], "idle": []}
    loop = asyncio.get_running_loop()
    turn = 0
    while True:
        while not pipe.poll():
            await asyncio.sleep(DRIP / TURNS)
            turn = (turn + 1) % TURNS
            for client in clients["headers"][turn::TURNS]:
                await loop.sock_sendall(client, b"P")
            for client in clients["readers"][turn::TURNS]:
                with contextlib.suppress(BlockingIOError):
                    client.recv(512)
        if pipe.recv() == "gather":
            for kind, count, first in (
                    ("headers", SLOW_HEADERS, b"POST /x HTT"), ("idle", IDLE, b""),
                    ("readers", SLOW_READERS, b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n")):
                clients[kind] = [await _connect(port, first) for _ in range(count)]
        else:
            for all_of_kind in clients.values():
                for client in all_of_kind:
                    client.close()
                all_of_kind.clear()
        pipe.send(sum(len(all_of_kind) for all_of_kind in clients.values()))
