"""The statements that Databricks has and Spark has not, each a pattern and what it does."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import copyinto, grants
from .engine import Table
from .errors import SqlError
from .grammar import Captures, Pattern
from .names import check_name, dotted, literal, quoted

if TYPE_CHECKING:
    from .dialect import Run
    from .workspace import Workspace


Handler = Callable[["Run", Captures], Table]


@dataclass
class Rule:
    pattern: Pattern
    run: Handler


def rules(workspace: Workspace) -> list[Rule]:
    table: list[tuple[str, Handler]] = [
        (
            "CREATE CATALOG [IF NOT <exists:word>] <name:name> [MANAGED LOCATION <location:string>] "
            "[COMMENT <comment:string>]",
            create_catalog,
        ),
        ("DROP CATALOG [IF <exists:word>] <name:name> [{RESTRICT | <cascade:word>}]", drop_catalog),
        ("SHOW CATALOGS", show_catalogs),
        (
            "CREATE {SCHEMA | DATABASE} [IF NOT <exists:word>] <name:name> [COMMENT <comment:string>] "
            "[MANAGED LOCATION <location:string>] [COMMENT <comment:string>]",
            create_schema,
        ),
        ("DROP {SCHEMA | DATABASE} [IF <exists:word>] <name:name> [{RESTRICT | <cascade:word>}]", drop_schema),
        ("CREATE VOLUME [IF NOT <exists:word>] <name:name> [COMMENT <comment:string>]", create_volume),
        ("DROP VOLUME [IF <exists:word>] <name:name>", drop_volume),
        ("SHOW VOLUMES [{IN | FROM} <schema:name>]", show_volumes),
        ("{DESCRIBE | DESC} VOLUME <name:name>", describe_volume),
        (
            "ALTER {TABLE | VOLUME | SCHEMA | CATALOG} <name:name> [ALTER COLUMN <column:identifier>] "
            "{SET TAGS <tags:pairs> | UNSET TAGS <names:strings>}",
            tag,
        ),
        ("ALTER TABLE <table:name> CLUSTER BY AUTO", cluster_automatically),
        ("COMMENT ON CATALOG <name:name> IS {<comment:string> | NULL}", comment_on_catalog),
        ("COMMENT ON VOLUME <name:name> IS {<comment:string> | NULL}", comment_on_volume),
        ("COMMENT ON COLUMN <column:name> IS {<comment:string> | NULL}", comment_on_column),
        ("USE [{CATALOG | SCHEMA | DATABASE}] <name:name>", use),
        ("LIST <path:string>", list_files),
        ("OPTIMIZE <table:name> [FULL] [ZORDER BY <columns:identifiers>]", optimize),
        ("VACUUM <table:name> [{FULL | LITE}] [RETAIN <hours:integer> HOURS] [DRY RUN]", vacuum),
        ("{DESCRIBE | DESC} HISTORY <table:name> [LIMIT <limit:integer>]", describe_history),
        ("{DESCRIBE | DESC} DETAIL <table:name>", describe_detail),
    ]
    return [
        Rule(copyinto.PATTERN, workspace.copy_into.run),
        *(Rule(Pattern(text), run) for text, run in [*table, *grants.TABLE]),
    ]


def affected(kind: str, counts: dict[str, int]) -> Table:
    """The row of counts that answers DML."""
    names = ["num_affected_rows"]
    if kind == "MERGE":
        names += ["num_updated_rows", "num_deleted_rows", "num_inserted_rows"]
    elif kind not in ("UPDATE", "DELETE"):
        names += ["num_inserted_rows"]
        counts = {**counts, "num_affected_rows": counts.get("num_inserted_rows", 0)}  # not what was overwritten
    return Table([(name, "bigint") for name in names], [[str(counts.get(name, 0)) for name in names]])


def create_catalog(run: Run, given: Captures) -> Table:
    run.require("CREATE CATALOG", "METASTORE", ())
    (name,) = run.name(given["name"], 1)
    check_name(name)
    if not run.workspace.create_catalog(name, given.get("comment"), run.principal) and "exists" not in given:
        raise SqlError("CATALOG_ALREADY_EXISTS", f"Catalog '{name}' already exists.", "42710")
    return Table()


def drop_catalog(run: Run, given: Captures) -> Table:
    (name,) = run.name(given["name"], 1)
    if name not in run.workspace.catalogs:
        if "exists" in given:
            return Table()
        raise SqlError("NO_SUCH_CATALOG_EXCEPTION", f"Catalog '{name}' was not found.", "42704")
    run.require("OWN", "CATALOG", (name,))
    schemas = [each for each in run.workspace.tables.schemas(name) if each not in ("default", "information_schema")]
    if given.get("cascade") != "CASCADE" and (schemas or run.workspace.volumes.within((name,))):
        raise SqlError("CATALOG_NOT_EMPTY", f"Catalog '{name}' is not empty.", "2BP01")
    run.workspace.drop_catalog(name)
    return Table()


def show_catalogs(run: Run, given: Captures) -> Table:
    return Table([("catalog", "string")], [[name] for name in sorted(run.workspace.catalogs)])


def create_schema(run: Run, given: Captures) -> Table:
    name = run.name(given["name"], 2)
    check_name(name[1])
    run.workspace.require_catalog(name[0])
    if run.workspace.tables.exists(name):
        if "exists" not in given:
            raise SqlError(
                "SCHEMA_ALREADY_EXISTS",
                f"Cannot create schema `{dotted(name)}` because it already exists.",
                "42P06",
            )
        return Table()
    run.require("USE CATALOG", "CATALOG", name[:1])
    run.require("CREATE SCHEMA", "CATALOG", name[:1])
    comment = literal(given["comment"]) if "comment" in given else None
    run.spark(f"CREATE SCHEMA IF NOT EXISTS {quoted(name)}" + (f" COMMENT {comment}" if comment else ""))
    run.workspace.privileges.own(run.principal, "SCHEMA", name)
    return Table()


def drop_schema(run: Run, given: Captures) -> Table:
    name = run.name(given["name"], 2)
    if not run.workspace.tables.exists(name):
        if "exists" in given:
            return Table()
        raise SqlError("SCHEMA_NOT_FOUND", f"The schema `{'`.`'.join(name)}` cannot be found.", "42704")
    run.require("OWN", "SCHEMA", name)
    if given.get("cascade") != "CASCADE" and (run.workspace.tables.tables(*name) or run.workspace.volumes.within(name)):
        raise SqlError(
            "SCHEMA_NOT_EMPTY", f"Cannot drop a schema `{dotted(name)}` because it contains objects.", "2BP01"
        )
    for volume in run.workspace.volumes.within(name):
        run.workspace.volumes.drop(volume.name)
    run.spark(f"DROP SCHEMA {quoted(name)} CASCADE")
    run.workspace.privileges.forget("SCHEMA", name)
    return Table()


def create_volume(run: Run, given: Captures) -> Table:
    name = run.name(given["name"], 3)
    check_name(name[2])
    run.workspace.require_schema(name[:2])
    if name in run.workspace.volumes.volumes and "exists" in given:
        return Table()
    run.require("USE SCHEMA", "SCHEMA", name[:2])
    run.require("CREATE VOLUME", "SCHEMA", name[:2])
    run.workspace.volumes.create(name, given.get("comment"))
    run.workspace.privileges.own(run.principal, "VOLUME", name)
    return Table()


def drop_volume(run: Run, given: Captures) -> Table:
    name = run.name(given["name"], 3)
    if name not in run.workspace.volumes.volumes and "exists" in given:
        return Table()
    run.workspace.volumes.find(name)
    run.require("OWN", "VOLUME", name)
    run.workspace.volumes.drop(name)
    run.workspace.privileges.forget("VOLUME", name)
    return Table()


def show_volumes(run: Run, given: Captures) -> Table:
    schema = run.name(given["schema"], 2) if "schema" in given else (run.catalog, run.schema)
    rows: list[list[str | None]] = [[schema[1], each.name[2]] for each in run.workspace.volumes.within(schema)]
    return Table([("database", "string"), ("volume_name", "string")], rows)


def describe_volume(run: Run, given: Captures) -> Table:
    volume = run.workspace.volumes.find(run.name(given["name"], 3))
    run.require("READ VOLUME", "VOLUME", volume.name)
    catalog, schema, name = volume.name
    columns = [(key, "string") for key in ("name", "catalog", "database", "owner", "volumeType", "comment")]
    owner = run.workspace.privileges.owner("VOLUME", volume.name)
    return Table(columns, [[name, catalog, schema, owner, "MANAGED", volume.comment]])


def tag(run: Run, given: Captures) -> Table:
    """Tags are accepted and forgotten."""
    kind = run.tokens[1].text.upper()
    name = run.name(given["name"], {"CATALOG": 1, "SCHEMA": 2}.get(kind, 3))
    run.workspace.require_object(kind, name)
    run.require("APPLY TAG", kind, name)
    return Table()


def cluster_automatically(run: Run, given: Captures) -> Table:
    name = run.name(given["table"], 3)
    run.workspace.tables.require(name)
    run.require("MODIFY", "TABLE", name)
    return Table()


def comment_on_catalog(run: Run, given: Captures) -> Table:
    name = run.name(given["name"], 1)
    run.workspace.require_catalog(name[0])
    run.require("OWN", "CATALOG", name)
    run.workspace.catalogs[name[0]].comment = given.get("comment")
    return Table()


def comment_on_volume(run: Run, given: Captures) -> Table:
    volume = run.workspace.volumes.find(run.name(given["name"], 3))
    run.require("OWN", "VOLUME", volume.name)
    volume.comment = given.get("comment")
    return Table()


def comment_on_column(run: Run, given: Captures) -> Table:
    *table, column = given["column"]
    name = run.name(tuple(table), 3)
    run.workspace.tables.require(name)
    run.require("MODIFY", "TABLE", name)
    return run.spark(
        f"ALTER TABLE {quoted(name)} ALTER COLUMN {quoted([column])} COMMENT {literal(given.get('comment', ''))}"
    )


def use(run: Run, given: Captures) -> Table:
    """Every statement has a session of its own, so this one changes nothing for the next."""
    name = given["name"]
    if len(name) == 2 or run.tokens[1].text.upper() in ("SCHEMA", "DATABASE"):
        run.workspace.require_schema(run.name(name, 2))
    else:
        run.workspace.require_catalog(name[0])
    return Table()


def list_files(run: Run, given: Captures) -> Table:
    place = run.workspace.volumes.resolve(given["path"])
    run.require("READ VOLUME", "VOLUME", place.volume.name)
    if not os.path.isdir(place.local):
        raise SqlError("PATH_NOT_FOUND", f"Path does not exist: {place.path}.", "42K03")
    rows: list[list[str | None]] = []
    with os.scandir(place.local) as found:
        for entry in sorted(found, key=lambda each: each.name):
            info, slash = entry.stat(), "/" if entry.is_dir() else ""
            size = "0" if slash else str(info.st_size)
            rows.append(
                [
                    f"{place.path}/{entry.name}{slash}",
                    entry.name + slash,
                    size,
                    str(int(info.st_mtime * 1000)),
                ]
            )
    columns = [("path", "string"), ("name", "string"), ("size", "bigint"), ("modification_time", "bigint")]
    return Table(columns, rows)


def optimize(run: Run, given: Captures) -> Table:
    """Nothing is rewritten: a table's content is the same before and after."""
    name = run.name(given["table"], 3)
    run.workspace.tables.require(name)
    run.require("MODIFY", "TABLE", name)
    return Table([("path", "string"), ("metrics", "string")], [[run.workspace.tables.folder(name), "{}"]])


def vacuum(run: Run, given: Captures) -> Table:
    """Nothing is deleted."""
    name = run.name(given["table"], 3)
    run.workspace.tables.require(name)
    run.require("MODIFY", "TABLE", name)
    if given.get("hours", 168) < 168:
        raise SqlError(
            "DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT",
            "The retention period is shorter than 168 hours.",
            "22003",
        )
    return Table([("path", "string")], [])


def describe_history(run: Run, given: Captures) -> Table:
    name = run.name(given["table"], 3)
    run.workspace.tables.require(name)
    run.require("SELECT", "TABLE", name)
    return _facts(_HISTORY, run.workspace.tables.history(name, given.get("limit", 0)))


def describe_detail(run: Run, given: Captures) -> Table:
    name = run.name(given["table"], 3)
    run.workspace.tables.require(name)
    run.require("SELECT", "TABLE", name)
    return _facts(_DETAIL, [run.workspace.tables.detail(name)])


_HISTORY = {
    "version": "bigint", "timestamp": "timestamp", "userId": "string", "userName": "string", "operation": "string",
    "operationParameters": "map<string,string>", "readVersion": "bigint", "isolationLevel": "string",
    "isBlindAppend": "boolean", "operationMetrics": "map<string,string>", "userMetadata": "string", "engineInfo": "string",
}  # fmt: skip
_DETAIL = {
    "format": "string", "id": "string", "name": "string", "description": "string", "location": "string",
    "createdAt": "timestamp", "lastModified": "timestamp", "partitionColumns": "array<string>",
    "clusteringColumns": "array<string>", "numFiles": "bigint", "sizeInBytes": "bigint", "properties": "map<string,string>",
    "minReaderVersion": "int", "minWriterVersion": "int", "tableFeatures": "array<string>",
}  # fmt: skip


def _facts(columns: dict[str, str], facts: list[dict[str, Any]]) -> Table:
    def text(value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else json.dumps(value, separators=(",", ":"))

    return Table(list(columns.items()), [[text(fact.get(name)) for name in columns] for fact in facts])
