"""What a language model says to a request, whichever protocol asked: text, or calls of tools.

A protocol reads its request into a Question and writes the Turns it gets in its own form. `Habits` is
what sets one server apart from another, faults on purpose among them.
"""

import dataclasses
import hashlib
import json
import re
import time
import uuid

from ngram import tokens_of

REFUSAL = "I'm sorry, but I can't help with that."
MAX_TOKENS = 1024
BREAKS = ("tool-calls", "tool-names")  # arguments that are no JSON; other names of functions
STYLES = ("plain", "refusing")
STEADY_TIME = 1_700_000_000  # seconds since 1970


@dataclasses.dataclass(frozen=True)
class Habits:
    name: str = "ngram"       # of the model, in requests and answers
    broken: str = ""          # one of BREAKS, or nothing
    style: str = "plain"      # one of STYLES
    steady: bool = False      # ids and times are made from the request: equal requests, equal bytes
    pings: bool = False       # comments between the events of a stream
    tool_index: bool = True   # whether streamed tool calls carry their index


@dataclasses.dataclass(frozen=True)
class Tool:
    name: str
    schema: dict  # JSON Schema of its arguments


@dataclasses.dataclass(frozen=True)
class Question:
    prompt: str                # what the model continues
    temperature: float = 1.0
    seed: int | None = None
    max_tokens: int = 64
    stop: tuple = ()
    tools: tuple = ()          # of Tool
    choice: str = "auto"       # "auto", "none", "required", or "=" and the name of a tool


@dataclasses.dataclass(frozen=True)
class ToolCall:
    identity: str
    name: str
    arguments: str  # as JSON


@dataclasses.dataclass(frozen=True)
class Turn:
    tokens: list       # of text
    reason: str        # why it ends: "stop", "length", "tools", or the stop text that was met
    calls: list        # of ToolCall

    @property
    def text(self):
        return "".join(self.tokens)

    @property
    def token_count(self):
        return len(self.tokens) + sum(len(tokens_of(call.arguments)) + 1 for call in self.calls)


class Speaker:
    """A model and its habits. Read-only, so threads may share it."""

    def __init__(self, model, habits):
        self.model, self.habits = model, habits

    def answer(self, question, body):
        """The Turn that answers `question`, which came as the JSON `body`."""
        calls = [self._call(tool, question.prompt, body) for tool in called(question)]
        if calls:
            return Turn([], "tools", calls)
        if self.habits.style == "refusing":
            return Turn(tokens_of(REFUSAL)[:question.max_tokens], "stop", [])
        tokens, reason = self.model.complete(question.prompt, question.temperature, question.seed,
                                             question.max_tokens, question.stop)
        return Turn(tokens, reason, [])

    def _call(self, tool, prompt, body):
        name = tool.name
        text = json.dumps({key: argument(key, schema, prompt)
                           for key, schema in properties(tool.schema).items()})
        if self.habits.broken == "tool-calls":
            text = text[:-1] + ","
        elif self.habits.broken == "tool-names":
            name = f"tools.{name}"
        return ToolCall(self.identity("call_", [body, tool.name]), name, text)

    def identity(self, prefix, body):
        """A name for an answer or a call in the answer to `body`."""
        if not self.habits.steady:
            return prefix + uuid.uuid4().hex[:24]
        return prefix + hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:24]

    def now(self):
        """Seconds since 1970."""
        return STEADY_TIME if self.habits.steady else int(time.time())


def called(question):
    """The tools that the question calls: the one it must, or those that its prompt names."""
    if question.choice == "none":
        return []
    if question.choice.startswith("="):
        return [tool for tool in question.tools if tool.name == question.choice[1:]]
    prompt = question.prompt.lower()
    named = [tool for tool in question.tools
             if tool.name.lower() in prompt or tool.name.lower().replace("_", " ") in prompt]
    if question.choice == "required" and not named:
        return list(question.tools[:1])
    return named


def properties(schema):
    """{name: schema} of an object's members; what is no schema is left out."""
    members = schema.get("properties")
    return {name: part for name, part in members.items() if isinstance(part, dict)} if isinstance(
        members, dict) else {}


def argument(key, schema, prompt):
    """A value for one argument of a tool, as far as possible out of the prompt."""
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        return next((choice for choice in choices if str(choice) in prompt), choices[0])
    kind = schema.get("type")
    if kind in ("integer", "number"):
        found = re.search(r"\d+", prompt)
        return int(found.group()) if found else 1
    if kind == "boolean":
        return True
    if kind == "array":
        items = schema.get("items")
        return [argument(key, items if isinstance(items, dict) else {}, prompt)]
    if kind == "object":
        return {name: argument(name, part, prompt)
                for name, part in properties(schema).items()}
    found = re.search(r"\b(?:in|for|of|to) ([A-Z][\w-]*(?: [A-Z][\w-]*)*)", prompt)
    return found.group(1) if found else (prompt.split() or [key])[-1].strip(".?!")
