"""SQL warehouses: they exist, start slowly if told to, and may be used only with CAN USE."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from .web import ApiError, Request, Response

if TYPE_CHECKING:
    from .auth import Principal
    from .workspace import Workspace


class Warehouse:
    def __init__(self, workspace: Workspace, identifier: str, name: str, start_seconds: float, running: bool):
        self.workspace, self.id, self.name, self.start_seconds = workspace, identifier, name, start_seconds
        self._up_at: float | None = time.monotonic() if running else None
        self._lock = threading.Lock()

    def start(self) -> None:
        """A statement or a call starts it; it then takes its time."""
        with self._lock:
            if self._up_at is None:
                self._up_at = time.monotonic() + self.start_seconds

    def stop(self) -> None:
        self._up_at = None

    def wait(self, unless: threading.Event) -> None:
        while self.state != "RUNNING" and not unless.wait(0.02):
            self.start()

    @property
    def state(self) -> str:
        up_at = self._up_at
        if up_at is None:
            return "STOPPED"
        return "RUNNING" if time.monotonic() >= up_at and self.workspace.engine.ready.is_set() else "STARTING"

    def describe(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "cluster_size": "2X-Small",
            "warehouse_type": "PRO",
            "enable_serverless_compute": True,
            "num_clusters": 1 if self.state == "RUNNING" else 0,
            "odbc_params": {
                "hostname": self.workspace.host,
                "path": f"/sql/1.0/warehouses/{self.id}",
                "port": self.workspace.port,
                "protocol": "https",
            },
        }


class Warehouses:
    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.warehouses: dict[str, Warehouse] = {}

    def add(self, identifier: str, name: str, start_seconds: float = 0, running: bool = True) -> Warehouse:
        warehouse = Warehouse(self.workspace, identifier, name, start_seconds, running)
        self.warehouses[identifier] = warehouse
        return warehouse

    def usable(self, identifier: Any, principal: Principal) -> Warehouse:
        if not isinstance(identifier, str) or not identifier:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", "warehouse_id is required")
        warehouse = self.warehouses.get(identifier)
        if warehouse is None:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"{identifier} is not a valid endpoint id.")
        self._check(warehouse, principal)
        return warehouse

    def _check(self, warehouse: Warehouse, principal: Principal) -> None:
        if not self.workspace.privileges.has(principal, "CAN USE", "WAREHOUSE", (warehouse.id,)):
            raise ApiError(
                403,
                "PERMISSION_DENIED",
                f"You do not have permission to use the SQL warehouse {warehouse.id}.",
            )

    # GET /api/2.0/sql/warehouses
    def list(self, request: Request) -> Response:
        return Response(200, {"warehouses": [each.describe() for each in self.warehouses.values()]})

    # GET /api/2.0/sql/warehouses/{id}
    def get(self, request: Request, warehouse: str) -> Response:
        return Response(200, self._find(warehouse, request).describe())

    # POST /api/2.0/sql/warehouses/{id}/start and /stop
    def start(self, request: Request, warehouse: str) -> Response:
        self._find(warehouse, request).start()
        return Response(200, {})

    def stop(self, request: Request, warehouse: str) -> Response:
        self._find(warehouse, request).stop()
        return Response(200, {})

    def _find(self, identifier: str, request: Request) -> Warehouse:
        assert request.principal is not None
        if identifier not in self.warehouses:
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"{identifier} is not a valid endpoint id.")
        self._check(self.warehouses[identifier], request.principal)
        return self.warehouses[identifier]
