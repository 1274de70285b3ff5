"""Whether a cell did what it should: every count at both ends must fit. A figure of a proxy that
forgot something is no figure."""

import re
import time

from peers import POOL

LABEL = re.compile(r'(\w+)="([^"]*)"')
SETTLING = 4          # seconds for shadows and comparisons under way


class Mirrored:
    """What understudy's metrics say became of the requests."""

    def __init__(self, proxy):
        self.outcomes, self.pairs, self.reasons, self.different = {}, {}, {}, {}
        self.memory = 0
        self.eligible = self.retries = 0
        for name, text, value in proxy.metrics():
            labels = dict(LABEL.findall(text))
            if name == "mirror_requests_total":
                self._add(self.outcomes, labels["outcome"], value)
                self._add(self.reasons, labels["reason"], value)
            elif name == "mirror_pairs_total":
                self._add(self.pairs, labels["outcome"], value)
                self._add(self.reasons, labels["reason"], value)
            elif name == "comparisons_total" and labels["result"] == "different":
                self._add(self.different, labels["comparator"], value)
            elif name == "mirror_eligible_total":
                self.eligible += int(value)
            elif name == "mirror_memory_bytes":
                self.memory = int(value)
            elif name == "upstream_retries_total":
                self.retries = int(value)

    @staticmethod
    def _add(counts, key, value):
        if key and value:
            counts[key] = counts.get(key, 0) + int(value)

    def count(self, outcome):
        return self.outcomes.get(outcome, 0)

    def settled(self, completed):
        """Every request has been counted and every pair judged."""
        return self.eligible >= completed and sum(self.pairs.values()) == self.count("mirrored")


def settle(proxy, completed, seconds=SETTLING):
    """The metrics once nothing is under way any more, or the last ones in time."""
    deadline = time.monotonic() + seconds
    while True:
        mirrored = Mirrored(proxy)
        if mirrored.settled(completed) or time.monotonic() > deadline:
            return mirrored
        time.sleep(0.05)


class Faults(list):
    """Sentences on what did not fit."""

    def expect(self, fits, sentence):
        if not fits:
            self.append(sentence)

    def equal(self, what, got, wanted):
        self.expect(got == wanted, f"{what}: {got}, not {wanted}")


def check_answers(faults, variant, marked):
    """What clients and the serving stub saw."""
    for kind, count in marked["errors"].items():
        faults.equal(f"clients' errors ({kind})", count, 0)
    faults.equal("answers", marked["completed"], marked["issued"])
    if not marked["stubs"]:
        return
    serving = marked["stubs"][0]
    faults.equal("requests served", serving["requests"], marked["completed"])
    faults.equal("requests that differ from what was sent", serving["faults"], 0)
    faults.equal("bytes of requests", serving["body_bytes"],
                 marked["completed"] * variant.shape.sent)
    faults.expect(serving["most_open"] <= POOL,
                  f"{serving['most_open']} connections to the serving stub, over {POOL}")


def check_mirroring(faults, variant, mirrored, marked):
    """Understudy's own counts against the shadow's."""
    shadow, completed = marked["stubs"][1], marked["completed"]
    faults.equal("requests eligible for mirroring", mirrored.eligible, completed)
    faults.equal("mirrored + dropped", mirrored.count("mirrored") + mirrored.count("dropped"),
                 completed)
    faults.equal("requests at the shadow", shadow["requests"], mirrored.count("mirrored"))
    faults.equal("pairs judged", sum(mirrored.pairs.values()), mirrored.count("mirrored"))
    faults.expect(shadow["most_open"] <= POOL,
                  f"{shadow['most_open']} connections to the shadow, over {POOL}")
    different = max(mirrored.different.values(), default=0)
    unjudged = mirrored.pairs.get("uncomparable", 0)
    faults.expect(shadow["differing"] - unjudged <= different <= shadow["differing"],
                  f"{different} pairs found different, {shadow['differing']} were")


def check_cell(variant, proxy, traffic, marked, figures):
    """Sentences on what did not fit in a finished cell; adds what was counted to its figures."""
    faults = Faults()
    if variant.shadow != "none" and variant.proxy == "understudy":
        mirrored = settle(proxy, marked["completed"])
        marked = traffic.mark()
        check_mirroring(faults, variant, mirrored, marked)
        figures["mirror"] = {**mirrored.outcomes, **mirrored.pairs, "reasons": mirrored.reasons,
                             "different": mirrored.different}
        figures["left_out"] = ((mirrored.count("dropped") + mirrored.pairs.get("uncomparable", 0))
                               / marked["completed"])
    elif variant.shadow != "none":
        deadline = time.monotonic() + SETTLING
        while (marked["stubs"][1]["answers"] < marked["completed"]
               and time.monotonic() < deadline):
            time.sleep(0.05)
            marked = traffic.mark()
        shadow = marked["stubs"][1]["requests"]
        faults.expect(abs(shadow - marked["completed"]) <= 0.01 * marked["completed"],
                      f"{shadow} requests at the shadow, {marked['completed']} were served")
    check_answers(faults, variant, marked)
    if variant.shadow != "none":
        faults.equal("copies that differ from what was sent", marked["stubs"][1]["faults"], 0)
    figures["shadow_connections"] = (marked["stubs"][1]["connections"]
                                     if variant.shadow != "none" else 0)
    by_ticks = figures["cpu_by_ticks"] * figures["completed"] / 1e6
    by_schedule = figures["cpu"] * figures["completed"] / 1e6
    faults.expect(abs(by_ticks - by_schedule) <= max(0.08, 0.06 * by_schedule),
                  f"two accounts of the kernel: {by_schedule:.2f} s and {by_ticks:.2f} s")
    return list(faults)
