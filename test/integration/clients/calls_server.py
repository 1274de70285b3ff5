"""A grpcio server whose calls carry bytes and do what tests of calls need; it needs no .proto.

usage: calls_server.py --port-file FILE [--address HOST:PORT] [--option NAME=NUMBER]...

Its services are test.Calls, health checks and reflection.
"""

import argparse
import asyncio
import json
import os
import pathlib
import sys

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "scripts" / "demo.d"))
from port_file import write_port  # noqa: E402

SERVICE = "test.Calls"
COMPRESSIONS = {"gzip": grpc.Compression.Gzip, "deflate": grpc.Compression.Deflate}
STATUSES = {status.value[0]: status for status in grpc.StatusCode}


class Calls:
    """Each method is one of the service."""

    def __init__(self):
        self._left = 0  # calls whose client has gone

    async def _answer_metadata(self, context):
        """Sends x-head-... of the request as metadata of the head, and x-tail-... behind the answer,
        whose messages are compressed as x-compress says."""
        for key, value in context.invocation_metadata():
            if key == "x-compress":
                context.set_compression(COMPRESSIONS[value])
        sent = [(key, value) for key, value in context.invocation_metadata()]
        context.set_trailing_metadata([pair for pair in sent if pair[0].startswith("x-tail-")])
        await context.send_initial_metadata([pair for pair in sent if pair[0].startswith("x-head-")])

    async def Echo(self, request, context):
        await self._answer_metadata(context)
        return request

    async def Seen(self, _request, context):
        """What has come with this call, as JSON: its metadata, and the seconds that it may take."""
        metadata = [(key, value.hex() if isinstance(value, bytes) else value)
                    for key, value in context.invocation_metadata()]
        remaining = context.time_remaining()
        return json.dumps({"metadata": metadata, "seconds": remaining, "peer": context.peer()}).encode()

    async def Count(self, request, context):
        """{"messages": how many, "bytes": of each one, "pause": seconds before each one, "fail": the
        status behind them}"""
        await self._answer_metadata(context)
        asked = json.loads(request)
        for number in range(asked["messages"]):
            await self._pause(asked.get("pause", 0))
            yield bytes([number % 256]) * asked.get("bytes", 1)
        if "fail" in asked:
            await context.abort(STATUSES[asked["fail"]], "after all that")

    async def Gather(self, requests, context):
        """How many messages there were, and their bytes."""
        await self._answer_metadata(context)
        sizes = [len(request) async for request in requests]
        return f"{len(sizes)} {sum(sizes)}".encode()

    async def Chat(self, requests, context):
        await self._answer_metadata(context)
        async for request in requests:
            yield request

    async def Fail(self, request, context):
        """{"status": which, "message": text, "details": whether there are rich ones}"""
        asked = json.loads(request)
        if asked.get("details"):
            detail = any_pb2.Any()
            detail.Pack(error_details_pb2.RetryInfo())
            await context.abort_with_status(rpc_status.to_status(status_pb2.Status(
                code=asked["status"], message=asked["message"], details=[detail])))
        context.set_trailing_metadata([("x-tail-reason", "asked for"), ("x-tail-bin", b"\x00\xff")])
        await context.abort(STATUSES[asked["status"]], asked["message"])

    async def Sleep(self, request, _context):
        """Answers after so many seconds."""
        await self._pause(float(request))
        return b"slept"

    async def Left(self, _request, _context):
        """How many pauses were cut short, since the client had gone."""
        return str(self._left).encode()

    async def Die(self, request, context):
        """After so many messages the whole server ends, without a word."""
        for _ in range(int(request)):
            yield b"alive"
        await asyncio.sleep(0.2)  # until they are on their way
        os._exit(1)

    async def _pause(self, seconds):
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self._left += 1
            raise

    def handlers(self):
        unary, streams = grpc.unary_unary_rpc_method_handler, grpc.unary_stream_rpc_method_handler
        return grpc.method_handlers_generic_handler(SERVICE, {
            "Echo": unary(self.Echo), "Seen": unary(self.Seen), "Fail": unary(self.Fail),
            "Sleep": unary(self.Sleep), "Left": unary(self.Left), "Count": streams(self.Count),
            "Die": streams(self.Die), "Gather": grpc.stream_unary_rpc_method_handler(self.Gather),
            "Chat": grpc.stream_stream_rpc_method_handler(self.Chat)})


async def serve(address, port_file, options):
    # On pings it is strict by default: who sends more than one in five minutes loses the connection.
    server = grpc.aio.server(options=[("grpc.max_receive_message_length", -1),
                                      ("grpc.max_send_message_length", -1), *options])
    server.add_generic_rpc_handlers([Calls().handlers()])
    healths = health.aio.HealthServicer()
    await healths.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(healths, server)
    reflection.enable_server_reflection([SERVICE, health.SERVICE_NAME], server)
    port = server.add_insecure_port(address)
    await server.start()
    write_port(port_file, port)
    await server.wait_for_termination()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port-file", type=pathlib.Path, required=True)
    parser.add_argument("--address", default="127.0.0.1:0")
    parser.add_argument("--option", action="append", default=[], metavar="NAME=NUMBER",
                        help="of the server, such as grpc.max_concurrent_streams=4; repeatable")
    arguments = parser.parse_args()
    options = [(name, int(number)) for name, number in
               (option.split("=") for option in arguments.option)]
    asyncio.run(serve(arguments.address, arguments.port_file, options))


if __name__ == "__main__":
    main()
