"""The table on the terminal."""


def number(value, unit=""):
    """About three digits."""
    if value is None:
        return "–"
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 \
        else f"{value:.2f}"
    return text + (f" {unit}" if unit else "")


def mark(met):
    return "✓" if met else "✗"


def bound(row, value):
    return ("≥ " if row["at_least"] else "≤ ") + f"{value:g}"


def print_columns(header, lines):
    """Left-aligned first column, right-aligned others."""
    widths = [max(len(line[i]) for line in [header, *lines]) for i in range(len(header))]
    for line in [header, ["-" * width for width in widths], *lines]:
        cells = [line[0].ljust(widths[0])] + [cell.rjust(width) for cell, width
                                              in zip(line[1:], widths[1:])]
        print("  ".join(cells).rstrip())


def print_cells(cells):
    """What each variant cost."""
    if not cells:
        return
    print("\nµs of CPU per request (SSE: per event) of all threads of the proxy, over the rounds\n")
    lines = []
    for name, cell in cells.items():
        cost = cell.get("event") or cell["cpu"]
        worker = cell["worker"]["median"] * cost["median"] / cell["cpu"]["median"]
        lines.append([name, number(cost["median"]), number(cost["min"]), number(cost["max"]),
                      number(worker), number(cell["per_second"]["median"]),
                      f"{cell['busy']['median']:.0%}", str(cell["disturbed"] or "")])
    print_columns(["variant", "median", "min", "max", "worker", "requests/s", "busy", "disturbed"],
                  lines)


def print_rows(rows):
    """Each target: figures, ratio, verdicts."""
    print("\nratios, per round; the verdict is on the median\n")
    lines = []
    for row in rows:
        spread = f"{number(row['q1'])}–{number(row['q3'])}" if row["count"] > 1 else ""
        lines.append([row["title"], number(row["ours"]), number(row["peer"]),
                      number(row["median"], row.get("unit", "") if row.get("figure") else ""),
                      spread, bound(row, row["must"]), mark(row["must_met"]),
                      bound(row, row["goal"]), mark(row["goal_met"]),
                      "noisy" if row["noisy"] else ""])
    print_columns(["case", "ours", "peer", "ratio", "quartiles", "must", "", "goal", "", ""], lines)


def print_report(result):
    """Everything a person wants to see."""
    machine = result["machine"]
    print(f"\n{machine['processor']}, {machine['processors']} processors,"
          f" Linux {machine['kernel']}, load before {machine['load_before'][0]}")
    print(f"commit {machine['commit']}")
    print(", ".join(f"{name} {text}" for name, text in machine["versions"].items()))
    print_cells(result["cells"])
    print_rows(result["rows"])
    print()
    for note in result["notes"]:
        print(note)
    print("\nnot covered:")
    for title, reason in result["not_covered"]:
        print(f"  {title}: {reason}")
    if result["faults"]:
        print("\nWRONG, so these figures prove nothing:")
        for fault in result["faults"]:
            print(f"  {fault}")
