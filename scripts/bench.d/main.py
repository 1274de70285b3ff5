"""scripts/bench: rounds over all variants, the sections of their own, the report."""

import argparse
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import time

import cases
import cell
import children
import faults
import figures
import latency
import machine
import memory
import peers
import report
import start
from children import Fault

SECTIONS = {"faults": faults.section, "latency": latency.section, "memory": memory.section,
            "start": start.section}
MOST_REPEATS = 40  # of disturbed cells, over the whole run


class Run:
    """Where things are, which processors are used, what may still be repeated."""

    def __init__(self):
        allowed = sorted(os.sched_getaffinity(0))
        if len(allowed) < 2:
            raise Fault("needs two processors: one for the proxy, one for load and model servers")
        self.proxy_core, self.load_core = allowed[:2]
        self.build = pathlib.Path("build").resolve()
        self.folder = self.build / "bench"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.understudy = self.build / "bin" / "understudy"
        self.traffic_program = self.build / "bin" / "bench_traffic"
        self.venv = self.build / "bench-venv"
        self.envoy = peers.envoy_program(self.venv)
        self.event_bytes = len('data: {"id":"cmpl-42","object":"text_completion","choices":'
                               '[{"index":0,"text":"token 000000"}]}\n\n')
        self.repeats_left = MOST_REPEATS
        self.quiet = not sys.stderr.isatty()
        for program in (self.understudy, self.traffic_program):
            if not program.exists():
                raise Fault(f"{program.name} is not built; leave out --no-build")

    def may_repeat(self):
        self.repeats_left -= 1
        return self.repeats_left >= 0

    def progress(self, what):
        if not self.quiet:
            print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", add_help=False)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", default="")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--h2", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--syscalls", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--no-build", action="store_true")  # scripts/bench does what it says
    chosen = parser.parse_args()
    if chosen.rounds is not None and chosen.rounds < 1:
        parser.error("--rounds needs a number above 0")
    known = [row.key for row in cases.ROWS] + list(cases.SECTIONS)
    unknown = [key for key in filter(None, chosen.only.split(",")) if key not in known]
    if unknown:
        parser.error(f"no row {', '.join(unknown)}; there are {', '.join(known)}")
    return chosen


def wanted_keys(chosen):
    if chosen.only:
        return chosen.only.split(",")
    if chosen.h2:
        return list(cases.HTTP2)
    if chosen.quick:
        return list(cases.QUICK)
    return [row.key for row in cases.ROWS] + list(cases.SECTIONS)


def measure_rounds(run, variants, rounds):
    """{variant: its cells}: every variant once a round, the start rotated."""
    cells = {variant.name: [] for variant in variants}
    for turn in range(rounds):
        at = turn * 5 % len(variants)
        for variant in variants[at:] + variants[:at]:
            run.progress(f"round {turn + 1} of {rounds}: {variant.name}")
            cells[variant.name].append(cell.measure(run, variant))
    return cells


def row_of(row, cells):
    """A target's figures: per-round ratios of two variants."""
    ours = [one[row.figure] for one in cells[row.ours]]
    peer = [one[row.figure] * row.times for one in cells[row.peer]]
    ratios = [b / a if row.at_least else a / b for a, b in zip(ours, peer)]
    return {"key": row.key, "title": row.title, "ours": statistics.median(ours),
            "peer": statistics.median(peer),
            **figures.judged(ratios, row.must, row.goal, row.at_least)}


def cell_summary(cells):
    """The figures of a variant over its rounds."""
    named = ("cpu", "worker", "per_second", "busy", "foreign", "stolen", "first_byte", "event")
    result = {name: figures.summary([one[name] for one in cells])
              for name in named if name in cells[0]}
    result["disturbed"] = sum(1 for one in cells if one["noise"])
    return result


def left_out_rows(run, rows):
    """Rows that can be measured, and why the others cannot."""
    if run.envoy:
        return rows, []
    kept = [row for row in rows if not row.key.startswith("envoy")]
    return kept, [(row.title, "Envoy could not be had: build/bench/venv.log says why")
                  for row in rows if row not in kept]


def measure(run, chosen):
    """Everything that was asked for."""
    keys = wanted_keys(chosen)
    rounds = chosen.rounds or (3 if chosen.quick else 7)
    rows, missing = left_out_rows(run, [row for row in cases.ROWS if row.key in keys])
    names = {name for row in rows for name in (row.ours, row.peer)}
    variants = [variant for variant in cases.VARIANTS.values() if variant.name in names]
    result = {"machine": machine.description(run, not chosen.no_build),
              "rounds": rounds, "cells": {}, "rows": [],
              "notes": [], "raw": {}, "not_covered": [*missing, *cases.NOT_COVERED], "faults": []}
    began = time.monotonic()
    if variants:
        cells = measure_rounds(run, variants, rounds)
        result["raw"]["cells"] = cells
        result["cells"] = {name: cell_summary(one) for name, one in cells.items()}
        result["rows"] += [row_of(row, cells) for row in rows]
        result["faults"] += [f"{name}: {fault}" for name, many in cells.items() for one in many
                             for fault in one["faults"]]
    for key, section in SECTIONS.items():
        if key in keys:
            try:
                more, raw, wrong, notes = section(run, rounds)
            except Fault as fault:  # the other sections still tell something
                children.stop_all()
                result["faults"].append(f"{key}: {fault}")
                continue
            result["rows"] += more
            result["raw"][key] = raw
            result["faults"] += wrong
            result["notes"] += notes
    result["machine"]["load_after"] = machine.load()
    if machine.fingerprint(run.understudy) != result["machine"]["understudy_sha256"]:
        result["faults"].append("build/bin/understudy was built anew while it was measured")
    result["seconds"] = time.monotonic() - began
    result["notes"].append(f"{result['seconds'] / 60:.1f} minutes, {rounds} rounds")
    return result


def plot(run, target):
    """Draws what build/bench.json holds, where the virtual environment could be made."""
    python = run.venv / "bin" / "python"
    if not python.exists():
        print("no plot: build/bench-venv could not be made")
        return
    done = subprocess.run([python, pathlib.Path(__file__).with_name("plot.py"), target,
                           run.build / "bench.svg"], capture_output=True, text=True, check=False)
    print("plot: build/bench.svg" if done.returncode == 0
          else f"no plot: {done.stderr.strip()[-300:]}")


def bench(run, chosen):
    if chosen.instructions or chosen.syscalls:
        if chosen.instructions:
            import instructions
            return instructions.check(run, chosen.record)
        import syscalls
        return syscalls.show(run)
    result = measure(run, chosen)
    run.progress("")
    children.stop_all()
    target = run.build / "bench.json"
    target.write_text(json.dumps(result, indent=1) + "\n")
    report.print_report(result)
    print(f"\nfigures: build/bench.json ({target.stat().st_size >> 10} KB)")
    plot(run, target)
    return 1 if result["faults"] else 0


def interrupted(number, _):
    raise SystemExit(128 + number)


def main():
    chosen = arguments()
    if chosen.list:
        for row in cases.ROWS:
            print(f"{row.key:20} {row.title}")
        for key, title in cases.SECTIONS.items():
            print(f"{key:20} {title}")
        return 0
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    try:
        run = Run()
        code = bench(run, chosen)
    except Fault as fault:
        print(f"\nbench: {fault}", file=sys.stderr)
        code = 1
    finally:
        children.stop_all()
    if left := children.left_over():
        print(f"bench: left running: {left}", file=sys.stderr)
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
