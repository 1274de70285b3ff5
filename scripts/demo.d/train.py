"""Trains the demo's three models on scikit-learn's bundled digits and says how they differ.

Writes <out>/<name>.joblib for each model, <out>/traffic.npz (the rows no model has seen and every
model's own answers to them, by which the traffic checks each answer) and prints, measured on those
rows, what share of labels each candidate changes.
"""

import argparse
import pathlib

import joblib
import numpy
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

TRAINING_ROWS = 900
SWAPPED_SHARE = 0.45  # of the threes and eights in the regressed model's training labels
SEED = 0


def swap_threes_and_eights(labels):
    """Labels in which SWAPPED_SHARE of the threes are called eights, and the other way round."""
    chosen = numpy.random.RandomState(SEED).rand(len(labels)) < SWAPPED_SHARE
    chosen &= numpy.isin(labels, (3, 8))
    return numpy.where(chosen, 11 - labels, labels)


def scores(model, rows):
    """Ten numbers for each row, the larger the likelier: what the server answers as `scores`."""
    if hasattr(model, "predict_proba"):
        return model.predict_proba(rows)
    return model.decision_function(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True, help="directory to write to")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)

    digits = load_digits()
    rows, unseen, labels, truth = train_test_split(
        digits.data, digits.target, train_size=TRAINING_ROWS, random_state=SEED,
        stratify=digits.target)
    models = {
        "incumbent": SVC(gamma=0.001).fit(rows, labels),
        "good": KNeighborsClassifier(n_neighbors=3).fit(rows, labels),
        "regressed": SVC(gamma=0.001).fit(rows, swap_threes_and_eights(labels)),
    }

    answers = {"rows": unseen, "truth": truth}
    for name, model in models.items():
        joblib.dump(model, out / f"{name}.joblib")
        answers[f"{name}.label"] = model.predict(unseen).astype(numpy.int64)
        answers[f"{name}.scores"] = scores(model, unseen)
    numpy.savez(out / "traffic.npz", **answers)

    baseline = answers["incumbent.label"]
    threes_and_eights = numpy.isin(baseline, (3, 8))
    print(f"{len(rows)} rows to train on, {len(unseen)} unseen rows for the traffic")
    for name in models:
        changed = answers[f"{name}.label"] != baseline
        right = (answers[f"{name}.label"] == truth).mean()
        print(f"  {name:9}  right {right:6.1%}   other label than the incumbent {changed.mean():6.1%}"
              f"   on its threes and eights {changed[threes_and_eights].mean():6.1%}")


if __name__ == "__main__":
    main()
