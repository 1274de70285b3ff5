"""Requests in an open loop over keep-alive connections, each answer judged by whoever asked.

Each connection has its own schedule of exponential gaps, and a latency counts from when a request was
due, so a slow server cannot hide by being asked less often. Runs for --seconds, or until SIGTERM;
writes a summary as JSON.
"""

import collections
import http.client
import json
import pathlib
import random
import signal
import threading
import time

KEPT_FAULTS = 10
LONGEST_WAIT = 30  # seconds for one answer


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
            times = sorted(self._milliseconds) or [0.0]
            return {
                "right": len(self._milliseconds),
                "wrong": sum(self._faults.values()),
                "faults": dict(self._faults),
                "by_version": dict(sorted(self._by_version.items())),
                "milliseconds": {"p50": round(times[len(times) // 2], 2),
                                 "p99": round(times[len(times) * 99 // 100], 2),
                                 "max": round(times[-1], 2)},
            }


def connect_http(address):
    return http.client.HTTPConnection(address, timeout=LONGEST_WAIT)


def run_connection(seed, arguments, ask, connect, tally, stop):
    """One keep-alive client until `stop` is set; a broken connection is a fault and reopened."""
    chance = random.Random(seed)
    mean_gap = arguments.connections / arguments.rate
    connection = connect(arguments.address)
    due = time.monotonic() + chance.expovariate(1 / mean_gap)
    number = 0
    while not stop.wait(max(0.0, due - time.monotonic())):
        number += 1
        try:
            fault, version = ask(connection, chance, f"{seed}-{number}")
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            fault, version = f"{type(error).__name__}: {error}", None
        if fault is None:
            tally.right(version, (time.monotonic() - due) * 1e3)
        else:
            tally.wrong(fault)
        due += chance.expovariate(1 / mean_gap)
    connection.close()


def add_options(parser):
    parser.add_argument("--address", required=True, help="HOST:PORT to send to")
    parser.add_argument("--rate", type=float, default=120, help="requests a second, all connections")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=600, help="longest run")
    parser.add_argument("--summary", type=pathlib.Path, required=True, help="JSON file to write")


def run(arguments, ask, connect=connect_http):
    """`ask(connection, chance, number)` sends one request over what `connect(address)` returned, and
    returns (fault or None, version). The exit code: 1 if any answer was wrong, or none was right."""
    tally = Tally()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threads = [threading.Thread(target=run_connection, args=(i, arguments, ask, connect, tally, stop))
               for i in range(arguments.connections)]
    for thread in threads:
        thread.start()
    stop.wait(arguments.seconds)
    stop.set()
    for thread in threads:
        thread.join()
    summary = tally.summary()
    arguments.summary.write_text(json.dumps(summary, indent=2) + "\n")
    return 1 if summary["wrong"] or not summary["right"] else 0
