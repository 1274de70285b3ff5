"""Keeps the built proxy busy over both versions of HTTP, and watches what it takes.

    soak.py UNDERSTUDY BENCH_TRAFFIC [--seconds N] [--sanitized]
"""

import argparse
import os
import pathlib
import signal
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "bench.d"))
import cases  # noqa: E402
import checks  # noqa: E402
import children  # noqa: E402
import peers  # noqa: E402
import processor  # noqa: E402
from children import Fault  # noqa: E402
from traffic import Traffic, error_count  # noqa: E402

SETTLED = 60   # seconds: what is kept for later has been taken by then
EVERY = 5      # seconds from look to look
MOST_GROWTH = 1.05
SHAPES = {"HTTP/1.1": cases.Shape(connections=16), "HTTP/2": cases.Shape(connections=4, streams=16)}


class Run:
    """What the bench's parts want to know."""

    def __init__(self, folder, understudy, traffic):
        self.folder, self.understudy = folder, understudy
        self.traffic_program = traffic


class Proxy(peers.Understudy):
    """Both versions on one port, each with a route, an incumbent and a candidate of its own."""

    def text(self, upstream, shadow, more=()):
        admin, status = self.more_ports
        clusters = "".join(
            f'  - {{name: {name}, endpoints: ["127.0.0.1:{port}"], protocol: {protocol}}}\n'
            for name, port, protocol in (("a1", upstream, "http1"), ("a2", shadow, "http1"),
                                         ("b1", more[0], "http2"), ("b2", more[1], "http2")))
        routes = "".join(
            f"  - name: {name}\n    match: {{path_prefix: {path}}}\n    effects: pure\n"
            f"    incumbent: {name}1\n"
            f"    candidates: [{{cluster: {name}2, mirror: {{rate: 1.0, max_in_flight: 256}}}}]\n"
            "    compare: {preset: generic-json}\n    capture: {mode: diff}\n"
            for name, path in (("a", "/v2/"), ("b", "/inference.")))
        return (f"workers: 2\ncompare_threads: 1\nlisteners:\n"
                f'  - {{name: soak, address: "127.0.0.1:{self.port}"}}\n'
                f"clusters:\n{clusters}routes:\n{routes}"
                f'admin: {{grpc: "127.0.0.1:{admin}", http: "127.0.0.1:{status}"}}\n'
                f"data_dir: {self.folder / 'kept'}\nlog: {{format: text, access: errors}}\n"
                "drain: {grace: 0, timeout: 5s}\n")


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/soak", add_help=False)
    parser.add_argument("understudy", type=pathlib.Path)
    parser.add_argument("traffic", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--sanitized", action="store_true")
    return parser.parse_args()


def soak(run, seconds, cores):
    """Sentences on what went wrong."""
    loads = {}
    for name, shape in SHAPES.items():
        answer = f"answer,bytes={shape.answer}" + (",http2=1" if shape.streams else "")
        loads[name] = Traffic(run, f"traffic-{name[5:]}", cores,
                              [answer, answer + ",differ_every=100"], shape,
                              seconds=seconds + 120)
    one, two = loads.values()
    proxy = Proxy(run, cores, *one.ports, more=two.ports)
    for load in loads.values():
        load.load(proxy.port)
    began, resident = time.monotonic(), []
    faults = []
    while (passed := time.monotonic() - began) < seconds and not faults:
        time.sleep(EVERY)
        resident.append((passed, processor.resident_bytes(proxy.pid)))
        marks = {name: load.mark() for name, load in loads.items()}
        faults += [f"{name}: {mark['errors']}" for name, mark in marks.items() if error_count(mark)]
        print(f"{passed:6.0f} s  {resident[-1][1] >> 10:8} KiB  " + "  ".join(
            f"{name} {mark['completed']:10} answers" for name, mark in marks.items()), flush=True)
    completed = 0
    for name, load in loads.items():
        mark = load.stop()
        for _ in range(250):
            if mark["completed"] + error_count(mark) >= mark["issued"]:
                break
            time.sleep(0.02)
            mark = load.mark()
        if mark["completed"] != mark["issued"]:
            faults.append(f"{name}: {mark['completed']} of {mark['issued']} requests were answered")
        completed += mark["completed"]
    mirrored = checks.settle(proxy, completed, 10)
    if mirrored.eligible != completed:
        faults.append(f"{mirrored.eligible} of {completed} requests were offered for mirroring")
    if sum(mirrored.pairs.values()) != mirrored.count("mirrored"):
        faults.append(f"{mirrored.count('mirrored')} were mirrored, their pairs {mirrored.pairs}")
    if mirrored.memory:
        faults.append(f"{mirrored.memory} bytes are still held for shadows")
    print(f"{completed} requests; mirrored {mirrored.outcomes}; pairs {mirrored.pairs}")
    faults += grown(resident, seconds)
    try:
        proxy.stop()
    except Fault as fault:
        faults.append(str(fault))
    for load in loads.values():
        load.end()
    return faults


def grown(resident, seconds):
    """What is wrong with resident memory, as (seconds, bytes)."""
    settled = [size for at, size in resident if SETTLED - 15 <= at <= SETTLED]
    last = [size for at, size in resident if at >= seconds - 15]
    if seconds < SETTLED + 30 or not settled or not last:
        return []
    ratio = min(last) / max(settled)
    print(f"resident memory at the end / after the first minute: {ratio:.3f}")
    return [] if ratio <= MOST_GROWTH else [f"resident memory grew by {ratio - 1:.1%}"]


def main():
    chosen = arguments()
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="understudy-soak-") as folder:
        run = Run(pathlib.Path(folder), chosen.understudy.resolve(), chosen.traffic.resolve())
        try:
            faults = soak(run, chosen.seconds, os.sched_getaffinity(0))
        except Fault as fault:
            faults = [str(fault)]
        finally:
            children.stop_all()
    if chosen.sanitized:  # its allocator keeps what was freed
        faults = [fault for fault in faults if not fault.startswith("resident memory")]
    for fault in faults:
        print(f"soak: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
