"""Draws build/bench.svg: what a request costs, and the ratios beside what they are held to.

    plot.py BENCH_JSON SVG
"""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

OURS, PEERS, MUST, GOAL = "#1f6f8b", "#b8b8b8", "#c0392b", "#2e8b57"
SMALL_CASES = 300  # µs; dearer variants would flatten the others


def draw_costs(axes, cells):
    """Horizontal bars, ours in colour; the line is from the least to the most of the rounds."""
    shown = [(name, cell.get("event") or cell["cpu"]) for name, cell in cells.items()]
    shown = [one for one in shown if one[1]["median"] <= SMALL_CASES][::-1]
    for at, (name, cost) in enumerate(shown):
        axes.barh(at, cost["median"], color=OURS if name.startswith("understudy") else PEERS)
        axes.plot([cost["min"], cost["max"]], [at, at], color="black", linewidth=1)
        axes.text(max(cost["max"], cost["median"]), at, f"  {cost['median']:.1f}", va="center",
                  fontsize=8)
    axes.set_yticks(range(len(shown)), [name for name, _ in shown], fontsize=8)
    axes.margins(x=0.12)
    axes.set_xlabel("µs of CPU per request (SSE: per event)")
    axes.set_title("What a request costs", loc="left")


def draw_ratios(axes, rows):
    """Medians with quartiles on a logarithmic scale; left of the marks is better."""
    shown = [row for row in rows if not row.get("figure")][::-1]
    for at, row in enumerate(shown):
        flip = (lambda value: 1 / value if value else float("nan")) if row["at_least"] \
            else (lambda value: value)
        low, high = sorted((flip(row["q1"]), flip(row["q3"])))
        axes.plot([low, high], [at, at], color=OURS, linewidth=2, alpha=0.5)
        axes.plot(flip(row["median"]), at, "o", color=OURS, alpha=0.4 if row["noisy"] else 1)
        axes.plot(flip(row["must"]), at, "|", color=MUST, markersize=12, markeredgewidth=2)
        axes.plot(flip(row["goal"]), at, "|", color=GOAL, markersize=12, markeredgewidth=2)
    titles = [row["title"] + (" (inverted)" if row["at_least"] else "") for row in shown]
    axes.set_yticks(range(len(shown)), titles, fontsize=8)
    axes.set_xscale("log")
    ticks = (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
    axes.grid(axis="x", color="#e5e5e5")
    axes.set_axisbelow(True)
    axes.set_xlabel("ratio, left is better; red: must, green: goal, pale: noisy")
    axes.set_title("Ratios to peers", loc="left")


def main():
    result = json.loads(pathlib.Path(sys.argv[1]).read_text())
    ratios = [row for row in result["rows"] if not row.get("figure")]
    panels = [(len(result["cells"]), lambda axes: draw_costs(axes, result["cells"])),
              (len(ratios), lambda axes: draw_ratios(axes, ratios))]
    panels = [(rows, draw) for rows, draw in panels if rows]
    heights = [1.2 + 0.28 * rows for rows, _ in panels]
    figure, axes = pyplot.subplots(len(panels), 1, figsize=(10, sum(heights)), squeeze=False,
                                   gridspec_kw={"height_ratios": heights},
                                   layout="constrained")
    for (_, draw), one in zip(panels, axes[:, 0]):
        draw(one)
        one.spines[["top", "right"]].set_visible(False)
    machine = result["machine"]
    figure.suptitle(f"Understudy {machine['commit']}, {result['rounds']} rounds,"
                    f" {machine['processor']}, Linux {machine['kernel']}", fontsize=9)
    figure.savefig(sys.argv[2])


if __name__ == "__main__":
    main()
