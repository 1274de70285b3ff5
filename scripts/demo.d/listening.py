"""A web application under a real uvicorn on a free port of the loopback address."""

import asyncio
import socket

import uvicorn
from fastapi.responses import Response, StreamingResponse

from port_file import write_port


def listen_and_run(app, port_file):
    """Serves `app` until SIGTERM; writes the port to `port_file` once it listens.

    uvicorn has its own defaults: keep-alive connections are closed after five idle seconds.
    """
    # With its protocol named: asyncio sets TCP_NODELAY on no other kind, and each answer would wait
    # 40 ms for an acknowledgement between its head and its body.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    write_port(port_file, listener.getsockname()[1])
    uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning")).run([listener])


async def response_of(answer, pause=0.0):
    """An answers.Answer as a response of FastAPI; `pause` is in seconds for each token."""
    if not answer.streamed:
        if pause:
            await asyncio.sleep(pause * answer.tokens)
        return Response(b"".join(answer.pieces), answer.status, answer.headers, answer.content_type)

    async def pieces():
        for piece in answer.pieces:
            if pause:
                await asyncio.sleep(pause)
            yield piece
    return StreamingResponse(pieces(), answer.status, answer.headers, answer.content_type)
