"""An answer of a model server before it is on a wire, and the JSON it is made of."""

import dataclasses
import json


@dataclasses.dataclass(frozen=True)
class Answer:
    """`pieces` are sent one by one where `streamed`, else together; a slow server pauses before each
    piece, or for each of the `tokens` of a whole answer."""

    pieces: list
    tokens: int = 0
    streamed: bool = False
    status: int = 200
    content_type: str = "application/json"
    headers: dict = dataclasses.field(default_factory=dict)


class Refused(Exception):
    """A request that gets an error: `document` is its JSON."""

    def __init__(self, status, document):
        super().__init__(document)
        self.status, self.document = status, document

    @property
    def answer(self):
        return whole(self.document, status=self.status)


def whole(document, tokens=0, status=200):
    """An answer that is one JSON document."""
    return Answer([json.dumps(document).encode()], tokens, status=status)


def event(document, name=None):
    """One server-sent event; `name` is its type."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(document)}\n\n".encode()


def stream(events):
    """An answer whose pieces are server-sent events."""
    return Answer(list(events), streamed=True, content_type="text/event-stream",
                  headers={"cache-control": "no-cache"})
