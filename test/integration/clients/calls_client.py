"""Calls of calls_server.py over a channel of grpcio, and everything that a client can see of them."""

import dataclasses
import json
import queue

import grpc

SERVICE = "test.Calls"
LONGEST = 30  # seconds for a call
ANY_SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a call went. Metadata as {key: [values in their order]}."""

    messages: list
    status: str
    details: str
    head: dict
    tail: dict


def grouped(metadata):
    """{key: values}, without the date, which Understudy adds to heads as HTTP wants it."""
    values = {}
    for key, value in metadata or ():
        if key != "date":
            values.setdefault(key, []).append(value)
    return values


def asked(**members):
    """What a call of Count or Fail asks for."""
    return json.dumps(members).encode()


class Turns:
    """An iterator of requests that are sent one at a time, when said so."""

    def __init__(self):
        self._requests = queue.Queue()

    def __iter__(self):
        return iter(self._requests.get, None)

    def send(self, request):
        self._requests.put(request)

    def end(self):
        self._requests.put(None)


STREAMED = ("Count", "Die", "Chat")  # methods whose answers are


class Calls:
    """A channel to one address, with a connection of its own."""

    def __init__(self, address, **options):
        self.channel = grpc.insecure_channel(address, [
            *ANY_SIZE, ("grpc.use_local_subchannel_pool", 1), *options.items()])
        kinds = {"Gather": self.channel.stream_unary, "Chat": self.channel.stream_stream,
                 "Count": self.channel.unary_stream, "Die": self.channel.unary_stream}
        self._methods = {name: kinds.get(name, self.channel.unary_unary)(f"/{SERVICE}/{name}")
                         for name in ("Echo", "Seen", "Fail", "Sleep", "Left", *kinds)}

    def close(self):
        self.channel.close()

    def begin(self, name, request=b"", **options):
        """The call under way; `request` is bytes, or an iterable of them for a stream."""
        method = self._methods[name]
        if name not in STREAMED:
            method = method.future
        return method(request, **{"timeout": LONGEST, **options})

    def call(self, name, request=b"", **options):
        """The Outcome."""
        call = self.begin(name, request, **options)
        messages = []
        try:
            if name in STREAMED:
                messages.extend(call)
            else:
                messages.append(call.result())
        except grpc.RpcError:
            pass  # which the call itself tells
        return Outcome(messages, call.code().name, call.details(),
                       grouped(call.initial_metadata()), grouped(call.trailing_metadata()))

    def answer(self, name, request=b"", **options):
        """The one message of a call that succeeds."""
        return self.begin(name, request, **options).result()
