"""Tables on disk, ROOT/tables/<catalog>/<schema>/<table>: which there are, and what the engine says of one."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from .errors import SqlError

if TYPE_CHECKING:
    from .engine import Engine


class Tables:
    def __init__(self, root: str, engine: Engine):
        self.root, self.engine = os.path.join(root, "tables"), engine
        os.makedirs(self.root, exist_ok=True)

    def folder(self, name: tuple[str, ...]) -> str:
        return os.path.join(self.root, *name)

    def exists(self, name: tuple[str, ...]) -> bool:
        """Of a table, a schema or a catalog."""
        return os.path.isdir(os.path.join(self.folder(name), "_delta_log" if len(name) == 3 else ""))

    def schemas(self, catalog: str) -> list[str]:
        return self._folders(self.folder((catalog,)))

    def tables(self, catalog: str, schema: str) -> list[str]:
        return [t for t in self._folders(self.folder((catalog, schema))) if self.exists((catalog, schema, t))]

    @staticmethod
    def _folders(path: str) -> list[str]:
        try:
            return sorted(e.name for e in os.scandir(path) if e.is_dir() and e.name[0] not in "_.")
        except FileNotFoundError:
            return []

    def require(self, name: tuple[str, ...]) -> None:
        if not self.exists(name):
            raise SqlError(
                "TABLE_OR_VIEW_NOT_FOUND",
                f"The table or view `{'`.`'.join(name)}` cannot be found. Verify the spelling and correctness of the schema "
                "and catalog.",
                "42P01",
            )

    def definition(self, name: tuple[str, ...]) -> dict[str, Any]:
        """table_id, comment, created_at, properties and columns."""
        return dict(self._facts(name, "definition"))

    def history(self, name: tuple[str, ...], limit: int) -> list[dict[str, Any]]:
        """The commits, the latest first; limit 0: all."""
        return list(self._facts(name, "history", limit))

    def detail(self, name: tuple[str, ...]) -> dict[str, Any]:
        return dict(self._facts(name, "detail", ".".join(name)))

    def _facts(self, name: tuple[str, ...], method: str, *arguments: Any) -> Any:
        self.require(name)
        self.engine.wait()
        facts = self.engine.jvm.doublelake.TableFacts
        return json.loads(getattr(facts, method)(self.folder(name), *arguments))
