"""Sends realistic inference traffic to the digits models over gRPC and verifies every single answer.

Batches have 1 to 8 rows, most of them as raw tensors, some typed; users and their source (scanner or
phone) go along as metadata.
"""

import functools

import grpc

import answers
import expectations
import oip_grpc
import open_loop
from oip_protocol import Tensor

TYPED_SHARE = 0.2


def connect(address):
    """A channel with a connection of its own; channels to one address share theirs otherwise."""
    return grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)])


def one_request(model, expected, channel, chance, number):
    """Sends one request. Returns (fault or None, version or None)."""
    picked = expected.pick(chance)
    identity = f"demo-{number}"
    pixels = Tensor("pixels", "FP64", [len(picked), 64], expected.rows[picked].ravel().tolist())
    raw = chance.random() >= TYPED_SHARE
    request = oip_grpc.infer_request(model, identity, [pixels], raw)
    stub = oip_grpc.services.GRPCInferenceServiceStub(channel)
    try:
        answer = stub.ModelInfer(request, timeout=open_loop.LONGEST_WAIT,
                                 metadata=list(expectations.someone(chance).items()))
        if bool(answer.raw_output_contents) != raw:
            return "raw tensors for typed ones, or the other way round", answer.model_version
        outputs = oip_grpc.tensors_of(answer)
        inferred = expectations.Inferred(answer.id, answer.model_version, outputs["label"].values,
                                         outputs["scores"].values)
        return expected.fault(inferred, identity, picked), inferred.version
    except grpc.RpcError as error:
        return f"{error.code().name}: {error.details()}", None
    except (answers.Refused, KeyError) as error:
        return f"unreadable answer: {error}", None


def main():
    expected, arguments = expectations.from_command_line(__doc__.splitlines()[0])
    ask = functools.partial(one_request, arguments.model, expected)
    raise SystemExit(open_loop.run(arguments, ask, connect))


if __name__ == "__main__":
    main()
