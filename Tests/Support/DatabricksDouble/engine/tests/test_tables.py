"""Definitions: what is created, altered, replaced and told about."""

import json
import threading
import unittest

from lake import LakeTest, engines, spark
from pyspark.errors import PySparkException


class Definitions(LakeTest):
    def test_a_table_carries_all_of_its_definition(self):
        self.sql("""CREATE TABLE t (
            id BIGINT NOT NULL COMMENT 'the key', name STRING COMMENT 'said', amount DECIMAL(38,10),
            CONSTRAINT t_pk PRIMARY KEY (id) NOT ENFORCED RELY)
            USING DELTA CLUSTER BY (id) COMMENT 'from public.t'
            TBLPROPERTIES ('delta.columnMapping.mode' = 'name', 'delta.enableDeletionVectors' = 'true', 'a' = 'b')""")
        metadata = self.actions("t", "metaData", 0)[0]
        protocol = self.actions("t", "protocol", 0)[0]
        domain = self.actions("t", "domainMetadata", 0)[0]
        fields = json.loads(metadata["schemaString"])["fields"]
        self.assertEqual(metadata["description"], "from public.t")
        self.assertEqual([f["name"] for f in fields], ["id", "name", "amount"])
        self.assertEqual([f["nullable"] for f in fields], [False, True, True])
        self.assertEqual([f["metadata"].get("comment") for f in fields], ["the key", "said", None])
        self.assertEqual([f["metadata"]["delta.columnMapping.id"] for f in fields], [1, 2, 3])
        self.assertEqual(protocol["readerFeatures"], ["columnMapping", "deletionVectors"])
        self.assertIn("clustering", protocol["writerFeatures"])
        physical = fields[0]["metadata"]["delta.columnMapping.physicalName"]
        self.assertEqual(json.loads(domain["configuration"])["clusteringColumns"], [[physical]])
        folder = str(self.folder("t"))
        definition = json.loads(spark()._jvm.doublelake.TableFacts.definition(folder))
        self.assertEqual(definition["primary_key"], ["id"])
        self.assertEqual(definition["columns"][1]["comment"], "said")
        detail = json.loads(spark()._jvm.doublelake.TableFacts.detail(folder, "lake.s.t"))
        self.assertEqual(detail["clusteringColumns"], ["id"])

    def test_a_plain_table_needs_no_feature(self):
        self.sql("CREATE TABLE t (id INT, s STRING)")
        self.assertEqual(self.actions("t", "protocol", 0), [{"minReaderVersion": 1, "minWriterVersion": 2}])
        self.fails("DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES", "CREATE TABLE u (`a b` INT)")
        self.fails("TABLE_OR_VIEW_ALREADY_EXISTS", "CREATE TABLE t (id INT)")
        self.sql("CREATE TABLE IF NOT EXISTS t (other INT)")
        self.assert_table("t", [])

    def test_a_table_is_replaced_by_rows_of_its_own_versions(self):
        self.sql("CREATE TABLE t (id INT, a INT, s ARRAY<STRUCT<`x y`: INT>>, m MAP<INT, BOOLEAN>) "
                 "TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")
        self.sql("INSERT INTO t VALUES (1, 5, array(named_struct('x y', 1), null), map(1, true)), (2, 6, null, null)")
        version = self.last_version("t")
        replace = f"""CREATE OR REPLACE TABLE t USING DELTA TBLPROPERTIES ('delta.columnMapping.mode' = 'name')
            AS SELECT CAST(2 AS BIGINT) AS id, 'new' AS b, CAST(NULL AS ARRAY<STRUCT<`x y`: BIGINT>>) AS s,
              CAST(NULL AS MAP<STRING, STRING>) AS m
            UNION ALL
            SELECT CAST(h.id AS BIGINT), CAST(h.a AS STRING),
              transform(h.s, e0 -> CASE WHEN e0 IS NOT NULL THEN named_struct('x y', CAST(e0.`x y` AS BIGINT)) END),
              map_from_arrays(transform(map_keys(h.m), e0 -> CAST(e0 AS STRING)),
                transform(map_values(h.m), e0 -> CAST(e0 AS STRING)))
            FROM t VERSION AS OF {version} AS h
            LEFT ANTI JOIN (SELECT 2 AS c0) AS l ON CAST(h.id AS BIGINT) <=> l.c0"""
        self.sql(replace)
        self.assertEqual(
            self.sql("SELECT id, b, to_json(s), to_json(m) FROM t ORDER BY id"),
            [(1, "5", '[{"x y":1},null]', '{"1":"true"}'), (2, "new", None, None)],
        )
        self.sql(replace)
        self.sql("ALTER TABLE t RENAME COLUMN b TO c")
        self.sql(f"""INSERT OVERWRITE TABLE t (id, c, s, m)
            SELECT CAST(3 AS BIGINT), 'newer', null, null
            UNION ALL SELECT h.id, CAST(h.a AS STRING), null, null FROM t VERSION AS OF {version} AS h""")
        self.assertEqual(self.sql("SELECT id, c FROM t ORDER BY id"), [(1, "5"), (2, "6"), (3, "newer")])

    def test_columns_are_added_renamed_and_dropped_under_column_mapping(self):
        self.sql("CREATE TABLE t (id INT, `old name` STRING, gone INT, s STRUCT<a: INT>) "
                 "TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")
        self.sql("INSERT INTO t VALUES (1, 'x', 7, named_struct('a', 1))")
        self.sql("ALTER TABLE t RENAME COLUMN `old name` TO name")
        self.sql("ALTER TABLE t DROP COLUMN gone")
        self.sql("ALTER TABLE t ADD COLUMNS (gone STRING COMMENT 'again', s.b STRING)")
        self.sql("ALTER TABLE t RENAME COLUMN s.a TO c")
        self.sql("INSERT INTO t VALUES (2, 'y', named_struct('c', 5, 'b', 'q'), 'back')")
        self.assert_table("t", [
            {"id": 1, "name": "x", "s": {"c": 1, "b": None}, "gone": None},
            {"id": 2, "name": "y", "s": {"c": 5, "b": "q"}, "gone": "back"},
        ])
        version = self.last_version("t") - 1
        fields = json.loads(self.actions("t", "metaData", version)[0]["schemaString"])["fields"]
        ids = [f["metadata"]["delta.columnMapping.id"] for f in fields]
        self.assertEqual(len(set(ids)), 4)
        self.assertNotIn(3, ids)

    def test_keys_follow_a_rename_and_clustering_columns_stay(self):
        self.sql("CREATE TABLE t (id INT, n INT, PRIMARY KEY (id)) CLUSTER BY (id) "
                 "TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")
        self.fails("DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN", "ALTER TABLE t DROP COLUMN id")
        self.sql("ALTER TABLE t RENAME COLUMN id TO key")
        facts = spark()._jvm.doublelake.TableFacts
        self.assertEqual(json.loads(facts.definition(str(self.folder("t"))))["primary_key"], ["key"])
        self.assertEqual(json.loads(facts.detail(str(self.folder("t")), "t"))["clusteringColumns"], ["key"])
        self.sql("ALTER TABLE t CLUSTER BY NONE")
        self.assertEqual(json.loads(facts.detail(str(self.folder("t")), "t"))["clusteringColumns"], [])
        self.sql("INSERT INTO t VALUES (1, 2)")
        self.assert_table("t", [{"key": 1, "n": 2}], order="key")

    def test_primary_keys_are_not_null(self):
        self.sql("CREATE TABLE t (id INT, n INT, PRIMARY KEY (id))")
        self.fails("NOT_NULL_ASSERT_VIOLATION", "INSERT INTO t VALUES (NULL, 6)")
        self.sql("CREATE TABLE u (id INT)")
        self.fails("INVALID_PARAMETER_VALUE", "ALTER TABLE u ADD CONSTRAINT k PRIMARY KEY (id)")

    def test_schema_evolution_adds_columns(self):
        self.sql("CREATE TABLE t (id INT, s STRING) TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")
        self.sql("INSERT INTO t VALUES (1, 'a')")
        self.sql("MERGE WITH SCHEMA EVOLUTION INTO t USING (SELECT 1 AS id, 'b' AS s, 5 AS n) AS v ON t.id = v.id "
                 "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *")
        self.assert_table("t", [{"id": 1, "s": "b", "n": 5}])

    def test_renames_and_drops_need_column_mapping(self):
        self.sql("CREATE TABLE t (id INT, name STRING)")
        self.fails("DELTA_UNSUPPORTED_RENAME_COLUMN", "ALTER TABLE t RENAME COLUMN name TO n")
        self.fails("DELTA_UNSUPPORTED_DROP_COLUMN", "ALTER TABLE t DROP COLUMN name")
        self.sql("INSERT INTO t VALUES (1, 'x')")
        self.sql("ALTER TABLE t SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")
        self.sql("ALTER TABLE t RENAME COLUMN name TO n")
        self.assert_table("t", [{"id": 1, "n": "x"}])
        self.fails("DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE",
                   "ALTER TABLE t SET TBLPROPERTIES ('delta.columnMapping.mode' = 'none')")

    def test_types_widen_only_as_documented(self):
        self.sql("CREATE TABLE t (id INT, b TINYINT, s SMALLINT, i INT, l BIGINT, f FLOAT, d DATE, n DECIMAL(10,2),"
                 " t STRING) TBLPROPERTIES ('delta.enableTypeWidening' = 'true', 'delta.feature.timestampNtz' = 'supported')")
        self.sql("INSERT INTO t VALUES (1, 1, 2, 3, 4, 1.5, DATE'2024-05-06', 12345678.25, 'x')")
        for column, types in {
            "b": ["STRING", "FLOAT", "DECIMAL(9,0)"], "s": ["TINYINT", "FLOAT"],
            "i": ["SMALLINT", "FLOAT", "DECIMAL(9,0)"],
            "l": ["INT", "DOUBLE", "STRING", "DECIMAL(19,0)"], "f": ["INT", "STRING"], "d": ["TIMESTAMP", "STRING"],
            "n": ["DECIMAL(9,2)", "DECIMAL(11,4)", "DOUBLE"], "t": ["BINARY"],
        }.items():
            for to in types:
                with self.assertRaises(Exception, msg=f"{column} to {to}"):
                    self.sql(f"ALTER TABLE t ALTER COLUMN {column} TYPE {to}")
        self.assertEqual(self.last_version("t"), 1)
        for column, to in [("b", "SMALLINT"), ("b", "INT"), ("s", "BIGINT"), ("i", "DOUBLE"), ("l", "DECIMAL(20,0)"),
                           ("f", "DOUBLE"), ("d", "TIMESTAMP_NTZ"), ("n", "DECIMAL(12,4)")]:
            self.sql(f"ALTER TABLE t ALTER COLUMN {column} TYPE {to}")
        self.sql("INSERT INTO t VALUES (2, 70000, 5000000000, 0.5, 6, 1e300, "
                 "TIMESTAMP_NTZ'2024-01-01 01:02:03', 1.1234, 'y')")
        rows = self.sql("SELECT id, b, s, i, CAST(l AS STRING), f, "
                        "CAST(d AS STRING), CAST(n AS STRING) FROM t ORDER BY id")
        self.assertEqual(rows[0], (1, 1, 2, 3.0, "4", 1.5, "2024-05-06 00:00:00", "12345678.2500"))
        self.assertEqual(rows[1], (2, 70000, 5000000000, 0.5, "6", 1e300, "2024-01-01 01:02:03", "1.1234"))
        duck = engines.query("SELECT b, s, f FROM t ORDER BY id", {"t": str(self.folder("t"))}).to_pylist()
        self.assertEqual(duck[0], {"b": 1, "s": 2, "f": 1.5})
        changes = json.loads(self.actions("t", "metaData", 3)[0]["schemaString"])["fields"][1]["metadata"]
        self.assertEqual(changes["delta.typeChanges"], [
            {"fromType": "byte", "toType": "short"}, {"fromType": "short", "toType": "integer"}])
        self.sql("CREATE TABLE u (id INT)")
        self.fails("DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP", "ALTER TABLE u ALTER COLUMN id TYPE BIGINT")

    def test_comments_properties_and_constraints_are_altered(self):
        self.sql("CREATE TABLE t (id INT NOT NULL, n INT) TBLPROPERTIES ('k' = 'v')")
        self.sql("COMMENT ON TABLE t IS 'a table'")
        self.sql("ALTER TABLE t ALTER COLUMN n COMMENT 'a number'")
        self.sql("ALTER TABLE t UNSET TBLPROPERTIES ('k')")
        self.sql("ALTER TABLE t SET TBLPROPERTIES ('x' = 'y')")
        self.sql("ALTER TABLE t ADD CONSTRAINT t_pk PRIMARY KEY (id)")
        self.fails("MULTIPLE_PRIMARY_KEYS", "ALTER TABLE t ADD CONSTRAINT t_pk2 PRIMARY KEY (n)")
        self.sql("INSERT INTO t VALUES (1, 5)")
        self.fails("NEW_CHECK_CONSTRAINT_VIOLATION", "ALTER TABLE t ADD CONSTRAINT big CHECK (n > 5)")
        self.sql("ALTER TABLE t ADD CONSTRAINT small CHECK (n < 6)")
        self.fails("CHECK_CONSTRAINT_VIOLATION", "INSERT INTO t VALUES (2, 6)")
        self.sql("ALTER TABLE t DROP CONSTRAINT small")
        self.fails("NOT_NULL_ASSERT_VIOLATION", "INSERT INTO t VALUES (NULL, 6)")
        self.sql("ALTER TABLE t ALTER COLUMN id DROP NOT NULL")
        self.sql("INSERT INTO t VALUES (NULL, 6)")
        self.assertEqual(self.sql("SHOW TBLPROPERTIES t"), [("x", "y")])
        self.assertIsNone(self.counted("ALTER TABLE t SET TBLPROPERTIES ('x' = 'y')"))
        described = self.sql("DESCRIBE TABLE t")
        self.assertIn(("n", "int", "a number"), described)
        self.assertFalse([row for row in self.sql("DESCRIBE TABLE EXTENDED t") if "__double" in row[0]])

    def test_not_null_is_set_where_there_are_no_nulls(self):
        self.sql("CREATE TABLE t (id INT, n INT)")
        self.sql("INSERT INTO t VALUES (1, NULL)")
        maintenance, folder = spark()._jvm.doublelake.Maintenance, str(self.folder("t"))
        maintenance.setNotNull(folder, "t", "id")
        with self.assertRaisesRegex(PySparkException, "DELTA_NEW_NOT_NULL_VIOLATION"):
            maintenance.setNotNull(folder, "t", "n")
        self.fails("NOT_NULL_ASSERT_VIOLATION", "INSERT INTO t VALUES (NULL, 6)")

    def test_information_schema_lists_what_there_is(self):
        name = self.schema.split(".")[1]
        self.sql("CREATE TABLE t (id BIGINT NOT NULL COMMENT 'key', n DECIMAL(10,2), a ARRAY<STRING>) COMMENT 'c'")
        self.assertEqual(
            self.sql("SELECT table_name, table_type, data_source_format, comment FROM lake.information_schema.tables "
                     f"WHERE table_schema = '{name}'"), [("t", "MANAGED", "DELTA", "c")])
        self.assertEqual(
            self.sql("SELECT column_name, ordinal_position, is_nullable, full_data_type, data_type, comment "
                     f"FROM lake.information_schema.columns WHERE table_schema = '{name}' ORDER BY ordinal_position"),
            [("id", 0, "NO", "bigint", "LONG", "key"), ("n", 1, "YES", "decimal(10,2)", "DECIMAL", None),
             ("a", 2, "YES", "array<string>", "ARRAY", None)])
        self.assertIn((name,), self.sql("SELECT schema_name FROM lake.information_schema.schemata"))

    def test_tables_are_renamed_dropped_and_made_again(self):
        self.sql("CREATE TABLE t (id INT)")
        self.sql("INSERT INTO t VALUES (1)")
        self.sql(f"ALTER TABLE t RENAME TO {self.schema.split('.')[1]}.u")
        self.assert_table("u", [{"id": 1}])
        self.fails("SCHEMA_NOT_EMPTY", f"DROP SCHEMA {self.schema}")
        self.sql("DROP TABLE u")
        self.sql("DROP TABLE IF EXISTS u")
        self.fails("TABLE_OR_VIEW_NOT_FOUND", "DROP TABLE u")
        self.sql("CREATE TABLE u (id STRING)")
        self.assert_table("u", [])
        self.sql(f"DROP SCHEMA {self.schema} CASCADE")
        self.assertFalse(self.folder("u").exists())


class Replacing(LakeTest):
    def test_replace_as_select_is_one_commit_and_keeps_id_and_history(self):
        self.sql("CREATE OR REPLACE TABLE t CLUSTER BY (id) TBLPROPERTIES ('delta.columnMapping.mode' = 'name') "
                 "AS SELECT 1 AS id, 'a' AS s")
        self.sql("INSERT INTO t VALUES (2, 'b')")
        before = self.actions("t", "metaData", 0)[0]["id"]
        counts = self.counted(
            "CREATE OR REPLACE TABLE t CLUSTER BY (id) TBLPROPERTIES ('delta.columnMapping.mode' = 'name') "
            "COMMENT 'new' AS SELECT id + 10L AS id, id AS n FROM t")
        self.assertEqual(counts[3], 2)
        self.assertEqual(self.last_version("t"), 2)
        self.assertEqual(self.actions("t", "metaData", 2)[0]["id"], before)
        self.assertEqual(len(self.actions("t", "remove", 2)), 2)
        self.assert_table("t", [{"id": 11, "n": 1}, {"id": 12, "n": 2}])
        self.assertEqual(self.sql("SELECT count(*) FROM t VERSION AS OF 1"), [(2,)])
        history = json.loads(spark()._jvm.doublelake.TableFacts.history(str(self.folder("t")), 0))
        self.assertEqual([(row["version"], row["operation"]) for row in history], [
            (2, "CREATE OR REPLACE TABLE AS SELECT"), (1, "WRITE"), (0, "CREATE TABLE AS SELECT")])

    def test_replace_without_a_query_empties_the_table_in_one_commit(self):
        self.sql("CREATE TABLE t AS SELECT 1 AS id")
        self.assertIsNone(self.counted("CREATE OR REPLACE TABLE t (id STRING, n INT)"))
        self.assertEqual(self.last_version("t"), 1)
        self.assert_table("t", [])

    def test_a_failed_replace_leaves_the_table(self):
        self.sql("CREATE TABLE t AS SELECT 1 AS id")
        self.fails("CAST_INVALID_INPUT",
                   "CREATE OR REPLACE TABLE t AS SELECT CAST(x AS INT) AS id FROM VALUES ('1'), ('no') AS v(x)")
        self.assert_table("t", [{"id": 1}])

    def test_readers_never_see_a_replaced_table_empty(self):
        self.sql("CREATE TABLE t AS SELECT id, 0 AS round FROM range(1000)")
        stop, seen, failures = threading.Event(), [], []

        def read():
            while not stop.is_set():
                try:
                    rows = engines.query("SELECT count(*) c, min(round) a, max(round) b FROM t",
                                         {"t": str(self.folder("t"))}).to_pylist()[0]
                    seen.append(rows)
                except Exception as error:
                    failures.append(str(error))

        reader = threading.Thread(target=read)
        reader.start()
        for round_number in range(1, 8):
            self.sql(f"CREATE OR REPLACE TABLE t AS SELECT id, {round_number} AS round FROM range(1000)")
        stop.set()
        reader.join()
        self.assertEqual(failures, [])
        self.assertEqual([row for row in seen if row["c"] != 1000 or row["a"] != row["b"]], [])
        self.assertGreater(len(seen), 3)

    def test_insert_overwrite_and_replace_where_are_one_commit(self):
        self.sql("CREATE TABLE t (id INT, d DATE, s STRING) TBLPROPERTIES ('delta.columnMapping.mode' = 'name')")
        self.sql("INSERT INTO t SELECT id, DATE'2024-01-01' + CAST(id AS INT), concat('x', id) FROM range(5)")
        self.assertEqual(self.counted(
            "INSERT INTO t REPLACE WHERE d >= '2024-01-03' AND s LIKE 'x%' "
            "SELECT 9, DATE'2024-01-04', 'x9'"), (4, 0, 3, 1))
        self.assertEqual(self.last_version("t"), 2)
        self.assertEqual(self.sql("SELECT id FROM t ORDER BY id"), [(0,), (1,), (9,)])
        self.fails("DELTA_REPLACE_WHERE_MISMATCH", "INSERT INTO t REPLACE WHERE id > 8 SELECT 1, NULL, 'y'")
        self.assertEqual(self.counted("INSERT OVERWRITE t BY NAME SELECT 's' AS s, 7 AS id, NULL AS d"), (4, 0, 3, 1))
        self.assert_table("t", [{"id": 7, "d": None, "s": "s"}])


if __name__ == "__main__":
    unittest.main()
