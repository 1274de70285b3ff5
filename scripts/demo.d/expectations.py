"""What each of the demo's models answers to the rows of its traffic, by which every answer is checked.

An answer is right when it is that of the request, and both its outputs are what the one model named in
it computes for these rows: an answer spliced from two models would not pass.
"""

import argparse
import dataclasses
import pathlib

import numpy

import open_loop

USERS = 40
PHONE_SHARE = 0.3
MAX_BATCH = 8


@dataclasses.dataclass(frozen=True)
class Inferred:
    """What an answer holds: whose it is, and the values of its outputs, flat."""

    identity: str
    version: str
    labels: list
    scores: list


class Expectations:
    """The unseen rows, and what each model answers to them; read-only, shared by all threads."""

    def __init__(self, archive, versions):
        loaded = numpy.load(archive)
        self.rows = loaded["rows"]
        self._labels = {v: loaded[f"{n}.label"] for v, n in versions.items()}
        self._scores = {v: loaded[f"{n}.scores"] for v, n in versions.items()}

    def pick(self, chance):
        """The numbers of the rows of one request, 1 to MAX_BATCH of them."""
        return [chance.randrange(len(self.rows)) for _ in range(chance.randint(1, MAX_BATCH))]

    def fault(self, answer, identity, picked):
        """What is wrong with an Inferred, in one sentence, or None."""
        if answer.identity != identity:
            return f"asked {identity}, answered {answer.identity}"
        if answer.version not in self._labels:
            return f"unknown model version {answer.version}"
        if answer.labels != self._labels[answer.version][picked].tolist():
            return f"labels are not those of version {answer.version}"
        given = numpy.asarray(answer.scores)
        wanted = self._scores[answer.version][picked].ravel()
        if given.shape != wanted.shape or not numpy.allclose(given, wanted, atol=1e-6):
            return f"scores are not those of version {answer.version}"
        return None


def someone(chance):
    """The headers of a request by one of the users: who, and from where."""
    return {"x-user-id": f"user-{chance.randrange(USERS)}",
            "x-source": "phone" if chance.random() < PHONE_SHARE else "scanner"}


def from_command_line(description):
    """(the Expectations, the arguments of open_loop)."""
    parser = argparse.ArgumentParser(description=description)
    open_loop.add_options(parser)
    parser.add_argument("--answers", type=pathlib.Path, required=True, help="traffic.npz of train.py")
    parser.add_argument("--version", action="append", required=True, metavar="VERSION=MODEL",
                        help="a version an answer may name, and the model behind it; repeatable")
    parser.add_argument("--model", default="digits", help="the model's name in requests")
    arguments = parser.parse_args()
    versions = dict(v.split("=", 1) for v in arguments.version)
    return Expectations(arguments.answers, versions), arguments
