"""Who may do what: grants on securables, inherited downwards, and ownership."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .errors import SqlError
from .names import dotted

if TYPE_CHECKING:
    from .auth import Principal

Securable = tuple[str, tuple[str, ...]]  # its type, such as TABLE, and its full name

EVERYONE = "account users"
# What can be granted on each type; what a type below it has can be granted too, and is inherited.
_OWN = {
    "METASTORE": {"CREATE CATALOG"},
    "CATALOG": {"USE CATALOG", "CREATE SCHEMA", "BROWSE"},
    "SCHEMA": {"USE SCHEMA", "CREATE TABLE", "CREATE VOLUME", "CREATE FUNCTION", "CREATE MATERIALIZED VIEW"},
    "TABLE": {"SELECT", "MODIFY"},
    "VOLUME": {"READ VOLUME", "WRITE VOLUME"},
    "WAREHOUSE": {"CAN USE"},
}
_ANY = {"ALL PRIVILEGES", "MANAGE", "APPLY TAG"}


def grantable(kind: str) -> set[str]:
    below = {"CATALOG": ("CATALOG", "SCHEMA", "TABLE", "VOLUME"), "SCHEMA": ("SCHEMA", "TABLE", "VOLUME")}
    return set().union(*(_OWN[each] for each in below.get(kind, (kind,)))) | (_ANY if kind != "WAREHOUSE" else set())


class InsufficientPrivileges(SqlError):
    def __init__(self, privilege: str, kind: str, name: Iterable[str]):
        self.text = f"User does not have {privilege} on {kind.capitalize()} '{dotted(tuple(name))}'."
        super().__init__("INSUFFICIENT_PERMISSIONS", f"Insufficient privileges:\n{self.text}", "42501")


class Privileges:
    def __init__(self) -> None:
        self._grants: dict[Securable, dict[str, set[str]]] = {}
        self._owners: dict[Securable, str] = {}
        self._lock = threading.RLock()

    def grant(self, principal: str, privileges: Iterable[str], kind: str, name: tuple[str, ...]) -> None:
        with self._lock:
            self._grants.setdefault((kind, name), {}).setdefault(principal, set()).update(privileges)

    def revoke(self, principal: str, privileges: Iterable[str], kind: str, name: tuple[str, ...]) -> None:
        with self._lock:
            held = self._grants.get((kind, name), {}).get(principal, set())
            held -= held if "ALL PRIVILEGES" in privileges else set(privileges)

    def own(self, principal: Principal, kind: str, name: tuple[str, ...]) -> None:
        self._owners[kind, name] = principal.client_id

    def owner(self, kind: str, name: tuple[str, ...]) -> str | None:
        return self._owners.get((kind, name))

    def forget(self, kind: str, name: tuple[str, ...]) -> None:
        """What is dropped takes its grants along, and those of all below it."""
        with self._lock:
            for store in (self._grants, self._owners):
                gone = [key for key in store if key == (kind, name) or _below(key, kind, name)]
                for key in gone:
                    del store[key]

    def listed(self, kind: str, name: tuple[str, ...], principal: str | None = None) -> list[tuple[str, str, str, str]]:
        """(principal, privilege, type, name) of what is granted there and above."""
        rows = []
        for held_kind, held_name in [*_above(kind, name), (kind, name)]:
            for who, privileges in self._grants.get((held_kind, held_name), {}).items():
                if principal in (None, who):
                    rows += [(who, each, held_kind, dotted(held_name)) for each in sorted(privileges)]
        return rows

    def has(self, principal: Principal, privilege: str, kind: str, name: tuple[str, ...]) -> bool:
        if principal.admin:
            return True
        for securable in [(kind, name), *_above(kind, name)]:
            if self._owners.get(securable) == principal.client_id and privilege not in (
                "USE CATALOG",
                "USE SCHEMA",
            ):
                return True
            if self._owners.get(securable) == principal.client_id and securable == (kind, name):
                return True
            held = self._grants.get(securable, {})
            mine = set().union(*(held.get(who, set()) for who in (principal.client_id, principal.name, EVERYONE)))
            if privilege in mine or ("ALL PRIVILEGES" in mine and privilege not in ("MANAGE", "OWN")):
                return True
            if privilege == "OWN" and "MANAGE" in mine:
                return True
        return False

    def require(self, principal: Principal, privilege: str, kind: str, name: tuple[str, ...]) -> None:
        """Also of the catalog and the schema that the thing is in."""
        if principal.admin:
            return
        if kind in ("SCHEMA", "TABLE", "VOLUME"):
            if not self.has(principal, "USE CATALOG", "CATALOG", name[:1]):
                raise InsufficientPrivileges("USE CATALOG", "CATALOG", name[:1])
        if kind in ("TABLE", "VOLUME"):
            if not self.has(principal, "USE SCHEMA", "SCHEMA", name[:2]):
                raise InsufficientPrivileges("USE SCHEMA", "SCHEMA", name[:2])
        if not self.has(principal, privilege, kind, name):
            raise InsufficientPrivileges("MANAGE" if privilege == "OWN" else privilege, kind, name)


def _above(kind: str, name: tuple[str, ...]) -> list[Securable]:
    if kind in ("TABLE", "VOLUME"):
        return [("SCHEMA", name[:2]), ("CATALOG", name[:1])]
    return [("CATALOG", name[:1])] if kind == "SCHEMA" else []


def _below(key: Any, kind: str, name: tuple[str, ...]) -> bool:
    return kind in ("CATALOG", "SCHEMA") and key[1][: len(name)] == name and key[0] != "WAREHOUSE"
