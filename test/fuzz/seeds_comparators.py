"""Seeds of what comparators are made of: charsets, base64, schemas, options, presets, plug-ins."""

import base64
import pathlib
import struct

END = b"\x1e"
PRESETS = pathlib.Path(__file__).resolve().parents[2] / "comparators" / "presets"

CHARSETS = {
    "none": (b"text/plain", b"anything \xff"),
    "utf-8": (b"application/json; charset=UTF-8", "caf\u00e9 \U0001f600".encode()),
    "ascii": (b'text/plain; charset="us-ascii"', b"plain"),
    "ascii-high": (b"text/plain; charset=US-ASCII", b"\xe9"),
    "latin1": (b"text/plain;charset=latin1", b"caf\xe9"),
    "iso-8859-1": (b"text/plain; x=1; charset=iso-8859-1", b"\x80\xff"),
    "windows-1252": (b"text/plain; charset=windows-1252", b"\x80\x81\x93"),
    "utf-16-mark": (b"a/b; charset=utf-16", "\ufeffcaf\u00e9 \U0001f600".encode("utf-16-le")),
    "utf-16-big": (b"a/b; charset=utf-16", "caf\u00e9".encode("utf-16-be")),
    "utf-16le": (b"a/b; charset=utf-16le", "\U0001f600".encode("utf-16-le")),
    "utf-16be": (b"a/b; charset=utf-16be", "\U0001f600".encode("utf-16-be")),
    "utf-16-lone": (b"a/b; charset=utf-16le", b"\x00\xd8a\x00"),
    "utf-16-odd": (b"a/b; charset=utf-16be", b"\x00a\x00"),
    "unknown": (b"a/b; charset=koi8-r", b"\xc1"),
    "quoted-open": (b'a/b; charset="utf', b""),
}

FLOATS = {"one": [1.0], "two": [0.5, -2.0], "three": [1e-40, float("inf"), float("nan")], "none": []}

SCHEMAS = {
    "true": ("true", "1"), "false": ("false", "{}"), "type": ('{"type":"integer"}', "1.0"),
    "types": ('{"type":["string","null"]}', "null"), "enum": ('{"enum":[1,"a",{"b":[2]}]}', '{"b":[2]}'),
    "const": ('{"const":1e2}', "100"), "multiple": ('{"multipleOf":0.1}', "0.3"),
    "bounds": ('{"exclusiveMinimum":0,"maximum":18446744073709551616}', "1e400"),
    "lengths": ('{"minLength":2,"maxLength":3}', '"\\ud83d\\ude00\\ud83d"'),
    "pattern": ('{"pattern":"^(a|b*)*$"}', '"abbbc"'), "no-pattern": ('{"pattern":"(?=a)"}', '""'),
    "items": ('{"prefixItems":[true,{"type":"null"}],"items":{"not":{}}}', "[1,null,2]"),
    "contains": ('{"contains":{"const":1},"minContains":2,"maxContains":3}', "[1,2,1]"),
    "unique": ('{"uniqueItems":true}', '[1,1.0,"1",{"a":[1]},{"a":[1.0]}]'),
    "object": ('{"properties":{"a":{"type":"integer"}},"required":["a"],"minProperties":1,'
               '"additionalProperties":false}', '{"a":1,"b":2}'),
    "names": ('{"propertyNames":{"maxLength":1},"patternProperties":{"^x":{"type":"null"}}}',
              '{"xy":null}'),
    "dependent": ('{"dependentRequired":{"a":["b"]},"dependentSchemas":{"a":{"maxProperties":1}}}',
                  '{"a":1}'),
    "combined": ('{"allOf":[{}],"anyOf":[false,{"type":"array"}],"oneOf":[{},{}]}', "[]"),
    "if": ('{"if":{"type":"string"},"then":{"minLength":1},"else":{"minimum":0}}', "-1"),
    "ref": ('{"$ref":"#/$defs/s","$defs":{"s":{"items":{"$ref":"#"}}}}', "[[[[]]]]"),
    "ref-cycle": ('{"$ref":"#"}', "1"), "ref-outside": ('{"$ref":"http://x/"}', "1"),
    "misspelt": ('{"minimun":1}', "1"), "note": ('{"title":"t","x-own":1,"format":"date"}', "1"),
    "unsupported": ('{"unevaluatedItems":false}', "[]"), "no-json": ("{", "1"),
    "deep": ('{"items":' * 40 + "{}" + "}" * 40, "[" * 40 + "]" * 40),
}

# In the order of Builtins(): options, a request, a length of JSON, two bodies.
TENSOR = '{"outputs":[{"name":"p","datatype":"FP32","shape":[3],"data":[0.1,0.7,0.2]}]}'
OTHER = TENSOR.replace("0.7", "0.05")
BINARY = ('{"outputs":[{"name":"p","datatype":"FP32","shape":[3],'
          '"parameters":{"binary_data_size":12}}]}')
BUILTINS = ("status", "exact", "json", "tensors", "top1", "text", "toolcalls", "topk", "probabilities",
            "vectors", "ranking", "numeric", "boxes", "json_schema")
OPTIONS = [
    ("status", "", "x", "y"), ("exact", "{}", "a", "b"),
    ("json", '{"rtol":0.1,"atol":1,"equal_nan":false,"integers":"tolerance","score":"any"}', "[1]", "[2]"),
    ("json", '{"arrays":[{"path":"/a/*","as":"set"},{"path":"/**","as":{"key":"/id"}}]}',
     '{"a":[[1,2]],"b":[{"id":1}]}', '{"a":[[2,1]],"b":[{"id":2}]}'),
    ("tensors", '{"rtol":0.5,"outputs":["p"],"score":"any"}', TENSOR, OTHER),
    ("top1", '{"score":"share","tie_margin":0.5,"count_ties":false}', TENSOR, OTHER),
    ("topk", '{"k":2,"score":"order","reduce":"mean"}', TENSOR, OTHER),
    ("topk", '{"paths":"/predictions/*"}', '{"predictions":[{"a":1,"b":2}]}', '{"predictions":[{"b":1}]}'),
    ("probabilities", '{"score":"max","logits":true}', TENSOR, OTHER),
    ("vectors", '{"score":"pairwise","paths":"/*"}', "[[1,0],[0,1]]", '["AACAPwAAAAA=",[1,1]]'),
    ("numeric", '{"scale":2,"full":3,"sign":true,"texts":true,"paths":["/a","/b/*"]}',
     '{"a":"1.5","b":[1]}', '{"a":-1,"b":[2]}'),
    ("ranking", '{"measure":"ndcg","items":"/r","score":"/s"}', '{"r":[{"id":1,"s":1}]}', '{"r":[]}'),
    ("boxes", '{"items":"/d","box":"/b","label":"/l"}', '{"d":[{"b":[0,0,2,2],"l":"a"}]}',
     '{"d":[{"b":[1,1,3,3],"l":"a"}]}'),
    ("text", '{"score":["edit","chrf","rouge_l"],"case":"fold","space":"keep"}', "The Cat", "the  cat"),
    ("text", '{"paths":"/t","score":"structure","length_ratio":[0.5,2],"refusal_phrases":["No"]}',
     '{"t":"Yes"}', '{"t":"No, I will not"}'),
    ("toolcalls", '{"score":"f1","order":"same","rtol":0.1}', '{"output":[{"name":"f","arguments":"{}"}]}',
     '{"output":[{"name":"f","arguments":{"a":1}}]}'),
    ("json_schema", '{"schema":{"type":"object"},"path":"/a","parse_text":true,"both_invalid":"different"}',
     '{"a":"{}"}', '{"a":[]}'),
    ("json", '{"rtol":-1}', "1", "1"), ("json", '{"tolr":1}', "1", "1"), ("json", "[]", "1", "1"),
    ("text", '{"paths":[]}', "1", "1"), ("topk", '{"k":0}', "1", "1"), ("json", '{"arrays":{"key":"id"}}', "", ""),
]

OWN_PRESET = '''{"name":"fraud","mirror":[{"methods":["POST"],"path":"/score"}],"stateful":["/session"],
"ignore":[{"path":"/id","reason":"names it"}],"unscored":["/model"],"stream":{"assembly":"json-events"},
"greedy":[{"path":"/temperature","equals":0},{"path":"/n","absent":true}],
"comparators":[{"name":"risk","use":"numeric","when":"greedy","optional":true,
"options":{"paths":"/risk"},"profiles":{"new-model":"off"}},{"name":"s","use":"status"}],"judged":"risk"}'''
STREAM = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def charsets():
    """A content-type, a bound's letter and a text."""
    for name, (content_type, text) in CHARSETS.items():
        yield name, content_type + b"\n\x03" + text


def floats():
    """Texts, good and bad."""
    for name, numbers in FLOATS.items():
        yield name, base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers))
    yield "unpadded", b"AACAPw"
    yield "unused-bits", b"AACAPx=="
    yield "no-whole-number", base64.b64encode(b"abc")
    yield "padding-inside", b"AA==AACAPw=="
    yield "url-safe", b"-_CAPw=="
    yield "space", b"AACA Pw=="


def schemas():
    """A schema and a value."""
    for name, (schema, value) in SCHEMAS.items():
        yield name, schema.encode() + END + value.encode()


def options():
    """Three letters; options, a request, a length of JSON and two bodies."""
    def seed(use, given, baseline, candidate, content_type=0, encoding=0, length=b"", request=b"{}"):
        parts = (given.encode(), request, length, baseline, candidate)
        return bytes([BUILTINS.index(use), content_type, encoding]) + END.join(parts) + END
    for number, (use, given, baseline, candidate) in enumerate(OPTIONS):
        yield f"{use}-{number:02}", seed(use, given, baseline.encode(), candidate.encode())
    tail = struct.pack("<3f", 0.1, 0.7, 0.2)
    binary = BINARY.encode() + tail
    for use in ("tensors", "top1", "topk", "json"):
        yield f"{use}-binary", seed(use, "", binary, binary[:-1] + b"\x00", length=str(len(BINARY)).encode())
    for name, length in ("long", b"9999"), ("signed", b"-1"), ("wide", b"9" * 30), ("spaces", b" 7 "):
        yield f"length-{name}", seed("tensors", "", binary, binary, length=length)
    yield "utf-16", seed("json", "", "{}".encode("utf-16-be"), "[1]".encode("utf-16-be"), content_type=3)
    yield "latin1", seed("text", "", b"caf\xe9", b"cafe", content_type=2)
    yield "no-gzip", seed("json", "", b"{}", b"{}", encoding=1)


def presets():
    """Two letters; a preset, a request and two bodies."""
    for path in sorted(PRESETS.glob("*.json")):
        streamed = path.stem == "openai-chat"
        body = STREAM if streamed else b'{"a":1}'
        parts = (path.read_bytes(), b'{"temperature":0}', body, body.replace(b"Hi", b"Ho"))
        yield path.stem, bytes([0, 1 if streamed else 0]) + END.join(parts) + END
    parts = (OWN_PRESET.encode(), b'{"temperature":0.0}', b'{"risk":1}', b'{"risk":2}')
    for profile in range(3):
        yield f"own-{profile}", bytes([profile, 0]) + END.join(parts) + END
    for name, old, new in (("judged", '"judged":"risk"', '"judged":"r"'), ("use", "numeric", "numerics"),
                           ("key", '"greedy"', '"greddy"'), ("pattern", '"/id"', '"id"'),
                           ("root", '"/id"', '"/**"')):
        yield f"bad-{name}", b"\0\0" + OWN_PRESET.replace(old, new).encode() + END


def plugins():
    """A form's letter, and what a library has or says."""
    def text(word):
        return bytes([len(word)]) + word
    given = b"\x01" + text(b"it")
    table = b"\0" + b"\x01\x01\x00" + given + given + b"\x01" + given * 4 + b"\x01\x01\x01\x01"
    yield "table", table
    yield "table-short", b"\0\x00\x20" + table[2:]
    yield "table-cut", table[:9]
    yield "table-name", table.replace(given, b"\x01" + text(b"-it"), 1)
    yield "table-no-options", table[:-4] + b"\x00\x01\x01\x01"
    asked = b"".join(text(name) + bytes([kind]) for name in (b"a", b"b", b"c") for kind in range(3))
    yield "options", b"\x01" + b'{"a":1.5,"b":"x"}' + END + asked
    yield "options-words", b"\x01" + b'{"a":NaN,"b":true}' + END + asked
    yield "options-refused", b"\x01{}" + END + (text(b"a") + b"\x03\x01" + text(b"is\nno")) * 20
    bodies = b"\x02one" + END + b"two" + END
    yield "says", bodies + b"\x01\x64\x02" + text(b"differs") + b"\x03\x00" + text(b"/a") + text(b"1")
    yield "says-nan", bodies + b"\x00" + struct.pack("<d", float("nan"))
    yield "says-two", bodies + b"\x00" + struct.pack("<d", 2.0)
    yield "says-nothing", bodies
    yield "says-much", bodies + (b"\x02" + text(b"why " * 60)) * 4 + b"\x01\x01"
    yield "says-many", bodies + (b"\x03\x63" + text(b"/p") + text(b"v" * 255)) * 40 + b"\x01\x01"
    for why in range(6):
        yield f"cannot-tell-{why}", bodies + b"\x04" + bytes([why]) + text(b"because")
