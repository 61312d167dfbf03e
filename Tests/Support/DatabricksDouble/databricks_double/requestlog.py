"""What was asked of the double: for tests that assert retries, and for benchmarks that count the time spent waiting."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from .web import Request, Response

SQL_HEAD = 4000
_PATIENCE = 10.0  # seconds for an answer that is on its way, so that a client which reads slowly holds nobody up for long


@dataclass
class Record:
    id: int
    time: float  # seconds since 1970 when the request had been read to its headers
    method: str
    path: str
    query: dict[str, str]
    principal: str | None
    sql: str | None
    tags: dict[str, str | None] | None  # of the statement
    status: int | None  # None: the connection was cut
    seconds: float  # from the headers to the last byte of the answer
    bytes_in: int
    bytes_out: int
    fault: int | None


class RequestLog:
    def __init__(self) -> None:
        self.records: deque[Record] = deque(maxlen=100_000)
        self._next = 1
        self._ending = 0
        self._changed = threading.Condition()

    def ending(self) -> None:
        """A request is about to be answered or cut off: from now on the client may know more than the records."""
        with self._changed:
            self._ending += 1

    def add(self, request: Request, began: float, status: int | None, sent: int) -> None:
        with self._changed:
            self._ending -= 1
            self._changed.notify_all()
            self.records.append(
                Record(
                    id=self._next,
                    time=began,
                    method=request.method,
                    path=request.path,
                    query=request.query,
                    principal=request.principal.name if request.principal else None,
                    sql=request.sql[:SQL_HEAD] if request.sql else None,
                    tags=request.tags,
                    status=status,
                    seconds=round(time.time() - began, 6),
                    bytes_in=request.body.received,
                    bytes_out=sent,
                    fault=request.fault.id if request.fault else None,
                )
            )
            self._next += 1

    # GET /_double/requests?since=ID&method=&path=REGEX&sql=REGEX
    def list(self, request: Request) -> Response:
        query = request.query
        since = int(query.get("since", "0"))

        def wanted(record: Record) -> bool:
            return (
                record.id > since
                and query.get("method", record.method) == record.method
                and re.search(query.get("path", ""), record.path) is not None
                and ("sql" not in query or bool(record.sql and re.search(query["sql"], record.sql, re.I | re.S)))
            )

        with self._changed:
            self._changed.wait_for(lambda: self._ending == 0, _PATIENCE)
            found: list[dict[str, Any]] = [asdict(record) for record in self.records if wanted(record)]
            return Response(200, {"requests": found, "last": self._next - 1})
