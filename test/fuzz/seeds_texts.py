"""Seeds of the configuration loader and of content decoding."""

import gzip
import zlib

START = '''listeners: [{name: l, address: "127.0.0.1:8080"}]
clusters: [{name: v1, endpoints: ["127.0.0.1:9001"]}, {name: v2, endpoints: ["127.0.0.1:9002"]}]
'''
ROUTE = '''routes:
  - name: r
    match: {path_prefix: /}
    effects: pure
    incumbent: v1
    candidates: [{cluster: v2, mirror: {rate: 1.0}}]
'''
END = '''admin: {grpc: "127.0.0.1:9900", http: "127.0.0.1:9901"}
data_dir: ./d
'''
WHOLE = START + ROUTE + END

VARIANTS = {
    "smallest": WHOLE,
    "empty": "",
    "comment": "# nothing\n",
    "list": "- a\n",
    "scalar": "17",
    "unknown-key": WHOLE + "listenrs: []\n",
    "unknown-inner-key": WHOLE.replace("effects", "efects"),
    "repeated-key": WHOLE + "data_dir: ./e\n",
    "no-incumbent": WHOLE.replace("incumbent: v1", "incumbent: v3"),
    "candidate-is-incumbent": WHOLE.replace("cluster: v2", "cluster: v1"),
    "two-clusters-alike": WHOLE.replace("name: v2", "name: v1"),
    "rate": WHOLE.replace("rate: 1.0", "rate: 5%"),
    "bad-rate": WHOLE.replace("rate: 1.0", "rate: 1.5"),
    "bad-type": WHOLE.replace("effects: pure", "effects: [pure]"),
    "bad-address": WHOLE.replace("127.0.0.1:8080", "localhost"),
    "ipv6": WHOLE.replace("127.0.0.1:8080", "[::1]:8080"),
    "expanded": WHOLE.replace("9001", "${PORT}"),
    "expanded-default": WHOLE.replace("v1,", "${ABSENT:-v1},"),
    "expanded-absent": WHOLE.replace("./d", "${ABSENT}"),
    "expanded-secret": WHOLE.replace("effects: pure", "effects: ${SECRET}"),
    "expanded-file": WHOLE.replace("./d", "${file:secret}"),
    "expanded-file-absent": WHOLE.replace("./d", "${file:absent}"),
    "expanded-open": WHOLE.replace("./d", "${A"),
    "not-expanded": WHOLE.replace("./d", "$${A}"),
    "preset": START + ROUTE + "    compare: {preset: oip-v2}\n" + END,
    "bad-preset": START + ROUTE + "    compare: {preset: oip}\n" + END,
    "comparators": START + ROUTE + "    compare:\n      comparators:\n"
                   "        - {name: x, use: json, options: {rtol: 1e-3, arrays: set}}\n" + END,
    "bad-options": START + ROUTE + "    compare: {comparators: [{name: x, use: json, options: {r: 1}}]}\n" + END,
    "ignore": START + ROUTE + "    compare: {preset: generic-json, ignore: [{path: /a/*/b}]}\n" + END,
    "ignore-all": START + ROUTE + "    compare: {preset: generic-json, ignore: [{path: /**}]}\n" + END,
    "segments": START + ROUTE + "    segments: [{name: l, header: x-l, values: [en, de]}]\n" + END,
    "capture": START + ROUTE + "    capture: {mode: diff, redact: [/user], max_bytes: 1KiB}\n" + END,
    "sticky": START + ROUTE + "    sticky: [{header: x}, {cookie: c}, {json: /u}, client_address]\n" + END,
    "plan": WHOLE + "plans:\n  - name: p\n    stages: [{weight: 0, min_samples: 5}, {weight: 10%}]\n"
            "    checks: [{name: e, metric: error_rate, at_most_ratio: 1.5, floor: 0.1%}]\n",
    "plan-falls": WHOLE + "plans: [{name: p, stages: [{weight: 10%}, {weight: 1%}]}]\n",
    "durations": WHOLE.replace("data_dir", "drain: {grace: 1.5s, timeout: 7d}\ndata_dir"),
    "bad-duration": WHOLE.replace("data_dir", "drain: {grace: 5 parsecs}\ndata_dir"),
    "limits": WHOLE.replace("data_dir", "limits: {header_bytes: 1KiB, headers: 1}\ndata_dir"),
    "anchors": "a: &a [1]\nb: *a\n",
    "merge": "a: &a {x: 1}\nb: {<<: *a}\n",
    "tags": "!!map {a: !!str 1}\n",
    "documents": "a: 1\n---\nb: 2\n",
    "tabs": "a:\n\tb: 1\n",
    "deep": "[" * 200,
    "block": WHOLE + "workers: |\n  2\n",
    "quotes": WHOLE.replace("./d", '"./d\\u0065\\n"'),
    "crlf": WHOLE.replace("\n", "\r\n"),
    "control": "data_dir: \"\x01\x07\"\n",
    "surrogate": 'data_dir: "\\ud800"\n',
    "question": "? [a]\n: b\n",
}


def configurations():
    """Whole files, each with one thing about it."""
    for name, text in VARIANTS.items():
        yield name, text.encode()
    yield "no-utf8", WHOLE.encode().replace(b"./d", b"\xff\xfe")
    yield "nul", WHOLE.encode().replace(b"./d", b"a\0b")
    yield "bom", b"\xef\xbb\xbf" + WHOLE.encode()


TEXT = b'{"outputs":[{"name":"p","datatype":"FP32","shape":[2],"data":[0.5,1.5]}]}'
# By the reference encoders, which Python does not bring.
BROTLI = {
    "hello": "0b028068656c6c6f03",
    "empty": "06",
    "zeros": "1bb70b002460e2b140e2060000",
    "json": "1b48000004226fa95ffefd7853accbba7d104466138d63dcc07a838e8b0d60ebb03106367ea3f8fa71e5"
            "5f4a7fecb126858360b84883215d5b32846d48376f302b6896a8d9bf7f",
}
ZSTD = {
    "hello": "28b52ffd045829000068656c6c6fa36d9f88",
    "empty": "28b52ffd2000010000",
    "skippable": "502a4d180300000061626328b52ffd2000010000",
    "large-window": "28b52ffd00f8010000",
    "bad-magic": "28b52ffe2000010000",
    "zeros": "28b52ffd04684c000008000100fcff39100202001000039f04002d28de26",
}


def raw_deflate(data):
    """Without zlib's head."""
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


def encoded():
    """An encoding's byte, a limit's two bytes, a body."""
    def seed(encoding, body, limit=3):
        return bytes([encoding, limit, 3]) + body
    zipped = gzip.compress(TEXT, mtime=0)
    yield "gzip", seed(0, zipped)
    yield "gzip-limit", seed(0, zipped, 0)
    yield "gzip-members", seed(0, zipped + gzip.compress(b"more", mtime=0))
    yield "gzip-cut", seed(0, zipped[:-5])
    yield "gzip-checksum", seed(0, zipped[:-8] + b"\0" * 8)
    yield "gzip-surplus", seed(0, zipped + b"x")
    yield "gzip-name", seed(0, zipped[:3] + b"\x08" + zipped[4:10] + b"n\0" + zipped[10:])
    yield "gzip-bomb", seed(0, gzip.compress(b"\0" * 500_000, mtime=0))
    yield "gzip-empty", seed(0, b"")
    yield "zlib", seed(1, zlib.compress(TEXT))
    yield "zlib-dictionary", seed(1, b"\x78\xbb\x00\x00\x00\x01")
    yield "deflate", seed(1, raw_deflate(TEXT))
    yield "deflate-stored", seed(1, b"\x01\x02\x00\xfd\xffok")
    yield "deflate-bad-block", seed(1, b"\x07")
    yield "gzip-under-br", seed(4, bytes.fromhex(BROTLI["hello"]))
    yield "deflate-over-zstd", seed(5, zlib.compress(bytes.fromhex(ZSTD["hello"])))
    yield "identity", seed(6, zipped)
    yield "gzip-twice", seed(7, gzip.compress(zipped, mtime=0))
    yield "too-many", seed(8, zipped)
    yield "unknown", seed(9, zipped)
    for name, text in BROTLI.items():
        yield "br-" + name, seed(2, bytes.fromhex(text))
    yield "br-cut", seed(2, bytes.fromhex(BROTLI["json"])[:-6])
    for name, text in ZSTD.items():
        yield "zstd-" + name, seed(3, bytes.fromhex(text))
