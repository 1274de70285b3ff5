"""Memory: of an idle client connection, and of copies for a shadow that is too slow for them."""

import time

import cases
import peers
import processor
from checks import Mirrored
from children import Fault
from figures import judged
from traffic import Traffic, error_count

IDLE = 2000        # connections
GIVE_BACK = 3.0    # seconds; an idle connection gives its buffer back after one
BUDGET = 16 << 20  # bytes
BODY, RATE, SECONDS = 64 << 10, 500, 3.0


def idle_connection(run, proxy_class):
    """Resident bytes for each connection that has had one answer and is idle."""
    servers = Traffic(run, "servers", run.load_core, [cases.HEALTHY])
    proxy = proxy_class(run, run.proxy_core, *servers.ports)
    few = Traffic(run, "few", run.load_core, [], cases.Shape(connections=64), requests=2000)
    few.load(proxy.port)
    wait_for(few, 2000)
    few.end()
    time.sleep(GIVE_BACK)
    before = processor.resident_bytes(proxy.pid)
    many = Traffic(run, "many", run.load_core, [], cases.Shape(connections=IDLE), requests=IDLE)
    many.load(proxy.port)
    wait_for(many, IDLE)
    time.sleep(GIVE_BACK)
    grown = processor.resident_bytes(proxy.pid) - before
    many.end()
    proxy.stop()
    servers.end()
    return max(0, grown) / IDLE


def wait_for(traffic, requests, seconds=20):
    """Until so many requests have their answer."""
    deadline = time.monotonic() + seconds
    while (marked := traffic.mark())["completed"] < requests:
        if error_count(marked) or time.monotonic() > deadline:
            raise Fault(f"{marked['completed']} of {requests} answers, errors {marked['errors']}")
        time.sleep(0.05)


def mirror_memory(run):
    """(most bytes held for shadows, bytes the process grew, faults); the shadow takes 1 s."""
    shape = cases.Shape(body=BODY, connections=32)
    traffic = Traffic(run, "traffic", run.load_core,
                      [cases.HEALTHY, cases.FAULTS["takes 1 s"]], shape, rate=RATE, seconds=40)
    proxy = peers.Understudy(run, run.proxy_core, *traffic.ports, max_in_flight=100000,
                             max_memory=BUDGET, mirror_memory=BUDGET)
    before = processor.resident_bytes(proxy.pid)
    traffic.load(proxy.port)
    most = grown = 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        most = max(most, Mirrored(proxy).memory)
        grown = max(grown, processor.resident_bytes(proxy.pid) - before)
        time.sleep(0.05)
    marked, dropped = traffic.stop(), Mirrored(proxy).count("dropped")
    faults = []
    if dropped == 0:
        faults.append("mirror memory: nothing was dropped, so its bound was never reached")
    if error_count(marked):
        faults.append(f"mirror memory: clients' errors {marked['errors']}")
    proxy.stop()
    traffic.end()
    return most, grown, faults


def section(run, _):
    """Two rows of figures."""
    run.progress(f"memory of {IDLE} idle connections")
    ours = idle_connection(run, peers.Understudy)
    theirs = idle_connection(run, peers.Nginx)
    run.progress("mirror memory")
    most, grown, faults = mirror_memory(run)
    rows = [
        {"key": "memory", "title": "KB per idle client connection", "unit": "KB", "figure": True,
         "ours": ours / 1024, "peer": theirs / 1024, **judged([ours / 1024], 16, 8)},
        {"key": "memory", "title": "mirror memory / its budget", "ours": most / (1 << 20),
         "peer": BUDGET / (1 << 20), "unit": "MB", **judged([most / BUDGET], 1.0, 1.0)},
    ]
    notes = [f"while mirror memory was at its bound of {BUDGET >> 20} MB the process grew by"
             f" {grown / (1 << 20):.0f} MB"]
    return rows, {"idle_bytes": ours, "nginx_idle_bytes": theirs, "mirror_most": most,
                  "mirror_process_growth": grown}, faults, notes
