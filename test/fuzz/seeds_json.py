"""Seeds of what reads JSON: the reader itself, pointers, patterns, redaction and comparators."""

TEXTS = {
    "empty-object": b"{}",
    "empty-array": b" [ ] ",
    "scalars": b'[null,true,false,0,-0,1,-1,1.5,1e3,1E-3,"x",""]',
    "nested": b'{"a":{"b":[{"c":[[],{}]}]},"d":[1,[2,[3]]]}',
    "escapes": b'"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00"',
    "lone-surrogates": b'["\\ud800","\\udc00x",{"\\ud800":1}]',
    "escaped-keys": b'{"\\u0061":1,"b\\u002fc":2,"~":3,"":4,"\\"":5}',
    "nul": b'"\\u0000"',
    "utf8": b'"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"',
    "bad-utf8": b'"\xc3("',
    "overlong": b'"\xc0\xaf"',
    "bom": b"\xef\xbb\xbf{}",
    "words": b"[NaN,Infinity,-Infinity]",
    "integers": b"[9223372036854775807,-9223372036854775808,18446744073709551615,"
                b"18446744073709551616,-9223372036854775809]",
    "decimals": b"[1.7976931348623157e308,4.9e-324,2e308,-2e308,0.1,1e-999,1e999,"
                b"123456789012345678901234567890.5]",
    "leading-zero": b"[01]",
    "plus": b"[+1]",
    "dot": b"[1.]",
    "repeated-key": b'{"a":1,"a":2}',
    "repeated-key-escaped": b'{"a":1,"\\u0061":2}',
    "trailing": b"{} x",
    "trailing-comma": b"[1,]",
    "open": b'{"a":[1,2',
    "mismatch": b'{"a":[1}]',
    "control": b'"a\nb"',
    "deep": b"[" * 60 + b"]" * 60,
    "openings": b"[" * 600,
    "long-number": b"1" * 1100,
    "inference": b'{"model_name":"m","id":"7","outputs":[{"name":"p","datatype":"FP32",'
                 b'"shape":[2,2],"data":[0.1,0.9,0.8,0.2]}]}',
}

POINTED = [
    ("root", "", b'{"a":1}'), ("member", "/a", b'{"a":1,"b":2}'), ("last", "/b", b'{"a":1,"b":2}'),
    ("deep", "/a/b/0/c", b'{"a":{"b":[{"c":true}]}}'), ("index", "/1", b"[1, 2 ,3]"),
    ("index-beyond", "/3", b"[1,2,3]"), ("index-zero", "/01", b"[1,2]"), ("dash", "/-", b"[1]"),
    ("missing", "/z", b'{"a":1 }'), ("missing-empty", "/z", b"{ }"), ("missing-deep", "/y/z", b"{}"),
    ("escape-slash", "/a~1b", b'{"a/b":1}'), ("escape-tilde", "/~0", b'{"~":1}'),
    ("key-escaped", "/A", b'{"\\u0041":1}'), ("key-quote", '/"', b'{"\\"":1}'),
    ("key-empty", "/", b'{"":1}'), ("repeated", "/a", b'{"a":1,"a":2}'),
    ("no-json", "/a", b'{"a":1,'), ("bad-ending", "/a", b'{"a":[1}'), ("backslash", "/a", b'{"a\\'),
    ("no-pointer", "a", b'{"a":1}'), ("spaces", "/a", b' { "a" : [ 1 , { } ] , "b" : "}" } '),
    ("string-brackets", "/b", b'{"a":"]}\\"[{","b":2}'), ("scalar", "/a", b"17"),
    ("openings", "/0/0", b"[" * 300),
]

DOCUMENT = b'{"user":"u","items":[{"id":1,"t":2},{"id":3}],"meta":{"x":{"t":1}},"*":0,"0":"z"}'
PATTERNS = ["", "/", "/user", "/items/*/id", "/items/0/id", "/items/1", "/**/t", "/**", "/*", "/*/*",
            "/meta/**", "/**/x/**/t", "/0", "/~1", "user", "/items/-1", "/items/00/id", "/**/**/id"]

REDACTED = [
    ("user", "/user", DOCUMENT), ("two", "/user /meta/x", DOCUMENT), ("each", "/items/*/id", DOCUMENT),
    ("index", "/items/1/id", DOCUMENT), ("any-depth", "/**/t", DOCUMENT), ("all", "", b"[1]"),
    ("no-pointer", "user", b'{"a":1}'), ("root-deep", "/**", DOCUMENT), ("slash", "/", b'{"":1}'),
    ("escaped-key", "/user", b'{"\\u0075ser":"secret"}'), ("repeated", "/a", b'{"a":1,"a":2}'),
    ("escaped-token", "/a~1b", b'{"a/b":"s","a":{"b":1}}'), ("lone", "/a", b'{"\\ud800":1,"a":2}'),
    ("surrogates", "/\xf0\x9f\x98\x80".encode("latin-1").decode("utf-8"), b'{"\\ud83d\\ude00":1}'),
    ("words", "/a", b'{"a":NaN,"b":-Infinity}'), ("cut", "/a", b'{"a":"secret'),
    ("no-json", "/a", b"secret"), ("nested", "/a/b", b'{"a":{"b":{"a":{"b":1}}}}'),
    ("deep", "/a", b"[" * 100 + b"]" * 100), ("numbers", "/0 /1/2", b'[[0],[0,1,{"s":1}]]'),
    ("spaces", "/a", b' { "a" : [ 1 , 2 ] , "b" : 3 } '), ("none", "/z", DOCUMENT),
    ("key-number", "/0", b'{"0":"s","1":"t"}'), ("zeros", "/00", b'["s"]'),
]


def tensor(datatype, shape, data, name="p"):
    """One output of an inference answer."""
    return (f'{{"name":"{name}","datatype":"{datatype}","shape":{shape},"data":{data}}}').encode()


def answer(*outputs, more=b""):
    """An inference answer."""
    return b'{"model_name":"m"' + more + b',"outputs":[' + b",".join(outputs) + b"]}"


PAIRS = [
    ("same", answer(tensor("FP32", "[1,3]", "[0.1,0.7,0.2]")), None),
    ("flip", answer(tensor("FP32", "[1,3]", "[0.1,0.7,0.2]")),
     answer(tensor("FP32", "[1,3]", "[0.7,0.1,0.2]"))),
    ("nested", answer(tensor("FP64", "[2,2]", "[[1,2],[3,4]]")),
     answer(tensor("FP64", "[2,2]", "[1,2,3,4.5]"))),
    ("shape", answer(tensor("INT64", "[2]", "[1,2]")), answer(tensor("INT64", "[1,2]", "[1,2]"))),
    ("datatype", answer(tensor("INT32", "[1]", "[1]")), answer(tensor("FP32", "[1]", "[1]"))),
    ("bytes", answer(tensor("BYTES", "[2]", '["cat","dog"]')),
     answer(tensor("STRING", "[2]", '["cat","cow"]'))),
    ("bools", answer(tensor("BOOL", "[2]", "[true,false]")),
     answer(tensor("BOOL", "[2]", "[true,true]"))),
    ("nan", answer(tensor("FP32", "[3]", "[NaN,null,Infinity]")),
     answer(tensor("FP32", "[3]", "[null,NaN,-Infinity]"))),
    ("scalar", answer(tensor("FP32", "[]", "[1]")), answer(tensor("FP32", "[]", "[2]"))),
    ("empty", answer(tensor("FP32", "[0,4]", "[]")), answer(tensor("FP32", "[4,0]", "[]"))),
    ("huge-shape", answer(tensor("FP32", "[4294967296,4294967296]", "[1]")), None),
    ("negative-shape", answer(tensor("FP32", "[-1]", "[1]")), None),
    ("too-few", answer(tensor("FP32", "[3]", "[1]")), answer(tensor("FP32", "[3]", "[1,2,3]"))),
    ("two-outputs", answer(tensor("FP32", "[1]", "[1]", "a"), tensor("FP32", "[1]", "[2]", "b")),
     answer(tensor("FP32", "[1]", "[2]", "b"), tensor("FP32", "[1]", "[1]", "a"))),
    ("missing-output", answer(tensor("FP32", "[1]", "[1]", "a"), tensor("FP32", "[1]", "[2]", "b")),
     answer(tensor("FP32", "[1]", "[1]", "a"))),
    ("big-integers", answer(tensor("UINT64", "[2]", "[18446744073709551615,1e400]")),
     answer(tensor("UINT64", "[2]", "[18446744073709551616,0]"))),
    ("labels", b'{"predictions":[{"label":"cat","score":0.9}]}',
     b'{"predictions":[{"label":"dog","score":0.9}]}'),
    ("chat", b'{"choices":[{"message":{"content":"yes"}}]}',
     b'{"choices":[{"message":{"content":"no"}}]}'),
    ("ignored", b'{"a":1,"meta":{"x":2},"items":[{"id":1,"v":2}],"t":3,"list":[1,2]}',
     b'{"a":2,"meta":{"x":3},"items":[{"id":2,"v":2}],"t":4,"list":[2,2]}'),
    ("keyed", b'{"items":[{"id":1,"v":1},{"id":2,"v":2}]}',
     b'{"items":[{"id":2,"v":2},{"id":1,"v":3}]}'),
    ("keyed-twice", b'[{"id":1},{"id":1},{"id":null}]', b'[{"id":1},{}]'),
    ("sets", b"[1,2,2,3,[4,5]]", b"[3,2,1,[5,4],4]"),
    ("tolerance", b"[1.0,100,1e-9,-5]", b"[1.005,101,2e-9,-5.4]"),
    ("types", b'{"a":1,"b":"x","c":[1]}', b'{"a":"1","b":null,"c":{"0":1}}'),
    ("broken", b'{"a":1', b'{"a":1}'), ("no-json", b"hello", b"hallo"), ("nothing", b"", b"{}"),
]

# What generative models answer: texts, tool calls, structured outputs.
GENERATED = [
    ("text", b"The cat sat on the mat.", b"The cat is on the mat."),
    ("unicode", "na\u00efve caf\u00e9 \u6771\u4eac".encode(),
     "nai\u0308ve CAFE\u0301 \u4eac\u90fd \u1100\u1161\u11a8".encode()),
    ("string", b'"a\\ud800b\\u0301"', b'" a b"'),
    ("refusal", b'{"choices":[{"message":{"content":"Here it is"},"finish_reason":"stop"}]}',
     b'{"choices":[{"message":{"content":"I cannot do it"},"finish_reason":"length"}]}'),
    ("structured", b'{"choices":[{"message":{"content":"{\\"age\\":7,\\"tags\\":[\\"a\\"]}"}}]}',
     b'{"choices":[{"message":{"content":"```json\\n{\\"age\\":\\"7\\"}\\n```"}}]}'),
    ("calls", b'{"choices":[{"message":{"tool_calls":[{"function":{"name":"f",'
     b'"arguments":"{\\"x\\":1}"}},{"function":{"name":"g","arguments":""}}]}}]}',
     b'{"choices":[{"message":{"tool_calls":[{"function":{"name":"g","arguments":{}}},'
     b'{"function":{"name":"f","arguments":"{\\"x\\":"}}]}}]}'),
    ("blocks", b'{"content":[{"type":"text","text":"a"},{"type":"tool_use","name":"f","input":{}}]}',
     b'{"output":[{"type":"function_call","name":"f","arguments":"{}"}]}'),
    ("values", b'{"age":7,"tags":["a","b"],"next":{"age":8}}',
     b'{"age":7.5,"tags":["a","a"],"next":{"x":1}}'),
]


# For the comparators of numbers and lists, which two suites hold.
NUMBER_PAIRS = [
    ("vectors", b'{"data":[{"index":1,"embedding":[0.6,0.8]},{"index":0,"embedding":"AACAPwAAAAA="}]}',
     b'{"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[0.8,0.6,0]}]}'),
    ("batch", b'{"embeddings":[[1,0],[0,1],[1,1]]}', b'{"embeddings":[[1,0,0],[0,0,1],[0,1,0]]}'),
    ("ranking", b'{"results":[{"index":0,"relevance_score":0.9},{"index":1,"relevance_score":-2}]}',
     b'{"results":[{"index":1,"relevance_score":NaN},{"index":2,"relevance_score":0.9}]}'),
    ("boxes", b'{"predictions":[{"label":"cat","score":0.9,"box":[0,0,10,10]},{"box":[3,3,3,3]}]}',
     b'{"predictions":[{"label":"cat","score":0.8,"box":[1,1,11,11]},{"box":[5,4,3,1e999]}]}'),
    ("classes", answer(tensor("BYTES", "[1,2]", '["0.9:1:cat","0.1:2:dog"]')),
     answer(tensor("BYTES", "[1,2]", '["0.9:2:dog","0.1:1:cat"]'))),
    ("distributions", answer(tensor("FP32", "[2,2]", "[0.5,0.5,1,0]")),
     answer(tensor("FP32", "[2,2]", "[0.5,0.5,NaN,0]"))),
    ("ignored-numbers", b'{"a":[1,2],"list":[7,2],"items":[{"id":1,"t":2,"b":[0,0,1,1]}],"b":{"t":[1,0]}}',
     b'{"a":[2,1],"list":[8,2],"items":[{"id":2,"t":3,"b":[0,0,1,1]}],"b":{"t":[0,1]}}'),
]


def texts():
    """Of the reader."""
    yield from TEXTS.items()


def pointed():
    """A pointer and a text."""
    for name, pointer, text in POINTED:
        yield name, pointer.encode() + b"\n" + text


def patterned():
    """A pattern and a text."""
    for number, pattern in enumerate(PATTERNS):
        yield f"pattern-{number:02}", pattern.encode() + b"\n" + DOCUMENT
    yield "deep", b"/**/a/**/a\n" + b'{"a":' * 20 + b"1" + b"}" * 20
    yield "long", b"/a" * 61 + b"\n{}"


def redacted():
    """Patterns and a text."""
    for name, patterns, text in REDACTED:
        yield name, patterns.encode() + b"\n" + text


def pairs():
    """A suite, two statuses, an encoding and two bodies."""
    for name, baseline, candidate in PAIRS:
        for suite in range(6):
            tensors = baseline.startswith(b'{"model_name"')
            if suite == 2 or tensors == (suite in (1, 3)):
                continue
            body = baseline + b"\x1e" + (baseline if candidate is None else candidate)
            yield f"{name}-{suite}", bytes([suite, 0, 0, 0]) + body
    for name, baseline, candidate in NUMBER_PAIRS:
        for suite in (6, 7):
            yield f"{name}-{suite}", bytes([suite, 0, 0, 0]) + baseline + b"\x1e" + candidate
    for name, baseline, candidate in GENERATED:
        yield f"generated-{name}", b"\x08\x00\x00\x00" + baseline + b"\x1e" + candidate
    yield "bytes-equal", b"\x02\x00\x00\x00same\x1esame"
    yield "bytes-differ", b"\x02\x00\x00\x00same\x1eother"
    yield "status-class", b"\x02\x00\x02\x00x\x1ex"
    yield "errors", b"\x00\x04\x05\x00{}\x1e{}"
    yield "no-gzip", b"\x01\x00\x00\x01{}\x1eno gzip"
