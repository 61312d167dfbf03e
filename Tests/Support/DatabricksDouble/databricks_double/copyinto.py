"""COPY INTO: loads each file once a table, by its path, whatever its content has become since."""

from __future__ import annotations

import fnmatch
import os
import threading
import uuid
from typing import TYPE_CHECKING

from .engine import Table
from .errors import SqlError
from .grammar import Captures, Pattern
from .names import quoted
from .staged import read_parquet

if TYPE_CHECKING:
    from .dialect import Run
    from .workspace import Workspace

PATTERN = Pattern(
    "COPY INTO <table:name> [<columns:identifiers>] FROM {<path:string> | '(' SELECT <select:balanced> FROM <path:string> ')'} "
    "FILEFORMAT '=' <format:word> [{FILES '=' <files:strings> | PATTERN '=' <glob:string>}] "
    "[FORMAT_OPTIONS <reading:pairs>] [COPY_OPTIONS <options:pairs>]"
)


class CopyInto:
    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self._loaded: dict[str, set[str]] = {}  # by the table's id
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def run(self, run: Run, given: Captures) -> Table:
        if given["format"] != "PARQUET":
            raise SqlError.unsupported(f"COPY INTO from {given['format']}")
        name = run.name(given["table"], 3)
        run.require("MODIFY", "TABLE", name)
        run.require("READ VOLUME", "VOLUME", self.workspace.volumes.resolve(given["path"]).volume.name)
        options = {key.lower(): (value or "").lower() for key, value in given.get("options", [])}
        if unknown := set(options) - {"force", "mergeschema"}:
            raise SqlError("COPY_INTO_UNKNOWN_OPTION", f"COPY INTO has no option {sorted(unknown)}.", "42000")
        table = self.workspace.tables.definition(name)["table_id"]
        with self._lock:
            lock = self._locks.setdefault(table, threading.Lock())
            ledger = self._loaded.setdefault(table, set())
        with lock:
            wanted = self._files(given)
            files = [file for file in wanted if options.get("force") == "true" or file not in ledger]
            rows = self._load(run, name, given, files, options) if files else 0
            ledger.update(files)
        columns = [
            ("num_affected_rows", "bigint"),
            ("num_inserted_rows", "bigint"),
            ("num_skipped_corrupt_files", "bigint"),
        ]
        return Table(columns, [[str(rows), str(rows), "0"]])

    def _files(self, given: Captures) -> list[str]:
        staged = self.workspace.staged
        if "files" in given:
            folder = given["path"].rstrip("/")
            return [file for name in given["files"] for file in staged.files(f"{folder}/{name}")]
        files = staged.files(given["path"])
        if "glob" in given:
            base = self.workspace.volumes.resolve(given["path"]).local
            files = [file for file in files if fnmatch.fnmatch(os.path.relpath(file, base), given["glob"])]
        return files

    def _load(self, run: Run, name: tuple[str, ...], given: Captures, files: list[str], options: dict[str, str]) -> int:
        session = run.session
        view = f"_copied_{uuid.uuid4().hex[:12]}"
        read_parquet(session, files).createOrReplaceTempView(view)
        try:
            if select := given.get("select"):
                select = run.sql[select[0].start : select[-1].end]
            source = f"SELECT {select or '*'} FROM `{view}`"
            evolution = "WITH SCHEMA EVOLUTION " if options.get("mergeschema") == "true" else ""
            columns = f" ({', '.join(quoted(c) for c in given['columns'])})" if "columns" in given else " BY NAME"
            return run.write(f"INSERT {evolution}INTO {quoted(name)}{columns} {source}").get("num_inserted_rows", 0)
        finally:
            session.catalog.dropTempView(view)

    def forget(self, table: str) -> None:
        self._loaded.pop(table, None)
