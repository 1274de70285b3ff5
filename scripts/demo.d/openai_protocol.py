"""The OpenAI protocol over a Speaker: chat, completions, embeddings and models, streamed and whole.

Each function takes the request's JSON and returns an Answer, or raises Refused; nothing here knows
what carries it.
"""

import dataclasses
import itertools
import numbers

import answers
from embeddings import embed, encoded
from ngram import tokens_of
from speaker import MAX_TOKENS, Question, Tool

MAX_CHOICES = 8
DEFAULT_TOKENS = 64
DEFAULT_DIMENSIONS = 256
MAX_DIMENSIONS = 4096
MAX_INPUTS = 256
PING = b": ping\n\n"
PING_EVERY = 4      # events
ARGUMENTS_CUT = 6   # characters of arguments in one streamed piece


def refused(status, message, code=None, param=None):
    kind = "invalid_request_error" if status < 500 else "server_error"
    return answers.Refused(status, {"error": {"message": message, "type": kind, "param": param,
                                              "code": code}})


def field(body, name, kind, default, low=None, high=None):
    """The body's value of that name, checked; the default where it is absent or null."""
    value = body.get(name)
    if value is None:
        return default
    if (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
            or (low is not None and not low <= value <= high)):
        bounds = "" if low is None else f" from {low} to {high}"
        raise refused(400, f"{name} is not what is expected{bounds}", param=name)
    return value


def text_of(content):
    """The text of a message, which is a string or a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return " ".join(part["text"] for part in content
                    if isinstance(part, dict) and isinstance(part.get("text"), str))


def stop_texts(body):
    stop = field(body, "stop", (str, list), ())
    texts = (stop,) if isinstance(stop, str) else tuple(stop)
    if len(texts) > 4 or not all(isinstance(text, str) and text for text in texts):
        raise refused(400, "stop is one text, or up to four", param="stop")
    return texts


def tools_of(body):
    """(tools, choice) of a chat request."""
    tools = []
    for item in field(body, "tools", list, []):
        function = item.get("function") if isinstance(item, dict) else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise refused(400, "a tool is a function with a name", param="tools")
        tools.append(Tool(function["name"], field(function, "parameters", dict, {})))
    choice = field(body, "tool_choice", (str, dict), "auto")
    if isinstance(choice, dict):
        choice = "=" + str(field(choice, "function", dict, {}).get("name"))
    return tuple(tools), choice


class OpenAi:
    """The endpoints for one speaker."""

    def __init__(self, speaker):
        self._speaker = speaker
        self.endpoints = {"/v1/chat/completions": self.chat, "/v1/completions": self.completions,
                          "/v1/embeddings": self.embeddings}

    def _check_model(self, body):
        if not isinstance(body, dict):
            raise refused(400, "the body is no JSON object")
        if body.get("model") != self._speaker.habits.name:
            raise refused(404, f"The model `{body.get('model')}` does not exist.", "model_not_found",
                          "model")

    def _turns(self, body, prompts, tools=(), choice="auto"):
        """One Turn for each prompt and choice."""
        seed = field(body, "seed", int, None)
        limit = field(body, "max_tokens", int, DEFAULT_TOKENS, 1, MAX_TOKENS)
        question = Question(
            "", float(field(body, "temperature", numbers.Real, 1.0, 0, 2)), seed,
            field(body, "max_completion_tokens", int, limit, 1, MAX_TOKENS), stop_texts(body), tools,
            choice)
        count = field(body, "n", int, 1, 1, MAX_CHOICES)
        return [self._speaker.answer(dataclasses.replace(
            question, prompt=prompt, seed=None if seed is None else seed + number), body)
                for prompt, number in itertools.product(prompts, range(count))]

    def _frame(self, body, prefix, kind):
        """What every object of the answer to `body` has."""
        return {"id": self._speaker.identity(prefix, body), "object": kind,
                "created": self._speaker.now(), "model": self._speaker.habits.name}

    def _stream(self, body, frame, usage, changes):
        """The stream of an answer whose choices change as `changes` has it: dictionaries."""
        with_usage = field(field(body, "stream_options", dict, {}), "include_usage", bool, False)
        blank = {"usage": None} if with_usage else {}
        events = [answers.event({**frame, "choices": [change], **blank}) for change in changes]
        if with_usage:
            events.append(answers.event({**frame, "choices": [], "usage": usage}))
        events.append(b"data: [DONE]\n\n")
        if self._speaker.habits.pings:
            events = [piece for number, piece in enumerate(events)
                      for piece in ((PING, piece) if number % PING_EVERY == 0 else (piece,))]
        return answers.stream(events)

    def chat(self, body):
        self._check_model(body)
        messages = field(body, "messages", list, [])
        if not messages or not all(isinstance(message, dict) for message in messages):
            raise refused(400, "messages is a list of at least one message", param="messages")
        texts = [text_of(message.get("content")) for message in messages]
        tools, choice = tools_of(body)
        if messages[-1].get("role") == "tool":
            choice = "none"  # what a tool found out is told, not asked again
        turns = self._turns(body, [f"{texts[-1]} "], tools, choice)
        usage = usage_of(texts, turns)
        if field(body, "stream", bool, False):
            frame = self._frame(body, "chatcmpl-", "chat.completion.chunk")
            changes = interleaved([self._changes(index, turn) for index, turn in enumerate(turns)])
            return self._stream(body, frame, usage, changes)
        choices = [{"index": index, "message": message(turn), "logprobs": None,
                    "finish_reason": finish_reason(turn)} for index, turn in enumerate(turns)]
        return answers.whole({**self._frame(body, "chatcmpl-", "chat.completion"),
                              "choices": choices, "usage": usage}, usage["completion_tokens"])

    def _changes(self, index, turn):
        """The choice of that index as it comes to be."""
        def change(delta, reason=None):
            return {"index": index, "delta": delta, "logprobs": None, "finish_reason": reason}
        yield change({"role": "assistant", "content": None if turn.calls else ""})
        for token in turn.tokens:
            yield change({"content": token})
        for number, call in enumerate(turn.calls):
            place = {"index": number} if self._speaker.habits.tool_index else {}
            yield change({"tool_calls": [{**place, "id": call.identity, "type": "function",
                                          "function": {"name": call.name, "arguments": ""}}]})
            for cut in cuts(call.arguments, ARGUMENTS_CUT):
                yield change({"tool_calls": [{**place, "function": {"arguments": cut}}]})
        yield change({}, finish_reason(turn))

    def completions(self, body):
        self._check_model(body)
        prompt = body.get("prompt")
        prompts = [prompt] if isinstance(prompt, str) else prompt
        if (not isinstance(prompts, list) or not 1 <= len(prompts) <= MAX_CHOICES
                or not all(isinstance(text, str) for text in prompts)):
            raise refused(400, f"prompt is a text or up to {MAX_CHOICES} of them", param="prompt")
        turns = self._turns(body, prompts)
        usage = usage_of(prompts, turns)
        frame = self._frame(body, "cmpl-", "text_completion")

        def choice(index, text, reason=None):
            return {"index": index, "text": text, "logprobs": None, "finish_reason": reason}
        if field(body, "stream", bool, False):
            changes = [[choice(index, token) for token in turn.tokens]
                       + [choice(index, "", finish_reason(turn))] for index, turn in enumerate(turns)]
            return self._stream(body, frame, usage, interleaved(changes))
        choices = [choice(index, turn.text, finish_reason(turn)) for index, turn in enumerate(turns)]
        return answers.whole({**frame, "choices": choices, "usage": usage},
                             usage["completion_tokens"])

    def embeddings(self, body):
        self._check_model(body)
        given = body.get("input")
        texts = [given] if isinstance(given, str) else given
        if (not isinstance(texts, list) or not 1 <= len(texts) <= MAX_INPUTS
                or not all(isinstance(text, str) and text for text in texts)):
            raise refused(400, f"input is a text or up to {MAX_INPUTS} of them", param="input")
        encoding = field(body, "encoding_format", str, "float")
        if encoding not in ("float", "base64"):
            raise refused(400, "encoding_format is float or base64", param="encoding_format")
        dimensions = field(body, "dimensions", int, DEFAULT_DIMENSIONS, 1, MAX_DIMENSIONS)
        vectors = [embed(text, self._speaker.model.order, dimensions) for text in texts]
        count = sum(len(tokens_of(text)) for text in texts)
        return answers.whole({
            "object": "list", "model": self._speaker.habits.name,
            "data": [{"object": "embedding", "index": index, "embedding": encoded(vector, encoding)}
                     for index, vector in enumerate(vectors)],
            "usage": {"prompt_tokens": count, "total_tokens": count}})

    def models(self):
        return answers.whole({"object": "list", "data": [
            {"id": self._speaker.habits.name, "object": "model", "created": self._speaker.now(),
             "owned_by": "demo"}]})


def message(turn):
    """A whole turn as the assistant's message."""
    said = {"role": "assistant", "content": None if turn.calls else turn.text, "refusal": None}
    if turn.calls:
        said["tool_calls"] = [{"id": call.identity, "type": "function", "function": {
            "name": call.name, "arguments": call.arguments}} for call in turn.calls]
    return said


def finish_reason(turn):
    return {"tools": "tool_calls", "length": "length"}.get(turn.reason, "stop")


def usage_of(texts, turns):
    asked = sum(len(tokens_of(text)) for text in texts)
    said = sum(turn.token_count for turn in turns)
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def interleaved(changes):
    """The changes of several choices in one stream, each choice in turn."""
    missing = object()
    return [change for row in itertools.zip_longest(*changes, fillvalue=missing)
            for change in row if change is not missing]


def cuts(text, length):
    return [text[start:start + length] for start in range(0, len(text), length)]
