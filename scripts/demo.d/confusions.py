"""Counts, over the divergences that understudyctl printed as JSON, which label became which.

Reads standard input: `understudyctl divergence list -o json`. Finds the slice of the inputs in which
a candidate disagrees without being told where to look.
"""

import collections
import json
import sys


def label_changes(node):
    """(incumbent's label, candidate's label) of each recorded label difference below `node`."""
    if isinstance(node, list):
        for item in node:
            yield from label_changes(item)
    elif isinstance(node, dict):
        if node.get("kind") == "label":
            yield node.get("baseline", ""), node.get("candidate", "")
        for value in node.values():
            yield from label_changes(value)


def main():
    text = sys.stdin.read()
    changes = collections.Counter(label_changes(json.loads(text) if text.strip() else []))
    total = sum(changes.values())
    if total == 0:
        print("no changed label among the recorded divergences")
        return
    print(f"{total} changed labels among the recorded divergences; incumbent -> candidate:")
    for (before, after), count in changes.most_common(5):
        print(f"  {before} -> {after}  {count:5}  {count / total:6.1%}")


if __name__ == "__main__":
    main()
