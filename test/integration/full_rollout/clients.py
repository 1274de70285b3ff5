"""Clients that verify every answer: one model's, whole, and the one the request asked for."""

import collections
import http.client
import json
import random
import threading
import time

LONGEST_WAIT = 10  # seconds a client waits for an answer


class Clients:
    """Sends at a rate from several keep-alive connections until stopped. Use as a context.

    `labels` maps each version an answer may name to its label function. `sent` counts requests put
    on the wire, `by_version` right answers, `wrong` everything else by what was wrong with it.
    """

    def __init__(self, address, labels, rate=150, connections=4):
        self._address, self._labels = address, labels
        self._rate, self._connections = rate, connections
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = []
        self.sent = 0
        self.by_version = collections.Counter()
        self.wrong = collections.Counter()
        self.seconds = []

    def __enter__(self):
        self._threads = [threading.Thread(target=self._run, args=(seed,), daemon=True)
                         for seed in range(self._connections)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception):
        self.stop()

    def stop(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(LONGEST_WAIT + 5)

    @property
    def right(self):
        with self._lock:
            return sum(self.by_version.values())

    def _run(self, seed):
        chance = random.Random(seed)
        host, port = self._address.rsplit(":", 1)
        connection = http.client.HTTPConnection(host, int(port), timeout=LONGEST_WAIT)
        gap = self._connections / self._rate
        due = time.monotonic() + chance.random() * gap
        number = 0
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            number += 1
            due = max(due + gap, time.monotonic() - 1)  # behind by a second at most
            began = time.monotonic()
            try:
                fault, version = self._ask(connection, f"{seed}-{number}", chance)
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                fault, version = type(error).__name__, None
            with self._lock:
                self.sent += 1
                self.seconds.append(time.monotonic() - began)
                if fault is None:
                    self.by_version[version] += 1
                else:
                    self.wrong[fault] += 1
        connection.close()

    def _ask(self, connection, request_id, chance):
        rows = [chance.randrange(1000) for _ in range(chance.randint(1, 3))]
        body = json.dumps({"id": request_id, "inputs": [
            {"name": "x", "datatype": "INT64", "shape": [len(rows)], "data": rows}]})
        connection.request("POST", "/v2/models/m/infer", body, {
            "content-type": "application/json", "x-user-id": f"user-{chance.randrange(400)}"})
        response = connection.getresponse()
        text = response.read()
        if response.status != 200:
            return f"status {response.status} {response.headers.get('x-understudy-reason')}", None
        answer = json.loads(text)
        version = answer.get("model_version")
        if version not in self._labels:
            return f"version {version}", None
        wanted = [self._labels[version](row) for row in rows]
        if answer["id"] != request_id or answer["outputs"][0]["data"] != wanted:
            return f"not what version {version} answers", None
        return None, version
