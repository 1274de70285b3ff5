"""Seeds of the HTTP/2 frames, behind the preface and the client's SETTINGS."""


def frame(kind, flags, stream, payload=b""):
    return (len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")
            + payload)


def literal(name, value):
    """A field without the table."""
    return b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value


DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, END_HEADERS, PADDED, WITH_PRIORITY = 1, 4, 8, 32
GET = b"\x82\x86\x84\x41\x01a"
POST = b"\x83\x86\x84\x41\x01a"
END = END_STREAM | END_HEADERS


def fields(*more):
    return GET + b"".join(literal(*field) for field in more)


FRAMES = {
    "get": frame(HEADERS, END, 1, GET),
    "post": frame(HEADERS, END_HEADERS, 1, POST) + frame(DATA, END_STREAM, 1, b"hello"),
    "post-length": frame(HEADERS, END_HEADERS, 1, POST + literal(b"content-length", b"5"))
                   + frame(DATA, 0, 1, b"he") + frame(DATA, END_STREAM, 1, b"llo"),
    "length-too-long": frame(HEADERS, END_HEADERS, 1, POST + literal(b"content-length", b"9"))
                       + frame(DATA, END_STREAM, 1, b"hello"),
    "length-of-nothing": frame(HEADERS, END, 1, POST + literal(b"content-length", b"9")),
    "length-twice": frame(HEADERS, END_HEADERS, 1, POST + 2 * literal(b"content-length", b"5"))
                    + frame(DATA, END_STREAM, 1, b"hello"),
    "padded": frame(HEADERS, END_HEADERS | PADDED, 1, b"\x03" + POST + b"\0\0\0")
              + frame(DATA, END_STREAM | PADDED, 1, b"\x02hello\0\0"),
    "padding-too-long": frame(HEADERS, END | PADDED, 1, b"\xff" + GET),
    "continued": frame(HEADERS, END_STREAM, 1, GET[:3]) + frame(CONTINUATION, END_HEADERS, 1, GET[3:]),
    "continued-by-another": frame(HEADERS, END_STREAM, 1, GET) + frame(DATA, 0, 1, b"x"),
    "continued-for-ever": frame(HEADERS, END_STREAM, 1, GET) + 20 * frame(CONTINUATION, 0, 1, b""),
    "trailers": frame(HEADERS, END_HEADERS, 1, POST) + frame(DATA, 0, 1, b"hello")
                + frame(HEADERS, END, 1, literal(b"x-sum", b"7") + literal(b"authorization", b"x")),
    "trailers-without-end": frame(HEADERS, END_HEADERS, 1, POST)
                            + frame(HEADERS, END_HEADERS, 1, literal(b"x-sum", b"7")),
    "trailers-pseudo": frame(HEADERS, END_HEADERS, 1, POST) + frame(HEADERS, END, 1, GET),
    "grpc": frame(HEADERS, END_HEADERS, 1, POST + literal(b"content-type", b"application/grpc")
                  + literal(b"content-length", b"5") + literal(b"te", b"trailers"))
            + frame(DATA, END_STREAM, 1, b"\0\0\0\0\0"),
    "priority": frame(HEADERS, END | WITH_PRIORITY, 3, b"\0\0\0\1\x10" + GET)
                + frame(PRIORITY, 0, 5, b"\0\0\0\5\1"),
    "two-streams": frame(HEADERS, END_HEADERS, 1, POST) + frame(HEADERS, END_HEADERS, 3, POST)
                   + frame(DATA, END_STREAM, 3, b"b") + frame(DATA, END_STREAM, 1, b"a"),
    "streams-backwards": frame(HEADERS, END, 3, GET) + frame(HEADERS, END, 1, GET),
    "stream-even": frame(HEADERS, END, 2, GET),
    "too-many-streams": b"".join(frame(HEADERS, END_HEADERS, 2 * i + 1, POST) for i in range(12)),
    "reset": frame(HEADERS, END_HEADERS, 1, POST) + frame(RST, 0, 1, b"\0\0\0\x08")
             + frame(DATA, END_STREAM, 1, b"late"),
    "resets": b"".join(frame(HEADERS, END_HEADERS, 2 * i + 1, POST)
                       + frame(RST, 0, 2 * i + 1, b"\0\0\0\x08") for i in range(20)),
    "pings": 40 * frame(PING, 0, 0, b"12345678"),
    "ping-short": frame(PING, 0, 0, b"1234"),
    "settings": frame(SETTINGS, 0, 0, b"\0\4\0\0\0\0\0\1\0\0\0\0") + frame(SETTINGS, 1, 0),
    "settings-odd": frame(SETTINGS, 0, 0, b"\0\4\0"),
    "settings-frame-size": frame(SETTINGS, 0, 0, b"\0\5\0\0\0\1"),
    "windows": 40 * frame(WINDOW, 0, 0, b"\0\0\0\1"),
    "window-zero": frame(HEADERS, END, 1, GET) + frame(WINDOW, 0, 1, b"\0\0\0\0"),
    "window-overflow": 2 * frame(WINDOW, 0, 0, b"\x7f\xff\xff\xff"),
    "empty-data": frame(HEADERS, END_HEADERS, 1, POST) + 40 * frame(DATA, 0, 1),
    "data-without-stream": frame(DATA, 0, 0, b"x"),
    "push": frame(PUSH, END_HEADERS, 1, b"\0\0\0\2" + GET),
    "goaway": frame(GOAWAY, 0, 0, b"\0\0\0\0\0\0\0\0why") + frame(HEADERS, END, 1, GET),
    "unknown": frame(0xEE, 0xFF, 7, b"whatever") + frame(HEADERS, END, 1, GET),
    "frame-too-large": b"\xff\xff\xff\0\0\0\0\0\1",
    "table": frame(HEADERS, END, 1, GET + b"\x40\x01b\x03ccc") + frame(HEADERS, END, 3, GET + b"\xbe\xbe"),
    "table-size": frame(HEADERS, END, 1, b"\x20" + GET + b"\x40\x01b\x01c"),
    "table-size-too-large": frame(HEADERS, END, 1, b"\x3f\xff\xff\x7f" + GET),
    "table-unknown": frame(HEADERS, END, 1, GET + b"\xff\xff\x7f"),
    "table-huffman": frame(HEADERS, END, 1, GET + b"\x40\x01b\x85\xff\xff\xff\xff\xff"),
    "unfolding": frame(HEADERS, END, 1, GET + b"\x40\x01b\x7f\x81\x0f" + b"x" * 2048 + b"\xbe" * 3000),
    "many-fields": frame(HEADERS, END, 1, GET + 40 * literal(b"x", b"y")),
    "field-large": frame(HEADERS, END, 1, GET + b"\x00\x01x\x7f\x81\x3f" + b"y" * 8192),
    "field-upper-case": frame(HEADERS, END, 1, fields((b"X-A", b"1"))),
    "field-line-break": frame(HEADERS, END, 1, fields((b"x-a", b"1\r\nx-b: 2"))),
    "field-nul": frame(HEADERS, END, 1, fields((b"x-a", b"1\0"))),
    "field-colon": frame(HEADERS, END, 1, fields((b"x:a", b"1"))),
    "field-white-space": frame(HEADERS, END, 1, fields((b"x-a", b" 1\t"))),
    "field-of-the-connection": frame(HEADERS, END, 1, fields((b"connection", b"close"))),
    "field-chunked": frame(HEADERS, END_HEADERS, 1, fields((b"transfer-encoding", b"chunked"))),
    "fields-cookies": frame(HEADERS, END, 1, fields((b"cookie", b"a=1"), (b"cookie", b"b=2"))),
    "fields-expect": frame(HEADERS, END_HEADERS, 1, fields((b"expect", b"100-continue"))),
    "hosts": frame(HEADERS, END, 1, fields((b"host", b"b"))),
    "host-alone": frame(HEADERS, END, 1, b"\x82\x86\x84" + literal(b"host", b"b")),
    "host-none": frame(HEADERS, END, 1, b"\x82\x86\x84"),
    "host-user": frame(HEADERS, END, 1, b"\x82\x86\x84" + literal(b":authority", b"a@b")),
    "pseudo-twice": frame(HEADERS, END, 1, GET + b"\x82"),
    "pseudo-late": frame(HEADERS, END, 1, literal(b"x", b"y") + GET),
    "pseudo-unknown": frame(HEADERS, END, 1, GET + literal(b":extra", b"x")),
    "pseudo-missing": frame(HEADERS, END, 1, b"\x82\x84\x41\x01a"),
    "path-empty": frame(HEADERS, END, 1, b"\x82\x86\x41\x01a" + literal(b":path", b"")),
    "path-space": frame(HEADERS, END, 1, b"\x82\x86\x41\x01a" + literal(b":path", b"/a HTTP/1.1")),
    "path-fragment": frame(HEADERS, END, 1, b"\x82\x86\x41\x01a" + literal(b":path", b"/a#b")),
    "path-asterisk": frame(HEADERS, END, 1, b"\x86\x41\x01a" + literal(b":method", b"OPTIONS")
                           + literal(b":path", b"*")),
    "path-absolute": frame(HEADERS, END, 1, b"\x82\x86\x41\x01a" + literal(b":path", b"http://b/")),
    "method-connect": frame(HEADERS, END_HEADERS, 1, literal(b":method", b"CONNECT") + b"\x41\x01a"),
    "method-space": frame(HEADERS, END, 1, b"\x86\x84\x41\x01a" + literal(b":method", b"GET /x")),
}


def connections():
    """(name, bytes) pairs."""
    yield from FRAMES.items()
