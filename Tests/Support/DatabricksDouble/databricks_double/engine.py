"""Spark in this process: one JVM, the Delta connector as its catalogs, statements of several threads side by side."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import SqlError
from .names import quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CATALOG_CLASS = "doublelake.LakeCatalog"
# Those that the connector was measured with; the ones below are the server's own.
_ENGINE_SETTINGS = os.path.join(os.path.dirname(__file__), "..", "engine", "settings.json")

SESSIONS = 40  # kept for their defaults; one more is made anew
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.scheduler.mode": "FAIR",
    "spark.sql.artifact.isolation.enabled": "false",
    "spark.sql.ui.retainedExecutions": "20",  # what nobody looks at takes no memory
    "spark.ui.retainedJobs": "50",
    "spark.ui.retainedStages": "50",
    "spark.log.level": "OFF",
    # It runs for minutes, over many statements that are alike: the optimizing compiler pays, generated code does not.
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -Xss4m -Xmn400m",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.ui.explainMode": "simple",
}


@dataclass
class Table:
    """A result: (name, Spark's type text) a column, rows of strings as JSON_ARRAY has them."""

    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[str | None]] = field(default_factory=list)


class Engine:
    def __init__(self, root: str, jar: str, log: Callable[[str], None]):
        self.root, self.jar, self.log = root, jar, log
        self.ready = threading.Event()
        self.failure: str | None = None
        self.catalogs: set[str] = set()
        self._sessions: dict[tuple[str | None, str | None], SparkSession] = {}
        self._lock = threading.RLock()
        # What every statement asks of the JVM: py4j looks for a class of each part of such a name, in all jars.
        self._take_counts: Any = None
        self._current_user: Any = None

    def start(self) -> None:
        threading.Thread(target=self._boot, name="spark", daemon=True).start()

    def _boot(self) -> None:
        began = time.monotonic()
        try:
            os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
            from pyspark.sql import SparkSession

            logging.getLogger("SQLQueryContextLogger").disabled = True  # a statement that fails is no news here
            builder = SparkSession.builder.master("local[2]").appName("databricks-double")
            with open(_ENGINE_SETTINGS, encoding="utf-8") as file:
                measured = json.load(file)
            settings = {
                **measured,
                **SETTINGS,
                "spark.driver.extraClassPath": self.jar,
                "spark.sql.warehouse.dir": os.path.join(self.root, "spark"),
                "spark.local.dir": os.path.join(self.root, "spark-local"),
            }
            for key, value in settings.items():
                builder = builder.config(key, value)
            self.spark = builder.getOrCreate()
            self.spark.sparkContext.setLogLevel("OFF")
            self._take_counts = self.jvm.doublelake.Statements.takeCounts
            self._current_user = self.jvm.org.apache.spark.sql.catalyst.CurrentUserContext.CURRENT_USER()
            self._sessions[None, None] = self.spark
            for catalog in list(self.catalogs):
                self._attach(self.spark, catalog)
            self.spark.sql("SELECT 1").collect()
            self.log(f"Spark is ready after {time.monotonic() - began:.1f} s")
        except Exception as error:  # whatever it is, statements must say so
            self.failure = str(error).strip().split("\n")[0]
            self.log(f"Spark does not start: {error}")
        self.ready.set()

    def wait(self) -> None:
        self.ready.wait()
        if self.failure:
            raise SqlError("INTERNAL_ERROR", f"Spark does not start: {self.failure}", "XX000", "INTERNAL_ERROR")

    @property
    def jvm(self) -> Any:
        return self.spark.sparkContext._jvm

    # Catalogs and sessions

    def attach(self, catalog: str) -> None:
        """Makes a catalog known to every session."""
        with self._lock:
            self.catalogs.add(catalog)
            if self.ready.is_set():
                for session in self._sessions.values():
                    self._attach(session, catalog)

    def detach(self, catalog: str) -> None:
        with self._lock:
            self.catalogs.discard(catalog)
            if self.ready.is_set():
                for session in self._sessions.values():
                    session.conf.unset(f"spark.sql.catalog.{catalog}")

    def _attach(self, session: SparkSession, catalog: str) -> None:
        session.conf.set(f"spark.sql.catalog.{catalog}", CATALOG_CLASS)
        session.conf.set(f"spark.sql.catalog.{catalog}.root", os.path.join(self.root, "tables"))

    def session(self, catalog: str | None = None, schema: str | None = None) -> SparkSession:
        """The session whose unqualified names mean `catalog.schema`."""
        self.wait()
        key = (catalog, schema)
        with self._lock:
            if key not in self._sessions:
                session = self.spark.newSession()
                for each in self.catalogs:
                    self._attach(session, each)
                if catalog:
                    session.sql("USE " + quoted((catalog, schema) if schema else (catalog,)))
                self._sessions[key] = session
                self._forget_oldest()
            else:
                self._sessions[key] = self._sessions.pop(key)  # the latest used is the last
            return self._sessions[key]

    def _forget_oldest(self) -> None:
        for key in [key for key in self._sessions if key != (None, None)][:-SESSIONS]:
            del self._sessions[key]

    # Running

    def run(
        self,
        session: SparkSession,
        sql: str,
        parameters: dict[str, Any] | None = None,
        limit: int | None = None,
    ) -> Table:
        frame = session.sql(sql, args=parameters) if parameters else session.sql(sql)
        return self.collect(frame, limit)

    def collect(self, frame: DataFrame, limit: int | None = None) -> Table:
        from .values import as_strings

        schema = frame.schema
        columns = [(f.name, f.dataType.simpleString()) for f in schema.fields]
        if not columns:
            return Table()
        if limit is not None:
            frame = frame.limit(limit)
        texts = as_strings(frame, schema).toArrow().columns  # four times as fast as collect() where there are many
        return Table(columns, [list(row) for row in zip(*(text.to_pylist() for text in texts), strict=True)])

    def take_counts(self, group: str) -> dict[str, int]:
        """The rows that the group's last change inserted, updated and deleted."""
        counts = self._take_counts(group)
        return json.loads(counts) if counts else {}

    def act_for(self, group: str, user: str) -> None:
        """What this thread runs from now on can be cancelled by the group's name, and is the user's."""
        self._current_user.set(user)
        self.spark.sparkContext.setLocalProperty("spark.jobGroup.id", group)
        self.spark.sparkContext.setLocalProperty("spark.job.interruptOnCancel", "true")

    def cancel(self, group: str) -> None:
        if self.ready.is_set() and not self.failure:
            self.spark.sparkContext._jsc.sc().cancelJobGroupAndFutureJobs(group)

    def stop(self) -> None:
        if self.ready.is_set() and not self.failure:
            self.spark.stop()
