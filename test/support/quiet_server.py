"""What the tests' small HTTP servers share: HTTP/1.1 with keep-alive on the loopback address, on threads
of the test, that says nothing of clients that leave.

Sub-classes of Handler have do_GET() and do_POST(); Server serves one until close().
"""

import http.server
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def body(self):
        """Of the request, which must have its length."""
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def answer(self, status, body, content_type="application/json", fields=()):
        """One of known length; `fields` are further (name, value)."""
        self.send_response(status)
        self.send_header("content-type", content_type)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass


class WholeHandler(Handler):
    wbufsize = -1  # a head and its body go out together


class Server:
    """`address` is its host and port."""

    def __init__(self, handler):
        class Quiet(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_arguments):
                pass  # a proxy that closes a connection is no news

        self._server = Quiet(("127.0.0.1", 0), handler)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
