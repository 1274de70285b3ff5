"""The Open Inference Protocol (v2 over HTTP): infer requests and answers, tensors as JSON or binary.

Binary tensors stand behind the JSON, in its order; `inference-header-content-length` says where the
JSON ends, in bytes before any content-encoding. Header names are in lower case here.
"""

import dataclasses
import gzip
import json
import math
import struct
import zlib

import answers

MAX_BYTES = 64 << 20  # of a request, decompressed
ELEMENTS = {"BOOL": "?", "UINT8": "B", "UINT16": "H", "UINT32": "I", "UINT64": "Q", "INT8": "b",
            "INT16": "h", "INT32": "i", "INT64": "q", "FP16": "e", "FP32": "f", "FP64": "d"}
JSON_END = "inference-header-content-length"


def refused(message, status=400):
    return answers.Refused(status, {"error": message})


@dataclasses.dataclass(frozen=True)
class Tensor:
    name: str
    datatype: str
    shape: list
    values: list  # flat, row-major


@dataclasses.dataclass(frozen=True)
class InferRequest:
    identity: str | None
    inputs: list         # of Tensor
    outputs: list        # of names; empty for all
    binary: dict         # name of an output: whether it is wanted in binary
    binary_by_default: bool

    def wants_binary(self, name):
        return self.binary.get(name, self.binary_by_default)


def read(headers, body):
    """The InferRequest of a body with these headers. Raises Refused."""
    body = decompressed(headers.get("content-encoding", "identity").lower(), body)
    try:
        end = int(headers.get(JSON_END, len(body)))
        document = json.loads(body[:end])
    except ValueError:
        raise refused("the body is no JSON") from None
    if not 0 <= end <= len(body) or not isinstance(document, dict):
        raise refused("the body is no JSON object of that length")
    tail, inputs = memoryview(body)[end:], []
    for item in listed(document, "inputs"):
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise refused("each input has a name")
        size = parameters(item).get("binary_data_size")
        if size is None:
            inputs.append(json_tensor(item))
        elif isinstance(size, int) and 0 <= size <= len(tail):
            inputs.append(binary_tensor(item, tail[:size]))
            tail = tail[size:]
        else:
            raise refused(f"there are fewer than {size} bytes for {item['name']}")
    outputs = [item if isinstance(item, dict) else {} for item in listed(document, "outputs")]
    return InferRequest(
        document.get("id"), inputs, [item.get("name") for item in outputs],
        {item.get("name"): parameters(item)["binary_data"] is True for item in outputs
         if "binary_data" in parameters(item)},
        parameters(document).get("binary_data_output") is True)


def write(request, headers, model_name, model_version, tensors):
    """The Answer with these tensors, each in the form that the request asks for."""
    document = {"model_name": model_name, "model_version": model_version}
    if request.identity is not None:
        document["id"] = request.identity
    tail, document["outputs"] = b"", []
    for tensor in tensors:
        output = {"name": tensor.name, "datatype": tensor.datatype, "shape": tensor.shape}
        if request.wants_binary(tensor.name):
            data = packed(tensor)
            output["parameters"] = {"binary_data_size": len(data)}
            tail += data
        else:
            output["data"] = tensor.values
        document["outputs"].append(output)
    body = json.dumps(document, separators=(",", ":")).encode()
    fields = {JSON_END: str(len(body))} if tail else {}
    content_type = "application/octet-stream" if tail else "application/json"
    body, encoding = compressed(headers.get("accept-encoding", ""), body + tail)
    if encoding:
        fields["content-encoding"] = encoding
    return answers.Answer([body], content_type=content_type, headers=fields)


def listed(document, name):
    """The list of that name, or nothing where there is none."""
    items = document.get(name, [])
    if not isinstance(items, list):
        raise refused(f"{name} is a list")
    return items


def parameters(item):
    found = item.get("parameters")
    return found if isinstance(found, dict) else {}


def shape_of(item):
    shape = item.get("shape")
    if (not isinstance(shape, list) or item.get("datatype") not in (*ELEMENTS, "BYTES")
            or not all(isinstance(size, int) and 0 <= size <= MAX_BYTES for size in shape)):
        raise refused(f"{item['name']} has no datatype and shape")
    return shape


def json_tensor(item):
    def flat(part):
        if isinstance(part, list):
            for element in part:
                yield from flat(element)
        else:
            yield part
    values = list(flat(item.get("data", [])))
    if len(values) != math.prod(shape_of(item)):
        raise refused(f"{item['name']} has other than {math.prod(item['shape'])} elements")
    return Tensor(item["name"], item["datatype"], item["shape"], values)


def binary_tensor(item, data):
    count = math.prod(shape_of(item))
    if item["datatype"] == "BYTES":
        values = []
        while len(data) >= 4:
            size = int.from_bytes(data[:4], "little")
            values.append(bytes(data[4:4 + size]).decode("utf-8", "replace"))
            data = data[4 + size:]
        right = len(values) == count and not data
    else:
        element = ELEMENTS[item["datatype"]]
        right = len(data) == count * struct.calcsize(element)
        values = list(struct.unpack(f"<{count}{element}", data)) if right else []
    if not right:
        raise refused(f"{item['name']} has other than {count} elements")
    return Tensor(item["name"], item["datatype"], item["shape"], values)


def packed(tensor):
    """The tensor's values in little-endian binary."""
    if tensor.datatype == "BYTES":
        texts = [value.encode() for value in tensor.values]
        return b"".join(struct.pack("<I", len(text)) + text for text in texts)
    return struct.pack(f"<{len(tensor.values)}{ELEMENTS[tensor.datatype]}", *tensor.values)


def decompressed(encoding, body):
    if encoding == "identity":
        return body
    if encoding not in ("gzip", "deflate"):
        raise refused(f"content-encoding {encoding} is not known", 415)
    try:
        decoder = zlib.decompressobj(wbits=31 if encoding == "gzip" else 15)
        plain = decoder.decompress(body, MAX_BYTES)
    except zlib.error:
        raise refused(f"the body is no {encoding}") from None
    if decoder.unconsumed_tail or not decoder.eof:
        raise refused(f"the body is cut short, or larger than {MAX_BYTES} bytes")
    return plain


def compressed(accepted, body):
    """(body, content-encoding): as the client prefers it among gzip, deflate and neither."""
    for name in (word.partition(";")[0].strip() for word in accepted.lower().split(",")):
        if name == "gzip":
            return gzip.compress(body, mtime=0), name
        if name == "deflate":
            return zlib.compress(body), name
    return body, ""
