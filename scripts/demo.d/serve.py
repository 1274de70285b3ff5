"""Serves one trained model over the Open Inference Protocol (v2, HTTP/JSON).

A real FastAPI application under a real uvicorn with its own defaults: keep-alive connections are
closed after five idle seconds. Binds a free port of the loopback address and writes it to a file.
"""

import argparse
import pathlib
import socket

import joblib
import numpy
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from train import scores

PIXELS = 64
MAX_ROWS = 1024


class BadRequest(Exception):
    """An inference request this server cannot answer; the text is what the client is told."""


def read_rows(body):
    """The request's `pixels` input as an array of shape [rows, 64]. Raises BadRequest."""
    inputs = body.get("inputs") if isinstance(body, dict) else None
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise BadRequest("the request needs exactly one input, named pixels")
    tensor = inputs[0]
    shape = tensor.get("shape")
    if tensor.get("name") != "pixels" or tensor.get("datatype") != "FP64":
        raise BadRequest("the input must be named pixels and have datatype FP64")
    if (not isinstance(shape, list) or len(shape) != 2 or shape[1] != PIXELS
            or not isinstance(shape[0], int) or not 1 <= shape[0] <= MAX_ROWS):
        raise BadRequest(f"the shape of pixels must be [rows, {PIXELS}], rows 1 to {MAX_ROWS}")
    try:
        values = numpy.asarray(tensor.get("data"), dtype=numpy.float64).ravel()
    except (TypeError, ValueError):
        raise BadRequest("the data of pixels must be numbers") from None
    if values.size != shape[0] * PIXELS or not numpy.isfinite(values).all():
        raise BadRequest(f"the data of pixels must be {shape[0] * PIXELS} finite numbers")
    return values.reshape(shape)


def wanted_outputs(body):
    """Names of the outputs asked for; both when the request names none. Raises BadRequest."""
    asked = body.get("outputs")
    if asked is None:
        return ("label", "scores")
    names = [item.get("name") if isinstance(item, dict) else None for item in asked]
    if not set(names) <= {"label", "scores"}:
        raise BadRequest("the outputs are label and scores")
    return names


def application(model, name, version):
    """The FastAPI application that answers for `model` as `name`, version `version`."""
    app = FastAPI()

    @app.exception_handler(BadRequest)
    async def refuse(_request, fault):
        return JSONResponse({"error": str(fault)}, status_code=400)

    @app.get("/v2")
    async def server():
        return {"name": "digits-demo", "version": "1", "extensions": []}

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
        try:
            body = await request.json()
        except ValueError:
            raise BadRequest("the body is no JSON") from None
        rows = read_rows(body)
        names = wanted_outputs(body)
        outputs = []
        if "label" in names:
            outputs.append({"name": "label", "datatype": "INT64", "shape": [len(rows)],
                            "data": model.predict(rows).astype(numpy.int64).tolist()})
        if "scores" in names:
            outputs.append({"name": "scores", "datatype": "FP64", "shape": [len(rows), 10],
                            "data": scores(model, rows).ravel().tolist()})
        answer = {"model_name": name, "model_version": version, "outputs": outputs}
        if "id" in body:
            answer["id"] = body["id"]
        return JSONResponse(answer)

    return app


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=pathlib.Path, required=True, help="a .joblib of train.py")
    parser.add_argument("--name", default="digits", help="the model's name in paths")
    parser.add_argument("--version", required=True, help="the version named in each answer")
    parser.add_argument("--port-file", type=pathlib.Path, required=True,
                        help="file to write the bound port to, once listening")
    arguments = parser.parse_args()

    # With its protocol named: asyncio sets TCP_NODELAY on no other kind, and each answer would wait
    # 40 ms for an acknowledgement between its head and its body.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    app = application(joblib.load(arguments.model), arguments.name, arguments.version)
    # Written whole or not at all: whoever waits for the file may read it at any moment.
    part = arguments.port_file.with_suffix(".part")
    part.write_text(f"{listener.getsockname()[1]}\n")
    part.rename(arguments.port_file)
    uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning")).run([listener])


if __name__ == "__main__":
    main()
