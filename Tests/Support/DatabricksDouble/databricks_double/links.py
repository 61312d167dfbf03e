"""External links: what cloud storage is to EXTERNAL_LINKS. A link carries its own permission and nothing else may."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .results import Result
from .web import ApiError, Request, Response

if TYPE_CHECKING:
    from .workspace import Workspace

LIFETIME = 900.0  # seconds, as documented


@dataclass
class _Link:
    result: Result
    index: int
    expires: float


class Links:
    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.links: dict[str, _Link] = {}

    def link(self, statement: str, result: Result, index: int) -> dict[str, Any]:
        key = secrets.token_urlsafe(24)
        expires = time.time() + LIFETIME
        self.links[key] = _Link(result, index, expires)
        if len(self.links) > 2000:
            self.links = {k: v for k, v in self.links.items() if v.expires > time.time()}
        return {
            **result.describe(index),
            **result.next_chunk(statement, index),
            "external_link": f"{self.workspace.url}/storage/results/{statement}/{index}?signature={key}",
            "expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires)),
        }

    # GET /storage/results/{statement}/{index}, without authentication
    def fetch(self, request: Request, statement: str, index: str) -> Response:
        if "authorization" in request.headers:
            raise ApiError(400, "InvalidArgument", "Only one auth mechanism allowed: the link carries its own.")
        link = self.links.get(request.query.get("signature", ""))
        if link is None or link.expires < time.time() or link.index != int(index):
            raise ApiError(403, "AccessDenied", "Request has expired, or its signature does not match.")
        rows = link.result.chunks[link.index]
        return Response(200, json.dumps(rows, separators=(",", ":")).encode(), {"Content-Type": "application/json"})

    def expire(self) -> None:
        for link in self.links.values():
            link.expires = 0
