"""The parts of the double, put together, and what belongs to none of them: catalogs and schemas."""

from __future__ import annotations

import os
import shutil
import threading
import time
from dataclasses import dataclass

from .auth import Auth, Principal
from .copyinto import CopyInto
from .dialect import Dialect
from .engine import Engine
from .errors import SqlError
from .faults import Faults
from .files import Files
from .links import Links
from .names import dotted
from .privileges import Privileges
from .requestlog import RequestLog
from .staged import StagedFiles
from .statements import StatementExecution
from .tables import Tables
from .unity import UnityCatalog
from .volumes import Volumes
from .warehouses import Warehouses

WAREHOUSE = "d0ub1e0000000001"
CHUNK_BYTES = 1 << 20


@dataclass
class Catalog:
    name: str
    comment: str | None
    created: int


class Workspace:
    def __init__(self, root: str, jar: str, host: str, port: int):
        self.root, self.host, self.port = root, host, port
        self.chunk_bytes = CHUNK_BYTES
        self.engine = Engine(root, jar, lambda line: print(line, flush=True))
        self.auth = Auth(self)
        self.privileges = Privileges()
        self.warehouses = Warehouses(self)
        self.faults = Faults()
        self.log = RequestLog()
        self.tables = Tables(root, self.engine)
        self.volumes = Volumes(root)
        self.files = Files(self)
        self.staged = StagedFiles(self)
        self.copy_into = CopyInto(self)
        self.links = Links(self)
        self.unity = UnityCatalog(self)
        self.dialect = Dialect(self)
        self.statements = StatementExecution(self)
        self.catalogs: dict[str, Catalog] = {}
        self._lock = threading.Lock()
        self._begin()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def _begin(self) -> None:
        admin = self.auth.add("admin", True, "00000000-0000-4000-8000-0000000000ad", "dose-admin-secret", "dapi-admin")
        self.auth.add("nobody", False, "00000000-0000-4000-8000-0000000000b0", "dose-nobody-secret", "dapi-nobody")
        self.auth.add("limited", False, "00000000-0000-4000-8000-0000000000c0", "dose-limited-secret", "dapi-limited")
        self.warehouses.add(WAREHOUSE, "double")
        self.create_catalog("main", None, admin)
        self.privileges.grant("account users", ["USE CATALOG"], "CATALOG", ("main",))

    def create_catalog(self, name: str, comment: str | None, owner: Principal) -> bool:
        with self._lock:
            if name in self.catalogs:
                return False
            os.makedirs(self.tables.folder((name, "default")), exist_ok=True)
            self.engine.attach(name)
            self.catalogs[name] = Catalog(name, comment, int(time.time() * 1000))
        self.privileges.own(owner, "CATALOG", (name,))
        return True

    def drop_catalog(self, name: str) -> None:
        with self._lock:
            for volume in self.volumes.within((name,)):
                self.volumes.drop(volume.name)
            del self.catalogs[name]
            self.engine.detach(name)
            shutil.rmtree(self.tables.folder((name,)), ignore_errors=True)
        self.privileges.forget("CATALOG", (name,))

    def require_catalog(self, name: str) -> None:
        if name not in self.catalogs:
            raise SqlError("NO_SUCH_CATALOG_EXCEPTION", f"Catalog '{name}' was not found.", "42704")

    def require_schema(self, name: tuple[str, ...]) -> None:
        self.require_catalog(name[0])
        if not self.tables.exists(name):
            raise SqlError("SCHEMA_NOT_FOUND", f"The schema `{dotted(name)}` cannot be found.", "42704")

    def require_object(self, kind: str, name: tuple[str, ...]) -> None:
        if kind == "CATALOG":
            self.require_catalog(name[0])
        elif kind == "SCHEMA":
            self.require_schema(name)
        elif kind == "VOLUME":
            self.volumes.find(name)
        elif kind == "TABLE":
            self.tables.require(name)
