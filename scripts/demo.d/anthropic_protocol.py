"""The Anthropic protocol over a Speaker: /v1/messages, streamed and whole, with tools.

Takes the request's JSON and returns an Answer, or raises Refused.
"""

import json
import numbers

import answers
from ngram import tokens_of
from openai_protocol import ARGUMENTS_CUT, cuts, text_of
from speaker import MAX_TOKENS, Question, Tool


def refused(status, message):
    kind = "not_found_error" if status == 404 else "invalid_request_error"
    return answers.Refused(status, {"type": "error", "error": {"type": kind, "message": message}})


def checked(body, name, kind, default, low=None, high=None):
    """The body's value of that name; the default where it is absent."""
    value = body.get(name, default)
    if (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
            or (low is not None and not low <= value <= high)):
        raise refused(400, f"{name}: not what is expected")
    return value


def tools_of(body):
    """(tools, choice) of a request."""
    tools = []
    for item in checked(body, "tools", list, []):
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise refused(400, "tools: each has a name")
        tools.append(Tool(item["name"], checked(item, "input_schema", dict, {})))
    choice = checked(body, "tool_choice", dict, {"type": "auto"})
    kind = choice.get("type")
    return tuple(tools), f"={choice.get('name')}" if kind == "tool" else (
        "required" if kind == "any" else str(kind))


class Anthropic:
    """The endpoint for one speaker."""

    def __init__(self, speaker):
        self._speaker = speaker
        self.endpoints = {"/v1/messages": self.messages}

    def _question(self, body):
        if not isinstance(body, dict):
            raise refused(400, "the body is no JSON object")
        if body.get("model") != self._speaker.habits.name:
            raise refused(404, f"model: {body.get('model')}")
        messages = checked(body, "messages", list, [])
        if not messages or not all(isinstance(message, dict) for message in messages):
            raise refused(400, "messages: at least one message is required")
        stop = tuple(checked(body, "stop_sequences", list, []))
        if not all(isinstance(text, str) and text for text in stop):
            raise refused(400, "stop_sequences: not what is expected")
        tools, choice = tools_of(body)
        content = messages[-1].get("content")
        if isinstance(content, list) and any(isinstance(part, dict)
                                             and part.get("type") == "tool_result" for part in content):
            choice = "none"  # what a tool found out is told, not asked again
        return Question(f"{text_of(content)} ",
                        float(checked(body, "temperature", numbers.Real, 1.0, 0, 1)), None,
                        checked(body, "max_tokens", int, None, 1, MAX_TOKENS), stop, tools, choice)

    def messages(self, body):
        question = self._question(body)
        turn = self._speaker.answer(question, body)
        stopped = turn.reason if turn.reason in question.stop else None
        reason = {"stop": "end_turn", "length": "max_tokens", "tools": "tool_use"}.get(turn.reason)
        ending = {"stop_reason": "stop_sequence" if stopped else reason, "stop_sequence": stopped}
        asked = sum(len(tokens_of(text_of(message.get("content")))) for message in body["messages"])
        frame = {"id": self._speaker.identity("msg_", body), "type": "message", "role": "assistant",
                 "model": self._speaker.habits.name}
        if checked(body, "stream", bool, False):
            return answers.stream(self._events(frame, turn, ending, asked))
        usage = {"input_tokens": asked, "output_tokens": turn.token_count}
        return answers.whole({**frame, "content": content_of(turn), **ending, "usage": usage},
                             turn.token_count)

    def _events(self, frame, turn, ending, asked):
        def event(kind, **members):
            return answers.event({"type": kind, **members}, kind)
        yield event("message_start", message={
            **frame, "content": [], "stop_reason": None, "stop_sequence": None,
            "usage": {"input_tokens": asked, "output_tokens": 1}})
        yield event("ping")
        for index, block in enumerate(content_of(turn)):
            if block["type"] == "text":
                empty, deltas = {**block, "text": ""}, [
                    {"type": "text_delta", "text": token} for token in turn.tokens]
            else:
                empty, deltas = {**block, "input": {}}, [
                    {"type": "input_json_delta", "partial_json": cut}
                    for cut in cuts(turn.calls[index].arguments, ARGUMENTS_CUT)]
            yield event("content_block_start", index=index, content_block=empty)
            for delta in deltas:
                yield event("content_block_delta", index=index, delta=delta)
            yield event("content_block_stop", index=index)
        yield event("message_delta", delta=ending, usage={"output_tokens": turn.token_count})
        yield event("message_stop")


def content_of(turn):
    """The blocks of a whole message."""
    if not turn.calls:
        return [{"type": "text", "text": turn.text}]
    blocks = []
    for call in turn.calls:
        try:
            given = json.loads(call.arguments)
        except ValueError:
            given = call.arguments  # broken on purpose: a text where an object belongs
        blocks.append({"type": "tool_use", "id": call.identity, "name": call.name, "input": given})
    return blocks
