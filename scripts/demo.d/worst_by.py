"""Prints the id of the divergence that a comparator finds the largest, the newest of equals.

usage: understudyctl divergence list -o json | worst_by.py COMPARATOR
"""

import json
import sys


def main():
    def score(divergence):
        return max((score.get("divergence", 0) for score in divergence["scores"]
                    if score["comparator"] == sys.argv[1]), default=0)
    divergences = json.load(sys.stdin).get("divergences", [])
    if not divergences:
        raise SystemExit("no divergence is on record")
    print(max(divergences, key=score)["id"])


if __name__ == "__main__":
    main()
