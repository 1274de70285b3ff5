"""Requests as real clients write them, through the built proxy: what comes back, what is compared.

usage: wire_test.py UNDERSTUDY UNDERSTUDYCTL Wire.test_...
"""

import dataclasses
import gzip
import json
import struct
import sys
import tempfile
import threading
import unittest

from pairing import Pairing
from small_server import SmallServer, language_endpoints, tensor_endpoints
from wire_requests import ANTHROPIC, OPENAI, TRITONCLIENT, Connection, exchange, written

PROGRAMS = sys.argv[1:3]
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": WEATHER}}]
LOOK_UP = [{"role": "user", "content": "Call get_weather for Lyon, 3 days."}]
TALK = [{"role": "user", "content": "What may I do with it?"}]
ROWS = [float(number * 7 % 11) for number in range(30)]


def chat(address, messages=TALK, **members):
    """A chat request as the OpenAI client writes it; greedy unless `members` say otherwise."""
    return written(OPENAI, address, "/v1/chat/completions", {
        "model": "ngram", "messages": messages, "temperature": 0, "max_tokens": 12, **members})


def message(address, messages=TALK, **members):
    """The same for the Anthropic client."""
    return written(ANTHROPIC, address, "/v1/messages", {
        "model": "ngram", "messages": messages, "temperature": 0, "max_tokens": 12, **members})


def embedding(address, **members):
    return written(OPENAI, address, "/v1/embeddings", {
        "model": "ngram", "input": ["a licence", "a patent"], "encoding_format": "base64", **members})


def binary_infer(address, compressed):
    """Three rows in binary, answers wanted in binary, as tritonclient asks for them."""
    head = json.dumps({"inputs": [{"name": "x", "shape": [3, 10], "datatype": "FP64",
                                   "parameters": {"binary_data_size": 240}}],
                       "parameters": {"binary_data_output": True}}).encode()
    body = head + struct.pack("<30d", *ROWS)
    more = f"Inference-Header-Content-Length: {len(head)}\r\n"
    if compressed:
        body = gzip.compress(body)
        more += "Content-Encoding: gzip\r\nAccept-Encoding: gzip\r\n"
    return written(TRITONCLIENT, address, "/v2/models/m/infer", body, more)


def rewritten(endpoints, rewrite):
    """The endpoints with the bytes of each answer rewritten."""
    def rewriting(answer_to):
        def answer(headers, body):
            given = answer_to(headers, body)
            return dataclasses.replace(given, pieces=[rewrite(b"".join(given.pieces))])
        return answer
    return {path: rewriting(answer_to) for path, answer_to in endpoints.items()}


def largest(row):
    return max(range(len(row)), key=row.__getitem__)


def smallest(row):
    return min(range(len(row)), key=row.__getitem__)


class Wire(unittest.TestCase):
    def pair(self, incumbent, candidate, preset, prefix="/v1/"):
        """Understudy before two servers, each (endpoints, options of SmallServer)."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.server, other = (SmallServer(endpoints, **options)
                              for endpoints, options in (incumbent, candidate))
        self.addCleanup(self.server.close)
        self.addCleanup(other.close)
        pairing = Pairing(PROGRAMS, folder.name, self.server.address, other.address, preset, prefix)
        self.addCleanup(pairing.close)
        return pairing

    def language_pair(self, preset, prefix="/v1/", **habits):
        """The candidate has those habits, and cuts its streams anywhere."""
        return self.pair((language_endpoints(), {}), (language_endpoints(**habits), {"cut": 7}),
                         preset, prefix)

    def assert_unchanged(self, pairing, request, **members):
        """The answer through the proxy is the server's, byte for byte; its body."""
        through = exchange(pairing.address, request(pairing.address, **members))
        direct = exchange(self.server.address, request(self.server.address, **members))
        self.assertEqual(through, direct)
        self.assertEqual(through[0], 200)
        return through[2]

    def test_events_of_a_stream_arrive_before_the_next_one_is_written(self):
        steps = threading.Semaphore(0)
        pairing = self.pair((language_endpoints(), {"steps": steps}), (language_endpoints(), {}),
                            "openai-chat")
        connection = Connection(pairing.address)
        self.addCleanup(connection.close)
        status, headers = connection.send(chat(pairing.address, stream=True))
        self.assertEqual((status, headers["content-type"]), (200, "text/event-stream"))
        events = []
        while not events or events[-1] != b"data: [DONE]\n\n":
            steps.release()
            events.append(connection.chunk())
            self.assertTrue(events[-1].startswith(b"data: ") and events[-1].endswith(b"\n\n"))
        self.assertEqual(connection.chunk(), b"")
        self.assertEqual(len(events), 15)  # a role, 12 tokens, the reason, the end
        pairing.assert_all_the_same(1)

    def test_chats_of_the_same_model_are_the_same_however_the_candidate_writes_its_streams(self):
        pairing = self.language_pair("openai-chat", pings=True, tool_index=False)
        self.assert_unchanged(pairing, chat)
        self.assert_unchanged(pairing, chat, n=2)
        stream = self.assert_unchanged(pairing, chat, stream=True, n=2,
                                       stream_options={"include_usage": True})
        self.assertIn(b'"choices": [], "usage"', stream)
        self.assert_unchanged(pairing, chat, temperature=0.7, seed=5)
        self.assert_unchanged(pairing, chat, temperature=0.7, seed=5, stream=True)
        whole = self.assert_unchanged(pairing, chat, messages=LOOK_UP, tools=TOOLS)
        call, = json.loads(whole)["choices"][0]["message"]["tool_calls"]
        self.assertEqual(json.loads(call["function"]["arguments"]), {"city": "Lyon", "days": 3})
        self.assert_unchanged(pairing, chat, messages=LOOK_UP, tools=TOOLS, stream=True)
        pairing.assert_all_the_same(7)

    def test_streams_in_the_forms_of_other_servers_are_the_same(self):
        def rewrite(stream):
            return (stream.replace(b"\n", b"\r\n").replace(b"data: [DONE]\r\n\r\n", b"")
                    .replace(b'"choices": []', b'"choices": null'))
        pairing = self.pair((language_endpoints(), {}),
                            (rewritten(language_endpoints(), rewrite), {"cut": 11}), "openai-chat")
        request = chat(pairing.address, stream=True, stream_options={"include_usage": True})
        exchange(pairing.address, request)
        pairing.assert_all_the_same(1)

    def test_streams_that_fail_or_break_off_are_seen(self):
        def failing(stream):
            return broken(stream) + b'data: {"error": {"message": "out of memory"}}\n\n'

        def broken(stream):
            return stream[:len(stream) // 2].rpartition(b"data: ")[0]
        for rewrite in failing, broken:
            pairing = self.pair((language_endpoints(), {}),
                                (rewritten(language_endpoints(), rewrite), {}), "openai-chat")
            exchange(pairing.address, chat(pairing.address, stream=True))
            pairing.assert_seen_by("text", 1)

    def test_a_copy_has_the_clients_body_and_not_its_key(self):
        copies = []

        def noting(answer_to):
            return lambda headers, body: copies.append((headers, body)) or answer_to(headers, body)
        endpoints = language_endpoints()
        noted = {path: noting(answer_to) for path, answer_to in endpoints.items()}
        pairing = self.pair((endpoints, {}), (noted, {}), "openai-chat")
        request = chat(pairing.address)
        exchange(pairing.address, request)
        pairing.assert_all_the_same(1)
        (headers, body), = copies
        self.assertEqual(body, request.partition(b"\r\n\r\n")[2])
        self.assertEqual(headers["x-stainless-lang"], "python")
        self.assertNotIn("authorization", headers)

    def test_a_request_that_a_client_repeats_is_no_evidence(self):
        pairing = self.language_pair("openai-chat")
        first = chat(pairing.address)
        exchange(pairing.address, first)
        again = first.replace(b"x-stainless-retry-count: 0", b"x-stainless-retry-count: 1")
        self.assertNotEqual(again, first)
        exchange(pairing.address, again)
        pairing.assert_compared(2)
        window = pairing.candidate()["window"]
        self.assertEqual((window["pairs"], window["retries"]), (1, 1))

    def test_another_model_is_seen_in_greedy_texts(self):
        pairing = self.language_pair("openai-chat", order=3)
        self.assert_unchanged(pairing, chat)
        self.assert_unchanged(pairing, chat, stream=True)
        pairing.assert_seen_by("text", 2, not_by=["status", "toolcalls"])

    def test_a_model_that_refuses_is_seen_in_sampled_answers(self):
        pairing = self.language_pair("openai-chat", style="refusing")
        for seed in 1, 2:
            self.assert_unchanged(pairing, chat, temperature=0.7, seed=seed, stream=True,
                                  max_tokens=40)
        pairing.assert_seen_by("shape", 2, not_by=["status", "toolcalls", "text"])

    def test_broken_arguments_of_tools_are_seen_by_toolcalls(self):
        pairing = self.language_pair("openai-chat", broken="tool-calls")
        self.assert_unchanged(pairing, chat, messages=LOOK_UP, tools=TOOLS)
        self.assert_unchanged(pairing, chat, messages=LOOK_UP, tools=TOOLS, stream=True)
        pairing.assert_seen_by("toolcalls", 2, not_by=["status", "finish", "text"])

    def test_completions_are_compared(self):
        def completion(address, **members):
            return written(OPENAI, address, "/v1/completions", {
                "model": "ngram", "prompt": "The licence ", "temperature": 0, **members})
        pairing = self.language_pair("openai-completions")
        self.assert_unchanged(pairing, completion)
        self.assert_unchanged(pairing, completion, stream=True, n=2)
        pairing.assert_all_the_same(2)
        pairing = self.language_pair("openai-completions", order=3)
        self.assert_unchanged(pairing, completion, stream=True)
        pairing.assert_seen_by("text", 1, not_by=["status"])

    def test_embeddings_are_compared_as_vectors(self):
        pairing = self.language_pair("openai-embeddings")
        self.assert_unchanged(pairing, embedding)
        self.assert_unchanged(pairing, embedding, encoding_format="float", dimensions=16)
        pairing.assert_all_the_same(2)
        pairing = self.language_pair("openai-embeddings", order=3)
        self.assert_unchanged(pairing, embedding)
        pairing.assert_seen_by("vectors", 1, not_by=["status"])

    def test_messages_are_compared(self):
        tools = [{"name": "get_weather", "input_schema": WEATHER}]
        pairing = self.language_pair("anthropic-messages")
        self.assert_unchanged(pairing, message)
        self.assert_unchanged(pairing, message, stream=True)
        self.assert_unchanged(pairing, message, messages=LOOK_UP, tools=tools)
        self.assert_unchanged(pairing, message, messages=LOOK_UP, tools=tools, stream=True)
        pairing.assert_all_the_same(4)
        pairing = self.language_pair("anthropic-messages", broken="tool-names")
        self.assert_unchanged(pairing, message, messages=LOOK_UP, tools=tools)
        self.assert_unchanged(pairing, message, messages=LOOK_UP, tools=tools, stream=True)
        pairing.assert_seen_by("toolcalls", 2, not_by=["status", "finish", "text"])

    def test_binary_tensors_are_compared(self):
        def both_ways(pairing):
            for compressed in False, True:
                self.assert_unchanged(pairing, binary_infer, compressed=compressed)
        right, wrong = ((tensor_endpoints(label), {}) for label in (largest, smallest))
        for candidate in right, (tensor_endpoints(largest, knows_binary=False), {}):
            pairing = self.pair(right, candidate, "oip-v2", "/v2/")
            both_ways(pairing)
            pairing.assert_all_the_same(2)
        pairing = self.pair(right, wrong, "oip-v2", "/v2/")
        both_ways(pairing)
        pairing.assert_seen_by("top1", 2, not_by=["status"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
