"""A web server for a test: real, on a free port of 127.0.0.1, gone at the end."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Quiet(BaseHTTPRequestHandler):
    """What a test's handler begins with: it logs nothing and reads and answers whole bodies."""

    def log_message(self, *_: object) -> None:
        pass

    def body(self) -> bytes:
        """What was sent with the request."""
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer; in names of headers an underscore stands for a dash."""
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class WebServer(ThreadingHTTPServer):
    daemon_threads = True  # who still waits for an answer keeps no test from ending
    url = ""


@contextmanager
def web_server(handler: Callable[..., Any], certificate: ssl.SSLContext | None = None) -> Iterator[WebServer]:
    """Run a server that answers by `handler`, with `certificate` over TLS."""
    with WebServer(("127.0.0.1", 0), handler) as running:
        running.url = f"http{'s' if certificate else ''}://127.0.0.1:{running.server_port}"
        if certificate:
            running.socket = certificate.wrap_socket(running.socket, server_side=True)
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield running
        finally:
            running.shutdown()
            thread.join()
