"""A trained model of digits as a model server sees it: tensors in, tensors out, whatever the wire."""

import argparse
import pathlib

import joblib
import numpy

from oip_protocol import Tensor, refused
from train import scores

PIXELS = 64
MAX_ROWS = 1024
INPUTS = [{"name": "pixels", "datatype": "FP64", "shape": [-1, PIXELS]}]
OUTPUTS = [{"name": "label", "datatype": "INT64", "shape": [-1]},
           {"name": "scores", "datatype": "FP64", "shape": [-1, 10]}]


class DigitsModel:
    """`model` as `name`, version `version`."""

    def __init__(self, model, name, version):
        self._model, self.name, self.version = model, name, version

    def metadata(self):
        return {"name": self.name, "versions": [self.version], "platform": "scikit-learn",
                "inputs": INPUTS, "outputs": OUTPUTS}

    def tensors(self, request):
        """The outputs that an oip_protocol.InferRequest asks for. Raises Refused."""
        rows = _rows_of(request)
        outputs = {"label": lambda: Tensor("label", "INT64", [len(rows)],
                                           self._model.predict(rows).astype(numpy.int64).tolist()),
                   "scores": lambda: Tensor("scores", "FP64", [len(rows), 10],
                                            scores(self._model, rows).ravel().tolist())}
        if not set(request.outputs) <= set(outputs):
            raise refused("the outputs are label and scores")
        return [make() for output, make in outputs.items()
                if not request.outputs or output in request.outputs]


def _rows_of(request):
    """The request's `pixels` input as an array of shape [rows, 64]. Raises Refused."""
    if len(request.inputs) != 1:
        raise refused("the request needs exactly one input, named pixels")
    tensor = request.inputs[0]
    if tensor.name != "pixels" or tensor.datatype != "FP64":
        raise refused("the input must be named pixels and have datatype FP64")
    if len(tensor.shape) != 2 or tensor.shape[1] != PIXELS or not 1 <= tensor.shape[0] <= MAX_ROWS:
        raise refused(f"the shape of pixels must be [rows, {PIXELS}], rows 1 to {MAX_ROWS}")
    try:
        values = numpy.asarray(tensor.values, dtype=numpy.float64)
    except (TypeError, ValueError):
        raise refused("the data of pixels must be numbers") from None
    if not numpy.isfinite(values).all():
        raise refused("the data of pixels must be finite numbers")
    return values.reshape(tensor.shape)


def from_command_line(description):
    """(the DigitsModel that the options name, the file to write the port to)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--model", type=pathlib.Path, required=True, help="a .joblib of train.py")
    parser.add_argument("--name", default="digits", help="the model's name in requests")
    parser.add_argument("--version", required=True, help="the version named in each answer")
    parser.add_argument("--port-file", type=pathlib.Path, required=True,
                        help="file to write the bound port to, once listening")
    arguments = parser.parse_args()
    model = DigitsModel(joblib.load(arguments.model), arguments.name, arguments.version)
    return model, arguments.port_file
