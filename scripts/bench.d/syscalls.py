"""System calls per request, by strace, of the one thread that serves."""

import re
import signal
import time

import cases
import cell
import processor
from children import Child, Fault, wait_until
from traffic import Traffic, error_count

REQUESTS = 5_000
LEAST = 0.005  # what is rarer is not shown
VARIANTS = ("understudy plain", "understudy shadow", "nginx plain", "nginx mirror")
LINE = re.compile(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(\d+)?\s*(\w+)$", re.MULTILINE)


def busiest_thread(pid):
    """The thread that has run most since the proxy was asked a few things."""
    times = processor.thread_times(pid)
    return max(times, key=lambda thread: times[thread][1])


def ask(traffic, port, requests, seconds=60):
    """Loads until so many answers are there."""
    traffic.load(port)
    deadline = time.monotonic() + seconds
    while (marked := traffic.mark())["completed"] < requests:
        if error_count(marked) or time.monotonic() > deadline:
            raise Fault(f"{marked['completed']} of {requests} answers, errors {marked['errors']}")
        time.sleep(0.05)


def count(run, variant):
    """{system call: (how often for each request, how often of these in vain)}"""
    servers = Traffic(run, "servers", run.load_core, cell.stubs_of(variant), seconds=90)
    proxy = cell.start_proxy(run, variant, servers.ports, run.proxy_core)
    first = Traffic(run, "first", run.load_core, [], variant.shape, requests=20_000)
    ask(first, proxy.port, 20_000)
    first.end()
    summary = run.folder / "strace.txt"
    tracer = Child("strace", ["strace", "-c", "-o", summary, "-p", busiest_thread(proxy.pid)],
                   {run.load_core}, run.folder)
    wait_until(lambda: "attached" in tracer.tail(), tracer, "strace attaching")
    traffic = Traffic(run, "traffic", run.load_core, [], variant.shape, requests=REQUESTS,
                      seconds=90)
    ask(traffic, proxy.port, REQUESTS)
    tracer.stop(ask=signal.SIGINT)
    traffic.end()
    proxy.stop()
    servers.end()
    calls = {name: (int(number) / REQUESTS, int(failed or 0) / REQUESTS)
             for number, failed, name in LINE.findall(summary.read_text())}
    calls.pop("total", None)
    return calls


def show(run):
    """Prints the counts."""
    for name in VARIANTS:
        run.progress(f"system calls, {name}")
        calls = count(run, cases.VARIANTS[name])
        run.progress("")
        parts = [f"{call} {often:.2f}" + (f" ({failed:.2f} in vain)" if failed >= LEAST else "")
                 for call, (often, failed) in sorted(calls.items(), key=lambda one: -one[1][0])
                 if often >= LEAST]
        total = sum(often for often, _ in calls.values())
        print(f"{name:20} {total:6.2f} system calls a request: " + ", ".join(parts))
    return 0
