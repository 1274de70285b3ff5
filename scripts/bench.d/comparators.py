"""scripts/bench --comparators: what comparing a pair costs, beside the usual Python tools."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from decisions import description
from report import mark, number, print_columns


MEMCMP_SHARE = 0.5
JSON_MB_PER_S = 300
EDIT_US = 200


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench --comparators", add_help=False)
    parser.add_argument("--no-build", action="store_true")  # scripts/bench does what it says
    return parser.parse_args()


def lines_of(*command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode != 0:
        raise SystemExit(f"bench: {command[0]} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure(program):
    """What our program says, and what the Python tools say of the same bodies."""
    python = pathlib.Path("build/bench-venv/bin/python")
    with tempfile.TemporaryDirectory(prefix="bench-comparators-") as folder:
        ours = lines_of(program, "--bodies", folder)
        peers = []
        if python.exists():
            peers = lines_of(python, pathlib.Path(__file__).with_name("comparator_peers.py"), folder)
    return ours, peers


def targets(ours):
    """What is asked of the figures: about, measured, bound, whether it is met."""
    at = {(row["case"], row["size"], row["variant"]): row for row in ours}
    large = ("equal bytes", 4_000_000)
    memory = at["memcmp", large[1], large[0]]["mb_per_s"]
    slowest = min(row["mb_per_s"] for row in ours if row["variant"] == large[0]
                  and row["size"] == large[1] and row["case"] != "memcmp")
    numbers = at["tensors", 11_000_000, "equal values"]["mb_per_s"]
    edit = at["text, edit", 4000, "different"]["us"]
    return [
        {"about": "equal bytes, 4 MB, the slowest comparator: share of memcmp's speed",
         "value": slowest / memory, "bound": MEMCMP_SHARE, "at_least": True,
         "ok": slowest / memory >= MEMCMP_SHARE},
        {"about": "tensors, JSON of a million numbers, equal values: MB/s",
         "value": numbers, "bound": JSON_MB_PER_S, "at_least": True,
         "ok": numbers >= JSON_MB_PER_S},
        {"about": "text, edit, two texts of 4 KB that differ: µs",
         "value": edit, "bound": EDIT_US, "at_least": False, "ok": edit < EDIT_US},
    ]


def print_cases(ours, peers):
    beside = {(row["case"], row["size"], row["variant"]): row for row in peers if "us" in row}
    lines = []
    for row in ours:
        peer = beside.get((row["case"], row["size"], row["variant"]))
        lines.append([row["case"], row["bodies"], f"{row['size']:,}", row["variant"],
                      number(row["us"]), number(row["mb_per_s"]),
                      peer["tool"] if peer else "", number(peer["us"]) if peer else "",
                      number(peer["us"] / row["us"]) if peer else ""])
    print("\nµs of processor time per pair; MB/s of both bodies together\n")
    print_columns(["comparator", "bodies", "bytes", "", "µs", "MB/s", "beside", "its µs", "by ours"],
                  lines)
    for row in peers:
        if "note" in row:
            print(f"\n  left out: {row['tool']} ({row['note']})")


def main():
    arguments()
    program = pathlib.Path("build/bin/bench_comparators").resolve()
    if not program.exists():
        raise SystemExit("bench: bench_comparators is not built; leave out --no-build")
    ours, peers = measure(program)
    print_cases(ours, peers)
    if not peers:
        print("\n  left out: the Python tools (there is no build/bench-venv)")
    wanted = targets(ours)
    print()
    print_columns(["target", "measured", "wanted", ""],
                  [[row["about"], number(row["value"]),
                    ("≥ " if row["at_least"] else "< ") + f"{row['bound']:g}", mark(row["ok"])]
                   for row in wanted])
    pathlib.Path("build/bench-comparators.json").write_text(
        json.dumps({"machine": description(program), "cases": ours, "beside": peers,
                    "targets": wanted}, indent=1) + "\n")
    print("\nfigures: build/bench-comparators.json")


if __name__ == "__main__":
    sys.exit(main())
