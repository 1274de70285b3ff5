"""Sends realistic inference traffic to the digits models and verifies every single answer.

Batches have 1 to 8 rows; users and their source (scanner or phone) go along as headers. An answer is
right when its status is 200, its id and shapes are the request's, and both its outputs are what the
one model named in it computes for these rows: an answer spliced from two models would not pass.
"""

import argparse
import functools
import json
import pathlib

import numpy

import open_loop

USERS = 40
PHONE_SHARE = 0.3
MAX_BATCH = 8


class Expectations:
    """The unseen rows, and what each model answers to them; read-only, shared by all threads."""

    def __init__(self, archive, versions):
        loaded = numpy.load(archive)
        self.rows = loaded["rows"]
        self.labels = {v: loaded[f"{n}.label"] for v, n in versions.items()}
        self.scores = {v: loaded[f"{n}.scores"] for v, n in versions.items()}

    def fault(self, body, request_id, picked):
        """What is wrong with an answer, in one sentence, or None."""
        answer = json.loads(body)
        version = answer.get("model_version")
        if answer.get("id") != request_id:
            return f"asked {request_id}, answered {answer.get('id')}"
        if version not in self.labels:
            return f"unknown model version {version}"
        outputs = {output["name"]: output for output in answer["outputs"]}
        if outputs["label"]["data"] != self.labels[version][picked].tolist():
            return f"labels are not those of version {version}"
        given = numpy.asarray(outputs["scores"]["data"])
        wanted = self.scores[version][picked].ravel()
        if given.shape != wanted.shape or not numpy.allclose(given, wanted, atol=1e-6):
            return f"scores are not those of version {version}"
        return None


def one_request(path, expectations, connection, chance, number):
    """Sends one request. Returns (fault or None, version or None)."""
    picked = [chance.randrange(len(expectations.rows)) for _ in range(chance.randint(1, MAX_BATCH))]
    request_id = f"demo-{number}"
    body = json.dumps({"id": request_id, "inputs": [{
        "name": "pixels", "datatype": "FP64", "shape": [len(picked), 64],
        "data": expectations.rows[picked].ravel().tolist()}]})
    headers = {"content-type": "application/json", "x-user-id": f"user-{chance.randrange(USERS)}",
               "x-source": "phone" if chance.random() < PHONE_SHARE else "scanner"}
    connection.request("POST", path, body, headers)
    response = connection.getresponse()
    answer = response.read()
    if response.status != 200:
        return f"status {response.status}: {answer[:120].decode('utf-8', 'replace')}", None
    try:
        fault = expectations.fault(answer, request_id, picked)
        return fault, json.loads(answer).get("model_version")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return f"unreadable answer: {type(error).__name__}", None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    open_loop.add_options(parser)
    parser.add_argument("--path", default="/v2/models/digits/infer")
    parser.add_argument("--answers", type=pathlib.Path, required=True, help="traffic.npz of train.py")
    parser.add_argument("--version", action="append", required=True, metavar="VERSION=MODEL",
                        help="a version an answer may name, and the model behind it; repeatable")
    arguments = parser.parse_args()
    expectations = Expectations(arguments.answers, dict(v.split("=", 1) for v in arguments.version))
    ask = functools.partial(one_request, arguments.path, expectations)
    raise SystemExit(open_loop.run(arguments, ask))


if __name__ == "__main__":
    main()
