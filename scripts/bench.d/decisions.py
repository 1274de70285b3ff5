"""scripts/bench --decisions: runs the tables of bench_decisions, two at a time, and shows them."""

import argparse
import collections
import datetime
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import machine
from report import mark, print_columns

PROCESSES = 2
FOREMOST = ("late", "segments", "latency", "false_rollbacks", "product")  # they take longest


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench --decisions", add_help=False)
    parser.add_argument("--only", default="")
    parser.add_argument("--no-build", action="store_true")  # scripts/bench does what it says
    return parser.parse_args()


def titles(program):
    """{key: title} of every table."""
    lines = subprocess.run([program, "--list"], check=True, capture_output=True, text=True).stdout
    return dict(line.split("\t") for line in lines.splitlines())


def measure(program, keys):
    """{key: (rows, seconds)}. Each table is a process of its own, at most two at a time."""
    waiting = collections.deque(sorted(keys, key=lambda key: (
        FOREMOST.index(key) if key in FOREMOST else len(FOREMOST))))
    running, measured = {}, {}
    try:
        while waiting or running:
            while waiting and len(running) < PROCESSES:
                key = waiting.popleft()
                # What it prints is far less than a pipe holds.
                running[key] = (subprocess.Popen([program, key], stdout=subprocess.PIPE, text=True),
                                time.monotonic())
            for key, (process, began) in list(running.items()):
                if process.poll() is None:
                    continue
                del running[key]
                lines = process.stdout.read().splitlines()
                if process.returncode != 0 or not lines:
                    raise SystemExit(f"bench: {key} ended with {process.returncode}")
                measured[key] = ([json.loads(line) for line in lines], time.monotonic() - began)
            time.sleep(0.05)
    finally:
        for process, _ in running.values():
            process.terminate()
            process.wait()
    return measured


def text_of(value, beyond, figure):
    """A share in percent, anything else as a whole number; beyond the horizon with a sign."""
    if value is None:
        return ""
    if figure.startswith("share"):
        return f"{100 * value:.2f} %"
    return (">" if beyond else "") + f"{value:,.0f}"


def cells(row, methods):
    beside = {other["method"]: other for other in row["beside"]}
    found = [text_of(beside[name]["value"], beside[name]["beyond"], row["figure"])
             if name in beside else "" for name in methods]
    return [row["about"], row["figure"], f"{row['runs']:,}",
            text_of(row["ours"], row["beyond"], row["figure"]),
            text_of(row["wanted"], False, row["figure"]), row["rule"],
            "" if row["ok"] is None else mark(row["ok"]), *found]


def print_table(title, rows):
    methods = list(dict.fromkeys(other["method"] for row in rows for other in row["beside"]))
    print(f"\n{title}\n")
    print_columns(["case", "figure", "runs", "ours", "design", "held to", "", *methods],
                  [cells(row, methods) for row in rows])
    remarks = [row for row in rows if row["remark"]]
    if remarks:
        print()
    for row in remarks:
        print(f"  {row['about']}: {row['remark']}")


def description(program):
    return {"at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "processor": machine.processor_name(),
            "processors": len(os.sched_getaffinity(0)),
            "compiler": machine.first_line("g++", "--version"),
            "commit": machine.first_line("git", "rev-parse", "--short", "HEAD")
                      + (", changed since"
                         if machine.first_line("git", "status", "--porcelain", "-uno") else ""),
            "program_sha256": machine.fingerprint(program)}


def main():
    chosen = arguments()
    program = pathlib.Path("build/bin/bench_decisions").resolve()
    if not program.exists():
        raise SystemExit("bench: bench_decisions is not built; leave out --no-build")
    known = titles(program)
    keys = list(filter(None, chosen.only.split(","))) or list(known)
    if unknown := [key for key in keys if key not in known]:
        raise SystemExit(f"bench: no table {', '.join(unknown)}; there are {', '.join(known)}")
    began = time.monotonic()
    measured = measure(program, keys)
    seconds = time.monotonic() - began
    tables = [{"key": key, "title": known[key], "seconds": round(measured[key][1], 1),
               "rows": measured[key][0]} for key in known if key in measured]
    for table in tables:
        print_table(table["title"], table["rows"])
    missed = [f"{table['key']}: {row['about']}" for table in tables for row in table["rows"]
              if row["ok"] is False]
    target = pathlib.Path("build/bench-decisions.json")
    target.write_text(json.dumps({"machine": description(program), "seconds": round(seconds, 1),
                                  "tables": tables, "missed": missed}, indent=1) + "\n")
    held = sum(row["ok"] is not None for table in tables for row in table["rows"])
    print(f"\n{held - len(missed)} of {held} figures are what they are held to; {seconds:.0f} s;"
          " figures: build/bench-decisions.json")
    for name in missed:
        print(f"  missed: {name}")
    return 1 if missed else 0


def interrupted(number, _):
    raise SystemExit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, interrupted)
    signal.signal(signal.SIGINT, interrupted)
    sys.exit(main())
