"""Serves one trained model over the Open Inference Protocol (gRPC), tensors raw or typed.

A real grpcio server, which also tells its health and, by reflection, what its services are.
"""

import asyncio
import signal

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

import answers
import digits_model
import oip_grpc
from oip_grpc import messages
from port_file import write_port

STATUSES = {400: grpc.StatusCode.INVALID_ARGUMENT, 404: grpc.StatusCode.NOT_FOUND}


class InferenceService(oip_grpc.services.GRPCInferenceServiceServicer):
    """Answers for a DigitsModel."""

    def __init__(self, model):
        self._model = model

    async def ServerLive(self, _request, _context):
        return messages.ServerLiveResponse(live=True)

    async def ServerReady(self, _request, _context):
        return messages.ServerReadyResponse(ready=True)

    async def ServerMetadata(self, _request, _context):
        return messages.ServerMetadataResponse(name="digits-demo", version="1")

    async def ModelReady(self, request, _context):
        return messages.ModelReadyResponse(ready=self._knows(request.name, request.version))

    async def ModelMetadata(self, request, context):
        if not self._knows(request.name, request.version):
            await context.abort(grpc.StatusCode.NOT_FOUND, f"no model {request.name} {request.version}")
        return messages.ModelMetadataResponse(**self._model.metadata())

    async def ModelInfer(self, request, context):
        try:
            return self._infer(request)
        except answers.Refused as fault:
            await context.abort(STATUSES[fault.status], fault.document["error"])

    async def ModelStreamInfer(self, requests, _context):
        async for request in requests:
            try:
                yield messages.ModelStreamInferResponse(infer_response=self._infer(request))
            except answers.Refused as fault:
                yield messages.ModelStreamInferResponse(error_message=fault.document["error"])

    def _infer(self, message):
        if not self._knows(message.model_name, message.model_version):
            raise oip_grpc.refused(f"no model {message.model_name} {message.model_version}", 404)
        request = oip_grpc.read(message)
        return oip_grpc.write(request, self._model.name, self._model.version,
                              self._model.tensors(request))

    def _knows(self, name, version):
        return name == self._model.name and version in ("", self._model.version)


async def serve(model, port_file):
    """Until SIGTERM; writes the port to `port_file` once it listens."""
    server = grpc.aio.server(options=oip_grpc.ANY_SIZE)
    oip_grpc.services.add_GRPCInferenceServiceServicer_to_server(InferenceService(model), server)
    healths = health.aio.HealthServicer()
    for service in "", oip_grpc.SERVICE:
        await healths.set(service, health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(healths, server)
    reflection.enable_server_reflection(
        [oip_grpc.SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    port = server.add_insecure_port("127.0.0.1:0")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await server.start()
    write_port(port_file, port)
    await stop.wait()
    await server.stop(grace=2)


def main():
    model, port_file = digits_model.from_command_line(__doc__.splitlines()[0])
    asyncio.run(serve(model, port_file))


if __name__ == "__main__":
    main()
