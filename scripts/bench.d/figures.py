"""Medians, quartiles, ratios and what they are held to."""

import statistics

NOISY = 0.25  # quartile range over the median


def summary(values):
    """Median, extremes and quartiles."""
    values = sorted(values)
    low, _, high = (statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1
                    else values * 3)
    return {"median": statistics.median(values), "min": values[0], "max": values[-1],
            "q1": low, "q3": high, "count": len(values)}


def judged(values, must, goal, at_least=False):
    """The summary of ratios or figures with a verdict on the median."""
    result = summary(values)
    median = result["median"]
    result.update(
        values=values, must=must, goal=goal, at_least=at_least,
        must_met=median >= must if at_least else median <= must,
        goal_met=median >= goal if at_least else median <= goal,
        noisy=median != 0 and (result["q3"] - result["q1"]) / abs(median) > NOISY)
    return result
