"""Unity Catalog's REST API: /api/2.1/unity-catalog. Catalogs, schemas, tables and volumes to look at, volumes and schemas
to make, permissions to read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .errors import SqlError
from .names import dotted, quoted
from .privileges import InsufficientPrivileges
from .volumes import Volume
from .web import ApiError, Request, Response

if TYPE_CHECKING:
    from .workspace import Workspace

PAGE_LIMIT = 1000
_LEVELS = {"CATALOG": 1, "SCHEMA": 2, "TABLE": 3, "VOLUME": 3}
_USE = {"CATALOG": "USE CATALOG", "SCHEMA": "USE SCHEMA", "TABLE": "SELECT", "VOLUME": "READ VOLUME"}


class UnityCatalog:
    def __init__(self, workspace: Workspace):
        self.workspace = workspace

    # GET catalogs, schemas, tables, volumes

    def catalogs(self, request: Request) -> Response:
        names = [(name,) for name in self.workspace.catalogs]
        return self._page(request, "catalogs", "CATALOG", names, self._catalog)

    def schemas(self, request: Request) -> Response:
        (catalog,) = self._parent(request, "catalog_name")
        names = [(catalog, each) for each in self.workspace.tables.schemas(catalog)]
        return self._page(request, "schemas", "SCHEMA", names, self._schema)

    def tables(self, request: Request) -> Response:
        schema = self._parent(request, "catalog_name", "schema_name")
        names = [(*schema, each) for each in self.workspace.tables.tables(*schema)]
        return self._page(request, "tables", "TABLE", names, self._table)

    def volumes(self, request: Request) -> Response:
        schema = self._parent(request, "catalog_name", "schema_name")
        names = [each.name for each in self.workspace.volumes.within(schema)]
        return self._page(request, "volumes", "VOLUME", names, self._volume)

    def catalog(self, request: Request, name: str) -> Response:
        return self._one(request, "CATALOG", name, self._catalog)

    def schema(self, request: Request, name: str) -> Response:
        return self._one(request, "SCHEMA", name, self._schema)

    def table(self, request: Request, name: str) -> Response:
        return self._one(request, "TABLE", name, self._table)

    def volume(self, request: Request, name: str) -> Response:
        return self._one(request, "VOLUME", name, self._volume)

    def table_exists(self, request: Request, name: str) -> Response:
        parts = self._name("TABLE", name)
        return Response(200, {"table_exists": self.workspace.tables.exists(parts)})

    # POST schemas and volumes

    def create_schema(self, request: Request) -> Response:
        body = request.json()
        name = (_text(body, "catalog_name").lower(), _text(body, "name").lower())
        self._must_exist("CATALOG", name[:1])
        self._require(request, "CREATE SCHEMA", "CATALOG", name[:1])
        if self.workspace.tables.exists(name):
            raise ApiError(400, "SCHEMA_ALREADY_EXISTS", f"Schema '{dotted(name)}' already exists.")
        engine = self.workspace.engine
        engine.run(engine.session(), f"CREATE SCHEMA {quoted(name)}")
        assert request.principal is not None
        self.workspace.privileges.own(request.principal, "SCHEMA", name)
        return Response(200, self._schema(name))

    def create_volume(self, request: Request) -> Response:
        body = request.json()
        name = tuple(_text(body, key).lower() for key in ("catalog_name", "schema_name", "name"))
        if body.get("volume_type", "MANAGED") != "MANAGED":
            raise ApiError(501, "NOT_IMPLEMENTED", "The double knows managed volumes only.")
        self._must_exist("SCHEMA", name[:2])
        self._require(request, "CREATE VOLUME", "SCHEMA", name[:2])
        if name in self.workspace.volumes.volumes:
            raise ApiError(400, "VOLUME_ALREADY_EXISTS", f"Volume '{dotted(name)}' already exists.")
        self.workspace.volumes.create(name, body.get("comment"))
        assert request.principal is not None
        self.workspace.privileges.own(request.principal, "VOLUME", name)
        return Response(200, self._volume(name))

    # GET permissions and effective-permissions

    def permissions(self, request: Request, kind: str, name: str) -> Response:
        return self._permissions(request, kind, name, inherited=False)

    def effective_permissions(self, request: Request, kind: str, name: str) -> Response:
        return self._permissions(request, kind, name, inherited=True)

    def _permissions(self, request: Request, kind: str, name: str, inherited: bool) -> Response:
        kind = kind.upper()
        parts = self._name(kind, name)
        self._must_exist(kind, parts)
        held: dict[str, list[Any]] = {}
        for who, privilege, source, source_name in self.workspace.privileges.listed(
            kind, parts, request.query.get("principal")
        ):
            word = privilege.replace(" ", "_")
            if inherited:
                entry: dict[str, str] = {"privilege": word}
                if source != kind:
                    entry |= {"inherited_from_type": source, "inherited_from_name": source_name}
                held.setdefault(who, []).append(entry)
            elif source == kind:
                held.setdefault(who, []).append(word)
        return Response(200, {"privilege_assignments": [{"principal": k, "privileges": v} for k, v in held.items()]})

    # What each is

    def _catalog(self, name: tuple[str, ...]) -> dict[str, Any]:
        catalog = self.workspace.catalogs[name[0]]
        return self._described(
            "CATALOG",
            name,
            comment=catalog.comment,
            catalog_type="MANAGED_CATALOG",
            created_at=catalog.created,
        )

    def _schema(self, name: tuple[str, ...]) -> dict[str, Any]:
        return self._described("SCHEMA", name)

    def _volume(self, name: tuple[str, ...]) -> dict[str, Any]:
        volume: Volume = self.workspace.volumes.volumes[name]
        return self._described(
            "VOLUME",
            name,
            comment=volume.comment,
            volume_type="MANAGED",
            volume_id=volume.id,
            created_at=volume.created,
            storage_location="file://" + self.workspace.volumes.resolve("/Volumes/" + "/".join(name)).local,
        )

    def _table(self, name: tuple[str, ...]) -> dict[str, Any]:
        return self._described(
            "TABLE",
            name,
            table_type="MANAGED",
            data_source_format="DELTA",
            storage_location="file://" + self.workspace.tables.folder(name),
            **self.workspace.tables.definition(name),
        )

    def _described(self, kind: str, name: tuple[str, ...], **more: Any) -> dict[str, Any]:
        described: dict[str, Any] = {"name": name[-1], "full_name": dotted(name), "securable_type": kind}
        described |= dict(zip(("catalog_name", "schema_name"), name[:-1]))
        described["owner"] = self.workspace.privileges.owner(kind, name)
        return {key: value for key, value in {**described, **more}.items() if value is not None}

    # Names, rights and pages

    def _name(self, kind: str, name: str) -> tuple[str, ...]:
        parts = tuple(name.lower().split("."))
        if len(parts) != _LEVELS.get(kind):
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"'{name}' is not the full name of a {kind.lower()}.")
        return parts

    def _parent(self, request: Request, *keys: str) -> tuple[str, ...]:
        for key in keys:
            if not request.query.get(key):
                raise ApiError(400, "INVALID_PARAMETER_VALUE", f"{key} is required")
        parent = tuple(request.query[key].lower() for key in keys)
        self._must_exist("CATALOG", parent[:1])
        if len(parent) == 2:
            self._must_exist("SCHEMA", parent)
        return parent

    def _must_exist(self, kind: str, name: tuple[str, ...]) -> None:
        if kind == "VOLUME":
            exists = name in self.workspace.volumes.volumes
        else:
            exists = name[0] in self.workspace.catalogs and (kind == "CATALOG" or self.workspace.tables.exists(name))
        if not exists:
            raise ApiError(404, f"{kind}_DOES_NOT_EXIST", f"{kind.capitalize()} '{dotted(name)}' does not exist.")

    def _require(self, request: Request, privilege: str, kind: str, name: tuple[str, ...]) -> None:
        assert request.principal is not None
        try:
            self.workspace.privileges.require(request.principal, privilege, kind, name)
        except InsufficientPrivileges as error:
            raise ApiError(403, "PERMISSION_DENIED", error.text) from None

    def _one(self, request: Request, kind: str, name: str, describe: Callable[..., dict[str, Any]]) -> Response:
        parts = self._name(kind, name)
        self._must_exist(kind, parts)
        self._require(request, _USE[kind], kind, parts)
        return Response(200, describe(parts))

    def _page(
        self,
        request: Request,
        key: str,
        kind: str,
        names: Sequence[tuple[str, ...]],
        describe: Callable[..., dict[str, Any]],
    ) -> Response:
        """What the caller may use, as many as asked for; the page's token is the last name."""
        size = request.query.get("max_results", "0")
        limit = int(size) if size.isdigit() and int(size) > 0 else PAGE_LIMIT
        after = request.query.get("page_token", "")
        listed, found = [], sorted(name for name in names if dotted(name) > after)
        for name in found:
            try:
                self._require(request, _USE[kind], kind, name)
                listed.append((name, describe(name)))
            except (ApiError, SqlError):
                continue  # not for this caller, or dropped meanwhile
            if len(listed) == limit:
                break
        answer: dict[str, Any] = {key: [described for _, described in listed]}
        if listed and len(listed) == limit and listed[-1][0] != found[-1]:
            answer["next_page_token"] = dotted(listed[-1][0])
        return Response(200, answer)


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"{key} is required")
    return value
