"""The Open Inference Protocol over gRPC: its messages and service, and tensors in messages.

`messages` and `services` are what grpcio's tools make of the product's .proto as this is imported.
"""

import math
import pathlib
import sys

import grpc

import oip_protocol
from oip_protocol import Tensor, refused

# Where grpcio looks for it.
sys.path.append(str(pathlib.Path(__file__).resolve().parents[2] / "comparators" / "grpc" / "protos"))
messages, services = grpc.protos_and_services("open_inference.proto")

SERVICE = "inference.GRPCInferenceService"
# No bound but that of the format: tensors are often larger than the four MiB that gRPC allows.
ANY_SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
CONTENTS = {
    "BOOL": "bool_contents", "INT8": "int_contents", "INT16": "int_contents", "INT32": "int_contents",
    "INT64": "int64_contents", "UINT8": "uint_contents", "UINT16": "uint_contents",
    "UINT32": "uint_contents", "UINT64": "uint64_contents", "FP32": "fp32_contents",
    "FP64": "fp64_contents", "BYTES": "bytes_contents"}


def read(message):
    """The oip_protocol.InferRequest of a ModelInferRequest: raw answers for raw tensors. Raises
    Refused."""
    raw = message.raw_input_contents
    if raw and len(raw) != len(message.inputs):
        raise refused(f"{len(message.inputs)} inputs, and {len(raw)} raw ones")
    inputs = [_raw_tensor(item, data) for item, data in zip(message.inputs, raw)] if raw else [
        _typed_tensor(item) for item in message.inputs]
    return oip_protocol.InferRequest(message.id, inputs, [item.name for item in message.outputs], {},
                                     bool(raw))


def tensors_of(message):
    """{name: Tensor} of a ModelInferResponse."""
    raw = message.raw_output_contents
    if raw and len(raw) != len(message.outputs):
        raise refused(f"{len(message.outputs)} outputs, and {len(raw)} raw ones")
    return {item.name: _raw_tensor(item, raw[i]) if raw else _typed_tensor(item)
            for i, item in enumerate(message.outputs)}


def write(request, model_name, model_version, tensors):
    """The ModelInferResponse to an InferRequest."""
    message = messages.ModelInferResponse(model_name=model_name, model_version=model_version,
                                          id=request.identity)
    for tensor in tensors:
        output = message.outputs.add(name=tensor.name, datatype=tensor.datatype, shape=tensor.shape)
        if request.binary_by_default:
            message.raw_output_contents.append(oip_protocol.packed(tensor))
        else:
            _fill(output, tensor)
    return message


def infer_request(model_name, identity, tensors, raw):
    """The ModelInferRequest with these tensors."""
    message = messages.ModelInferRequest(model_name=model_name, id=identity)
    for tensor in tensors:
        item = message.inputs.add(name=tensor.name, datatype=tensor.datatype, shape=tensor.shape)
        if raw:
            message.raw_input_contents.append(oip_protocol.packed(tensor))
        else:
            _fill(item, tensor)
    return message


def _head(item):
    return {"name": item.name, "datatype": item.datatype, "shape": list(item.shape)}


def _raw_tensor(item, data):
    head = _head(item)
    oip_protocol.shape_of(head)
    return oip_protocol.binary_tensor(head, memoryview(data))


def _typed_tensor(item):
    shape = oip_protocol.shape_of(_head(item))
    if item.datatype not in CONTENTS:
        raise refused(f"{item.name} is {item.datatype}, which is always raw")
    values = list(getattr(item.contents, CONTENTS[item.datatype]))
    if item.datatype == "BYTES":
        values = [value.decode("utf-8", "replace") for value in values]
    if len(values) != math.prod(shape):
        raise refused(f"{item.name} has other than {math.prod(shape)} elements")
    return Tensor(item.name, item.datatype, shape, values)


def _fill(item, tensor):
    texts = tensor.datatype == "BYTES"
    getattr(item.contents, CONTENTS[tensor.datatype]).extend(
        [value.encode() for value in tensor.values] if texts else tensor.values)
