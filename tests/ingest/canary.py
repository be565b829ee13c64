"""A server on loopback, which nothing may touch that was not told to."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PAGE = b"<html><body><h1>Envoys meet</h1><p>They met on Monday.</p></body></html>"


class Canary:
    """A server on loopback that notes every connection, and answers as it is told."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        canary = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                canary.asked.append(self.path)
                canary.headers = dict(self.headers)
                status, headers, body = canary.answers.get(self.path, (200, {"Content-Type": "text/html"}, PAGE))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.path == "/slow":
                    canary.slow(self.wfile)
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.connections = 0
        accept = self.server.get_request

        def counted() -> Any:
            self.connections += 1
            return accept()

        self.server.get_request = counted  # type: ignore[method-assign]
        self.port = self.server.server_port
        self.done = threading.Event()
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def slow(self, file: Any) -> None:
        """A byte now and then, so that no single wait is long."""
        try:
            while not self.done.wait(0.05):
                file.write(b"x")
                file.flush()
        except OSError:
            self.done.set()

    def redirect(self, path: str, target: str) -> None:
        self.answers[path] = (302, {"Location": target}, b"")

    @property
    def host(self) -> str:
        """As FETCH_ALLOWED_HOSTS names it."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.done.set()
        self.server.shutdown()
        self.server.server_close()
