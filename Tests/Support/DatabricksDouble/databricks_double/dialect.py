"""One statement of Databricks SQL, from its text to its rows: what Spark's parser lacks matches a pattern of its own,
all else is Spark's, and what neither knows fails with PARSE_SYNTAX_ERROR. No statement is ever repaired."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from . import atomic, commands
from .engine import Table
from .errors import SqlError
from .names import qualified
from .requirements import check_privileges, written_by
from .staged import StagedFiles, find_sources
from .tokens import Token, tokenize
from .values import parameters

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from .auth import Principal
    from .statements import Statement
    from .workspace import Workspace

DEFAULT_CATALOG, DEFAULT_SCHEMA = "main", "default"

# With these a statement may begin that Spark is to run; others it knows would change the engine, not the data.
_SPARK = {
    "SELECT", "WITH", "VALUES", "(", "INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE", "CREATE", "DROP", "ALTER",
    "COMMENT", "DESCRIBE", "DESC", "SHOW", "EXPLAIN",
}  # fmt: skip


@dataclass
class Run:
    """A statement while it runs."""

    workspace: Workspace
    id: str
    principal: Principal
    sql: str
    tokens: list[Token]
    catalog: str
    schema: str
    given: list[dict[str, Any]] = field(default_factory=list)
    row_limit: int | None = None

    @property
    def session(self) -> SparkSession:
        return self.workspace.engine.session(self.catalog, self.schema)

    def name(self, parts: tuple[str, ...], levels: int) -> tuple[str, ...]:
        return qualified(parts, levels, self.catalog, self.schema)

    def require(self, privilege: str, kind: str, name: tuple[str, ...]) -> None:
        self.workspace.privileges.require(self.principal, privilege, kind, name)

    def spark(self, sql: str) -> Table:
        """Lets Spark run it, whatever files of volumes it names."""
        staged: StagedFiles = self.workspace.staged
        tokens = self.tokens if sql is self.sql else tokenize(sql)
        sources = find_sources(tokens, {each["name"]: each.get("value") for each in self.given})
        for source in sources:
            self.require("READ VOLUME", "VOLUME", staged.place(source).volume.name)
        sql, views = staged.replaced(self.session, sql, tokens, sources)
        try:
            limit = None if self.row_limit is None else self.row_limit + 1
            return self.workspace.engine.run(self.session, sql, parameters(self.session, self.given), limit)
        finally:
            staged.drop(self.session, views)

    def part(self, sql: str) -> Run:
        """A statement within this one."""
        return replace(self, sql=sql, tokens=tokenize(sql))

    def write(self, sql: str) -> dict[str, int]:
        """As `spark`, for one that changes rows: how many."""
        self.spark(sql)
        return self.workspace.engine.take_counts(self.id)


class Dialect:
    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.rules = commands.rules(workspace)
        self.lock = atomic.SharedLock()

    def execute(self, statement: Statement) -> Table:
        run = Run(
            self.workspace,
            statement.id,
            statement.principal,
            statement.sql,
            tokenize(statement.sql),
            (statement.catalog or DEFAULT_CATALOG).lower(),
            (statement.schema or DEFAULT_SCHEMA).lower(),
            statement.parameters,
            statement.row_limit,
        )
        return self.run(run)

    def run(self, run: Run) -> Table:
        if atomic.is_atomic(run.tokens):
            with self.lock.exclusive():
                return atomic.run_atomic(self.workspace, run)
        with self.lock.shared():
            return self.run_single(run)

    def run_single(self, run: Run) -> Table:
        for rule in self.rules:
            if (captures := rule.pattern.match(run.tokens)) is not None:
                return rule.run(run, captures)
        return self._spark(run)

    def logs_written(self, run: Run) -> list[str]:
        """The folder of the log that a statement commits to."""
        written = written_by(run)
        if written is None or not self.workspace.tables.exists(written[1]):
            return []
        return [os.path.join(self.workspace.tables.folder(written[1]), "_delta_log")]

    def parse(self, sql: str) -> str:
        """Whose grammar takes a statement, `double` or `spark`, without running it; else the error."""
        run = Run(
            self.workspace,
            "",
            self.workspace.auth.principals[0],
            sql,
            tokenize(sql),
            DEFAULT_CATALOG,
            DEFAULT_SCHEMA,
        )
        if atomic.is_atomic(run.tokens):
            for part in atomic.parts(run.tokens):
                self.parse(sql[part[0].start : part[-1].end])
            return "double"
        if any(rule.pattern.match(run.tokens) is not None for rule in self.rules):
            return "double"
        run = self._of_spark(run)
        sources = find_sources(run.tokens, None)
        text = run.sql
        for source in reversed(sources):
            text = text[: run.tokens[source.first].start] + "`staged`" + text[run.tokens[source.last].end :]
        run.session._jsparkSession.sessionState().sqlParser().parsePlan(text)
        return "double" if sources or text != sql else "spark"

    def _of_spark(self, run: Run) -> Run:
        """A statement that Spark's parser may be asked about; others are refused at once."""
        if not run.tokens:
            raise SqlError("PARSE_EMPTY_STATEMENT", "Syntax error, unexpected empty statement.", "42617")
        first = run.tokens[0].text.upper()
        second = run.tokens[1].text.upper() if len(run.tokens) > 1 else ""
        if first not in _SPARK or (first == "CREATE" and second not in ("TABLE", "OR")):
            raise SqlError.syntax(run.tokens[0].text)
        if first in ("CREATE", "ALTER") and (automatic := _clustered_automatically(run.tokens)):
            return run.part(run.sql[: automatic[0].start] + run.sql[automatic[-1].end :])
        return run

    def _spark(self, run: Run) -> Table:
        run = self._of_spark(run)
        written = check_privileges(run)
        if written is None:
            return run.spark(run.sql)
        return self._write(run, *written)

    def _write(self, run: Run, kind: str, target: tuple[str, ...]) -> Table:
        """What changes a table: Databricks answers DML with one row of counts."""
        existed = self.workspace.tables.exists(target)
        if kind in ("INSERT", "MERGE", "UPDATE", "DELETE", "CREATE TABLE AS"):
            result = commands.affected(kind, run.write(run.sql))
        else:
            result = run.spark(run.sql)
        if kind.startswith("CREATE TABLE") and not existed:
            self.workspace.privileges.own(run.principal, "TABLE", target)
        if kind == "DROP TABLE":
            self.workspace.privileges.forget("TABLE", target)
        return result


def _clustered_automatically(tokens: list[Token]) -> list[Token]:
    """CLUSTER BY AUTO, which Spark does not know: who chooses the clustering keys changes no row."""
    for at in range(len(tokens) - 2):
        if all(token.is_word(word) for token, word in zip(tokens[at:], ("CLUSTER", "BY", "AUTO"))):
            return tokens[at : at + 3]
    return []
