"""The Statement Execution API: /api/2.0/sql/statements."""

from __future__ import annotations

import os
import re
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import results
from .engine import Table
from .errors import failure_of
from .web import ApiError, Request, Response

if TYPE_CHECKING:
    from .auth import Principal
    from .faults import Fault
    from .warehouses import Warehouse
    from .workspace import Workspace

STATEMENT_LIMIT = 16 << 20
QUERY_TAG_LIMIT = 20
RESULTS_LAST = 3600.0
_TERMINAL = {"SUCCEEDED", "FAILED", "CANCELED", "CLOSED"}


@dataclass
class Statement:
    id: str
    sql: str
    principal: Principal
    parameters: list[dict[str, Any]]
    catalog: str | None
    schema: str | None
    disposition: str
    row_limit: int | None
    byte_limit: int | None
    fault: Fault | None = None
    state: str = "PENDING"
    error: dict[str, str] = field(default_factory=dict)
    result: results.Result | None = None
    finished: float = 0.0
    done: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def finish(self, state: str, error: dict[str, str] | None = None) -> None:
        """The first end counts: a cancelled statement stays cancelled."""
        with self.lock:
            if self.state not in _TERMINAL:
                self.state, self.error, self.finished = state, error or {}, time.monotonic()
        self.done.set()


class StatementExecution:
    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.statements: dict[str, Statement] = {}
        # As many threads as a small warehouse runs statements at once; each keeps its thread in the JVM.
        self.threads = ThreadPoolExecutor(max_workers=10, thread_name_prefix="statement")

    # POST /api/2.0/sql/statements
    def execute(self, request: Request) -> Response:
        body = request.json()
        assert request.principal is not None
        sql = body.get("statement")
        if not isinstance(sql, str) or not sql:
            raise _invalid("statement is required")
        if len(sql.encode()) > STATEMENT_LIMIT:
            raise _invalid(f"The statement text exceeds the maximum of {STATEMENT_LIMIT} bytes.")
        warehouse = self.workspace.warehouses.usable(body.get("warehouse_id"), request.principal)
        wait, cancels = _waiting(body)
        self._forget_old()
        statement = Statement(
            id=_new_id(),
            sql=sql,
            principal=request.principal,
            parameters=_parameters(body),
            catalog=body.get("catalog"),
            schema=body.get("schema"),
            disposition=_disposition(body),
            row_limit=_limit(body, "row_limit"),
            byte_limit=_limit(body, "byte_limit"),
            fault=request.fault,
        )
        request.tags = _tags(body)
        self.statements[statement.id] = statement
        warehouse.start()
        self._start(statement, warehouse)
        if wait:
            statement.done.wait(wait)
            if not statement.done.is_set() and cancels:
                self._cancel(statement)
        return Response(200, self._describe(statement))

    # GET /api/2.0/sql/statements/{id}
    def get(self, request: Request, statement: str) -> Response:
        return Response(200, self._describe(self._find(statement, request)))

    # POST /api/2.0/sql/statements/{id}/cancel
    def cancel(self, request: Request, statement: str) -> Response:
        self._cancel(self._find(statement, request))
        return Response(200, {})

    # GET /api/2.0/sql/statements/{id}/result/chunks/{index}
    def chunk(self, request: Request, statement: str, index: str) -> Response:
        found = self._find(statement, request)
        if found.state != "SUCCEEDED" or found.result is None:
            raise ApiError(
                404,
                "NOT_FOUND",
                f"The result of statement {statement} is not available: its state is {found.state}.",
            )
        return Response(200, self._chunk(found, int(index)))

    def _start(self, statement: Statement, warehouse: Warehouse) -> None:
        """Waiting takes a thread of its own: the others' statements go on meanwhile."""
        stuck = statement.fault is not None and statement.fault.statement == "pending"
        if not stuck and warehouse.state == "RUNNING":
            self.threads.submit(self._run, statement)
        else:
            threading.Thread(target=self._run_later, args=(statement, warehouse), daemon=True).start()

    def _run_later(self, statement: Statement, warehouse: Warehouse) -> None:
        if (fault := statement.fault) is not None and fault.statement == "pending":
            statement.done.wait(fault.seconds)
        warehouse.wait(unless=statement.done)
        if not statement.done.is_set():
            self.threads.submit(self._run, statement)

    def _run(self, statement: Statement) -> None:
        fault = statement.fault
        try:
            engine = self.workspace.engine
            engine.wait()
            with statement.lock:
                if statement.state != "PENDING":
                    return
                statement.state = "RUNNING"
            if fault and (error := fault.sql_failure("before")):
                raise error
            engine.act_for(statement.id, statement.principal.client_id)
            table = self.workspace.dialect.execute(statement)
            if fault and (error := fault.sql_failure("after")):
                raise error
            self._keep(statement, table)
            statement.finish("CLOSED" if fault and fault.statement == "closed" else "SUCCEEDED")
        except Exception as error:
            statement.finish("FAILED", failure_of(error))

    def _keep(self, statement: Statement, table: Table) -> None:
        result = results.Result(table, statement.row_limit, statement.byte_limit, self.workspace.chunk_bytes)
        if statement.disposition == "INLINE" and result.size > results.INLINE_LIMIT:
            raise results.InlineLimitExceeded()
        statement.result = result

    def _cancel(self, statement: Statement) -> None:
        statement.finish("CANCELED")
        self.workspace.engine.cancel(statement.id)

    def _find(self, identifier: str, request: Request) -> Statement:
        statement = self.statements.get(identifier)
        if statement is None or statement.principal is not request.principal:
            raise ApiError(404, "NOT_FOUND", f"The statement {identifier} was not found.")
        if statement.finished and time.monotonic() - statement.finished > RESULTS_LAST:
            statement.state, statement.result = "CLOSED", None
        return statement

    def _forget_old(self) -> None:
        if len(self.statements) > 5000:
            for old in sorted(self.statements.values(), key=lambda each: each.finished or time.monotonic())[:1000]:
                if old.state in _TERMINAL:
                    del self.statements[old.id]

    def _describe(self, statement: Statement) -> dict[str, Any]:
        status: dict[str, Any] = {"state": statement.state}
        if statement.state == "FAILED":
            status["error"] = {key: statement.error[key] for key in ("error_code", "message")}
            if statement.error["sql_state"]:
                status["sql_state"] = statement.error["sql_state"]
        answer: dict[str, Any] = {"statement_id": statement.id, "status": status}
        if statement.state == "SUCCEEDED" and statement.result is not None:
            answer["manifest"] = statement.result.manifest()
            answer["result"] = self._chunk(statement, 0) if statement.result.chunks else {}
        return answer

    def _chunk(self, statement: Statement, index: int) -> dict[str, Any]:
        assert statement.result is not None
        if not 0 <= index < len(statement.result.chunks):
            raise ApiError(404, "NOT_FOUND", f"Statement {statement.id} has no chunk {index}.")
        if statement.disposition == "INLINE":
            return statement.result.inline(statement.id, index)
        return {"external_links": [self.workspace.links.link(statement.id, statement.result, index)]}


def _new_id() -> str:
    """Like a real one: a UUID whose first bytes are a time."""
    return str(uuid.UUID(bytes=b"\x01\xf0" + int(time.time()).to_bytes(4, "big") + os.urandom(10)))


def _invalid(message: str) -> ApiError:
    return ApiError(400, "INVALID_PARAMETER_VALUE", message)


def _waiting(body: dict[str, Any]) -> tuple[int, bool]:
    text = body.get("wait_timeout", "10s")
    match = re.fullmatch(r"(\d+)s", text) if isinstance(text, str) else None
    if not match or not (int(match[1]) == 0 or 5 <= int(match[1]) <= 50):
        raise _invalid("wait_timeout must be 0s, or between 5s and 50s")
    action = body.get("on_wait_timeout", "CONTINUE")
    if action not in ("CONTINUE", "CANCEL"):
        raise _invalid("on_wait_timeout must be CONTINUE or CANCEL")
    if int(match[1]) == 0 and action == "CANCEL":
        raise _invalid("on_wait_timeout=CANCEL is not supported with wait_timeout=0s")
    return int(match[1]), action == "CANCEL"


def _parameters(body: dict[str, Any]) -> list[dict[str, Any]]:
    given = body.get("parameters") or []
    if not isinstance(given, list):
        raise _invalid("parameters must be a list")
    names = set()
    for each in given:
        if not isinstance(each, dict) or not isinstance(each.get("name"), str) or not each["name"]:
            raise _invalid("Every parameter must have a name.")
        if not isinstance(each.get("value"), (str, type(None))):
            raise _invalid(f"The value of parameter '{each['name']}' must be a string or null.")
        if each["name"] in names:
            raise _invalid(f"Duplicate parameter '{each['name']}'.")
        names.add(each["name"])
    return given


def _disposition(body: dict[str, Any]) -> str:
    disposition, form = body.get("disposition", "INLINE"), body.get("format", "JSON_ARRAY")
    if disposition not in ("INLINE", "EXTERNAL_LINKS"):
        raise _invalid("disposition must be INLINE or EXTERNAL_LINKS")
    if form not in ("JSON_ARRAY", "ARROW_STREAM", "CSV"):
        raise _invalid("format must be JSON_ARRAY, ARROW_STREAM or CSV")
    if form != "JSON_ARRAY" and disposition == "INLINE":
        raise _invalid("The format field must be JSON_ARRAY when the disposition field is INLINE.")
    if form != "JSON_ARRAY":
        raise ApiError(501, "NOT_IMPLEMENTED", f"The double does not know the format {form}.")
    return str(disposition)


def _limit(body: dict[str, Any], key: str) -> int | None:
    value = body.get(key)
    try:
        number = None if value is None else int(value)
    except (TypeError, ValueError):
        raise _invalid(f"{key} must be a number") from None
    if number is not None and number < 0:
        raise _invalid(f"{key} must not be negative")
    return number


def _tags(body: dict[str, Any]) -> dict[str, str | None]:
    """One value a key, and the first 20 of them: more are documented to be dropped, not refused."""
    given = body.get("query_tags") or []
    if not isinstance(given, list) or any(not isinstance(tag, dict) or not tag.get("key") for tag in given):
        raise _invalid("query_tags must be a list of objects with a key")
    return dict(list({tag["key"]: tag.get("value") for tag in given}.items())[:QUERY_TAG_LIMIT])
