"""The openai client, unchanged and pointed at Understudy by its base_url, before real model servers.

usage: openai_test.py UNDERSTUDY UNDERSTUDYCTL OpenAi.test_...
"""

import asyncio
import json
import sys
import time
import unittest

from real_servers import RealServers, enter_environment

if __name__ == "__main__":
    enter_environment()

import numpy
import openai

TALK = [{"role": "user", "content": "What may I do with the software?"}]
LOOK_UP = [{"role": "user", "content": "Call get_weather for Lyon, 3 days, and get_time in Oslo."}]
TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}}},
    {"type": "function", "function": {"name": "get_time", "parameters": {
        "type": "object", "properties": {"zone": {"type": "string", "enum": ["Paris", "Oslo"]}}}}}]


def client_of(address, kind=openai.OpenAI):
    return kind(base_url=f"http://{address}/v1", api_key="none", max_retries=0, timeout=30)


def chat(messages=TALK, **members):
    """A request's arguments; greedy unless `members` say otherwise."""
    return {"model": "ngram", "messages": messages, "temperature": 0, "max_tokens": 24, **members}


class OpenAi(RealServers):
    def language_pair(self, *words, **options):
        pairing = super().language_pair(*words, **options)
        self.connect(client_of)
        return pairing

    def raw_chat(self, **members):
        """The bytes of an answer, streamed or not."""
        def ask(client):
            with client.chat.completions.with_streaming_response.create(**chat(**members)) as response:
                return response.status_code, response.headers["content-type"], response.read()
        return self.unchanged(ask)[2]

    def test_whole_answers_are_those_of_the_server(self):
        pairing = self.language_pair("openai-chat")
        self.raw_chat()
        self.raw_chat(n=2, stop=["."])
        self.raw_chat(temperature=0.7, seed=3)
        answer = self.unchanged(lambda client: client.chat.completions.create(**chat(n=2)))
        self.assertEqual([choice.index for choice in answer.choices], [0, 1])
        self.assertEqual(answer.usage.completion_tokens, 48)
        models = self.unchanged(lambda client: [model.id for model in client.models.list()])
        self.assertEqual(models, ["ngram"])
        pairing.assert_all_the_same(4)

    def test_streams_are_those_of_the_server(self):
        pairing = self.language_pair("openai-chat", both=["--pings"])
        self.raw_chat(stream=True)
        self.raw_chat(stream=True, temperature=0.7, seed=3, n=2)

        def ask(client):
            return list(client.chat.completions.create(
                **chat(stream=True, stream_options={"include_usage": True})))
        chunks = self.unchanged(ask)
        whole = self.unchanged(lambda client: client.chat.completions.create(**chat()))
        self.assertEqual("".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]),
                         whole.choices[0].message.content)
        self.assertEqual((chunks[-1].choices, chunks[-1].usage), ([], whole.usage))
        pairing.assert_all_the_same(4)

    def test_events_arrive_as_they_are_written(self):
        pairing = self.language_pair("openai-chat", both=["--slow-ms", "40"])
        begin = time.monotonic()
        arrivals = [time.monotonic() - begin
                    for _ in self.clients[1].chat.completions.create(**chat(stream=True))]
        self.assertEqual(len(arrivals), 26)  # a role, 24 tokens, the reason; 40 ms each
        self.assertGreater(arrivals[-1], 0.9)
        self.assertLess(arrivals[0], arrivals[-1] / 2)
        gaps = [after - before for before, after in zip(arrivals, arrivals[1:])]
        self.assertLess(max(gaps), 0.5)
        self.assertGreater(sum(gap > 0.02 for gap in gaps), 18)  # one by one, not in clumps
        pairing.assert_all_the_same(1)

    def test_tool_calls_are_those_of_the_server_streamed_and_whole(self):
        pairing = self.language_pair("openai-chat", candidate=["--no-tool-index"])
        asked = chat(LOOK_UP, tools=TOOLS)
        whole = self.unchanged(lambda client: client.chat.completions.create(**asked))
        self.assertEqual(whole.choices[0].finish_reason, "tool_calls")

        def ask(client):
            with client.chat.completions.stream(**asked) as stream:
                return stream.get_final_completion().choices[0].message.tool_calls
        for calls in self.unchanged(ask), whole.choices[0].message.tool_calls:
            self.assertEqual([(call.function.name, json.loads(call.function.arguments))
                              for call in calls],
                             [("get_weather", {"city": "Lyon", "days": 3}),
                              ("get_time", {"zone": "Oslo"})])
        pairing.assert_all_the_same(2)

    def test_an_asynchronous_client_with_many_requests_at_once(self):
        pairing = self.language_pair("openai-chat")

        async def texts(address):
            async with client_of(address, openai.AsyncOpenAI) as client:
                answers = await asyncio.gather(*(client.chat.completions.create(**chat(
                    [{"role": "user", "content": f"What is number {number}?"}]))
                    for number in range(16)))
            return [answer.choices[0].message.content for answer in answers]
        direct, through = (asyncio.run(texts(address)) for address in (self.direct, self.through))
        self.assertEqual(through, direct)
        pairing.assert_all_the_same(16)

    def test_sampled_answers_differ_from_themselves_unless_they_are_seeded(self):
        pairing = self.language_pair("openai-chat")

        def texts(**members):
            return {self.clients[1].chat.completions.create(**chat(temperature=1, **members))
                    .choices[0].message.content for _ in range(6)}
        self.assertGreater(len(texts()), 1)
        self.assertEqual(len(texts(seed=11)), 1)
        pairing.assert_compared(12)

    def test_a_client_that_leaves_a_stream_is_no_evidence(self):
        pairing = self.language_pair("openai-chat", both=["--slow-ms", "40"])
        with self.clients[1].chat.completions.create(**chat(stream=True)) as stream:
            next(stream)
        pairing.assert_compared(0, skipped=1)

    def test_errors_are_those_of_the_server_and_no_evidence(self):
        pairing = self.language_pair("openai-chat")

        def ask(client):
            with self.assertRaises(openai.NotFoundError) as raised:
                client.chat.completions.create(**chat(model="another"))
            return raised.exception.status_code, raised.exception.body
        self.assertEqual(self.unchanged(ask)[1]["code"], "model_not_found")

        def refuse(client):
            with self.assertRaises(openai.BadRequestError) as raised:
                client.chat.completions.create(**chat(temperature=3))
            return raised.exception.body
        self.assertEqual(self.unchanged(refuse)["param"], "temperature")
        # A request that the incumbent finds nowhere is skipped; a bad one is compared like any other.
        pairing.assert_compared(1, skipped=1)

    def test_completions_are_those_of_the_server(self):
        pairing = self.language_pair("openai-completions")
        asked = {"model": "ngram", "prompt": "The licence ", "temperature": 0}
        whole = self.unchanged(lambda client: client.completions.create(**asked))
        chunks = self.unchanged(lambda client: list(client.completions.create(stream=True, **asked)))
        self.assertEqual("".join(chunk.choices[0].text for chunk in chunks), whole.choices[0].text)
        pairing.assert_all_the_same(2)

    def test_embeddings_are_those_of_the_server_in_both_encodings(self):
        pairing = self.language_pair("openai-embeddings")
        asked = {"model": "ngram", "input": ["a licence", "a patent"]}
        default = self.unchanged(lambda client: client.embeddings.create(**asked))  # base64 within
        floats = self.unchanged(lambda client: client.embeddings.create(encoding_format="float", **asked))
        for one, other in zip(default.data, floats.data):
            numpy.testing.assert_allclose(one.embedding, other.embedding, rtol=1e-6)
            self.assertAlmostEqual(float(numpy.linalg.norm(one.embedding)), 1, places=5)
        pairing.assert_all_the_same(2)

    def ask_each(self, requests):
        for request in requests:
            self.clients[1].chat.completions.create(**request)

    def test_another_model_is_seen_by_text(self):
        pairing = self.language_pair("openai-chat", candidate=["--order", "4"])
        self.ask_each([chat(), chat(n=2)])
        list(self.clients[1].chat.completions.create(**chat(stream=True)))
        pairing.assert_seen_by("text", 3, not_by=["status", "toolcalls"])

    def test_a_refusing_model_is_seen_by_shape(self):
        pairing = self.language_pair("openai-chat", candidate=["--style", "refusing"])
        self.ask_each(chat(temperature=0.7, seed=seed, max_tokens=64) for seed in range(3))
        pairing.assert_seen_by("shape", 3, not_by=["status", "toolcalls", "text"])

    def breaks_tools(self, fault):
        pairing = self.language_pair("openai-chat", candidate=["--break", fault])
        self.ask_each([chat(LOOK_UP, tools=TOOLS)])
        list(self.clients[1].chat.completions.create(**chat(LOOK_UP, tools=TOOLS, stream=True)))
        pairing.assert_seen_by("toolcalls", 2, not_by=["status", "finish", "text"])

    def test_broken_arguments_of_tools_are_seen_by_toolcalls(self):
        self.breaks_tools("tool-calls")

    def test_renamed_tools_are_seen_by_toolcalls(self):
        self.breaks_tools("tool-names")

    def test_other_embeddings_are_seen_by_vectors(self):
        pairing = self.language_pair("openai-embeddings", candidate=["--order", "4"])
        self.clients[1].embeddings.create(model="ngram", input="a licence")
        pairing.assert_seen_by("vectors", 1, not_by=["status"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
