"""Which rights a statement of Spark's needs: what it writes is read off its first words, what it reads off its plan."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .errors import SqlError
from .grammar import Pattern
from .names import check_name, qualified

if TYPE_CHECKING:
    from .dialect import Run

Written = tuple[str, tuple[str, ...]]  # a kind of statement, and the table

_TABLE_CHANGES = [
    ("INSERT", Pattern("INSERT [WITH SCHEMA EVOLUTION] {INTO [TABLE] | OVERWRITE [TABLE]} <table:name>")),
    ("MERGE", Pattern("MERGE [WITH SCHEMA EVOLUTION] INTO <table:name>")),
    ("UPDATE", Pattern("UPDATE <table:name>")),
    ("DELETE", Pattern("DELETE FROM <table:name>")),
    ("TRUNCATE", Pattern("TRUNCATE TABLE <table:name>")),
    ("CREATE OR REPLACE TABLE", Pattern("CREATE OR REPLACE TABLE <table:name>")),
    ("CREATE TABLE", Pattern("CREATE TABLE [IF NOT EXISTS] <table:name>")),
    ("DROP TABLE", Pattern("DROP TABLE [IF EXISTS] <table:name>")),
    ("ALTER TABLE", Pattern("ALTER TABLE <table:name>")),
    ("COMMENT", Pattern("COMMENT ON TABLE <table:name>")),
]
_NEEDS = {
    "INSERT": ("MODIFY",),
    "MERGE": ("MODIFY", "SELECT"),
    "UPDATE": ("MODIFY", "SELECT"),
    "DELETE": ("MODIFY", "SELECT"),
    "TRUNCATE": ("MODIFY",),
    "DROP TABLE": ("OWN",),
    "ALTER TABLE": ("MODIFY",),
    "COMMENT": ("MODIFY",),
}


def check_privileges(run: Run) -> Written | None:
    """Refuses what the principal may not do. The table that is written, where one is."""
    written = written_by(run)
    if written and written[0].startswith("CREATE"):
        check_name(written[1][2])
    if not run.principal.admin:
        if written:
            _check_written(run, *written)
        for name in _read(run):
            if not (written and name == written[1]):
                run.require("SELECT", "TABLE", name)
    if written and written[0].startswith("CREATE") and _selects(run):
        return "CREATE TABLE AS", written[1]
    return written


def written_by(run: Run) -> Written | None:
    for kind, pattern in _TABLE_CHANGES:
        longest = None
        for end, captures in pattern.beginnings(run.tokens):
            if longest is None or end > longest[0]:
                longest = (end, captures)
        if longest:
            return kind, run.name(longest[1]["table"], 3)
    return None


def _check_written(run: Run, kind: str, target: tuple[str, ...]) -> None:
    exists = run.workspace.tables.exists(target)
    if kind.startswith("CREATE"):
        if not exists:
            run.require("CREATE TABLE", "SCHEMA", target[:2])
        elif "OR REPLACE" in kind:
            run.require("OWN", "TABLE", target)
        return
    if exists:
        for privilege in _NEEDS[kind]:
            run.require(privilege, "TABLE", target)
    else:
        run.require("USE SCHEMA", "SCHEMA", target[:2])


def _selects(run: Run) -> bool:
    return any(token.is_word("SELECT") or token.is_word("FROM") for token in run.tokens)


def _read(run: Run) -> list[tuple[str, ...]]:
    """The tables that Spark's own parser finds in the statement and that exist."""
    plan = run.session._jsparkSession.sessionState().sqlParser().parsePlan(run.sql).treeString()
    found = []
    for names in re.findall(r"'Unresolved(?:Relation|Table|TableOrView) \[(.*?)\]", plan):
        parts = tuple(part.strip().lower() for part in names.split(","))
        try:
            name = qualified(parts, 3, run.catalog, run.schema)
        except SqlError:
            continue
        if name[1] != "information_schema" and run.workspace.tables.exists(name):
            found.append(name)
    return found
