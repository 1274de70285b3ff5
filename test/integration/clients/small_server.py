"""Model servers of the tests on the standard library alone: the demo's protocols over HTTP/1.1.

A stream is sent chunked, each event in a write of its own, and before each event the server may be
made to wait: so a test sees that an event arrives before the next one is written.
"""

import dataclasses
import functools
import json

import pairing  # noqa: F401  finds the demo's protocols, and quiet_server

import answers
import oip_protocol
from anthropic_protocol import Anthropic
from ngram import NgramModel, read_corpus
from openai_protocol import OpenAi
import quiet_server
from speaker import Habits, Speaker

LONGEST_WAIT = 10  # seconds for the client to ask for the next event


@functools.lru_cache
def model(order):
    """Learnt from one licence, which takes milliseconds."""
    return NgramModel(order, read_corpus(files="Apache-2.0"))


def language_endpoints(order=5, **habits):
    """The endpoints of a language model for SmallServer."""
    speaker = Speaker(model(order), Habits(steady=True, **habits))
    endpoints = {**OpenAi(speaker).endpoints, **Anthropic(speaker).endpoints}

    def taking_json(answer_to):
        return lambda _headers, body: answer_to(json.loads(body))
    return {path: taking_json(answer_to) for path, answer_to in endpoints.items()}


def tensor_endpoints(label, knows_binary=True):
    """The endpoints of a model whose output `label` is INT64 and whose `scores` are FP32, of rows of
    ten numbers; `label` is a function of a row. One that does not know of binary answers in JSON."""
    def infer(headers, body):
        request = oip_protocol.read(headers, body)
        if not knows_binary:
            request = dataclasses.replace(request, binary={}, binary_by_default=False)
        values = request.inputs[0].values
        rows = [values[start:start + 10] for start in range(0, len(values), 10)]
        return oip_protocol.write(request, headers, "m", "1", [
            oip_protocol.Tensor("label", "INT64", [len(rows)], [label(row) for row in rows]),
            oip_protocol.Tensor("scores", "FP32", [len(rows), 10], [x / 2 for x in values])])
    return {"/v2/models/m/infer": infer}


class SmallServer(quiet_server.Server):
    """Serves `endpoints`, {path: function of headers and body to an Answer}, until close().

    With `steps`, a threading.Semaphore, each event of a stream takes one of it. With `cut`, streams
    are written in pieces of so many bytes, wherever that cuts them.
    """

    def __init__(self, endpoints, steps=None, cut=None):
        class Handler(quiet_server.Handler):
            def do_POST(self):
                headers = {name.lower(): value for name, value in self.headers.items()}
                try:
                    answer = endpoints[self.path](headers, self.body())
                except answers.Refused as refused:
                    answer = refused.answer
                if not answer.streamed:
                    self.answer(answer.status, b"".join(answer.pieces), answer.content_type,
                                answer.headers.items())
                    return
                self.send_response(answer.status)
                self.send_header("content-type", answer.content_type)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.stream(answer.pieces)

            def stream(self, pieces):
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                if cut:
                    text = b"".join(pieces)
                    pieces = [text[start:start + cut] for start in range(0, len(text), cut)]
                for piece in pieces:
                    if steps is not None and not steps.acquire(timeout=LONGEST_WAIT):
                        self.close_connection = True
                        return  # ends short of its last chunk, which the client notices
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")

        super().__init__(Handler)
