"""Sends realistic inference traffic and verifies every single answer.

Arrivals are an open loop: each connection has its own schedule of exponential gaps, and a latency
counts from when a request was due, so a slow server cannot hide by being asked less often. Batches
have 1 to 8 rows; users and their source (scanner or phone) go along as headers. An answer is right
when its status is 200, its id and shapes are the request's, and both its outputs are what the one
model named in it computes for these rows: an answer spliced from two models would not pass.

Runs for --seconds, or until SIGTERM; writes a summary as JSON; exits 1 if any answer was wrong.
"""

import argparse
import collections
import http.client
import json
import pathlib
import random
import signal
import threading
import time

import numpy

USERS = 40
PHONE_SHARE = 0.3
MAX_BATCH = 8
KEPT_FAULTS = 10


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


class Tally:
    """What all connections have seen, under one lock."""

    def __init__(self):
        self._lock = threading.Lock()
        self._by_version = collections.Counter()
        self._faults = collections.Counter()
        self._milliseconds = []

    def right(self, version, milliseconds):
        with self._lock:
            self._by_version[version] += 1
            self._milliseconds.append(milliseconds)

    def wrong(self, fault):
        with self._lock:
            if fault in self._faults or len(self._faults) < KEPT_FAULTS:
                self._faults[fault] += 1
            else:
                self._faults["other"] += 1

    def summary(self):
        with self._lock:
            times = numpy.asarray(self._milliseconds or [0.0])
            return {
                "right": len(self._milliseconds),
                "wrong": sum(self._faults.values()),
                "faults": dict(self._faults),
                "by_version": dict(sorted(self._by_version.items())),
                "milliseconds": {"p50": round(float(numpy.percentile(times, 50)), 2),
                                 "p99": round(float(numpy.percentile(times, 99)), 2),
                                 "max": round(float(times.max()), 2)},
            }


def one_request(connection, path, expectations, chance, number):
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


def run_connection(seed, arguments, expectations, tally, stop):
    """One keep-alive client until `stop` is set; a broken connection is a fault and reopened."""
    chance = random.Random(seed)
    mean_gap = arguments.connections / arguments.rate
    host, port = arguments.address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    due = time.monotonic() + chance.expovariate(1 / mean_gap)
    number = 0
    while not stop.wait(max(0.0, due - time.monotonic())):
        number += 1
        try:
            fault, version = one_request(connection, arguments.path, expectations, chance,
                                         f"{seed}-{number}")
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            fault, version = f"{type(error).__name__}: {error}", None
        if fault is None:
            tally.right(version, (time.monotonic() - due) * 1e3)
        else:
            tally.wrong(fault)
        due += chance.expovariate(1 / mean_gap)
    connection.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--address", required=True, help="HOST:PORT to send to")
    parser.add_argument("--path", default="/v2/models/digits/infer")
    parser.add_argument("--answers", type=pathlib.Path, required=True, help="traffic.npz of train.py")
    parser.add_argument("--version", action="append", required=True, metavar="VERSION=MODEL",
                        help="a version an answer may name, and the model behind it; repeatable")
    parser.add_argument("--rate", type=float, default=120, help="requests a second, all connections")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=600, help="longest run")
    parser.add_argument("--summary", type=pathlib.Path, required=True, help="JSON file to write")
    arguments = parser.parse_args()

    expectations = Expectations(arguments.answers, dict(v.split("=", 1) for v in arguments.version))
    tally = Tally()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [threading.Thread(target=run_connection, args=(i, arguments, expectations, tally, stop))
               for i in range(arguments.connections)]
    for thread in threads:
        thread.start()
    stop.wait(arguments.seconds)
    stop.set()
    for thread in threads:
        thread.join()
    summary = tally.summary()
    arguments.summary.write_text(json.dumps(summary, indent=2) + "\n")
    raise SystemExit(1 if summary["wrong"] or not summary["right"] else 0)


if __name__ == "__main__":
    main()
