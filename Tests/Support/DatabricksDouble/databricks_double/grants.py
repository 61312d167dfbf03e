"""GRANT, REVOKE and SHOW GRANTS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .engine import Table
from .errors import SqlError
from .grammar import Captures
from .names import dotted
from .privileges import EVERYONE, grantable

if TYPE_CHECKING:
    from .dialect import Run

_TYPES = {"CATALOG": 1, "SCHEMA": 2, "DATABASE": 2, "TABLE": 3, "VOLUME": 3, "METASTORE": 0}


def grant(run: Run, given: Captures) -> Table:
    kind, name, privileges = _securable(run, given)
    run.workspace.privileges.grant(_principal(run, given), privileges, kind, name)
    return Table()


def revoke(run: Run, given: Captures) -> Table:
    kind, name, privileges = _securable(run, given)
    run.workspace.privileges.revoke(_principal(run, given), privileges, kind, name)
    return Table()


def show_grants(run: Run, given: Captures) -> Table:
    kind, name = _target(run, given)
    principal = _principal(run, given) if "who" in given else None
    rows: list[list[str | None]] = [list(row) for row in run.workspace.privileges.listed(kind, name, principal)]
    return Table([(key, "string") for key in ("Principal", "ActionType", "ObjectType", "ObjectKey")], rows)


def _target(run: Run, given: Captures) -> tuple[str, tuple[str, ...]]:
    kind = given.get("kind", "TABLE")
    if kind not in _TYPES:
        raise SqlError.syntax(kind)
    levels = _TYPES[kind]
    kind = "SCHEMA" if kind == "DATABASE" else kind
    name = run.name(given["name"], levels) if levels else ()
    run.workspace.require_object(kind, name)
    return kind, name


def _securable(run: Run, given: Captures) -> tuple[str, tuple[str, ...], list[str]]:
    kind, name = _target(run, given)
    run.require("OWN", kind, name)
    for privilege in given["privileges"]:
        if privilege not in grantable(kind):
            raise SqlError(
                "UC_INVALID_PRIVILEGE",
                f"Privilege {privilege} is not applicable to {kind} {dotted(name)}.",
                "42000",
            )
    return kind, name, given["privileges"]


def _principal(run: Run, given: Captures) -> str:
    who = given["who"]
    principal = run.workspace.auth.find(who)
    if principal is None and who != EVERYONE:
        raise _no_principal(who)
    return principal.client_id if principal else who


def change_owner(run: Run, given: Captures) -> Table:
    kind, name = _target(run, {**given, "kind": run.tokens[1].text.upper()})
    run.require("OWN", kind, name)
    principal = run.workspace.auth.find(given["who"])
    if principal is None:
        raise _no_principal(given["who"])
    run.workspace.privileges.own(principal, kind, name)
    return Table()


def _no_principal(who: str) -> SqlError:
    return SqlError("PRINCIPAL_DOES_NOT_EXIST", f"Could not find principal with name {who}.", "42704")


TABLE = [
    ("ALTER {CATALOG | SCHEMA | TABLE | VOLUME} <name:name> [SET] OWNER TO <who:identifier>", change_owner),
    ("GRANT <privileges:privileges> ON [<kind:word>] <name:name> TO <who:identifier>", grant),
    ("GRANT <privileges:privileges> ON <kind:word> TO <who:identifier>", grant),
    ("REVOKE <privileges:privileges> ON [<kind:word>] <name:name> FROM <who:identifier>", revoke),
    ("REVOKE <privileges:privileges> ON <kind:word> FROM <who:identifier>", revoke),
    ("SHOW {GRANTS | GRANT} [<who:identifier>] ON [<kind:word>] <name:name>", show_grants),
]  # fmt: skip
