"""Seeds of the HTTP readers."""

HOST = b"Host: a\r\n"
NEXT = b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n"

REQUEST_FRAMINGS = {
    "length": (b"Content-Length: 5\r\n", b"hello"),
    "length-zero": (b"Content-Length: 0\r\n", b""),
    "length-leading-zeros": (b"Content-Length: 0005\r\n", b"hello"),
    "length-twice": (b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello"),
    "length-list": (b"Content-Length: 5, 5\r\n", b"hello"),
    "length-signed": (b"Content-Length: +5\r\n", b"hello"),
    "length-63-bits": (b"Content-Length: 9223372036854775807\r\n", b"x"),
    "length-64-bits": (b"Content-Length: 9223372036854775808\r\n", b"x"),
    "length-underscore": (b"Content_Length: 5\r\n", b""),
    "chunked": (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n"),
    "chunked-case": (b"transfer-encoding:\tCHUNKED \r\n", b"A\r\n0123456789\r\n0\r\n\r\n"),
    "chunked-extensions": (b"Transfer-Encoding: chunked\r\n",
                           b"5;a=b;c=\"d e\"\r\nhello\r\n0;last\r\n\r\n"),
    "chunked-trailers": (b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n",
                         b"1\r\nx\r\n0\r\nX-Sum: 1\r\nX-More:\r\n\r\n"),
    "chunked-bad-trailer": (b"Transfer-Encoding: chunked\r\n", b"0\r\nHost: b\r\n\r\n"),
    "chunked-bare-lf": (b"Transfer-Encoding: chunked\r\n", b"5\nhello\r\n0\r\n\r\n"),
    "chunked-short": (b"Transfer-Encoding: chunked\r\n", b"5\r\nhell\r\n0\r\n\r\n"),
    "chunked-huge": (b"Transfer-Encoding: chunked\r\n", b"fffffffffffffff\r\nx"),
    "chunked-too-many-digits": (b"Transfer-Encoding: chunked\r\n", b"0000000000000001\r\nx"),
    "chunked-twice": (b"Transfer-Encoding: chunked, chunked\r\n", b"0\r\n\r\n"),
    "coding-before-chunked": (b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n"),
    "coding-underscore": (b"Transfer_Encoding: chunked\r\n", b""),
    "both-framings": (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
    "until-end-of-input": (b"Content-Length: 50\r\n", b"hello"),
}

REQUEST_FIELDS = {
    "hop-by-hop": b"Connection: x-a, X-B , keep-alive\r\nX-A: 1\r\nX-B: 2\r\nTE: trailers\r\n"
                  b"Upgrade: h2c\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\nX-C: 3\r\n",
    "connection-names-host": b"Connection: host, content-length, x-forwarded-for, close\r\n",
    "credentials": b"Authorization: Bearer x\r\nCookie: a=b\r\nX_Api_Key: k\r\nX-Team: t\r\n",
    "forged": b"X-Forwarded-For: 1.2.3.4\r\nX_Forwarded_Host: b\r\nx-understudy-role: shadow\r\n",
    "traceparent": b"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
    "expect": b"Expect: 100-continue\r\n",
    "expect-other": b"Expect: 100-continue, 200-ok\r\n",
    "empty-value": b"X:\r\nY: \t \r\n",
    "high-bytes": b"X: caf\xc3\xa9 \xff\r\n",
    "folded": b"X: a\r\n b\r\n",
    "space-before-colon": b"X : a\r\n",
    "bare-cr": b"X: a\rb\r\n",
    "nul": b"X: a\0b\r\n",
    "no-colon": b"X\r\n",
    "no-name": b": x\r\n",
    "two-hosts": b"Host: b\r\n",
    "many": b"".join(b"X-%d: y\r\n" % i for i in range(30)),
    "long": b"X: " + b"y" * 2100 + b"\r\n",
}

START_LINES = {
    "absolute": b"GET http://b.example:81/x?y HTTP/1.1\r\n",
    "absolute-no-path": b"OPTIONS http://b HTTP/1.1\r\n",
    "absolute-user": b"GET http://u@b/ HTTP/1.1\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\n",
    "old": b"GET / HTTP/1.0\r\n",
    "newer-minor": b"GET / HTTP/1.7\r\n",
    "two": b"GET / HTTP/2.0\r\n",
    "no-version": b"GET /\r\n",
    "space-in-target": b"GET /a b HTTP/1.1\r\n",
    "fragment": b"GET /a#b HTTP/1.1\r\n",
    "dots": b"GET /../a/./b//c%2f%00;p?q=/.. HTTP/1.1\r\n",
    "other-method": b"M-SEARCH /x HTTP/1.1\r\n",
    "connect": b"CONNECT b:443 HTTP/1.1\r\n",
    "bare-lf": b"GET / HTTP/1.1\n",
}


def requests():
    """(name, bytes) pairs; most are followed by a request that must stay its own."""
    start = b"POST /v2/models/m/infer?x=%20 HTTP/1.1\r\n"
    for name, (fields, body) in REQUEST_FRAMINGS.items():
        yield name, start + HOST + fields + b"\r\n" + body + NEXT
    for name, fields in REQUEST_FIELDS.items():
        yield "fields-" + name, start + HOST + fields + b"Content-Length: 2\r\n\r\n{}" + NEXT
    for name, line in START_LINES.items():
        yield "line-" + name, line + HOST + b"\r\n" + NEXT
    yield "no-host", b"GET / HTTP/1.1\r\n\r\n"
    yield "host-ipv6", b"GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"
    yield "host-path", b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"
    yield "empty-lines", b"\r\n\r\n" + NEXT + b"\r\n" + NEXT
    yield "only-cr", b"\r" + NEXT
    yield "body-like-a-head", (start + HOST + b"Content-Length: %d\r\n\r\n" % len(NEXT) + NEXT + NEXT)


STATUS_LINES = {
    "no-reason": b"HTTP/1.1 200\r\n",
    "empty-reason": b"HTTP/1.1 200 \r\n",
    "long-reason": b"HTTP/1.1 200 All is \xe9 well\r\n",
    "old": b"HTTP/1.0 200 OK\r\n",
    "newer-minor": b"HTTP/1.9 200 OK\r\n",
    "two": b"HTTP/2 200 OK\r\n",
    "four-digits": b"HTTP/1.1 2000 OK\r\n",
    "too-low": b"HTTP/1.1 099 OK\r\n",
    "too-high": b"HTTP/1.1 600 OK\r\n",
    "bare-lf": b"HTTP/1.1 200 OK\n",
    "icy": b"ICY 200 OK\r\n",
}

ANSWERS = {
    "length": b"200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "length-zero": b"200 OK\r\nContent-Length: 0\r\n\r\n",
    "length-twice": b"200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "length-cut": b"200 OK\r\nContent-Length: 20\r\n\r\n{}",
    "surplus": b"200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n",
    "until-close": b"200 OK\r\nContent-Type: text/plain\r\n\r\nto the end\r\n0\r\n\r\n",
    "until-close-empty": b"200 OK\r\n\r\n",
    "chunked": b"200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\n{}\r\n0\r\nX: y\r\n\r\n",
    "chunked-bad": b"200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n",
    "both-framings": b"200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
    "coding-other": b"200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
    "no-content": b"204 No Content\r\nContent-Length: 5\r\n\r\n",
    "not-modified": b"304 Not Modified\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\n",
    "not-modified-chunked": b"304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
    "interim": b"103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
               b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "switching": b"101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    "hop-by-hop": b"200 OK\r\nConnection: x-a, content-length, date\r\nX-A: 1\r\nDate: now\r\n"
                  b"Keep-Alive: x\r\nContent-Length: 2\r\n\r\n{}",
    "forged": b"200 OK\r\nx-understudy-reason: x\r\nX_Understudy_Arm: y\r\nContent-Length: 0\r\n\r\n",
    "cookies": b"200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nDate: x\r\nContent-Length: 0\r\n\r\n",
    "retry": b"503 Busy\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "folded": b"200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "nul": b"200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n",
    "many": b"200 OK\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(30)) + b"\r\n",
}


def answers():
    """(name, bytes) pairs."""
    for name, rest in ANSWERS.items():
        yield name, b"HTTP/1.1 " + rest
    for name, line in STATUS_LINES.items():
        yield "line-" + name, line + b"Content-Length: 2\r\n\r\n{}"
