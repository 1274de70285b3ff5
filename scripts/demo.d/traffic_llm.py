"""Sends chat requests, streamed and plain, greedy and sampled, with tools and without; checks all.

A greedy answer is right when it is what the model itself says to the prompt, a sampled one when it is
a whole answer in form, and a tool call when its name and arguments are those asked for. A stream must
consist of server-sent events and end as the protocol has it.
"""

import argparse
import functools
import json

import open_loop
from ngram import NgramModel, read_corpus, tokens_of

USERS = 200
STREAMED_SHARE = 0.6
TOOL_SHARE = 0.4
SAMPLED_SHARE = 0.5
SAMPLED_TEMPERATURE = 0.7
MAX_TOKENS = 24
CITIES = ("Lyon", "Oslo", "Turin", "Ghent", "Porto", "Basel")
TOPICS = ("the licence", "the source code", "a patent", "the warranty", "a modified version",
          "the copyright notice", "a covered work", "the library", "the author", "a fee")
QUESTIONS = ("What may I do with {}?", "Who owns {}?", "Explain {} to me, please.",
             "Under which terms do I get {}?", "What happens to {}?")
TOOLS = [{"type": "function", "function": {
    "name": "get_weather", "description": "The weather of the next days.",
    "parameters": {"type": "object", "required": ["city", "days"], "properties": {
        "city": {"type": "string"}, "days": {"type": "integer"}}}}}]


class BrokenStream(ValueError):
    """A stream that is not what the protocol says; the text tells how."""


def events_of(response):
    """The JSON of each event of a stream, as it arrives. Raises BrokenStream."""
    if response.headers["content-type"].partition(";")[0] != "text/event-stream":
        raise BrokenStream(f"a stream of {response.headers['content-type']}")
    ended = False
    for line in response:
        line = line.rstrip(b"\r\n")
        if line == b"data: [DONE]":
            ended = True
        elif line.startswith(b"data: ") and not ended:
            yield json.loads(line[len(b"data: "):])
        elif line and not line.startswith(b":"):
            raise BrokenStream(f"a line that belongs to no event: {line[:40]}")
    if not ended:
        raise BrokenStream("a stream without its end")


def assembled(response):
    """(message, finish reason) of a streamed answer."""
    message, reason, calls = {"content": ""}, None, {}
    for chunk in events_of(response):
        for choice in chunk["choices"]:
            delta = choice["delta"]
            message["content"] += delta.get("content") or ""
            for part in delta.get("tool_calls", ()):
                call = calls.setdefault(part["index"], {"name": "", "arguments": ""})
                for key in call:
                    call[key] += part["function"].get(key) or ""
            reason = choice["finish_reason"] or reason
    message["tool_calls"] = [{"function": calls[index]} for index in sorted(calls)]
    return message, reason


def fault_of_call(message, reason, wanted):
    """What is wrong with the answer to a question that needs a tool, or None."""
    calls = [call["function"] for call in message.get("tool_calls") or ()]
    if reason != "tool_calls" or [call["name"] for call in calls] != ["get_weather"]:
        return f"finished by {reason} with calls of {[call['name'] for call in calls]}"
    try:
        given = json.loads(calls[0]["arguments"])
    except ValueError:
        return "arguments of a tool that are no JSON"
    return None if given == wanted else f"a tool called with {given}, not {wanted}"


def fault_of_text(message, reason, wanted):
    """What is wrong with a text, or None; `wanted` is (text, reason), or None for a sampled one."""
    text = message["content"]
    if wanted is not None:
        return None if (text, reason) == wanted else "a greedy text that is not the model's"
    count = len(tokens_of(text))
    if reason not in ("stop", "length") or (reason == "length" and count != MAX_TOKENS):
        return f"a sampled text of {count} tokens that ended by {reason}"
    return None


def one_request(model, connection, chance, _number):
    """Sends one request. Returns (fault or None, the arm that answered)."""
    sampled = chance.random() < SAMPLED_SHARE
    body = {"model": "ngram", "max_tokens": MAX_TOKENS,
            "temperature": SAMPLED_TEMPERATURE if sampled else 0,
            "stream": chance.random() < STREAMED_SHARE}
    asks_tool = chance.random() < TOOL_SHARE
    if asks_tool:
        wanted = {"city": chance.choice(CITIES), "days": chance.randint(1, 9)}
        prompt = f"Use get_weather for {wanted['city']}, {wanted['days']} days."
        body["tools"] = TOOLS
    else:
        prompt = chance.choice(QUESTIONS).format(chance.choice(TOPICS))
    body["messages"] = [{"role": "system", "content": "You know licences and the weather."},
                        {"role": "user", "content": prompt}]
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {
        "content-type": "application/json", "x-user-id": f"user-{chance.randrange(USERS)}"})
    response = connection.getresponse()
    if response.status != 200:
        return f"status {response.status}: {response.read()[:120].decode('utf-8', 'replace')}", None
    arm = response.headers.get("x-understudy-arm", "unknown")
    try:
        if body["stream"]:
            message, reason = assembled(response)
        else:
            choice = json.loads(response.read())["choices"][0]
            message, reason = choice["message"], choice["finish_reason"]
        if asks_tool:
            return fault_of_call(message, reason, wanted), arm
        return fault_of_text(message, reason, None if sampled else greedy(model, prompt)), arm
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        connection.close()
        return f"unreadable answer: {type(error).__name__}: {error}", None


@functools.lru_cache(maxsize=1024)
def greedy(model, prompt):
    """(text, reason) that the model itself gives to a prompt at temperature 0."""
    tokens, reason = model.complete(f"{prompt} ", 0, max_tokens=MAX_TOKENS)
    return "".join(tokens), reason


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    open_loop.add_options(parser)
    parser.add_argument("--order", type=int, default=5, help="of the model whose texts are right")
    arguments = parser.parse_args()
    model = NgramModel(arguments.order, read_corpus())
    raise SystemExit(open_loop.run(arguments, functools.partial(one_request, model)))


if __name__ == "__main__":
    main()
