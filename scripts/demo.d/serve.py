"""Serves one trained model over the Open Inference Protocol (v2, HTTP), tensors as JSON or binary.

A real FastAPI application under uvicorn.
"""

from fastapi import FastAPI, Request

import answers
import digits_model
import oip_protocol
from listening import listen_and_run, response_of


def application(model):
    """The FastAPI application that answers for a DigitsModel."""
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

    @app.get(f"/v2/models/{model.name}/ready")
    async def model_ready():
        return {"name": model.name, "ready": True}

    @app.get(f"/v2/models/{model.name}")
    async def metadata():
        return model.metadata()

    @app.post(f"/v2/models/{model.name}/infer")
    async def infer(request: Request):
        asked = oip_protocol.read(request.headers, await request.body())
        return await response_of(oip_protocol.write(asked, request.headers, model.name, model.version,
                                                    model.tensors(asked)))

    return app


def main():
    model, port_file = digits_model.from_command_line(__doc__.splitlines()[0])
    listen_and_run(application(model), port_file)


if __name__ == "__main__":
    main()
