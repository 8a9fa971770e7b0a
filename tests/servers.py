"""Servers on this machine that take what Vigil sends out: a web server for webhooks, and a mail server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import StreamRequestHandler, TCPServer, ThreadingTCPServer
from typing import TypeVar

Server = TypeVar("Server", bound=TCPServer)


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """The server, answering until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Hook(HTTPServer):
    """Keeps path, headers and body of what it was sent, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Posted)
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        self.location = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/vigil?team=1"


class _Posted(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Nothing."""


class MailServer(ThreadingTCPServer):
    """Keeps the mails it took; refuses recipients and whole mails as it is told (SMTP, RFC 5321)."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Mailed)
        self.got: list[tuple[list[str], str]] = []
        self.refused: dict[str, int] = {}
        self.busy = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Mailed(StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 here")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                code = self.server.refused.get(address, 250)
                to += [address] if code == 250 else []
                self._say(f"{code} so")
            elif verb == "DATA":
                self._data(to)
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 so")

    def _data(self, to: list[str]) -> None:
        if self.server.busy:
            self.server.busy -= 1
            self._say("451 busy")
            return
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        self.server.got.append((to, "\n".join(lines)))
        self._say("250 taken")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())
