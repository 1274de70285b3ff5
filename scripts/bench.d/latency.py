"""Added latency: client, proxy and model servers on one processor, one connection, closed loop."""

import time

import cases
import peers
from cell import WARM_UP, finish
from figures import judged, summary
from traffic import Traffic, error_count

SECONDS = 1.0
SHAPE = cases.Shape(connections=1)
PROXIES = {
    "direct": (None, False),
    "nginx plain": (peers.Nginx, False),
    "understudy plain": (peers.Understudy, False),
    "nginx mirror": (peers.Nginx, True),
    "understudy shadow": (peers.Understudy, True),
}
ROWS = (
    ("added latency, plain / nginx", "understudy plain", "nginx plain", 1.0, 0.85),
    ("added latency, one shadow / nginx mirror", "understudy shadow", "nginx mirror", 0.5, 0.35),
)


def measure(run, name):
    """Quantiles of one variant; model servers are a process of their own here."""
    proxy_class, shadowed = PROXIES[name]
    core = run.proxy_core
    servers = Traffic(run, "servers", core, [cases.HEALTHY] * (2 if shadowed else 1))
    proxy = proxy_class(run, core, *servers.ports) if proxy_class else None
    traffic = Traffic(run, "traffic", core, [], SHAPE, seconds=40)
    traffic.load(proxy.port if proxy else servers.ports[0])
    time.sleep(WARM_UP)
    traffic.mark()
    time.sleep(SECONDS)
    marked = traffic.mark()
    last = finish(traffic)
    faults = [f"{name}: {error_count(last)} errors"] if error_count(last) else []
    if proxy:
        proxy.stop()
    traffic.end()
    servers.end()
    return {**marked["latency_us"], "faults": faults}


def section(run, rounds):
    """Ratios of what the proxies add to the time without one."""
    names = list(PROXIES)
    runs = {name: [] for name in names}
    for turn in range(rounds):
        for name in names[turn % len(names):] + names[:turn % len(names)]:
            run.progress(f"latency, {name}, round {turn + 1} of {rounds}")
            runs[name].append(measure(run, name))
    added = {name: [one["p50"] - direct["p50"] for one, direct in zip(runs[name], runs["direct"])]
             for name in names}
    rows = [{"key": "latency", "title": title, "ours": summary(added[ours])["median"],
             "peer": summary(added[peer])["median"],
             **judged([a / b for a, b in zip(added[ours], added[peer])], must, goal)}
            for title, ours, peer, must, goal in ROWS]
    faults = [sentence for name in names for one in runs[name] for sentence in one["faults"]]
    return rows, runs, faults, []
