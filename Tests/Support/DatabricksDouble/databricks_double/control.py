"""The double's own paths, /_double/...: what a test does that no client of Databricks could."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from .errors import failure_of
from .web import ApiError, Request, Response

if TYPE_CHECKING:
    from .workspace import Workspace


class Control:
    def __init__(self, workspace: Workspace):
        self.workspace = workspace

    def health(self, request: Request) -> Response:
        engine = self.workspace.engine
        return Response(200, {"ready": engine.ready.is_set() and not engine.failure, "failure": engine.failure})

    def expire_tokens(self, request: Request) -> Response:
        """{"principal": name}: ends its OAuth tokens, or everybody's."""
        return Response(200, {"expired": self.workspace.auth.expire(request.json().get("principal"))})

    def expire_links(self, request: Request) -> Response:
        self.workspace.links.expire()
        return Response(200, {})

    def add_principal(self, request: Request) -> Response:
        """{"name", "admin"}: a new one with credentials of its own."""
        body = request.json()
        name = body.get("name") or f"principal-{uuid.uuid4().hex[:8]}"
        if self.workspace.auth.find(name):
            raise ApiError(409, "ALREADY_EXISTS", f"There is a principal {name}.")
        return Response(200, self.workspace.auth.add(name, bool(body.get("admin"))).describe())

    def grant(self, request: Request) -> Response:
        """{"principal", "privileges", "type", "name", "revoke"}: as GRANT does; also CAN USE on a WAREHOUSE."""
        body = request.json()
        principal = self.workspace.auth.find(body["principal"])
        if principal is None:
            raise ApiError(404, "NOT_FOUND", f"There is no principal {body['principal']}.")
        name = tuple(part for part in body.get("name", "").lower().split(".") if part)
        change = self.workspace.privileges.revoke if body.get("revoke") else self.workspace.privileges.grant
        change(principal.client_id, [each.upper() for each in body["privileges"]], body["type"].upper(), name)
        return Response(200, {})

    def add_warehouse(self, request: Request) -> Response:
        """{"start_seconds", "running"}: a new one, which takes its time to start."""
        body = request.json()
        identifier = uuid.uuid4().hex[:16]
        self.workspace.warehouses.add(
            identifier,
            body.get("name", identifier),
            float(body.get("start_seconds", 0)),
            bool(body.get("running")),
        )
        return Response(200, {"id": identifier})

    def change_settings(self, request: Request) -> Response:
        """{"chunk_bytes", "token_lifetime"}."""
        body = request.json()
        if "chunk_bytes" in body:
            self.workspace.chunk_bytes = int(body["chunk_bytes"])
        if "token_lifetime" in body:
            self.workspace.auth.lifetime = int(body["token_lifetime"])
        return Response(200, {})

    def parse(self, request: Request) -> Response:
        """{"statement"}: whether it would be taken, and by whose grammar, without running it."""
        self.workspace.engine.wait()
        try:
            return Response(200, {"grammar": self.workspace.dialect.parse(str(request.json()["statement"]))})
        except Exception as error:
            return Response(200, {"error": failure_of(error)["message"]})
