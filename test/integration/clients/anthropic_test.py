"""The anthropic client, unchanged and pointed at Understudy by its base_url, before real servers.

usage: anthropic_test.py UNDERSTUDY UNDERSTUDYCTL Anthropic.test_...
"""

import sys
import time
import unittest

from real_servers import RealServers, enter_environment

if __name__ == "__main__":
    enter_environment()

import anthropic

TALK = [{"role": "user", "content": "What may I do with the software?"}]
LOOK_UP = [{"role": "user", "content": "Call get_weather for Lyon, 3 days."}]
TOOLS = [{"name": "get_weather", "description": "Tells the weather.", "input_schema": {
    "type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}}]


def message(messages=TALK, temperature=0, **members):
    """A request's arguments; the client of this version takes the temperature as an extra one."""
    return {"model": "ngram", "messages": messages, "max_tokens": 24,
            "extra_body": {"temperature": temperature}, **members}


class Anthropic(RealServers):
    def language_pair(self, **options):
        pairing = super().language_pair("anthropic-messages", **options)
        self.connect(lambda address: anthropic.Anthropic(
            base_url=f"http://{address}", api_key="none", max_retries=0, timeout=30))
        return pairing

    def raw(self, **members):
        """The bytes of an answer, streamed or not."""
        def ask(client):
            with client.messages.with_streaming_response.create(**message(**members)) as response:
                return response.status_code, response.headers["content-type"], response.read()
        return self.unchanged(ask)[2]

    def final(self, **members):
        """The message that the client puts together from a stream."""
        def ask(client):
            with client.messages.stream(**message(**members)) as stream:
                return stream.get_final_message()
        return self.unchanged(ask)

    def test_messages_are_those_of_the_server_streamed_and_whole(self):
        pairing = self.language_pair()
        self.raw()
        self.raw(stream=True)
        self.raw(stop_sequences=[" the"])
        whole = self.unchanged(lambda client: client.messages.create(**message()))
        self.assertEqual(whole.stop_reason, "max_tokens")
        self.assertEqual(self.final().content[0].text, whole.content[0].text)
        pairing.assert_all_the_same(5)

    def test_events_arrive_as_they_are_written(self):
        pairing = self.language_pair(both=["--slow-ms", "40"])
        begin = time.monotonic()
        arrivals = [time.monotonic() - begin
                    for _ in self.clients[1].messages.create(stream=True, **message())]
        self.assertGreater(len(arrivals), 24)
        self.assertGreater(arrivals[-1], 0.9)
        self.assertLess(arrivals[0], arrivals[-1] / 2)
        gaps = [after - before for before, after in zip(arrivals, arrivals[1:])]
        self.assertLess(max(gaps), 0.5)
        self.assertGreater(sum(gap > 0.02 for gap in gaps), 18)  # one by one, not in clumps
        pairing.assert_all_the_same(1)

    def test_tools_are_used_streamed_and_whole(self):
        pairing = self.language_pair()
        asked = {"messages": LOOK_UP, "tools": TOOLS}
        whole = self.unchanged(lambda client: client.messages.create(**message(**asked)))
        for answer in whole, self.final(**asked):
            self.assertEqual(answer.stop_reason, "tool_use")
            self.assertEqual((answer.content[0].name, answer.content[0].input),
                             ("get_weather", {"city": "Lyon", "days": 3}))
        pairing.assert_all_the_same(2)

    def test_errors_are_those_of_the_server(self):
        pairing = self.language_pair()

        def ask(client):
            with self.assertRaises(anthropic.BadRequestError) as raised:
                client.messages.create(**message(temperature=7))
            return raised.exception.body
        self.assertEqual(self.unchanged(ask)["error"]["type"], "invalid_request_error")
        pairing.assert_all_the_same(1)

    def test_another_model_is_seen_by_text(self):
        pairing = self.language_pair(candidate=["--order", "4"])
        self.clients[1].messages.create(**message())
        list(self.clients[1].messages.create(stream=True, **message()))
        pairing.assert_seen_by("text", 2, not_by=["status", "toolcalls"])

    def test_broken_tool_use_is_seen_by_toolcalls(self):
        pairing = self.language_pair(candidate=["--break", "tool-names"])
        asked = message(LOOK_UP, tools=TOOLS)
        self.clients[1].messages.create(**asked)
        list(self.clients[1].messages.create(stream=True, **asked))
        pairing.assert_seen_by("toolcalls", 2, not_by=["status", "finish", "text"])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
