"""MLServer with scikit-learn models, incumbent and candidate, for tests with real clients."""

import json
import os
import pathlib
import subprocess
import tempfile
import urllib.error
import urllib.request

import numpy
from tritonclient.utils import InferenceServerException

from real_servers import HERE, ROOT, RealServers, free_ports, wait_for

PROGRAMS = ROOT / "build" / "mlserver-venv" / "bin"
OUTPUTS = ("predict", "predict_proba")


class MlserverModels(RealServers):
    """`rows` are inputs to which both models give the same label ("alike"), or not ("differing").

    A class made of this one has digits_pair(candidate) and infer(client, rows, datatype)."""

    @classmethod
    def setUpClass(cls):
        subprocess.run([ROOT / "scripts" / "venv", "mlserver", HERE / "mlserver" / "requirements.txt"],
                       check=True, timeout=500)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.models = pathlib.Path(folder.name)
        subprocess.run([PROGRAMS / "python", HERE / "mlserver" / "train.py", cls.models], check=True,
                       timeout=120, stdout=subprocess.DEVNULL)
        cls.rows = {name: numpy.array(rows) for name, rows in
                    json.loads((cls.models / "rows.json").read_text()).items()}

    def serve(self, model):
        """The addresses (HTTP, gRPC) of an MLServer that is about to listen; it takes no port of the
        kernel's choice."""
        http, grpc, metrics = free_ports(3)
        environment = dict(os.environ, MLSERVER_HOST="127.0.0.1", MLSERVER_HTTP_PORT=str(http),
                           MLSERVER_GRPC_PORT=str(grpc), MLSERVER_METRICS_PORT=str(metrics),
                           MLSERVER_PARALLEL_WORKERS="0", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
        with open(self.folder / f"{http}.log", "wb") as log:
            process = subprocess.Popen([PROGRAMS / "mlserver", "start", self.models / model],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                       env=environment)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.kill)
        return f"127.0.0.1:{http}", f"127.0.0.1:{grpc}"

    def serve_both(self, candidate):
        """The addresses, as serve() has them, of the incumbent and of that model, once ready."""
        servers = [self.serve(model) for model in ("incumbent", candidate)]

        def ready():
            try:
                for http, _ in servers:
                    urllib.request.urlopen(f"http://{http}/v2/models/digits/ready", timeout=10).close()
            except (urllib.error.URLError, ConnectionError):
                return False
            return True
        wait_for(ready, 90)
        return servers

    def assert_alike(self):
        """Its own model in another process gives the same answers, in every form of a request."""
        pairing = self.digits_pair("incumbent")
        rows = self.rows["alike"]
        for form in rows, rows[:1], rows.astype(numpy.float32):
            datatype = "FP32" if form.dtype == numpy.float32 else "FP64"
            answer = self.unchanged(lambda client: self.infer(client, form, datatype))
            self.assertEqual(len(answer["predict_proba"]), len(form))
        pairing.assert_all_the_same(3)

    def assert_labels_seen(self):
        """Labels that differ are seen by top1, and by no comparison of statuses."""
        pairing = self.digits_pair("regressed")
        rows = self.rows["differing"]
        self.assertGreater(len(rows), 4)
        self.unchanged(lambda client: self.infer(client, rows))
        pairing.assert_seen_by("top1", 1, not_by=["status"])

    def refusal(self, client):
        """(status, message) of the error for rows that are too short."""
        with self.assertRaises(InferenceServerException) as raised:
            self.infer(client, numpy.ones((2, 3)))
        return raised.exception.status(), raised.exception.message()
