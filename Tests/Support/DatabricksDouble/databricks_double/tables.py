"""What the Delta logs on disk say of tables, read here without Spark: ROOT/tables/<catalog>/<schema>/<table>."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

from .errors import SqlError
from .names import dotted


class Tables:
    def __init__(self, root: str):
        self.root = os.path.join(root, "tables")
        os.makedirs(self.root, exist_ok=True)

    def folder(self, name: tuple[str, ...]) -> str:
        return os.path.join(self.root, *name)

    def exists(self, name: tuple[str, ...]) -> bool:
        if len(name) == 3:
            return os.path.isdir(os.path.join(self.folder(name), "_delta_log"))
        return os.path.isdir(self.folder(name))

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

    def version(self, name: tuple[str, ...]) -> int:
        """The latest version, -1 where there is no table."""
        versions = self._versions(name)
        return versions[-1] if versions else -1

    def commit(self, name: tuple[str, ...], version: int) -> list[dict[str, Any]]:
        with open(os.path.join(self.folder(name), "_delta_log", f"{version:020d}.json"), encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.strip()]

    def history(self, name: tuple[str, ...]) -> Iterator[tuple[int, dict[str, Any]]]:
        """(version, commitInfo), the latest first."""
        self._must_exist(name)
        for version in reversed(self._versions(name)):
            for action in self.commit(name, version):
                if "commitInfo" in action:
                    yield version, action["commitInfo"]

    def metadata(self, name: tuple[str, ...]) -> dict[str, Any]:
        """The latest metaData action."""
        return self._latest(name, "metaData")

    def protocol(self, name: tuple[str, ...]) -> dict[str, Any]:
        return self._latest(name, "protocol")

    def identity(self, name: tuple[str, ...]) -> str:
        return str(self.metadata(name)["id"])

    def files(self, name: tuple[str, ...]) -> dict[str, int]:
        """The sizes of the live data files."""
        live: dict[str, int] = {}
        for version in self._versions(name):
            for action in self.commit(name, version):
                if "remove" in action:
                    live.pop(action["remove"]["path"], None)
            for action in self.commit(name, version):
                if "add" in action:
                    live[action["add"]["path"]] = action["add"]["size"]
        return live

    def _latest(self, name: tuple[str, ...], kind: str) -> dict[str, Any]:
        self._must_exist(name)
        for version in reversed(self._versions(name)):
            for action in self.commit(name, version):
                if kind in action:
                    return dict(action[kind])
        raise SqlError("DELTA_STATE_RECOVER_ERROR", f"The log of {dotted(name)} has no {kind}.", "XXKDS")

    def _versions(self, name: tuple[str, ...]) -> list[int]:
        try:
            names = os.listdir(os.path.join(self.folder(name), "_delta_log"))
        except FileNotFoundError:
            return []
        return sorted(int(each[:20]) for each in names if each.endswith(".json") and each[:20].isdigit())

    def _must_exist(self, name: tuple[str, ...]) -> None:
        if not self.exists(name):
            raise table_not_found(name)


def table_not_found(name: tuple[str, ...]) -> SqlError:
    return SqlError(
        "TABLE_OR_VIEW_NOT_FOUND",
        f"The table or view `{'`.`'.join(name)}` cannot be found. Verify the spelling and correctness of the schema and "
        "catalog.",
        "42P01",
    )
