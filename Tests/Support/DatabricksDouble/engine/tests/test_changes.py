"""INSERT, MERGE, UPDATE, DELETE: rows, counts and what lies in the files."""

import datetime
import decimal
import json
import os
import shutil
import tempfile
import threading
import unittest
from pathlib import Path

from gate import pause, wait_for
from lake import LakeTest, counted, engines, spark
from pyspark.errors import PySparkException

MODES = {
    "deletion vectors": "'delta.enableDeletionVectors' = 'true', 'delta.columnMapping.mode' = 'name'",
    "copy-on-write": "'delta.enableDeletionVectors' = 'false'",
}


class Changes(LakeTest):
    def test_all_clauses_of_merge(self):
        for number, (mode, properties) in enumerate(MODES.items()):
            with self.subTest(mode):
                t = f"t{number}"
                self.sql(f"CREATE TABLE {t} (id INT, s STRING) TBLPROPERTIES ({properties})")
                self.sql(f"INSERT INTO {t} VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')")
                counts = self.counted(f"""MERGE INTO {t} AS t
                    USING (SELECT * FROM VALUES (1, 'A', 'u'), (2, '', 'd'), (7, 'G', 'u'), (8, '', 'd')
                        AS v(id, s, op)) AS v
                    ON t.id = v.id
                    WHEN MATCHED AND v.op = 'd' THEN DELETE
                    WHEN MATCHED THEN UPDATE SET s = v.s
                    WHEN NOT MATCHED AND v.op <> 'd' THEN INSERT (id, s) VALUES (v.id, v.s)
                    WHEN NOT MATCHED BY SOURCE AND t.id = 5 THEN DELETE
                    WHEN NOT MATCHED BY SOURCE AND t.id = 4 THEN UPDATE SET s = 'left'""")
                self.assertEqual(counts, (5, 2, 2, 1))
                self.assert_table(
                    t, [{"id": 1, "s": "A"}, {"id": 3, "s": "c"}, {"id": 4, "s": "left"}, {"id": 7, "s": "G"}])
                self.assertEqual(bool(self.actions(t, "add", 2)[0].get("deletionVector")), mode == "deletion vectors")

    def test_update_delete_and_truncate_count_their_rows(self):
        for number, (mode, properties) in enumerate(MODES.items()):
            with self.subTest(mode):
                t = f"t{number}"
                self.sql(f"CREATE TABLE {t} (id INT, s STRING) TBLPROPERTIES ({properties})")
                self.assertEqual(self.counted(f"INSERT INTO {t} SELECT id, 's' FROM range(10)"), (10, 0, 0, 10))
                self.assertEqual(self.counted(f"UPDATE {t} SET s = 'u' WHERE id IN (1, 2)"), (2, 2, 0, 0))
                self.assertEqual(self.counted(f"DELETE FROM {t} WHERE id > 2"), (7, 0, 7, 0))
                self.assertEqual(self.counted(f"DELETE FROM {t} WHERE id > 100"), (0, 0, 0, 0))
                self.assert_table(t, [{"id": 0, "s": "s"}, {"id": 1, "s": "u"}, {"id": 2, "s": "u"}])
                self.assertEqual(self.counted(f"DELETE FROM {t} WHERE id < 3 AND s = 'u'"), (2, 0, 2, 0))
                self.assertEqual(self.counted(f"TRUNCATE TABLE {t}"), (1, 0, 1, 0))
                self.assert_table(t, [])

    def test_a_source_with_two_rows_for_one_is_refused(self):
        self.sql("CREATE TABLE t AS SELECT 1 AS id, 'a' AS s")
        self.fails("MERGE_CARDINALITY_VIOLATION", """MERGE INTO t
            USING (SELECT 1 AS id, 'x' AS s UNION ALL SELECT 1, 'y') AS v ON t.id = v.id WHEN MATCHED THEN UPDATE SET *""")
        self.assert_table("t", [{"id": 1, "s": "a"}])

    def test_optimize_puts_all_rows_into_one_file(self):
        self.sql(f"CREATE TABLE t (id INT, s STRING) TBLPROPERTIES ({MODES['deletion vectors']})")
        for number in range(4):
            self.sql(f"INSERT INTO t VALUES ({number}, 'a'), ({number + 10}, 'b')")
        self.sql("DELETE FROM t WHERE id IN (3, 10)")
        metrics = spark()._jvm.doublelake.Maintenance.optimize(str(self.folder("t")), "lake.s.t")
        self.assertEqual(json.loads(metrics), {"numFilesAdded": 1, "numFilesRemoved": 4})
        self.assertEqual([add["dataChange"] for add in self.actions("t", "add", self.last_version("t"))], [False])
        self.assert_table("t", [{"id": i, "s": "a" if i < 10 else "b"} for i in (0, 1, 2, 11, 12, 13)])

    def test_every_type_is_read_back_by_other_engines(self):
        self.sql("""CREATE TABLE t (id INT, bo BOOLEAN, b TINYINT, s SMALLINT, l BIGINT, f FLOAT, d DOUBLE,
            n DECIMAL(38,10), m DECIMAL(9,2), t STRING, bin BINARY, da DATE, ts TIMESTAMP, tn TIMESTAMP_NTZ,
            a ARRAY<STRING>, mp MAP<STRING, INT>, st STRUCT<x: INT, y: ARRAY<DATE>>)
            TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.enableDeletionVectors' = 'true')""")
        self.sql("""INSERT INTO t VALUES (1, true, -128, 32767, -9223372036854775808, 1.5, -0.25,
            -1234567890123456789012345678.1234567891, 1234567.89, 'grüße 🎈', X'00FF', DATE'0001-01-01',
            TIMESTAMP'2024-01-01 00:00:00.123456Z', TIMESTAMP_NTZ'1969-12-31 23:59:59.999999',
            array('x', null), map('k', 1), named_struct('x', 1, 'y', array(DATE'2024-02-29')))""")
        self.sql("INSERT INTO t (id) VALUES (2)")
        self.sql("MERGE INTO t USING (SELECT 2 AS id) AS v ON t.id = v.id WHEN MATCHED THEN UPDATE SET b = 7")
        row = {
            "id": 1, "bo": True, "b": -128, "s": 32767, "l": -(2**63), "f": 1.5, "d": -0.25,
            "n": decimal.Decimal("-1234567890123456789012345678.1234567891"), "m": decimal.Decimal("1234567.89"),
            "t": "grüße 🎈", "bin": b"\x00\xff", "da": datetime.date(1, 1, 1),
            "ts": datetime.datetime(2024, 1, 1, 0, 0, 0, 123456, datetime.UTC),
            "tn": datetime.datetime(1969, 12, 31, 23, 59, 59, 999999),
            "a": ["x", None], "mp": [("k", 1)], "st": {"x": 1, "y": [datetime.date(2024, 2, 29)]},
        }
        for engine in ("duckdb", "deltalake"):
            rows = self.read(engine, "t")
            rows[0]["ts"] = rows[0]["ts"].astimezone(datetime.UTC)
            self.assertEqual(rows[0], row, engine)
            self.assertEqual({k: v for k, v in rows[1].items() if v is not None}, {"id": 2, "b": 7}, engine)

    def test_variant_goes_through(self):
        self.sql("CREATE TABLE t (id INT, v VARIANT)")
        self.sql("""INSERT INTO t SELECT 1, parse_json('{"a": [1, "x"]}')""")
        self.sql("MERGE INTO t USING (SELECT 2 AS id, parse_json('3') AS v) AS s "
                 "ON t.id = s.id WHEN NOT MATCHED THEN INSERT *")
        self.assertEqual(self.sql("SELECT id, to_json(v) FROM t ORDER BY id"), [(1, '{"a":[1,"x"]}'), (2, "3")])
        self.assertIn("variantType", self.actions("t", "protocol", 0)[0]["readerFeatures"])

    def test_features_of_a_later_column_are_asked_for(self):
        self.sql("CREATE TABLE t (id INT)")
        for column, feature in (("v VARIANT", "variantType-preview"), ("l TIMESTAMP_NTZ", "timestampNtz")):
            self.fails("DELTA_FEATURES_REQUIRE_MANUAL_ENABLEMENT", f"ALTER TABLE t ADD COLUMN {column}")
            self.sql(f"ALTER TABLE t SET TBLPROPERTIES ('delta.feature.{feature}' = 'supported')")
            self.sql(f"ALTER TABLE t ADD COLUMN {column}")
        self.assertEqual(self.sql("SELECT * FROM t"), [])

    def test_files_carry_statistics(self):
        self.sql("CREATE TABLE t (id INT, n DECIMAL(20,3), s STRING, d DATE, ts TIMESTAMP, f DOUBLE, b BOOLEAN)")
        self.sql(f"""INSERT INTO t VALUES
            (3, -1.5, 'b', DATE'2024-01-02', TIMESTAMP'2024-01-01 00:00:00.123456Z', 0.5, true),
            (1, 12345.678, '{"z" * 40}', NULL, TIMESTAMP'2023-01-01 00:00:00.999999Z', -0.5, NULL)""")
        statistics = json.loads(self.actions("t", "add", 1)[0]["stats"], parse_float=str)
        self.assertEqual(statistics["numRecords"], 2)
        self.assertEqual(statistics["minValues"], {
            "id": 1, "n": "-1.500", "s": "b", "d": "2024-01-02", "ts": "2023-01-01T00:00:00.999Z", "f": "-0.5"})
        self.assertEqual(statistics["maxValues"], {
            "id": 3, "n": "12345.678", "s": "z" * 32 + "\U0010ffff", "d": "2024-01-02",
            "ts": "2024-01-01T00:00:00.124Z", "f": "0.5"})
        self.assertEqual(statistics["nullCount"], {"id": 0, "n": 0, "s": 0, "d": 1, "ts": 0, "f": 0, "b": 1})
        for condition in ("id = 3", "n > 12345", f"s > '{'z' * 35}'", "ts >= '2024-01-01 00:00:00.123456+00'"):
            found = engines.query(f"SELECT id FROM t WHERE {condition}", {"t": str(self.folder("t"))})
            self.assertEqual(found.num_rows, 1, condition)


class Concurrency(LakeTest):
    """A slow statement has read the table and waits in the middle of its work; others commit meanwhile."""

    def setUp(self):
        super().setUp()
        self.gate = tempfile.mkdtemp(prefix="double-gate-")
        self.addCleanup(shutil.rmtree, self.gate)
        spark().udf.register("pause", pause, "string")

    def race(self, slow, *quick):
        """Runs `quick` while `slow` waits; answers slow's counts or error condition, and quick's counts."""
        outcome = []

        def run():
            try:
                outcome.append(counted(slow, "slow " + self.id()))
            except PySparkException as error:
                outcome.append(error.getCondition())

        for name in os.listdir(self.gate):
            os.remove(os.path.join(self.gate, name))
        thread = threading.Thread(target=run)
        thread.start()
        wait_for(os.path.join(self.gate, "reached"), lambda: bool(outcome))
        counts = [counted(statement, "quick " + self.id()) for statement in quick]
        Path(self.gate, "open").touch()
        thread.join()
        return outcome[0], counts

    def paused(self, value):
        return f"pause({value}, '{self.gate}')"

    def slow_merge(self, table, rows):
        return (f"MERGE INTO {self.schema}.{table} AS t USING (SELECT id, {self.paused('s')} AS s FROM VALUES {rows} "
                "AS v(id, s)) AS v ON t.id = v.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *")

    def merge(self, table, rows):
        return (f"MERGE INTO {self.schema}.{table} AS t USING (SELECT * FROM VALUES {rows} AS v(id, s)) AS v "
                "ON t.id = v.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *")

    def table(self, properties=MODES["deletion vectors"]):
        self.sql(f"CREATE TABLE t (id INT, s STRING) CLUSTER BY (id) TBLPROPERTIES ({properties})")
        self.sql("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')")

    def test_merges_on_disjoint_rows_both_succeed(self):
        self.table()
        slow, quick = self.race(self.slow_merge("t", "(1, 'slow')"), self.merge("t", "(2, 'quick'), (9, 'new')"))
        self.assertEqual((slow, quick), ((1, 1, 0, 0), [(2, 1, 0, 1)]))
        self.assert_table("t", [
            {"id": 1, "s": "slow"}, {"id": 2, "s": "quick"}, {"id": 3, "s": "c"}, {"id": 9, "s": "new"}])

    def test_merges_on_the_same_row_conflict(self):
        self.table()
        slow, _ = self.race(self.slow_merge("t", "(1, 'slow')"), self.merge("t", "(1, 'quick')"))
        self.assertEqual(slow, "DELTA_CONCURRENT_DELETE_READ.ROW_LEVEL_CHANGES")
        self.assert_table("t", [{"id": 1, "s": "quick"}, {"id": 2, "s": "b"}, {"id": 3, "s": "c"}])

    def test_merges_that_insert_the_same_key_conflict(self):
        self.table()
        slow, _ = self.race(self.slow_merge("t", "(7, 'slow')"), self.merge("t", "(7, 'quick')"))
        self.assertEqual(slow, "DELTA_CONCURRENT_APPEND.ROW_LEVEL_CHANGES")
        self.assertEqual(self.sql("SELECT s FROM t WHERE id = 7"), [("quick",)])

    def test_without_deletion_vectors_files_conflict(self):
        self.table(MODES["copy-on-write"])
        slow, _ = self.race(self.slow_merge("t", "(1, 'slow')"), self.merge("t", "(2, 'quick')"))
        self.assertTrue(str(slow).startswith("DELTA_CONCURRENT_DELETE_READ"), slow)

    def test_a_blind_append_conflicts_with_nothing(self):
        self.table()
        slow, _ = self.race(self.slow_merge("t", "(1, 'slow')"), f"INSERT INTO {self.schema}.t VALUES (8, 'app')")
        self.assertEqual(slow, (1, 1, 0, 0))
        self.assertEqual(self.sql("SELECT id, s FROM t WHERE id IN (1, 8) ORDER BY id"), [(1, "slow"), (8, "app")])

    def test_an_append_outlives_a_change_of_rows_but_not_of_the_schema(self):
        self.table()
        append = f"INSERT INTO {self.schema}.t SELECT 20, {self.paused(chr(39)+'x'+chr(39))} FROM range(1)"
        self.assertEqual(self.race(append, self.merge("t", "(1, 'q')"))[0], (1, 0, 0, 1))
        slow, _ = self.race(append, f"ALTER TABLE {self.schema}.t ADD COLUMN c INT")
        self.assertEqual(slow, "DELTA_METADATA_CHANGED")

    def test_update_conflicts_with_rows_that_it_would_have_read(self):
        self.table()
        update = f"UPDATE {self.schema}.t SET s = {self.paused('s')} WHERE id > 2"
        slow, _ = self.race(update, self.merge("t", "(50, 'late')"))
        self.assertEqual(slow, "DELTA_CONCURRENT_APPEND.ROW_LEVEL_CHANGES")
        slow, _ = self.race(update, self.merge("t", "(-50, 'aside')"))
        self.assertEqual(slow, (2, 2, 0, 0))

    def test_an_insert_that_reads_its_target_is_no_blind_append(self):
        self.table()
        insert = (f"INSERT INTO {self.schema}.t SELECT v.id, {{}} FROM VALUES (7, 'x') AS v(id, s) "
                  f"WHERE NOT EXISTS (SELECT 1 FROM {self.schema}.t AS o WHERE o.id = v.id)")
        slow, quick = self.race(insert.format(self.paused("s")), insert.format("'quick'"))
        self.assertEqual((slow, quick), ("DELTA_CONCURRENT_APPEND.WHOLE_TABLE_READ", [(1, 0, 0, 1)]))
        self.assertEqual(self.sql("SELECT s FROM t WHERE id = 7"), [("quick",)])

    def test_of_two_compare_and_sets_one_fails(self):
        self.table()
        update = f"UPDATE {self.schema}.t SET s = {{}} WHERE id = 1 AND s = 'a'"
        slow, quick = self.race(update.format(self.paused("'slow'")), update.format("'quick'"))
        self.assertEqual(quick, [(1, 1, 0, 0)])
        self.assertTrue(str(slow).startswith("DELTA_CONCURRENT_DELETE_READ"), slow)
        self.assertEqual(self.counted(update.format("'late'")), (0, 0, 0, 0))

    def test_a_dropped_table_does_not_come_back(self):
        self.table()
        slow, _ = self.race(self.slow_merge("t", "(1, 'slow')"), f"DROP TABLE {self.schema}.t")
        self.assertEqual(slow, "TABLE_OR_VIEW_NOT_FOUND")
        self.assertFalse(Path(self.folder("t"), "_delta_log").exists())

    def test_replace_conflicts_with_an_append(self):
        self.table()
        replace = f"CREATE OR REPLACE TABLE {self.schema}.t AS SELECT 1 AS id, {self.paused('id')} AS s FROM range(1)"
        slow, _ = self.race(replace, f"INSERT INTO {self.schema}.t VALUES (8, 'app')")
        self.assertTrue(str(slow).startswith("DELTA_CONCURRENT_APPEND"), slow)
        self.assertEqual(self.sql("SELECT count(*) FROM t"), [(4,)])


if __name__ == "__main__":
    unittest.main()
