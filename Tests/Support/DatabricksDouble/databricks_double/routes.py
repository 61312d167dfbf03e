"""Which path is served by what."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .control import Control
from .web import ApiError, Request
from .workspace import Workspace

Handle = Callable[[Workspace], Callable[..., Any]]


@dataclass
class Route:
    method: str
    path: re.Pattern[str]
    handle: Handle
    name: str = ""
    authenticated: bool = True
    whole: bool = True  # the body is read before the route is entered
    sql: bool = False


def _route(method: str, path: str, handle: Handle, **options: Any) -> Route:
    """`{x}` is one part of the path, `{x*}` all of its rest."""
    pattern = re.sub(r"\{(\w+)(\*?)\}", lambda m: f"(?P<{m[1]}>{'.*' if m[2] else '[^/]+'})", path)
    return Route(method, re.compile(pattern), handle, **options)


STATEMENTS = "/api/2.0/sql/statements"
WAREHOUSES = "/api/2.0/sql/warehouses"
FILES = "/api/2.0/fs/files{path*}"
UNITY = "/api/2.1/unity-catalog"
DIRECTORIES = "/api/2.0/fs/directories{path*}"

ROUTES = [
    _route("POST", "/oidc/v1/token", lambda w: w.auth.issue, name="token", authenticated=False),
    _route(
        "GET",
        "/oidc/.well-known/oauth-authorization-server",
        lambda w: w.auth.authorization_server,
        authenticated=False,
    ),
    _route("GET", "/.well-known/databricks-config", lambda w: w.auth.host_metadata, authenticated=False),
    _route("GET", "/api/2.0/preview/scim/v2/Me", lambda w: w.auth.me),
    _route("POST", STATEMENTS, lambda w: w.statements.execute, sql=True),
    _route("GET", STATEMENTS + "/{statement}", lambda w: w.statements.get),
    _route("POST", STATEMENTS + "/{statement}/cancel", lambda w: w.statements.cancel),
    _route("GET", STATEMENTS + "/{statement}/result/chunks/{index}", lambda w: w.statements.chunk),
    _route("GET", "/storage/results/{statement}/{index}", lambda w: w.links.fetch, authenticated=False),
    _route("GET", WAREHOUSES, lambda w: w.warehouses.list),
    _route("GET", WAREHOUSES + "/{warehouse}", lambda w: w.warehouses.get),
    _route("POST", WAREHOUSES + "/{warehouse}/start", lambda w: w.warehouses.start),
    _route("POST", WAREHOUSES + "/{warehouse}/stop", lambda w: w.warehouses.stop),
    _route("PUT", FILES, lambda w: w.files.upload, whole=False),
    _route("GET", FILES, lambda w: w.files.download),
    _route("HEAD", FILES, lambda w: w.files.download),
    _route("DELETE", FILES, lambda w: w.files.delete),
    _route("POST", FILES, lambda w: w.files.initiate_upload),
    _route("POST", "/api/2.0/fs/create-{what}", lambda w: w.files.refuse_presigned_url),
    _route("PUT", DIRECTORIES, lambda w: w.files.create_directory),
    _route("GET", DIRECTORIES, lambda w: w.files.list),
    _route("HEAD", DIRECTORIES, lambda w: w.files.directory),
    _route("DELETE", DIRECTORIES, lambda w: w.files.delete_directory),
    _route("GET", UNITY + "/catalogs", lambda w: w.unity.catalogs),
    _route("GET", UNITY + "/catalogs/{name}", lambda w: w.unity.catalog),
    _route("GET", UNITY + "/schemas", lambda w: w.unity.schemas),
    _route("POST", UNITY + "/schemas", lambda w: w.unity.create_schema),
    _route("GET", UNITY + "/schemas/{name}", lambda w: w.unity.schema),
    _route("GET", UNITY + "/tables", lambda w: w.unity.tables),
    _route("GET", UNITY + "/tables/{name}", lambda w: w.unity.table),
    _route("GET", UNITY + "/tables/{name}/exists", lambda w: w.unity.table_exists),
    _route("GET", UNITY + "/volumes", lambda w: w.unity.volumes),
    _route("POST", UNITY + "/volumes", lambda w: w.unity.create_volume),
    _route("GET", UNITY + "/volumes/{name}", lambda w: w.unity.volume),
    _route("GET", UNITY + "/permissions/{kind}/{name}", lambda w: w.unity.permissions),
    _route("GET", UNITY + "/effective-permissions/{kind}/{name}", lambda w: w.unity.effective_permissions),
    _route("GET", "/_double/health", lambda w: Control(w).health, authenticated=False),
    _route("POST", "/_double/faults", lambda w: w.faults.add, authenticated=False),
    _route("GET", "/_double/faults", lambda w: w.faults.list, authenticated=False),
    _route("DELETE", "/_double/faults", lambda w: w.faults.remove, authenticated=False),
    _route("DELETE", "/_double/faults/{fault}", lambda w: w.faults.remove, authenticated=False),
    _route("GET", "/_double/requests", lambda w: w.log.list, authenticated=False),
    _route("POST", "/_double/expire_tokens", lambda w: Control(w).expire_tokens, authenticated=False),
    _route("POST", "/_double/expire_links", lambda w: Control(w).expire_links, authenticated=False),
    _route("POST", "/_double/principals", lambda w: Control(w).add_principal, authenticated=False),
    _route("POST", "/_double/grants", lambda w: Control(w).grant, authenticated=False),
    _route("POST", "/_double/warehouses", lambda w: Control(w).add_warehouse, authenticated=False),
    _route("POST", "/_double/parse", lambda w: Control(w).parse, authenticated=False),
    _route("POST", "/_double/settings", lambda w: Control(w).change_settings, authenticated=False),
]


def find_route(request: Request) -> tuple[Route, dict[str, str]]:
    path = request.path if request.path == "/" else request.path.rstrip("/")
    for route in ROUTES:
        if route.method == request.method and (match := route.path.fullmatch(path)):
            return route, match.groupdict()
    raise ApiError(404, "ENDPOINT_NOT_FOUND", f"No API found for '{request.method} {request.path}'")
