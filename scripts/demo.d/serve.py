"""Serves one trained model over the Open Inference Protocol (v2, HTTP), tensors as JSON or binary.

A real FastAPI application under uvicorn.
"""

import argparse
import pathlib

import joblib
import numpy
from fastapi import FastAPI, Request

import answers
import oip_protocol
from listening import listen_and_run, response_of
from oip_protocol import Tensor, refused
from train import scores

PIXELS = 64
MAX_ROWS = 1024


def rows_of(request):
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


def application(model, name, version):
    """The FastAPI application that answers for `model` as `name`, version `version`."""
    app = FastAPI()

    @app.exception_handler(answers.Refused)
    async def refuse(_request, fault):
        return await response_of(fault.answer)

    @app.get("/v2")
    async def server():
        return {"name": "digits-demo", "version": "1", "extensions": ["binary_tensor_data"]}

    @app.get("/v2/health/live")
    async def live():
        return {"live": True}

    @app.get("/v2/health/ready")
    async def ready():
        return {"ready": True}

    @app.get(f"/v2/models/{name}/ready")
    async def model_ready():
        return {"name": name, "ready": True}

    @app.get(f"/v2/models/{name}")
    async def metadata():
        return {
            "name": name, "versions": [version], "platform": "scikit-learn",
            "inputs": [{"name": "pixels", "datatype": "FP64", "shape": [-1, PIXELS]}],
            "outputs": [{"name": "label", "datatype": "INT64", "shape": [-1]},
                        {"name": "scores", "datatype": "FP64", "shape": [-1, 10]}],
        }

    @app.post(f"/v2/models/{name}/infer")
    async def infer(request: Request):
        asked = oip_protocol.read(request.headers, await request.body())
        rows = rows_of(asked)
        outputs = {"label": lambda: Tensor("label", "INT64", [len(rows)],
                                           model.predict(rows).astype(numpy.int64).tolist()),
                   "scores": lambda: Tensor("scores", "FP64", [len(rows), 10],
                                            scores(model, rows).ravel().tolist())}
        if not set(asked.outputs) <= set(outputs):
            raise refused("the outputs are label and scores")
        tensors = [make() for output, make in outputs.items()
                   if not asked.outputs or output in asked.outputs]
        return await response_of(oip_protocol.write(asked, request.headers, name, version, tensors))

    return app


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=pathlib.Path, required=True, help="a .joblib of train.py")
    parser.add_argument("--name", default="digits", help="the model's name in paths")
    parser.add_argument("--version", required=True, help="the version named in each answer")
    parser.add_argument("--port-file", type=pathlib.Path, required=True,
                        help="file to write the bound port to, once listening")
    arguments = parser.parse_args()
    listen_and_run(application(joblib.load(arguments.model), arguments.name, arguments.version),
                   arguments.port_file)


if __name__ == "__main__":
    main()
