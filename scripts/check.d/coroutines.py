"""Checks that every co_await stands in a statement of its own, since GCC 12 miscompiles others.

Where a condition, a short-circuit or ternary operator or an argument list awaits, GCC 12 may lay out
the coroutine's frame wrongly: it resumes with members moved by some bytes (see
docs/decisions/0006-await-in-statements-of-their-own.md). Allowed are `co_await f();`,
`x = co_await f();`, `const T x = co_await f();` and `co_return co_await f();`, also as the branch of
an if or the body of a loop. Prints one line for each violation: `file:line: what was found`.
"""

import re
import sys

from source_files import source_files

TOKEN = re.compile(r"\bco_await\b")
# What must not be taken for code: comments, strings (raw ones too), characters, directives. A digit
# before an apostrophe makes it a separator.
NO_CODE = re.compile(
    r"//[^\n]*|/\*.*?\*/|\bR\"(\w*)\(.*?\)\1\"|\"(?:\\.|[^\"\\\n])*\"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"
    r"|^[ \t]*#(?:[^\n\\]|\\.)*", re.S | re.M)
LABEL = re.compile(r"\s*(?:case\s(?:[^:]|::)+|\w+)\s*:(?!:)")
HEADER = re.compile(r"\s*(?:else|do|(?:if|while|for|switch)\s*(?:constexpr\s*)?(?=\())(?!\w)")
PLAIN_ASSIGNMENT = re.compile(r"[^=?]*[^=?!<>+\-*/%&|^]=\s*", re.S)
OPERAND = re.compile(r"(?:[\w:.<>,\s]|->)*", re.S)
OPEN = re.compile(r"[()\[\]{}]")
GROUP = re.compile(r"\([^()\[\]{}]*\)|\[[^()\[\]{}]*\]|\{[^()\[\]{}]*\}")
RULE = "write it as a statement of its own, such as `const auto x = co_await f();`"


def blank(match):
    """The match's newlines alone, with a word where an expression stood."""
    text = match.group(0)
    return ("0" if text[0] in "\"'R" else " ") + "\n" * text.count("\n")


def group_end(text, start):
    """The index behind the group that `text[start]`, a "(", opens; None while it is not closed."""
    depth = 0
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index + 1
    return None


def without_groups(text):
    """`text` without what stands in balanced brackets, and these; what is left open stays."""
    previous = None
    while previous != text:
        previous, text = text, GROUP.sub("", text)
    return text


def without_headers(text):
    """A statement's beginning without labels and without if, else and loop headers that are over."""
    while True:
        if label := LABEL.match(text):
            text = text[label.end():]
        elif header := HEADER.match(text):
            start = header.end()
            end = group_end(text, start) if text[start:start + 1] == "(" else start
            if end is None:
                return text
            text = text[end:]
        else:
            return text


def statement_starts(code):
    """(index of a co_await, index at which its statement begins) pairs."""
    found = {match.start() for match in TOKEN.finditer(code)}
    start, depth, outer = 0, 0, []
    for index, character in enumerate(code):
        if index in found:
            yield index, start
        if character == "{":
            outer.append((start, depth))
            start, depth = index + 1, 0
        elif character == "}" and outer:
            before, depth = outer.pop()
            # Inside an argument list or a header the statement goes on behind a braced group.
            start = before if depth > 0 else index + 1
        elif character == ";" and depth == 0:
            start = index + 1
        else:
            depth += {"(": 1, ")": -1}.get(character, 0)


def fault(before, after):
    """What is wrong with a co_await between these two parts of its statement, or None."""
    before = without_groups(without_headers(before))
    if before.strip() not in ("", "co_return"):
        if OPEN.search(before) or not PLAIN_ASSIGNMENT.fullmatch(before):
            return "awaits inside an expression"
    operand = without_groups(after)
    end = operand.find(";")
    if end < 0 or not OPERAND.fullmatch(operand[:end]):
        return "goes on with an expression after awaiting"
    return None


def faults_of_text(text):
    """(line number, sentence) pairs."""
    code = NO_CODE.sub(blank, text)
    for index, start in statement_starts(code):
        if found := fault(code[start:index], code[index + len("co_await"):]):
            yield code.count("\n", 0, index) + 1, f"{found}; {RULE}"


def main():
    faults = []
    for source in source_files():
        path = source.as_posix()
        if source.suffix not in (".h", ".cc"):
            continue
        text = source.read_text("utf-8", "replace")
        if "co_await" in text:
            faults += [f"{path}:{number}: {found}" for number, found in faults_of_text(text)]
    for line in faults:
        print(line)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
