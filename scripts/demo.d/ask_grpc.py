"""Shows what a gRPC client gets through Understudy: reflection, health, one call and one stream.

usage: ask_grpc.py ADDRESS ARCHIVE    ADDRESS is host:port; ARCHIVE is traffic.npz of train.py
"""

import sys

import grpc
import numpy
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase)

import oip_grpc
from oip_protocol import Tensor

SECONDS = 10


def main():
    address, archive = sys.argv[1:]
    rows = numpy.load(archive)["rows"][:3]
    with grpc.insecure_channel(address) as channel:
        print("services, by reflection:")
        for service in ProtoReflectionDescriptorDatabase(channel).get_services():
            print(f"  {service}")
        health = health_pb2_grpc.HealthStub(channel).Check(
            health_pb2.HealthCheckRequest(service=oip_grpc.SERVICE), timeout=SECONDS)
        status = health_pb2.HealthCheckResponse.ServingStatus.Name(health.status)
        print(f"health of {oip_grpc.SERVICE}: {status}")

        stub = oip_grpc.services.GRPCInferenceServiceStub(channel)
        pixels = Tensor("pixels", "FP64", list(rows.shape), rows.ravel().tolist())
        answer = stub.ModelInfer(oip_grpc.infer_request("digits", "one", [pixels], raw=True),
                                 timeout=SECONDS)
        print(f"three rows in one ModelInfer: version {answer.model_version} says "
              f"{oip_grpc.tensors_of(answer)['label'].values}, "
              f"in {sum(map(len, answer.raw_output_contents))} bytes of raw tensors")

        requests = (oip_grpc.infer_request("digits", f"row {number}", [
            Tensor("pixels", "FP64", [1, len(row)], row.tolist())], raw=True)
            for number, row in enumerate(rows))
        print("the same, row by row in one ModelStreamInfer:")
        for streamed in stub.ModelStreamInfer(requests, timeout=SECONDS):
            label, = oip_grpc.tensors_of(streamed.infer_response)["label"].values
            print(f"  {streamed.infer_response.id}: {label}")


if __name__ == "__main__":
    main()
