"""Instructions per request of understudy under callgrind, against recorded values.

One client asks for one thing at a time, the next one when every model server is done with the last,
so that nothing depends on who is faster. Calls of gRPC come on many streams at once, too, as what they
share in a turn of the loop is much of their cost; under callgrind it is always the proxy that is waited
for. Two runs with different numbers of requests: the slope between them is what a request costs,
start-up cancels. The worker's and the compare thread's instructions are counted, without what the
compare thread spends on waiting for pairs.
"""

import json
import pathlib
import platform
import re
import sys
import time

import cases
import cell
import children
import machine
import peers
from checks import Mirrored, settle
from children import Fault
from traffic import Traffic, error_count

FEW, MANY = 1000, 4000  # requests
MOST_ABOVE = 0.05
GAP_US = 300
SETTLE = 1.0  # seconds
MOST_SHED = 0.01  # share of the requests
MOST_TRIES = 3
RECORDED = pathlib.Path("test/bench/instructions.json")
ONE = cases.Shape(connections=1)
CASES = {  # shape, whether there is a shadow
    "plain": (ONE, False),
    "one shadow, compared equal": (ONE, True),
    "gRPC 8x16, plain": (cases.GRPC_FEW, False),
    "gRPC 1x1, one shadow, compared equal": (cases.Shape(connections=1, streams=1), True),
}
# What only runs in that thread. A thread's file names the functions that ran there.
THREADS = {"worker": "understudy::RequestServer::Serve", "compare": "understudy::ScoringLoop::Run"}
# What the compare thread's loop calls to wait: how often depends on the time a run takes.
WAITS = re.compile(r"^(pthread_|std::chrono::)")
FUNCTION = re.compile(r"^(c?fn)=\((\d+)\)(?: (.+))?$")


class Profile:
    """One thread's callgrind file."""

    def __init__(self, path):
        self.total = 0
        self.names = {}  # a name is written once, then only its number
        self.ran = set()
        self.called = {}  # (caller, callee): instructions, all of the callee's
        caller = callee = None
        call_follows = False
        for line in path.read_text(errors="replace").splitlines():
            if found := FUNCTION.match(line):
                kind, number, name = found.groups()
                if name:
                    self.names[number] = name
                if kind == "fn":
                    caller = number
                    self.ran.add(number)
                else:
                    callee = number
            elif line.startswith("calls="):
                call_follows = True
            elif call_follows:
                pair = caller, callee
                self.called[pair] = self.called.get(pair, 0) + int(line.split()[-1])
                call_follows = False
            elif line.startswith("totals: "):
                self.total = int(line.split()[1])

    def runs(self, function):
        return any(self.names.get(number, "").startswith(function) for number in self.ran)

    def waiting(self, function):
        """Instructions that this function spent on waiting."""
        return sum(cost for (caller, callee), cost in self.called.items()
                   if self.names.get(caller, "").startswith(function)
                   and WAITS.match(self.names.get(callee, "")))


def totals(folder):
    """{thread: instructions} of the callgrind files in a folder, waits of the loops left out."""
    found = dict.fromkeys(THREADS, 0)
    for path in folder.glob("callgrind-*"):
        profile = Profile(path)
        for thread, function in THREADS.items():
            if profile.runs(function):
                found[thread] += profile.total - profile.waiting(function)
    for thread, count in found.items():
        if not count:
            raise Fault(f"no file of callgrind names {THREADS[thread]}: which thread is {thread}?")
    return found


def run_once(run, requests, shape, shadowed):
    """Instructions by thread of a whole run with so many requests."""
    folder = run.folder / "callgrind"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    gap = {"gap_us": GAP_US} if shape.connections == 1 else {}
    traffic = Traffic(run, "traffic", run.load_core,
                      [cell.answering(shape)] * (2 if shadowed else 1), shape, requests=requests,
                      seconds=90, **gap)
    proxy = peers.Understudy(
        run, run.proxy_core, *traffic.ports, grpc=bool(shape.streams),
        prefix=["valgrind", "--tool=callgrind", "--separate-threads=yes",
                f"--callgrind-out-file={folder / 'callgrind'}"])
    time.sleep(SETTLE)  # under callgrind it starts so slowly that it would shed its first shadows
    traffic.load(proxy.port)
    deadline = time.monotonic() + 60
    while (marked := traffic.mark())["completed"] < requests:
        if error_count(marked) or time.monotonic() > deadline:
            raise Fault(f"{marked['completed']} of {requests} answers, errors {marked['errors']}")
        time.sleep(0.05)
    mirrored = settle(proxy, requests) if shadowed else Mirrored(proxy)
    if shadowed and mirrored.pairs.get("compared", 0) < (1 - MOST_SHED) * requests:
        raise Fault(f"of {requests} requests' pairs were judged {mirrored.pairs}, "
                    f"for these reasons not: {mirrored.reasons}")
    proxy.stop()
    traffic.end()
    return totals(folder)


def run_again(run, requests, shape, shadowed):
    """The same, tried again on a machine so busy that copies were shed."""
    for attempt in range(1, MOST_TRIES):
        try:
            return run_once(run, requests, shape, shadowed)
        except Fault as fault:
            print(f"bench: attempt {attempt}: {fault}", file=sys.stderr)
            children.stop_all()
    return run_once(run, requests, shape, shadowed)


def measure(run):
    """{case: {thread: instructions per request}}"""
    result = {}
    for name, (shape, shadowed) in CASES.items():
        run.progress(f"instructions, {name}")
        few, many = (run_again(run, count, shape, shadowed) for count in (FEW, MANY))
        result[name] = {thread: round((many[thread] - few[thread]) / (MANY - FEW))
                        for thread in THREADS if shadowed or thread == "worker"}
    run.progress("")
    return result


def check(run, record):
    """Prints what was counted; 1 when it is too much, 0 otherwise."""
    key = f"{platform.machine()}, g++ {machine.first_line('g++', '-dumpfullversion')}"
    counted = measure(run)
    known = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    if record:
        known[key] = counted
        RECORDED.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
    wanted, worse = known.get(key), False
    print(f"\ninstructions per request ({key})")
    for name, threads in counted.items():
        for thread, count in threads.items():
            line = f"  {name + ', ' + thread:47} {count:8}"
            if wanted and thread in wanted.get(name, {}):
                change = count / wanted[name][thread] - 1
                worse = worse or change > MOST_ABOVE
                line += f"   recorded {wanted[name][thread]:8}   {change:+.1%}"
            print(line)
    again = "scripts/bench --instructions --record"
    if record:
        print(f"recorded in {RECORDED}")
    elif wanted is None:
        print(f"nothing is recorded for this compiler, so nothing was checked; {again} records")
    elif worse:
        print(f"more than {MOST_ABOVE:.0%} above the record. If the change is worth it: {again}")
    return 1 if worse else 0
