"""One Spark with the engine for all tests, and the tables' contents as other engines read them."""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "Python"))
import engines  # noqa: E402
from pyspark.errors import PySparkException  # noqa: E402

CACHE = os.environ.get("DATABRICKS_DOUBLE_CACHE", os.path.join(tempfile.gettempdir(), "databricks-double"))
_spark = None
_root = None


def spark():
    global _spark, _root
    if _spark is None:
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        os.environ["PYTHONPATH"] = str(HERE)  # for the workers that run `pause`
        from pyspark.logger import PySparkLogger
        from pyspark.sql import SparkSession

        jar = subprocess.check_output([HERE.parent / "build.sh", CACHE, sys.executable], text=True).strip()
        _root = tempfile.mkdtemp(prefix="double-engine-")
        atexit.register(shutil.rmtree, _root, ignore_errors=True)
        settings = json.loads((HERE.parent / "settings.json").read_text())
        settings |= {
            "spark.driver.extraClassPath": jar,
            "spark.sql.catalog.lake": "doublelake.LakeCatalog",
            "spark.sql.catalog.lake.root": _root,
        }
        builder = SparkSession.builder.master("local[2]")
        for key, value in settings.items():
            builder = builder.config(key, value)
        PySparkLogger.getLogger("SQLQueryContextLogger").disabled = True
        _spark = builder.getOrCreate()
        _spark.sparkContext.setLogLevel("OFF")
    return _spark


class LakeTest(unittest.TestCase):
    """Each test has a schema of its own: `lake.<test>`."""

    def setUp(self):
        spark()
        self.schema = f"lake.{self._testMethodName.removeprefix('test_')[:60]}"
        self.sql(f"CREATE SCHEMA {self.schema}")
        self.sql(f"USE {self.schema}")

    def sql(self, text):
        return [tuple(row) for row in spark().sql(text).collect()]

    def counted(self, text):
        """Runs a change; answers (affected, updated, deleted, inserted)."""
        return counted(text, self.id())

    def fails(self, condition, text):
        with self.assertRaises(PySparkException) as caught:
            self.sql(text)
        self.assertTrue(str(caught.exception.getCondition()).startswith(condition), str(caught.exception)[:500])
        return caught.exception

    def folder(self, table):
        return Path(_root, *self.schema.split("."), table)

    def log(self, table, version):
        lines = Path(self.folder(table), "_delta_log", f"{version:020}.json").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def actions(self, table, kind, version):
        return [action[kind] for action in self.log(table, version) if kind in action]

    def last_version(self, table):
        return max(int(file.stem) for file in Path(self.folder(table), "_delta_log").glob("*.json"))

    def assert_table(self, table, expected, order="id"):
        """The rows (as dictionaries) in Spark, duckdb and deltalake."""
        rows = [row.asDict(recursive=True) for row in spark().sql(f"SELECT * FROM {table} ORDER BY {order}").collect()]
        self.assertEqual(rows, expected)
        for engine in ("duckdb", "deltalake"):
            self.assertEqual(self.read(engine, table, order), expected, engine)
        self.assert_no_leftovers(table)

    def read(self, engine, table, order="id"):
        rows = engines.read_delta(engine, str(self.folder(table))).to_pylist()
        return sorted(rows, key=lambda row: row[order])

    def assert_no_leftovers(self, table):
        folder = self.folder(table)
        named = set()
        for version in range(self.last_version(table) + 1):
            for add in self.actions(table, "add", version):
                named.add(add["path"])
                if "deletionVector" in add:
                    named.add("vector")
        found = {file.name for file in folder.iterdir() if not file.name.startswith("deletion_vector_")}
        self.assertLessEqual(found - {"_delta_log"}, named)
        self.assertEqual([f for f in (folder / "_delta_log").iterdir() if f.suffix != ".json"], [])


def counted(text, statement):
    context = spark().sparkContext
    context.setLocalProperty("double.statement", statement)
    spark().sql(text).collect()
    counts = context._jvm.doublelake.Statements.takeCounts(statement)
    return tuple(json.loads(counts).values()) if counts else None
