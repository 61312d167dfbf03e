"""What travels over HTTP: requests whose bodies are read as streams, responses, and Databricks' error bodies."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .auth import Principal
    from .faults import Fault


class ApiError(Exception):
    """An HTTP error with the body that every Databricks REST API uses."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None):
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers or {}

    def response(self) -> Response:
        return Response(self.status, {"error_code": self.code, "message": self.message}, self.headers)


class BrokenBody(Exception):
    """The client went away, or sent something that is not a body."""


class Body:
    """A request's body, of known length or in chunks, read once and piecewise."""

    def __init__(self, stream: BufferedIOBase, length: int | None):
        self.stream = stream
        self.chunked = length is None
        self.left = length or 0
        self.finished = not self.chunked and self.left == 0
        self.received = 0

    def read(self, limit: int) -> bytes:
        """Up to `limit` bytes, empty at the end."""
        if not self.finished and self.chunked and self.left == 0:
            self._next_chunk()
        if self.finished:
            return b""
        data = self.stream.read(min(limit, self.left))
        if not data:
            raise BrokenBody(f"the body ended after {self.received} bytes")
        self.left -= len(data)
        self.received += len(data)
        if self.left == 0:
            if self.chunked:
                self.stream.readline()
            else:
                self.finished = True
        return data

    def _next_chunk(self) -> None:
        line = self.stream.readline(1024)
        try:
            self.left = int(line.split(b";")[0], 16)
        except ValueError:
            raise BrokenBody("this is no chunk of a body") from None
        if self.left == 0:
            while self.stream.readline(8192).strip():
                pass
            self.finished = True

    def read_all(self, limit: int) -> bytes:
        parts, size = [], 0
        while data := self.read(1 << 20):
            size += len(data)
            if size > limit:
                raise ApiError(413, "REQUEST_LIMIT_EXCEEDED", f"The request is larger than {limit} bytes.")
            parts.append(data)
        return b"".join(parts)


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: Body
    principal: Principal | None = None
    content: bytes | None = None  # the whole body, where the route wants it whole
    sql: str | None = None  # of the statement that is asked for
    polled: str | None = None  # of the statement that is asked about
    fault: Fault | None = None
    tags: dict[str, str | None] | None = None

    def json(self) -> dict[str, Any]:
        try:
            value = json.loads(self.content or b"{}")
        except ValueError:
            raise ApiError(400, "MALFORMED_REQUEST", "The request body is not valid JSON.") from None
        if not isinstance(value, dict):
            raise ApiError(400, "MALFORMED_REQUEST", "The request body must be a JSON object.")
        return value


@dataclass
class FileSlice:
    """A part of a file on disk, sent without loading it."""

    path: str
    offset: int
    length: int


@dataclass
class Response:
    status: int = 200
    content: Any = None  # JSON, bytes, a FileSlice, or None for an empty body
    headers: dict[str, str] = field(default_factory=dict)
