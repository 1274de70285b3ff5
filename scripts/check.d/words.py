"""Checks what must not stand in our files: vague names, paths of one machine, unfinished work.

Prints one line for each violation: `file:line: what was found; what to write instead`.
"""

import re
import sys

from source_files import source_files

TEXT = {".h", ".cc", ".proto", ".py", ".md", ".yaml", ".yml", ".txt", ".cmake", ".json", ".toml", ""}
VAGUE = "Manager|Helper|Util|Utils|Impl|Data"
VAGUE_TYPE = re.compile(rf"\b(?:class|struct|enum|using|concept)\s+(?:class\s+)?(\w*(?:{VAGUE}))\b")
VAGUE_FILE = re.compile(r"(?:^|_)(?:manager|helpers?|utils?|impl|data)\.(?:h|cc|py)$")
MACHINE_PATH = re.compile(r"(?<![\w.}/-])/(?:work|home|root|Users)/")
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
SELF = "scripts/check.d/words.py"


def faults_of_file(path, text):
    """(line number, sentence) pairs."""
    lines = text.splitlines()
    is_cpp = path.endswith((".h", ".cc"))
    if is_cpp and not (lines and lines[0].startswith("//")):
        yield 1, "opens without a line that says the file's purpose; write one as a // comment"
    if path.endswith(".h") and not any(line == "#pragma once" for line in lines):
        yield 1, "has no #pragma once"
    for number, line in enumerate(lines, 1):
        if is_cpp and (found := VAGUE_TYPE.search(line)):
            yield number, f"names a type {found.group(1)}; say what it is or does"
        if MACHINE_PATH.search(line):
            yield number, "has a path of one machine; write it relative to the repository"
        if UNFINISHED.search(line):
            yield number, "marks unfinished work; finish it or leave it out"


def main():
    faults = []
    for source in source_files():
        path = source.as_posix()
        if source.suffix not in TEXT or path in (SELF, "LICENSE"):
            continue
        if VAGUE_FILE.search(source.name):
            faults.append(f"{path}:1: is named for nothing in particular; name it after its one purpose")
        text = source.read_bytes()
        if b"\0" in text:
            continue
        faults += [f"{path}:{number}: {fault}"
                   for number, fault in faults_of_file(path, text.decode("utf-8", "replace"))]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
