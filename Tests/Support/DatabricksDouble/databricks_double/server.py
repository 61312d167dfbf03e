"""The HTTP server: reads a request, meets it with a fault where one is ordered, routes it, answers, keeps the record."""

from __future__ import annotations

import contextlib
import json
import socket
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .routes import Route, find_route
from .web import ApiError, Body, BrokenBody, FileSlice, Request, Response
from .workspace import Workspace

WHOLE_BODY_LIMIT = 40 << 20
_KEEP_READING = 64 << 20  # of a body that nobody wanted, so that the answer reaches a client which is still sending


class Cut(Exception):
    """The connection ends here, without an answer or within it."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, port: int):
        super().__init__(("127.0.0.1", port), Handler)
        self.workspace: Workspace | None = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # a client that goes away is none of the server's faults


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 600
    wbufsize = 1 << 16
    server: Server

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def serve(self) -> None:
        began = time.time()
        request = self._request()
        response = self._answer(request)
        workspace = self.server.workspace
        if workspace is None or request.path.startswith("/_double/"):
            self._end(request, response)
            return
        log = workspace.log
        log.ending()
        sent = 0
        try:
            sent = self._end(request, response)
        finally:
            log.add(request, began, response.status if response else None, sent)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = serve  # noqa: N815

    def _end(self, request: Request, response: Response | None) -> int:
        """The bytes sent; without a response the connection is cut off."""
        if response is not None:
            with contextlib.suppress(Cut, BrokenBody, ConnectionError, TimeoutError):
                return self._send(request, response)
        self._cut()
        return 0

    def _request(self) -> Request:
        url = urllib.parse.urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        chunked = headers.get("transfer-encoding", "").lower() == "chunked"
        length = headers.get("content-length", "0")
        body = Body(self.rfile, None if chunked else int(length) if length.isdigit() else 0)
        path = urllib.parse.unquote(url.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        return Request(self.command, path, query, headers, body)

    def _answer(self, request: Request) -> Response | None:
        """None where the connection broke, or is to be cut off."""
        workspace = self.server.workspace
        if workspace is None:
            return ApiError(503, "TEMPORARILY_UNAVAILABLE", "The double is starting.", {"Retry-After": "1"}).response()
        try:
            route, groups = find_route(request)
            if route.whole:
                request.content = request.body.read_all(WHOLE_BODY_LIMIT)
                if route.sql:
                    statement = request.json().get("statement")
                    request.sql = statement if isinstance(statement, str) else None
            if asked := workspace.statements.statements.get(groups.get("statement", "")):
                request.polled = asked.sql
            self._identify(workspace, route, request)
            if not request.path.startswith("/_double/"):
                request.fault = workspace.faults.take(request)
            return self._act(workspace, route, groups, request)
        except ApiError as error:
            return error.response()
        except (BrokenBody, Cut, ConnectionError, TimeoutError):
            return None
        except Exception as error:
            return ApiError(500, "INTERNAL_ERROR", f"{type(error).__name__}: {error}").response()

    @staticmethod
    def _identify(workspace: Workspace, route: Route, request: Request) -> None:
        """Who calls is known before a fault is chosen; whether they may is asked after it."""
        try:
            request.principal = workspace.auth.authenticate(request)
        except ApiError:
            if route.name == "token":
                request.principal = workspace.auth.claimed(request)

    def _act(self, workspace: Workspace, route: Route, groups: dict[str, str], request: Request) -> Response:
        fault = request.fault
        if fault is not None:
            if fault.expire_tokens and request.principal is not None:
                workspace.auth.expire(request.principal.name)
            if fault.delay:
                time.sleep(float(fault.delay))
            if fault.cut_upload is not None:
                self._read(request, int(fault.cut_upload))
                raise Cut
            if fault.drop == "before":
                raise Cut
            if fault.status is not None and not fault.after:
                return fault.response()
        if route.authenticated:
            request.principal = workspace.auth.authenticate(request)
        response: Response = route.handle(workspace)(request, **groups)
        if fault is not None:
            if fault.drop == "after":
                raise Cut
            if fault.status is not None and fault.after:
                return fault.response()
        return response

    @staticmethod
    def _read(request: Request, count: int) -> None:
        while count > 0 and (data := request.body.read(min(count, 1 << 16))):
            count -= len(data)

    def _send(self, request: Request, response: Response) -> int:
        self._skip_body(request)
        content = response.content
        headers = dict(response.headers)
        if content is None:
            data, length = b"", 0
        elif isinstance(content, FileSlice):
            data, length = b"", content.length
        else:
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            length = len(data)
            headers.setdefault("Content-Type", "application/json")
        self.send_response(response.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        left = request.fault.cut_answer if request.fault and request.fault.cut_answer is not None else length
        if request.method != "HEAD":
            if isinstance(content, FileSlice):
                self._send_file(content, min(left, length))
            else:
                self.wfile.write(data[:left])
        self.wfile.flush()
        if left < length:
            raise Cut
        return length

    def _send_file(self, part: FileSlice, length: int) -> None:
        with open(part.path, "rb") as file:
            file.seek(part.offset)
            while length > 0 and (data := file.read(min(length, 1 << 20))):
                self.wfile.write(data)
                length -= len(data)

    def _skip_body(self, request: Request) -> None:
        skipped = 0
        while not request.body.finished:
            skipped += len(request.body.read(1 << 20))
            if skipped > _KEEP_READING:
                self.close_connection = True
                return

    def _cut(self) -> None:
        self.close_connection = True
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
