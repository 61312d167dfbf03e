"""SQL: what Databricks takes is run, what it does not take is refused, and neither is ever guessed."""

from datetime import UTC, datetime

import pyarrow
from deltalake import DeltaTable

from .support import DoubleTest

# Refused by Databricks' grammar, some of them valid elsewhere.
WRONG = [
    "SELEC 1",
    "CREATE TABEL a.b.t (id INT)",
    "CREATE TABLE a.b.my-table (x INT) USING DELTA",
    "CREATE TABLE a.b.t (id BIGSERIAL) USING DELTA",
    "CREATE TABLE a.b.t (id JSONB) USING DELTA",
    "CREATE TABLE a.b.t (x DECIMAL(39,2)) USING DELTA",
    "ALTER TABLE a.b.t ALTER COLUMN x SET DATA TYPE BIGINT USING x::bigint",
    "ALTER TABLE a.b.t SET TBLPROPERTIES (delta.x true",
    "COPY INTO a.b.t FROM '/Volumes/x' FORMAT PARQUET",
    "COPY INTO a.b.t FROM '/Volumes/a/b/c' FILEFORMAT = PARQUET COPY_OPTIONS",
    "CREATE VOLUME a.b.c LOCATION",
    "CREATE CATALOG",
    "DELETE FROM a.b.t WHERE id = 1 CASCADE",
    "DESCRIBE HISTORY a.b.t LIMIT x",
    "GRANT SELECT TABLE a.b.t TO x",
    "INSERT INTO a.b.t VALUES (1) RETURNING id",
    "INSERT INTO a.b.t VALUES (1) ON CONFLICT (id) DO NOTHING",
    "MERGE INTO a.b.t USING s ON t.id=s.id WHEN MATCHED THEN INSERT *",
    "MERGE INTO a.b.t USING s ON t.id=s.id WHEN MATCHED UPDATE SET *",
    "MERGE INTO a.b.t USING s ON t.id=s.id WHEN NOT MATCHED THEN UPDATE SET *",
    "OPTIMIZE",
    "SELECT * FROM (SELECT 1",
    'SELECT "id" FROM "a"."b"',
    "SELECT now() - INTERVAL '1 day 2'  day to",
    "SELECT 1; SELECT 2",
    "SET spark.sql.shuffle.partitions = 3",
    "UPDATE a.b.t SET x = s.x FROM s WHERE s.id = t.id",
    "VACUUM a.b.t RETAIN HOURS",
    "BEGIN ATOMIC INSERT INTO a.b.t VALUES (1) END",
    "BEGIN ATOMIC DROP TABLE a.b.t; END",
    "ADD JAR '/tmp/x.jar'",
    "CACHE TABLE x",
    "CREATE FUNCTION a.b.f AS 'x'",
    "SELECT * FROM read_files('/Volumes/a/b/c', format = 'parquet')",
]


class Dialect(DoubleTest):
    def test_wrong_statements_are_refused(self) -> None:
        for sql in WRONG:
            with self.subTest(sql):
                status = self.double.statement(sql)["status"]
                self.assertEqual(status["state"], "FAILED")
                self.assertRegex(
                    status["error"]["message"],
                    r"^\[(PARSE_|UNSUPPORTED_DATATYPE|DECIMAL_PRECISION|INVALID_IDENTIFIER)",
                )
        self.assertIn("EMPTY", self.double.error("-- nothing"))

    def test_statements_are_parsed_without_running_them(self) -> None:
        for sql, grammar in [
            ("SELECT :a FROM not.there", "spark"),
            ("OPTIMIZE a.b.c", "double"),
            ("CREATE TABLE a.b.c (id INT) CLUSTER BY AUTO", "double"),
            (
                "MERGE INTO a.b.c t USING read_files(:p, format => 'parquet') s ON t.id = s.id WHEN MATCHED THEN DELETE",
                "double",
            ),
            ("BEGIN ATOMIC INSERT INTO a.b.c VALUES (1); END", "double"),
        ]:
            self.assertEqual(self.double.ask("POST", "/_double/parse", {"statement": sql}).json, {"grammar": grammar})
        for sql in WRONG:
            self.assertIn("error", self.double.ask("POST", "/_double/parse", {"statement": sql}).json, sql)

    def test_dml_answers_counts(self) -> None:
        table = f"{self.schema}.counts"
        self.double.rows(f"CREATE TABLE {table} (id BIGINT, v STRING) USING DELTA")
        found = self.double.statement(f"INSERT INTO {table} VALUES (1, 'a'), (2, 'b'), (3, 'c')")
        self.assertEqual(
            [c["name"] for c in found["manifest"]["schema"]["columns"]],
            ["num_affected_rows", "num_inserted_rows"],
        )
        self.assertEqual(found["result"]["data_array"], [["3", "3"]])
        merge = (
            f"MERGE INTO {table} t USING (SELECT * FROM VALUES (1, 'x', 'u'), (2, 'y', 'd'), (9, 'z', 'u') AS v(id, v, op)) AS s ON t.id = s.id "
            "WHEN MATCHED AND s.op = 'd' THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v "
            "WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)"
        )
        found = self.double.statement(merge)
        names = [c["name"] for c in found["manifest"]["schema"]["columns"]]
        self.assertEqual(names, ["num_affected_rows", "num_updated_rows", "num_deleted_rows", "num_inserted_rows"])
        self.assertEqual(found["result"]["data_array"], [["3", "1", "1", "1"]])
        self.assertEqual(self.double.rows(f"UPDATE {table} SET v = 'q' WHERE id IN (1, 3)"), [["2"]])
        self.assertEqual(self.double.rows(f"DELETE FROM {table} WHERE id = 9"), [["1"]])
        self.assertEqual(self.double.rows(f"CREATE OR REPLACE TABLE {table} AS SELECT 1L AS id"), [["1", "1"]])

    def test_a_source_row_that_matches_twice_is_an_error(self) -> None:
        table = f"{self.schema}.twice"
        self.double.rows(f"CREATE TABLE {table} AS SELECT 1L AS id, 'a' AS v")
        message = self.double.error(
            f"MERGE INTO {table} t USING (SELECT * FROM VALUES (1L, 'x'), (1L, 'y') AS v(id, v)) AS s ON t.id = s.id "
            "WHEN MATCHED THEN UPDATE SET v = s.v"
        )
        self.assertRegex(message, r"^\[[A-Z_]*MULTIPLE|^\[MERGE_CARDINALITY")

    def test_tables_are_read_by_deltalake(self) -> None:
        table = f"{self.schema}.read_back"
        self.double.rows(
            f"CREATE TABLE IF NOT EXISTS {table} (id BIGINT NOT NULL COMMENT 'the key', at TIMESTAMP, n DECIMAL(38,10), "
            "CONSTRAINT pk PRIMARY KEY (id)) USING DELTA CLUSTER BY (id) COMMENT 'from a test' "
            "TBLPROPERTIES ('test.name' = 'x')"
        )
        self.double.rows(f"INSERT INTO {table} VALUES (1, TIMESTAMP'2024-01-02 03:04:05.123456Z', 1.5)")
        rows = DeltaTable("/".join([self.double.root, "tables", *table.split(".")])).to_pyarrow_table().to_pylist()
        self.assertEqual((rows[0]["id"], rows[0]["at"]), (1, datetime(2024, 1, 2, 3, 4, 5, 123456, UTC)))

    def test_statements_that_spark_lacks(self) -> None:
        table = f"{self.schema}.lacks"
        for sql in [
            f"CREATE TABLE {table} (id BIGINT NOT NULL, v STRING) USING DELTA CLUSTER BY AUTO",
            f"INSERT INTO {table} VALUES (1, 'a')",
            f"ALTER TABLE {table} CLUSTER BY (id)",
            f"ALTER TABLE {table} CLUSTER BY NONE",
            f"ALTER TABLE {table} CLUSTER BY AUTO",
            f"ALTER TABLE {table} SET TAGS ('a' = 'b', 'c')",
            f"ALTER TABLE {table} ALTER COLUMN id SET TAGS ('a' = 'b')",
            f"ALTER TABLE {table} UNSET TAGS ('a')",
            f"ALTER TABLE {table} ADD CONSTRAINT key PRIMARY KEY (id)",
            f"COMMENT ON TABLE {table} IS 'it''s'",
            f"COMMENT ON COLUMN {table}.v IS 'a value'",
            f"COMMENT ON SCHEMA {self.schema} IS 'a schema'",
            f"COMMENT ON VOLUME {self.schema}.stage IS 'a volume'",
            f"OPTIMIZE {table}",
            f"OPTIMIZE {table} FULL",
            f"VACUUM {table} RETAIN 168 HOURS",
            f"DESCRIBE TABLE EXTENDED {table}",
            f"SHOW TBLPROPERTIES {table}",
            f"SHOW TABLES IN {self.schema}",
            f"SHOW VOLUMES IN {self.schema}",
            f"DESCRIBE VOLUME {self.schema}.stage",
            "USE CATALOG main",
            f"USE SCHEMA {self.schema}",
            f"LIST '{self.volume}'",
            f"SELECT * FROM IDENTIFIER('{table}')",
            f"SELECT * FROM {table} VERSION AS OF 0",
        ]:
            with self.subTest(sql):
                self.double.rows(sql)
        detail = self.double.statement(f"DESCRIBE DETAIL {table}")
        names = [c["name"] for c in detail["manifest"]["schema"]["columns"]]
        self.assertEqual(dict(zip(names, detail["result"]["data_array"][0]))["name"], table)
        history = self.double.rows(f"DESCRIBE HISTORY {table}")
        self.assertGreater(len(history), 1)
        self.assertEqual(self.double.rows(f"DESCRIBE HISTORY {table} LIMIT 1"), history[:1])
        self.assertEqual(
            self.double.rows(
                "SELECT column_name, full_data_type, comment FROM main.information_schema.columns "
                f"WHERE table_schema = '{self.schema.split('.')[1]}' AND table_name = 'lacks' ORDER BY ordinal_position"
            ),
            [["id", "bigint", None], ["v", "string", "a value"]],
        )

    def test_clustering_columns_with_odd_names(self) -> None:
        table = f"{self.schema}.odd_names"
        self.double.rows(
            f"CREATE TABLE {table} (`by ``day``; {{x}}` BIGINT, `a.b` INT) CLUSTER BY (`by ``day``; {{x}}`, `a.b`) "
            "TBLPROPERTIES ('delta.columnMapping.mode' = 'name')"
        )
        self.double.rows(f"INSERT INTO {table} VALUES (1, 2)")
        self.assertEqual(self.double.rows(f"SELECT `a.b` FROM {table} WHERE `by ``day``; {{x}}` = 1"), [["2"]])

    def test_evolution(self) -> None:
        table = f"{self.schema}.evolves"
        self.double.rows(
            f"CREATE TABLE {table} (id BIGINT, n INT) USING DELTA TBLPROPERTIES ('delta.columnMapping.mode' = 'name')"
        )
        self.double.rows(f"INSERT INTO {table} VALUES (1, 2)")
        for change in ("ADD COLUMN v STRING COMMENT 'new'", "ADD COLUMNS (w DOUBLE)", "RENAME COLUMN v TO x", "DROP COLUMN w",
                       "SET TBLPROPERTIES ('delta.enableTypeWidening' = 'true')", "ALTER COLUMN n TYPE BIGINT",
                       "ALTER COLUMN id DROP NOT NULL"):  # fmt: skip
            self.double.rows(f"ALTER TABLE {table} {change}")
        self.assertTrue(self.double.error(f"ALTER TABLE {table} ALTER COLUMN n TYPE STRING"))
        self.assertEqual(self.double.rows(f"SELECT * FROM {table}"), [["1", "2", None]])

    def test_replacing_rows(self) -> None:
        table = f"{self.schema}.replaced"
        self.double.rows(f"CREATE TABLE {table} AS SELECT id, 'a' AS v FROM range(5)")
        self.double.rows(f"INSERT INTO {table} REPLACE WHERE id >= 3 SELECT 3L AS id, 'b' AS v")
        self.assertEqual(
            self.double.rows(f"SELECT id, v FROM {table} WHERE id > 1 ORDER BY id"), [["2", "a"], ["3", "b"]]
        )
        self.assertEqual(self.double.rows(f"INSERT OVERWRITE {table} SELECT 9L AS id, 'z' AS v"), [["1", "1"]])
        self.assertEqual(self.double.rows(f"SELECT * FROM {table}"), [["9", "z"]])

    def test_catalogs_schemas_and_volumes_come_and_go(self) -> None:
        name = self.schema.split(".")[1] + "_catalog"
        self.double.rows(f"CREATE CATALOG {name} COMMENT 'x'")
        self.double.rows(f"CREATE CATALOG IF NOT EXISTS {name}")
        self.assertIn("CATALOG_ALREADY_EXISTS", self.double.error(f"CREATE CATALOG {name}"))
        self.double.rows(f"CREATE SCHEMA {name}.s COMMENT 'y' MANAGED LOCATION 's3://bucket/x'")
        self.assertIn("SCHEMA_ALREADY_EXISTS", self.double.error(f"CREATE SCHEMA {name}.s"))
        self.double.rows(f"CREATE VOLUME {name}.s.v")
        self.assertIn("VOLUME_ALREADY_EXISTS", self.double.error(f"CREATE VOLUME {name}.s.v"))
        self.double.rows(f"CREATE TABLE {name}.s.t (a INT)")
        self.assertIn("NOT_EMPTY", self.double.error(f"DROP SCHEMA {name}.s"))
        self.assertIn("NOT_EMPTY", self.double.error(f"DROP CATALOG {name}"))
        self.double.rows(f"DROP VOLUME {name}.s.v")
        self.assertIn("NO_SUCH_VOLUME", self.double.error(f"DROP VOLUME {name}.s.v"))
        self.double.rows(f"DROP SCHEMA {name}.s CASCADE")
        self.double.rows(f"DROP CATALOG {name}")
        self.assertIn("CATALOG", self.double.error(f"CREATE SCHEMA {name}.s"))
        for sql in (
            f"DROP VOLUME IF EXISTS main.{name}.v",
            f"DROP SCHEMA IF EXISTS main.{name}",
            f"DROP CATALOG IF EXISTS {name}",
        ):
            self.double.rows(sql)
        self.assertIn("SCHEMA_NOT_FOUND", self.double.error(f"CREATE VOLUME main.{name}.v"))

    def test_names_are_those_of_unity_catalog(self) -> None:
        for name in ("a b", "a.b", "a/b", "a\tb", "x" * 256):
            for sql in ("CREATE TABLE {}.`{}` (id INT)", "CREATE VOLUME {}.`{}`"):
                self.assertIn("not a valid name", self.double.error(sql.format(self.schema, name)))
        self.double.rows(f"CREATE TABLE {self.schema}.`Ünï-cöde` (id INT)")
        self.assertIn(["ünï-cöde"], [[row[1]] for row in self.double.rows(f"SHOW TABLES IN {self.schema}")])

    def test_a_transaction_is_all_or_nothing(self) -> None:
        first, second = f"{self.schema}.atomic_1", f"{self.schema}.atomic_2"
        for table in (first, second):
            self.double.rows(f"CREATE TABLE {table} (id BIGINT, v STRING)")
        self.double.rows(
            f"BEGIN ATOMIC INSERT INTO {first} VALUES (1, 'a;b'); INSERT INTO {second} VALUES (2, 'b'); END"
        )
        failing = (
            f"BEGIN ATOMIC INSERT INTO {first} VALUES (3, 'c'); UPDATE {second} SET id = CAST('x' || v AS BIGINT); END;"
        )
        self.assertIn("CAST_INVALID_INPUT", self.double.error(failing))
        self.assertEqual(self.double.rows(f"SELECT * FROM {first}"), [["1", "a;b"]])
        self.assertEqual(self.double.rows(f"SELECT * FROM {second}"), [["2", "b"]])
        self.double.rows(f"INSERT INTO {first} VALUES (4, 'd')")
        self.assertEqual(self.double.rows(f"SELECT id FROM {first} ORDER BY id"), [["1"], ["4"]])


def staged(ids: list[int], **more: list[object]) -> pyarrow.Table:
    return pyarrow.table({"id": pyarrow.array(ids, pyarrow.int64()), **more})


class StagedFiles(DoubleTest):
    def setUp(self) -> None:
        self.folder = f"{self.volume}/{self.id().rsplit('.', 1)[1]}"

    def read(self, options: str) -> object:
        found = self.double.statement(f"SELECT * FROM read_files('{self.folder}', {options}) ORDER BY 1")
        if found["status"]["state"] == "FAILED":
            return found["status"]["error"]["message"].split("]")[0] + "]"
        return ([c["name"] for c in found["manifest"]["schema"]["columns"]], found["result"]["data_array"])

    def test_without_a_schema_there_is_rescued_data(self) -> None:
        self.double.upload(f"{self.folder}/a.parquet", staged([1], v=["x"]))
        self.assertEqual(self.read("format => 'parquet'"), (["id", "v", "_rescued_data"], [["1", "x", None]]))

    def test_with_a_schema_there_are_its_columns(self) -> None:
        self.double.upload(f"{self.folder}/a.parquet", staged([1], v=["x"]))
        self.assertEqual(
            self.read("format => 'parquet', schema => 'v STRING, id BIGINT, w INT'"),
            (["v", "id", "w"], [["x", "1", None]]),
        )

    def test_files_below_are_read_but_not_hidden_ones(self) -> None:
        for name, number in [
            ("a.parquet", 1),
            ("b/c.parquet", 2),
            ("_d.parquet", 3),
            (".e.parquet", 4),
            ("_f/g.parquet", 5),
            ("h[1] *.parquet", 6),
        ]:
            self.double.upload(f"{self.folder}/{name}", staged([number]))
        self.assertEqual(self.read("format => 'parquet', schema => 'id BIGINT'"), (["id"], [["1"], ["2"], ["6"]]))

    def test_a_missing_path_and_an_empty_folder(self) -> None:
        self.assertEqual(self.read("format => 'parquet', schema => 'id BIGINT'"), "[PATH_NOT_FOUND]")
        self.double.api("PUT", f"/api/2.0/fs/directories{self.folder}")
        self.assertEqual(self.read("format => 'parquet', schema => 'id BIGINT'"), (["id"], []))
        self.assertEqual(self.read("format => 'parquet'"), "[CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE]")
        self.folder = "/Volumes/main/default/unknown/x"
        self.assertEqual(self.read("format => 'parquet'"), "[NO_SUCH_VOLUME_EXCEPTION]")

    def test_merge_from_read_files_with_a_parameter(self) -> None:
        table = f"{self.schema}.merged"
        self.double.upload(f"{self.folder}/a.parquet", staged([1, 2], v=["x", "y"]))
        self.double.rows(f"CREATE TABLE {table} AS SELECT 1L AS id, 'a' AS v")
        rows = self.double.rows(
            f"MERGE INTO {table} AS t USING (SELECT id, v FROM read_files(:path, format => 'parquet', schema => 'id BIGINT, v STRING')) "
            "AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.v = s.v WHEN NOT MATCHED THEN INSERT (id, v) VALUES (s.id, s.v)",
            parameters=[{"name": "path", "value": self.folder}],
        )
        self.assertEqual(rows, [["2", "1", "0", "1"]])

    def test_parquet_paths(self) -> None:
        self.double.upload(f"{self.folder}/a.parquet", staged([7]))
        self.assertEqual(self.double.rows(f"SELECT * FROM parquet.`{self.folder}/a.parquet`"), [["7"]])

    def test_copy_into_loads_each_path_once(self) -> None:
        table = f"{self.schema}.copied"
        self.double.rows(f"CREATE TABLE {table} (id BIGINT, v STRING)")
        copy = f"COPY INTO {table} FROM (SELECT id, v FROM '{self.folder}') FILEFORMAT = PARQUET"
        self.double.upload(f"{self.folder}/a.parquet", staged([1], v=["x"]))
        self.assertEqual(self.double.rows(copy), [["1", "1", "0"]])
        self.double.upload(f"{self.folder}/a.parquet", staged([1, 2], v=["x", "changed"]))
        self.assertEqual(self.double.rows(copy), [["0", "0", "0"]])
        self.double.upload(f"{self.folder}/b.parquet", staged([3], v=["z"]))
        self.assertEqual(self.double.rows(f"{copy} FILES = ('b.parquet')"), [["1", "1", "0"]])
        self.assertEqual(self.double.rows(f"{copy} COPY_OPTIONS ('force' = 'true')"), [["3", "3", "0"]])
        self.assertEqual(self.double.rows(f"SELECT count(*) FROM {table}"), [["5"]])
        self.double.rows(f"DROP TABLE {table}")
        self.double.rows(f"CREATE TABLE {table} (id BIGINT, v STRING)")
        self.assertEqual(self.double.rows(copy), [["3", "3", "0"]])

    def test_copy_into_takes_columns_by_name_and_evolves_only_if_told(self) -> None:
        table = f"{self.schema}.copied_by_name"
        self.double.rows(f"CREATE TABLE {table} (v STRING, id BIGINT)")
        self.double.upload(f"{self.folder}/a.parquet", staged([1], v=["x"], w=["new"]))
        copy = f"COPY INTO {table} FROM '{self.folder}' FILEFORMAT = PARQUET"
        self.assertTrue(self.double.error(copy))
        self.assertEqual(self.double.rows(f"{copy} COPY_OPTIONS ('mergeSchema' = 'true')"), [["1", "1", "0"]])
        self.assertEqual(self.double.rows(f"SELECT v, id, w FROM {table}"), [["x", "1", "new"]])
