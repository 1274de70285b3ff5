"""Checks that every #include stays within its folder's layer, and that nothing else breaks the walls.

Reads layers.toml beside this file, looks at the current folder's sources, and prints one line for
each violation: `file:line: what was found; the rule`. With --table prints the table that
docs/architecture.md must contain.
"""

import pathlib
import re
import sys
import tomllib

from source_files import source_files

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')
CLOCK = re.compile(r"\b(?:system|steady|high_resolution)_clock::now|\babsl::Now\b|"
                   r"\b(?:clock_gettime|gettimeofday)\s*\(")
CLOCK_HOME = "proxy/async/clock"
SLEEP = re.compile(r"\bsleep_(?:for|until)\b|\b(?:usleep|nanosleep|sleep)\s*\(|\babsl::SleepFor\b")
COMMENT = re.compile(r"//.*$")
DOCUMENT = pathlib.Path("docs/architecture.md")


class Layers:
    """layers.toml, with the questions the check asks of it."""

    def __init__(self, table):
        self.folders = table["folder"]
        self._groups = sorted(((prefix, name) for name, prefixes in table["third_party"].items()
                               for prefix in prefixes), key=lambda pair: -len(pair[0]))
        self._no_system = table["no_system"]["headers"]

    def folder_of(self, path):
        """The table's row for a file, or None outside the layered folders."""
        for row in self.folders:
            if path.startswith(row["path"] + "/"):
                return row
        return None

    def fault(self, row, header):
        """Why a file of folder `row` may not include `header`; None when it may."""
        if header.startswith(("proxy/", "comparators/", "understudy/", "test/")):
            allowed = [row["path"], *row["ours"]]
            home = "proto/" + header if header.startswith("understudy/") else header
            if any(self._covers(entry, home) for entry in allowed):
                return None
            return f"{row['path']} may include only {', '.join(allowed)} of ours"
        if header == "" or header.startswith("."):
            return "include paths start at the repository's root"
        for prefix, name in self._groups:
            if header.startswith(prefix):
                return self._group_fault(row, name)
        if row.get("pure") and any(header == h or (h.endswith("/") and header.startswith(h))
                                   for h in self._no_system):
            return f"{row['path']} only decides: no clocks, files or threads"
        return None

    def _covers(self, entry, home):
        """Whether `entry` is the file `home` or its folder; a folder below with a row of its own is not."""
        row = self.folder_of(home)
        inner = row["path"] if row else ""
        return home == entry or (home.startswith(entry + "/") and not inner.startswith(entry + "/"))

    @staticmethod
    def _group_fault(row, name):
        if name in row["third_party"]:
            return None
        return f"{row['path']} may not use {name}"

    def markdown(self):
        """The table as docs/architecture.md shows it."""
        lines = ["| layer | folder | may include, of ours | third-party libraries |",
                 "|---|---|---|---|"]
        for row in sorted(self.folders, key=lambda row: row["layer"]):
            ours = ", ".join(f"`{name}`" for name in row["ours"]) or "nothing"
            note = " (no clocks, files or threads)" if row.get("pure") else ""
            lines.append(f"| {row['layer']} | `{row['path']}` | {ours} | "
                         f"{', '.join(row['third_party'])}{note} |")
        return "\n".join(lines) + "\n"


def faults_of_line(layers, row, path, line):
    """Sentences on one line of source."""
    include = INCLUDE.match(line)
    if include and row is not None:
        header = include.group(1) or include.group(2) or ""
        fault = layers.fault(row, header)
        if fault:
            yield f"includes {header}; {fault}"
    code = COMMENT.sub("", line)
    reads_clock = path.startswith((CLOCK_HOME, "test/")) or (row or {}).get("reads_clock")
    if CLOCK.search(code) and not reads_clock:
        yield f"reads a clock; only {CLOCK_HOME} does, everything else takes the time as a value"
    if SLEEP.search(code) and path.startswith("test/"):
        yield "sleeps; a test waits for an event with a deadline or moves a simulated clock"


def main():
    with open(pathlib.Path(__file__).with_name("layers.toml"), "rb") as file:
        layers = Layers(tomllib.load(file))
    if sys.argv[1:] == ["--table"]:
        print(layers.markdown(), end="")
        return 0
    faults = []
    for source in source_files():
        path = source.as_posix()
        if source.suffix not in (".h", ".cc") or not path.startswith(("proxy/", "comparators/", "test/")):
            continue
        row = layers.folder_of(path)
        if row is None and not path.startswith("test/"):
            faults.append(f"{path}:1: is in a folder of no layer; layers.toml lists the folders")
        for number, line in enumerate(source.read_text("utf-8", "replace").splitlines(), 1):
            faults += [f"{path}:{number}: {fault}" for fault in faults_of_line(layers, row, path, line)]
    if DOCUMENT.exists() and layers.markdown() not in DOCUMENT.read_text("utf-8"):
        faults.append(f"{DOCUMENT}:1: does not show the table of layers.toml; paste what "
                      "`python3 scripts/check.d/layers.py --table` prints")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
