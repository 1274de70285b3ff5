"""Seeds of gRPC bodies and messages. Messages are encoded by protoc from Protobuf's text format."""

import gzip
import subprocess
import zlib

# The methods of the target, by their letters.
EVERY, INFER, STREAM, PREDICT, CLASSIFY, METADATA = range(6)
ALONE = 0x80  # one message without its frame
WRITTEN, SHOWN, BESIDE = range(3)

INFERENCE = "inference.ModelInferResponse"
STREAMED = "inference.ModelStreamInferResponse"
PREDICTED = "tensorflow.serving.PredictResponse"
CLASSIFIED = "tensorflow.serving.ClassificationResponse"
DESCRIBED = "tensorflow.serving.GetModelMetadataResponse"

OUTPUT = 'name: "p" datatype: "%s" shape: %s'
MESSAGES = {
    "typed": (INFER, INFERENCE, 'model_name: "m" id: "1" outputs { ' + OUTPUT % ("FP32", "[1, 2]")
              + " contents { fp32_contents: [0.5, nan] } }"),
    "raw": (INFER, INFERENCE, "outputs { " + OUTPUT % ("FP16", "[2]")
            + ' } raw_output_contents: "\\000\\074\\000\\100"'),
    "texts": (INFER, INFERENCE, "outputs { " + OUTPUT % ("BYTES", "[1]")
              + ' } raw_output_contents: "\\002\\000\\000\\000\\377\\376"'),
    "raw-too-short": (INFER, INFERENCE, "outputs { " + OUTPUT % ("INT64", "[1]")
                      + ' } raw_output_contents: "1234"'),
    "raw-too-few": (INFER, INFERENCE, "outputs { name: \"p\" } outputs { name: \"q\" }"
                    ' raw_output_contents: "1"'),
    "contents-of-both-kinds": (INFER, INFERENCE, "outputs { " + OUTPUT % ("FP32", "[1]")
                               + ' contents { fp32_contents: 1 } } raw_output_contents: "1234"'),
    "contents-of-two-lists": (INFER, INFERENCE, "outputs { " + OUTPUT % ("FP32", "[1]")
                              + " contents { fp32_contents: 1 int_contents: 2 } }"),
    "parameters": (INFER, INFERENCE, 'parameters { key: "a" value { bool_param: true } } parameters {'
                   ' key: "b" value { double_param: inf } } parameters { key: "c" value { } }'),
    "stream": (STREAM, STREAMED, 'infer_response { id: "a" outputs { name: "p" datatype: "INT32"'
               " shape: 1 contents { int_contents: -1 } } }"),
    "stream-failed": (STREAM, STREAMED, 'error_message: "out of memory"'),
    "stream-end": (STREAM, STREAMED, 'infer_response { parameters { key: "triton_final_response"'
                   " value { bool_param: true } } }"),
    "stream-bare": (STREAM, INFERENCE, 'model_name: "m" model_version: "1" id: "b" outputs { name: "p" }'),
    "floats": (PREDICT, PREDICTED, 'outputs { key: "s" value { dtype: DT_FLOAT tensor_shape { dim {'
               " size: 3 } } float_val: [1, 2] } } model_spec { version { value: 3 } }"),
    "content": (PREDICT, PREDICTED, 'outputs { key: "s" value { dtype: DT_INT16 tensor_shape { dim {'
                ' size: 2 } } tensor_content: "1234" } }'),
    "content-of-texts": (PREDICT, PREDICTED, 'outputs { key: "s" value { dtype: DT_STRING'
                         ' tensor_shape { dim { size: 2 } } tensor_content: "\\001\\002abc" } }'),
    "halves": (PREDICT, PREDICTED, 'outputs { key: "s" value { dtype: DT_HALF half_val: [15360, -1] } }'),
    "complex": (PREDICT, PREDICTED, 'outputs { key: "s" value { dtype: DT_COMPLEX64 scomplex_val: [1, 2]'
                " } }"),
    "shape-too-large": (PREDICT, PREDICTED, 'outputs { key: "s" value { dtype: DT_BOOL tensor_shape {'
                        " dim { size: 9223372036854775807 } dim { size: 3 } } } }"),
    "shape-with-names": (PREDICT, PREDICTED, 'outputs { key: "s" value { dtype: DT_BOOL tensor_shape {'
                         ' dim { size: 1 name: "batch" } } bool_val: true int_val: 7 } }'),
    "classes": (CLASSIFY, CLASSIFIED, 'result { classifications { classes { label: "cat" score: 0.5 } } }'),
    "any": (METADATA, DESCRIBED, 'metadata { key: "signature_def" value { type_url: "t/x" value: "ab" } }'),
}

# Of every type: fields 1 and 2 are a double and a list of doubles, and so on by the numbers of types,
# without groups; then a oneof of sint64, string and message, and a map of sint32 to messages.
WIRE = {
    "every-varint": b"\x28\x7f" + b"\x38" + b"\xff" * 9 + b"\x01",
    "every-packed": b"\x12\x10" + bytes(15) + b"\x80" + b"\x32\x04\x01\x02\x83\x01",
    "every-packed-cut": b"\x12\x07" + bytes(7),
    "every-unpacked": b"\x30\x01\x30\x02",
    "every-text": b"\x8a\x01\x02" + "é".encode(),
    "every-no-text": b"\x8a\x01\x02\xc3\x28",
    "every-word": b"\xc8\x01\x00\xd2\x01\x02\x00\x07",
    "every-oneof": b"\x98\x02\x05" + b"\xa2\x02\x01x" + b"\x98\x02\x07",
    "every-oneof-merged": b"\xaa\x02\x02\x28\x01" + b"\xaa\x02\x02\x38\x02",
    "every-map": b"\xb2\x02\x04\x08\x03\x12\x00" + b"\xb2\x02\x02\x08\x03",
    "every-map-of-other-types": b"\xb2\x02\x05\x0d" + bytes(4) + b"\xb2\x02\x02\x10\x01",
    "every-of-another-type": b"\x2d" + bytes(4) + b"\x28\x01",
    "every-unknown": b"\xa2\x06\x02ab" + b"\x98\x06\x01" + b"\x9d\x06" + bytes(4),
    "every-group": b"\x9b\x06\x08\x01\x9c\x06",
    "every-group-without-end": b"\x9b\x06\x08\x01",
    "every-tag-of-five": b"\x88\x80\x80\x80\x70\x01",
    "every-tag-of-six": b"\x88\x80\x80\x80\x80\x00\x01",
    "every-number-zero": b"\x05" + bytes(4),
    "every-wire-type": b"\x0f\x01",
    "every-size-too-long": b"\x12\x90\x80\x80\x80\x80\x00",
}


def frame(message, flag=0):
    return bytes([flag]) + len(message).to_bytes(4, "big") + message


def encoded(here, message, text):
    protos = here.parent.parent / "comparators" / "grpc" / "protos"
    return subprocess.run(
        ["protoc", f"--proto_path={protos}", f"--encode={message}",
         "tensorflow_serving.proto" if message.startswith("tensorflow") else "open_inference.proto"],
        input=text.encode(), capture_output=True, check=True).stdout


def messages(here):
    for name, (letter, message, text) in MESSAGES.items():
        bytes_of = encoded(here, message, text)
        if message == STREAMED or letter != STREAM:
            yield name, bytes([letter | ALONE, SHOWN]) + bytes_of
        else:
            yield name, bytes([letter, SHOWN]) + frame(bytes_of)
        if "raw_output" in text or "tensor_content" in text:
            yield name + "-beside", bytes([letter, BESIDE]) + frame(bytes_of)
    for name, data in WIRE.items():
        yield name, bytes([EVERY | ALONE, SHOWN]) + data
    two = encoded(here, STREAMED, 'infer_response { id: "a" }')
    yield "typed-written", bytes([INFER, WRITTEN]) + frame(encoded(here, *MESSAGES["typed"][1:]))
    yield "stream-of-two", bytes([STREAM, SHOWN]) + frame(two) + frame(two)
    yield "deep", bytes([EVERY | ALONE, SHOWN]) + deep(90)
    yield "too-deep", bytes([EVERY | ALONE, SHOWN]) + deep(120)


def deep(levels):
    """A message within a message: the field of the type message is the 19th, a byte of tag more."""
    data = b""
    for _ in range(levels):
        size = len(data)
        length = bytes([size & 0x7F | 0x80, size >> 7]) if size > 0x7F else bytes([size])
        data = b"\x9a\x01" + length + data
    return data


def bodies():
    yield "empty", b"\x00"
    yield "two", b"\x00" + frame(b"one") + frame(b"")
    yield "cut-in-length", b"\x00" + frame(b"one")[:3]
    yield "cut-in-message", b"\x00" + frame(b"one")[:7]
    yield "flag", b"\x00" + frame(b"one", 2)
    yield "gzip", b"\x01" + frame(gzip.compress(b"a" * 300, mtime=0), 1) + frame(b"plain")
    yield "deflate", b"\x02" + frame(zlib.compress(b"a" * 300), 1)
    yield "bomb", b"\x01" + frame(gzip.compress(bytes(1 << 17), mtime=0), 1)
    yield "no-gzip", b"\x01" + frame(b"no gzip", 1)
    yield "identity", b"\x03" + frame(b"one", 1)
    yield "unknown-encoding", b"\x04" + frame(b"one", 1)


def field(name, number, kind, more=""):
    return f'field {{ name: "{name}" number: {number} type: TYPE_{kind} label: LABEL_OPTIONAL {more} }}'


def message(text):
    return f' message_type {{ name: "M" {text} }} '


# Each of one file with a service a.S of one method M, from a.M to a.M, and a message.
SETS = {
    "number": (message(field("x", 1, "INT32")), b"\x08\x07"),
    "text-and-unknown": (message(field("x", 1, "STRING")), b"\x0a\x01a\x10\x07"),
    "itself": (message(field("x", 1, "MESSAGE", 'type_name: ".a.M"')), b"\x0a\x02\x0a\x00"),
    "group": (message(field("g", 1, "GROUP", 'type_name: ".a.M.G"') + 'nested_type { name: "G" '
                      + field("x", 1, "BOOL") + " }"), b"\x0b\x08\x01\x0c"),
    "enumeration": (message(field("w", 1, "ENUM", 'type_name: ".a.W"'))
                    + 'enum_type { name: "W" value { name: "A" number: 1 } }', b"\x08\x02"),
    "map": (message('field { name: "m" number: 1 type: TYPE_MESSAGE label: LABEL_REPEATED'
                    ' type_name: ".a.M.MEntry" } nested_type { name: "MEntry" options { map_entry: true } '
                    + field("key", 1, "BOOL") + field("value", 2, "BYTES") + " }"),
            b"\x0a\x05\x08\x01\x12\x01a"),
    "map-without-value": (message('nested_type { name: "MEntry" options { map_entry: true } '
                                  + field("key", 1, "INT32") + " }"), b""),
    "struct": ('dependency: "google/protobuf/struct.proto"'
               + message(field("s", 1, "MESSAGE", 'type_name: ".google.protobuf.Value"')),
               b"\x0a\x03\x1a\x01a"),
    "missing-import": ('dependency: "b.proto"' + message(""), b""),
    "imports-itself": ('dependency: "a.proto"' + message(""), b""),
    "name-of-json": (message(field("x", 1, "FLOAT", 'json_name: "a\\"b"')), b"\x0d\x00\x00\xc0\x7f"),
    "extension": (message("extension_range { start: 4 end: 9 }")
                  + 'extension { name: "e" extendee: ".a.M" number: 5 type: TYPE_SINT64'
                  " label: LABEL_REPEATED options { packed: true } }", b"\x2a\x01\x03"),
    "default": (message(field("x", 1, "DOUBLE", 'default_value: "nan"')), b""),
    "oneof": (message('oneof_decl { name: "o" }' + field("x", 1, "UINT32", "oneof_index: 0")
                      + field("y", 2, "FIXED64", "oneof_index: 0")), b"\x08\x01\x11" + bytes(8)),
}


def descriptors():
    service = 'service { name: "S" method { name: "M" input_type: ".a.M" output_type: ".a.M" } }'
    for name, (text, sent) in SETS.items():
        described = subprocess.run(
            ["protoc", "--encode=google.protobuf.FileDescriptorSet", "google/protobuf/descriptor.proto"],
            input=f'file {{ name: "a.proto" package: "a" {text} {service} }}'.encode(),
            capture_output=True, check=True).stdout
        yield name, len(described).to_bytes(2, "little") + described + sent
    yield "no-set", b"\x02\x00\xff\xff"
    yield "nothing", b""


def parameters(here):
    def request(text):
        return encoded(here, "inference.ModelInferRequest", 'model_name: "m" ' + text)

    values = {"number": "int64_param: 7", "unsigned": "uint64_param: 7", "zero": "int64_param: 0",
              "text": 'string_param: "z"', "double": "double_param: 1", "false": "bool_param: false"}
    for name, value in values.items():
        yield name, b"\x02" + frame(request('parameters { key: "id" value { %s } }' % value))
    entry = request('parameters { key: "id" value { int64_param: 7 } }')
    yield "second-message", b"\x03" + frame(request("")) + frame(b"") + frame(entry)
    yield "compressed", b"\x08" + frame(entry, 1)
    yield "cut", b"\x00" + frame(entry)[:-1]
    yield "value-before-key", b"\x00" + frame(b"\x22\x08\x12\x02\x10\x07\x0a\x02id")
    yield "no-field", b"\x00" + frame(b"\xff\xff")
