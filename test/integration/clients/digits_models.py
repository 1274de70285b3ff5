"""The demo's digits models, trained once for a class of tests, as servers of HTTP or gRPC."""

import pathlib
import subprocess
import tempfile

import numpy

from real_servers import PARTS, SERVER_PYTHON, RealServers

VERSIONS = {"incumbent": "1", "good": "2", "regressed": "3"}


class DigitsModels(RealServers):
    """`traffic` are the arrays of train.py: rows, and what each model answers to them."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.models = pathlib.Path(folder.name)
        subprocess.run([SERVER_PYTHON, PARTS / "train.py", "--out", cls.models], check=True,
                       timeout=120, stdout=subprocess.DEVNULL)
        cls.traffic = dict(numpy.load(cls.models / "traffic.npz"))
        cls.changed = cls.traffic["incumbent.label"] != cls.traffic["regressed.label"]

    def spawn_models(self, script, *models):
        """The files with the ports of servers of those models."""
        return [self.spawn(script, "--model", self.models / f"{model}.joblib", "--version",
                           VERSIONS[model]) for model in models]
