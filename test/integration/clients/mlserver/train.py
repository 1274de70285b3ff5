"""Models for MLServer's scikit-learn runtime: digits, and the same with threes and eights confused.

usage: train.py FOLDER    writes FOLDER/incumbent/, FOLDER/regressed/ and FOLDER/rows.json
"""

import json
import pathlib
import sys

import joblib
import numpy
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

TRAINED_ON = 1200


def write(folder, version, model):
    folder.mkdir(parents=True)
    joblib.dump(model, folder / "model.joblib")
    (folder / "model-settings.json").write_text(json.dumps({
        "name": "digits", "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": "./model.joblib", "version": version}}))


def main(folder):
    pixels, digits = load_digits(return_X_y=True)
    confused = digits.copy()
    confused[digits == 3], confused[digits == 8] = 8, 3
    models = {}
    for name, version, labels in ("incumbent", "1", digits), ("regressed", "2", confused):
        models[name] = LogisticRegression(max_iter=300).fit(pixels[:TRAINED_ON] / 16, labels[:TRAINED_ON])
        write(folder / name, version, models[name])
    rest = pixels[TRAINED_ON:] / 16
    differ = models["incumbent"].predict(rest) != models["regressed"].predict(rest)
    rows = {"alike": rest[numpy.flatnonzero(~differ)[:16]], "differing": rest[numpy.flatnonzero(differ)[:16]]}
    (folder / "rows.json").write_text(json.dumps({name: value.tolist() for name, value in rows.items()}))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
