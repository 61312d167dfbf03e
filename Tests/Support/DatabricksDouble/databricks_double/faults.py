"""Faults that a test orders: what must match, how often, and what then goes wrong.

Matching: `method`, and the regular expressions `path`, `sql` (both searched) and `principal` (a name or client id);
with the method GET `sql` is that of the statement which is asked about;
`skip` matches pass first, then `times` are hit (-1: all). What happens:

    expire_tokens: true    ends the caller's OAuth tokens, so that this very request is refused
    delay: s               waits before anything else
    status: n              answers with it; error_code, message, retry_after; `when: after` lets the effect happen first
    drop: before | after   closes the connection instead of an answer, before or after the effect
    cut_upload: n          reads n bytes of the body, then closes the connection
    cut_answer: n          sends n bytes of the answer, then closes the connection
    statement: ...         of a statement that is accepted:
        pending            stays PENDING (for `seconds`, else until it is cancelled)
        closed             runs, then is CLOSED
        conflict           fails as a lost race of two writers does, without effect
        failed             fails with `message` and `sql_state`; `when: after` lets the effect happen first
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from typing import Any

from .errors import SqlError
from .web import ApiError, Request, Response

_KEYS = {
    "method", "path", "sql", "principal", "skip", "times", "delay", "status", "error_code", "message", "retry_after",
    "when", "drop", "cut_upload", "cut_answer", "statement", "seconds", "sql_state",
    "expire_tokens",
}  # fmt: skip
_STATEMENT = ("pending", "closed", "conflict", "failed")


@dataclass
class Fault:
    id: int
    spec: dict[str, Any]
    skip: int = 0
    times: int = 1
    hits: int = 0

    def matches(self, request: Request) -> bool:
        spec = self.spec
        if "method" in spec and spec["method"] != request.method:
            return False
        if "path" in spec and not re.search(spec["path"], request.path):
            return False
        if "sql" in spec:
            text = request.polled if spec.get("method") == "GET" else request.sql
            if not (text and re.search(spec["sql"], text, re.IGNORECASE | re.DOTALL)):
                return False
        if "principal" in spec:
            return request.principal is not None and request.principal.answers_to(spec["principal"])
        return True

    def __getattr__(self, key: str) -> Any:
        if key in _KEYS:
            return self.spec.get(key)
        raise AttributeError(key)

    @property
    def after(self) -> bool:
        return self.spec.get("when") == "after"

    def response(self) -> Response:
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
        status = int(self.status)
        code = self.error_code or _CODES.get(status, "INTERNAL_ERROR")
        return ApiError(status, code, self.message or f"injected: {status}", headers).response()

    def sql_failure(self, when: str) -> SqlError | None:
        if self.statement == "conflict" and when == "before":
            return SqlError(
                "DELTA_CONCURRENT_APPEND",
                "ConcurrentAppendException: Files were added to the root of the table by a concurrent update. "
                "Please try the operation again.",
                "2D521",
            )
        if self.statement == "failed" and when == ("after" if self.after else "before"):
            return SqlError("INTERNAL_ERROR", self.message or "injected", self.sql_state or "XX000")
        return None

    def describe(self) -> dict[str, Any]:
        return {"id": self.id, "hits": self.hits, "left": self.times, **self.spec}


_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "REQUEST_LIMIT_EXCEEDED",
    503: "TEMPORARILY_UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class Faults:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._next = 1
        self._lock = threading.Lock()

    def take(self, request: Request) -> Fault | None:
        """The first fault that this request meets; taking it counts."""
        with self._lock:
            for fault in self.faults:
                if fault.times != 0 and fault.matches(request):
                    if fault.skip > 0:
                        fault.skip -= 1
                        continue
                    fault.times -= 1 if fault.times > 0 else 0
                    fault.hits += 1
                    return fault
        return None

    # POST /_double/faults
    def add(self, request: Request) -> Response:
        spec = request.json()
        if unknown := set(spec) - _KEYS:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"A fault has no {', '.join(sorted(unknown))}.")
        if "statement" in spec and spec["statement"] not in _STATEMENT:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"statement is one of {', '.join(_STATEMENT)}.")
        for pattern in ("path", "sql"):
            try:
                re.compile(spec.get(pattern, ""))
            except re.error as error:
                raise ApiError(400, "INVALID_PARAMETER_VALUE", f"{pattern}: {error}") from None
        with self._lock:
            fault = Fault(self._next, spec, skip=int(spec.pop("skip", 0)), times=int(spec.pop("times", 1)))
            self._next += 1
            self.faults.append(fault)
        return Response(200, {"id": fault.id})

    # GET /_double/faults
    def list(self, request: Request) -> Response:
        return Response(200, {"faults": [fault.describe() for fault in self.faults]})

    # DELETE /_double/faults and /_double/faults/{id}
    def remove(self, request: Request, fault: str | None = None) -> Response:
        with self._lock:
            self.faults = [each for each in self.faults if fault is not None and each.id != int(fault)]
        return Response(200, {})
