"""Shadows that are slow or broken, at a fixed rate: what clients notice."""

import time

import cases
import peers
from cell import WARM_UP, finish
from checks import Faults, Mirrored, check_answers
from figures import judged, summary
from traffic import Traffic

RATE, CONNECTIONS = 2000, 32
SECONDS = 2.0
SHAPE = cases.Shape(connections=CONNECTIONS)
NGINX_SEES = ("takes 100 ms", "never answers")  # information: how a stalling mirror looks


def measure(run, shadow, proxy_class=peers.Understudy, checked=True, **settings):
    """One run at the rate; figures and faults."""
    traffic = Traffic(run, "traffic", run.load_core, [cases.HEALTHY, shadow], SHAPE, rate=RATE,
                      spin=True, seconds=40)
    proxy = proxy_class(run, run.proxy_core, *traffic.ports, **settings)
    traffic.load(proxy.port)
    time.sleep(WARM_UP)
    before = traffic.mark()
    time.sleep(SECONDS)
    after = traffic.mark()
    offered = after["offered"] - before["offered"]
    figures = {
        "served": (after["completed"] - before["completed"]) / offered,
        "per_second": (after["completed"] - before["completed"]) / SECONDS,
        "p50": after["latency_us"]["p50"], "p99": after["latency_us"]["p99"],
        "backlog": after["most_backlog"],
    }
    faults = Faults()
    if checked:
        marked = finish(traffic)
        time.sleep(0.05)
        check_answers(faults, SHAPED, marked)
        mirrored = Mirrored(proxy)
        figures["mirror"] = {**mirrored.outcomes, "reasons": mirrored.reasons}
        # sampled_out: the rate is lowered while a shadow cannot keep up.
        faults.equal("mirrored + dropped + sampled out",
                     sum(map(mirrored.count, ("mirrored", "dropped", "sampled_out"))),
                     marked["completed"])
        shadow_got = traffic.mark()["stubs"][1]["requests"]
        faults.expect(shadow_got <= mirrored.count("mirrored"),
                      f"{shadow_got} requests at the shadow,"
                      f" {mirrored.count('mirrored')} were mirrored")
    figures["faults"] = list(faults)
    proxy.stop()
    traffic.end()
    return figures


SHAPED = cases.Variant("shadow faults", "understudy", "equal", SHAPE)


def section(run, rounds):
    """Rows for each fault, paired with a healthy shadow of the same round."""
    kinds = {"healthy": cases.HEALTHY, **cases.FAULTS}
    runs = {kind: [] for kind in kinds}
    others = {kind: [] for kind in NGINX_SEES}
    for turn in range(rounds):
        order = list(kinds)[turn % len(kinds):] + list(kinds)[:turn % len(kinds)]
        for kind in order:
            run.progress(f"shadow {kind}, run {turn + 1} of {rounds}")
            runs[kind].append(measure(run, kinds[kind], max_in_flight=64))
    for kind in others:
        run.progress(f"nginx, shadow {kind}")
        others[kind].append(measure(run, kinds[kind], peers.Nginx, checked=False))
    rows = []
    for kind in cases.FAULTS:
        served = [one["served"] for one in runs[kind]]
        # A request that was sent in the window may be answered after it: 1 in 1,000 is all of them.
        rows.append({"key": "faults", "title": f"shadow {kind}: served / offered",
                     "ours": summary(served)["median"], "peer": None,
                     **judged(served, 0.99, 0.999, at_least=True)})
        rows.append({"key": "faults", "title": f"shadow {kind}: p99 / with a healthy one",
                     "ours": summary([one["p99"] for one in runs[kind]])["median"],
                     "peer": summary([one["p99"] for one in runs["healthy"]])["median"],
                     **judged([one["p99"] / healthy["p99"] for one, healthy
                               in zip(runs[kind], runs["healthy"])], 1.5, 1.1)})
    notes = [f"nginx's mirror while its shadow {kind}: {one['per_second']:.0f} of {RATE} requests/s"
             + (f", p99 {one['p99'] / 1000:.0f} ms" if one["p99"] else "")
             for kind, (one,) in others.items()]
    faults = [f"shadow {kind}: {sentence}" for kind in kinds for one in runs[kind]
              for sentence in one["faults"]]
    return rows, {"understudy": runs, "nginx": others}, faults, notes
