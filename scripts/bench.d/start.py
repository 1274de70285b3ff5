"""From starting the program to its first `ready`."""

import time

import cases
import peers
from figures import judged
from traffic import Traffic


def section(run, rounds):
    """Milliseconds; process creation and the first question are in it."""
    servers = Traffic(run, "servers", run.load_core, [cases.HEALTHY, cases.HEALTHY])
    times = []
    for turn in range(rounds):
        run.progress(f"start {turn + 1} of {rounds}")
        began = time.monotonic()
        proxy = peers.Understudy(run, run.proxy_core, *servers.ports)
        times.append((time.monotonic() - began) * 1000)
        proxy.stop()
    servers.end()
    row = {"key": "start", "title": "ms from start to ready", "unit": "ms", "figure": True,
           "ours": None, "peer": None, **judged(times, 200, 50)}
    row["ours"] = row["median"]
    return [row], {"milliseconds": times}, [], []
