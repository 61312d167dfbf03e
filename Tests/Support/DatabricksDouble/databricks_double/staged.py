"""Files in volumes as tables: `read_files(...)` and parquet.`/Volumes/...` within a statement.

Each is read by Spark's own Parquet reader into a view of one statement, and its text is replaced by the view's name.
"""

from __future__ import annotations

import fnmatch
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import SqlError
from .tokens import Token
from .volumes import VolumePath

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from .workspace import Workspace

_OPTIONS = {
    "format",
    "schema",
    "rescuedDataColumn",
    "mergeSchema",
    "pathGlobFilter",
    "fileNamePattern",
    "recursiveFileLookup",
}


@dataclass
class Source:
    """One occurrence in a statement, from the first token to the last."""

    first: int
    last: int
    path: str
    options: dict[str, str] = field(default_factory=dict)
    bare: bool = False  # parquet.`...`: neither options nor _rescued_data

    @property
    def option_names(self) -> set[str]:
        return {name.lower() for name in self.options}

    def option(self, name: str) -> str | None:
        return next((value for key, value in self.options.items() if key.lower() == name.lower()), None)


def find_sources(tokens: Sequence[Token], parameters: dict[str, str | None] | None) -> list[Source]:
    """All that a statement reads of volumes; without `parameters` their values do not matter."""
    found = []
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.is_word("READ_FILES") and after and after.is_symbol("("):
            found.append(_read_files(tokens, at, parameters))
        if token.is_word("PARQUET") and after and after.is_symbol(".") and at + 2 < len(tokens):
            path = tokens[at + 2].identifier or ""
            if tokens[at + 2].kind == "quoted" and path.startswith("/"):
                found.append(Source(at, at + 2, path, bare=True))
    return found


def _read_files(tokens: Sequence[Token], first: int, parameters: dict[str, str | None] | None) -> Source:
    """`read_files(path [, key => value] ...)`; values are strings, TRUE and FALSE, or parameters."""
    path, at = _constant(tokens, first + 2, parameters)
    source = Source(first, first, path)
    while at < len(tokens) and tokens[at].is_symbol(","):
        key = tokens[at + 1].identifier if at + 2 < len(tokens) else None
        if key is None or not tokens[at + 2].is_symbol("=>"):
            raise SqlError.syntax(tokens[min(at + 1, len(tokens) - 1)].text)
        if key.lower() not in {each.lower() for each in _OPTIONS}:
            raise SqlError.unsupported(f"the option {key} of read_files")
        source.options[key], at = _constant(tokens, at + 3, parameters)
    if at >= len(tokens) or not tokens[at].is_symbol(")"):
        raise SqlError.syntax(tokens[min(at, len(tokens) - 1)].text)
    source.last = at
    if (source.option("format") or "").lower() != "parquet":
        raise SqlError.unsupported("read_files without format => 'parquet'")
    return source


def _constant(tokens: Sequence[Token], at: int, parameters: dict[str, str | None] | None) -> tuple[str, int]:
    if at < len(tokens):
        token = tokens[at]
        if (value := token.string) is not None:
            return value, at + 1
        if token.is_word("TRUE") or token.is_word("FALSE"):
            return token.text.lower(), at + 1
        if token.is_symbol(":") and at + 1 < len(tokens):
            value = parameters.get(tokens[at + 1].text) if parameters is not None else ""
            if value is None:
                raise SqlError("UNBOUND_SQL_PARAMETER", f"Found the unbound parameter: {tokens[at + 1].text}.", "42P02")
            return value, at + 2
    raise SqlError.syntax(tokens[at].text if at < len(tokens) else "end of input")


class StagedFiles:
    def __init__(self, workspace: Workspace):
        self.workspace = workspace

    def files(self, path: str, pattern: str | None = None) -> list[str]:
        """The files that a load from a path reads, in order of their names: the file itself, or all below a folder but
        those whose name, or whose folder's, begins with `_` or `.`. A path may end in a glob."""
        place = self.workspace.volumes.resolve(path)
        if any(mark in place.path for mark in "*?[{"):
            folder, pattern = os.path.split(place.local)
            return [
                f
                for f in self._below(folder)
                if os.path.dirname(f) == folder and fnmatch.fnmatch(os.path.basename(f), pattern)
            ]
        if os.path.isfile(place.local):
            return [place.local]
        if not os.path.isdir(place.local):
            raise SqlError("PATH_NOT_FOUND", f"Path does not exist: dbfs:{place.path}.", "42K03")
        return [f for f in self._below(place.local) if pattern is None or fnmatch.fnmatch(os.path.basename(f), pattern)]

    @staticmethod
    def _below(folder: str) -> list[str]:
        found = []
        for directory, directories, names in os.walk(folder):
            directories[:] = [name for name in directories if name[0] not in "_."]
            found += [os.path.join(directory, name) for name in names if name[0] not in "_."]
        return sorted(found)

    def place(self, source: Source) -> VolumePath:
        return self.workspace.volumes.resolve(source.path)

    def frame(self, session: SparkSession, source: Source) -> DataFrame:
        """With a schema: exactly its columns. Without: what the files have, and `_rescued_data` behind it."""
        from pyspark.sql import functions as F

        files = self.files(source.path, source.option("pathGlobFilter") or source.option("fileNamePattern"))
        schema, rescued = source.option("schema"), source.option("rescuedDataColumn")
        if schema is not None:
            frame = read_parquet(session, files, schema)
            return frame.withColumn(rescued, F.lit(None).cast("string")) if rescued else frame
        if not files:
            raise SqlError(
                "CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE",
                f"Cannot infer schema when the input path '{source.path}' is empty. "
                "Please try to start the stream when there are files in the input path, or specify the schema.",
                "42000",
            )
        frame = read_parquet(session, files)
        return frame if source.bare else frame.withColumn(rescued or "_rescued_data", F.lit(None).cast("string"))

    def replaced(
        self, session: SparkSession, sql: str, tokens: Sequence[Token], sources: list[Source]
    ) -> tuple[str, list[str]]:
        """The statement with a view's name for each source, and the views, which the caller drops."""
        views: list[str] = []
        try:
            for source in reversed(sources):
                view = f"_staged_{uuid.uuid4().hex[:12]}"
                self.frame(session, source).createOrReplaceTempView(view)
                views.append(view)
                sql = sql[: tokens[source.first].start] + f"`{view}`" + sql[tokens[source.last].end :]
        except BaseException:
            self.drop(session, views)
            raise
        return sql, views

    @staticmethod
    def drop(session: SparkSession, views: list[str]) -> None:
        for view in views:
            session.catalog.dropTempView(view)


def read_parquet(session: SparkSession, files: list[str], schema: Any = None) -> DataFrame:
    """Names are taken as they are: Spark would read `*` and `[` in them as globs."""
    reader = session.read
    if schema is not None:
        reader = reader.schema(schema)
        if not files:
            return _empty(session, schema)
    else:
        reader = reader.option("mergeSchema", "true" if len(files) > 1 else "false")
    return reader.parquet(*["file://" + _escaped(file) for file in files])


def _escaped(path: str) -> str:
    return "".join("\\" + c if c in "*?[]{}\\" else c for c in path)


def _empty(session: SparkSession, schema: Any) -> DataFrame:
    from pyspark.sql.types import StructType

    if isinstance(schema, str):
        schema = StructType.fromDDL(schema)
    return session.createDataFrame([], schema)
