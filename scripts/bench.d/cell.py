"""Measures one cell: a fresh proxy, fresh clients and model servers, a warm-up and a window."""

import time

import peers
import processor
from checks import check_cell
from traffic import Traffic, error_count

WARM_UP, WINDOW = 0.4, 1.5  # seconds
MOST_TRIES = 3
MOST_FOREIGN, MOST_STOLEN, FULL = 0.08, 0.02, 0.90  # shares of the proxy's processor
MOST_LEFT_OUT = 0.01  # share of the requests that may be dropped or not compared
LEAST_OF_RATE = 0.95  # of the events a second that were wanted
PROXIES = {"understudy": peers.Understudy, "nginx": peers.Nginx, "haproxy": peers.HAProxy,
           "envoy": peers.Envoy}


def answering(shape):
    """A model server that answers well, as bench_traffic takes it."""
    return f"answer,bytes={shape.answer}" + (",http2=1" if shape.streams else "")


def serving_stub(shape):
    """The incumbent."""
    if shape.events:
        return f"stream,events={shape.events},per_second={shape.per_second}"
    return answering(shape)


def stubs_of(variant):
    """The model servers a variant needs."""
    shape = variant.shape
    if variant.proxy == "floor":
        return []
    shadow = {"none": [], "equal": [answering(shape)], "empty": ["answer,bytes=0"],
              "differing": [f"{answering(shape)},differ_every=10"]}[variant.shadow]
    return [serving_stub(shape), *shadow]


def start_proxy(run, variant, ports, core):
    """The proxy of a variant in front of these model servers."""
    if variant.proxy == "floor":
        return peers.Floor(run, core, variant.shape.answer)
    settings = {"grpc": True} if variant.shape.streams else {}
    if variant.proxy == "nginx":
        settings["streams"] = bool(variant.shape.events)
        if variant.shape.body > 16 << 10:
            settings["body_buffer"] = str(variant.shape.body + 4096)
    return PROXIES[variant.proxy](run, core, *ports, **settings)


def finish(traffic, seconds=3):
    """Sends no more requests and waits for the answers under way; the counters."""
    marked = traffic.stop()
    deadline = time.monotonic() + seconds
    while marked["completed"] + error_count(marked) < marked["issued"]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
        marked = traffic.mark()
    return marked


def worker_time(threads):
    """Nanoseconds of the serving threads: those named so, else the busiest one."""
    named = [ran for (_, name), ran in threads.items() if name.startswith("worker")]
    return sum(named) if named else max(threads.values())


def window(run, traffic, proxy):
    """What happened between two marks: figures of the cell, before they are checked."""
    before, since = traffic.mark(), processor.Snapshot(proxy.pid, run.proxy_core)
    time.sleep(WINDOW)
    after, now = traffic.mark(), processor.Snapshot(proxy.pid, run.proxy_core)
    used = now.since(since)
    seconds = (after["at_ns"] - before["at_ns"]) / 1e9
    completed = max(1, after["completed"] - before["completed"])
    total = sum(used["threads"].values())
    by_name = {}
    for (thread, name), ran in used["threads"].items():
        if ran > 0:
            by_name[f"{name}/{thread - proxy.pid}"] = ran / 1000 / completed
    return {
        "seconds": seconds,
        "completed": completed,
        "per_second": completed / seconds,
        "cpu": total / 1000 / completed,
        "worker": worker_time(used["threads"]) / 1000 / completed,
        "cpu_by_ticks": used["seconds_by_ticks"] * 1e6 / completed,
        "threads": by_name,
        "busy": total / 1e9 / seconds,
        "foreign": max(0.0, used["core_busy_seconds"] - total / 1e9) / seconds,
        "stolen": used["core_stolen_seconds"] / seconds,
        "body_bytes": after["body_bytes"] - before["body_bytes"],
        "latency_us": after["latency_us"],
        "first_byte": after["first_byte_us"]["p50"],
    }


def measure_once(run, variant):
    """One cell; its figures and what was wrong."""
    shape = variant.shape
    options = {"seconds": 40}
    if shape.events:
        options["spin"] = True
    traffic = Traffic(run, "traffic", run.load_core, stubs_of(variant), shape, **options)
    proxy = start_proxy(run, variant, traffic.ports, run.proxy_core)
    traffic.load(proxy.port)
    time.sleep(WARM_UP)
    figures = window(run, traffic, proxy)
    if shape.events:
        events = figures["body_bytes"] / run.event_bytes
        figures["events_per_second"] = events / figures["seconds"]
        figures["event"] = figures["cpu"] * figures["completed"] / events
    marked = finish(traffic)
    figures["faults"] = check_cell(variant, proxy, traffic, marked, figures)
    proxy.stop()
    traffic.end()
    return figures


def noise(figures, shape):
    """What disturbed the cell too much, or nothing; processors are judged while they are full."""
    if figures.get("events_per_second", shape.per_second) < LEAST_OF_RATE * shape.per_second:
        return f"{figures['events_per_second']:.0f} events a second, not {shape.per_second}"
    if figures.get("left_out", 0) > MOST_LEFT_OUT:
        return f"{figures['left_out']:.1%} dropped or not compared"
    full = figures["busy"] + figures["foreign"] + figures["stolen"]
    if full < FULL:
        return ""
    if figures["foreign"] > MOST_FOREIGN:
        return f"{figures['foreign']:.0%} foreign"
    if figures["stolen"] > MOST_STOLEN:
        return f"{figures['stolen']:.0%} stolen"
    return ""


def measure(run, variant):
    """A cell, repeated while it is disturbed and the run can afford it; the least disturbed one."""
    tries = []
    for attempt in range(MOST_TRIES):
        tries.append(measure_once(run, variant))
        if tries[-1]["faults"] or not noise(tries[-1], variant.shape):
            break
        if attempt + 1 < MOST_TRIES and not run.may_repeat():
            break
    if tries[-1]["faults"]:
        best = tries[-1]
    else:
        best = min(tries, key=lambda one: (bool(noise(one, variant.shape)),
                                           one["foreign"] + one["stolen"]))
    best["tries"] = len(tries)
    best["noise"] = noise(best, variant.shape)
    if best.get("left_out", 0) > MOST_LEFT_OUT:
        best["faults"].append(f"{best['left_out']:.1%} of the copies were dropped or not compared,"
                              f" so this is the figure of something else: {best['mirror']}")
    return best
