"""Rights: nothing without them, each where it is wanted, and GRANT and REVOKE as the way to them."""

from databricks.sdk.errors import PermissionDenied

from .support import LIMITED, NOBODY, WAREHOUSE, DoubleTest


class Privileges(DoubleTest):
    def setUp(self) -> None:
        created = self.double.ask("POST", "/_double/principals", {}).json
        self.who = (created["client_id"], created["client_secret"])
        self.double.ask(
            "POST",
            "/_double/grants",
            {"principal": created["name"], "privileges": ["CAN USE"], "type": "WAREHOUSE", "name": WAREHOUSE},
        )
        self.table = f"{self.schema}.{self.id().rsplit('.', 1)[1]}"
        self.double.rows(f"CREATE TABLE {self.table} AS SELECT 1L AS id, 'a' AS v")

    def grant(self, privileges: str, on: str) -> None:
        self.double.rows(f"GRANT {privileges} ON {on} TO `{self.who[0]}`")

    def lacks(self, privilege: str, sql: str) -> None:
        found = self.double.statement(sql, self.who)
        self.assertEqual((found["status"]["state"], found["status"].get("sql_state")), ("FAILED", "42501"), found)
        self.assertIn("[INSUFFICIENT_PERMISSIONS]", found["status"]["error"]["message"])
        self.assertIn(f"User does not have {privilege} on", found["status"]["error"]["message"])

    def test_nobody_may_use_the_warehouse(self) -> None:
        for who in (NOBODY, LIMITED):
            answer = self.double.api(
                "POST", "/api/2.0/sql/statements", {"statement": "SELECT 1", "warehouse_id": WAREHOUSE}, who
            )
            self.assertEqual((answer.status, answer.json["error_code"]), (403, "PERMISSION_DENIED"))
        with self.assertRaises(PermissionDenied):
            self.double.client(NOBODY).warehouses.get(WAREHOUSE)

    def test_reading_wants_use_schema_and_select(self) -> None:
        sql = f"SELECT * FROM {self.table}"
        self.lacks("USE SCHEMA", sql)
        self.grant("USE SCHEMA", f"SCHEMA {self.schema}")
        self.lacks("SELECT", sql)
        self.lacks("SELECT", f"SELECT (SELECT max(id) FROM {self.table})")
        self.lacks("SELECT", f"WITH x AS (SELECT * FROM {self.table}) SELECT * FROM x")
        self.lacks("SELECT", f"DESCRIBE TABLE {self.table}")
        self.grant("SELECT", f"TABLE {self.table}")
        self.assertEqual(self.double.rows(sql, self.who), [["1", "a"]])
        self.double.rows(f"REVOKE SELECT ON TABLE {self.table} FROM `{self.who[0]}`")
        self.lacks("SELECT", sql)

    def test_use_catalog_is_wanted_too(self) -> None:
        catalog = self.table.split(".")[1] + "_c"
        self.double.rows(f"CREATE CATALOG IF NOT EXISTS {catalog}")
        self.double.rows(f"CREATE TABLE {catalog}.default.t (id BIGINT)")
        self.lacks("USE CATALOG", f"SELECT * FROM {catalog}.default.t")
        self.grant("USE CATALOG, USE SCHEMA, SELECT", f"CATALOG {catalog}")
        self.assertEqual(self.double.rows(f"SELECT * FROM {catalog}.default.t", self.who), [])
        self.double.rows(f"DROP CATALOG {catalog} CASCADE")

    def test_changing_wants_modify(self) -> None:
        self.grant("USE SCHEMA", f"SCHEMA {self.schema}")
        self.lacks("MODIFY", f"INSERT INTO {self.table} VALUES (2, 'b')")
        self.grant("MODIFY", f"TABLE {self.table}")
        self.double.rows(f"INSERT INTO {self.table} VALUES (2, 'b')", self.who)
        merge = f"MERGE INTO {self.table} t USING (SELECT 2L AS id, 'c' AS v) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = s.v"
        self.lacks("SELECT", merge)
        self.grant("SELECT", f"TABLE {self.table}")
        self.double.rows(merge, self.who)
        self.double.rows(f"ALTER TABLE {self.table} ADD COLUMN w INT", self.who)
        self.lacks("MANAGE", f"DROP TABLE {self.table}")

    def test_who_creates_owns(self) -> None:
        mine = self.table + "_mine"
        self.grant("USE SCHEMA", f"SCHEMA {self.schema}")
        self.lacks("CREATE TABLE", f"CREATE TABLE {mine} (id BIGINT)")
        self.lacks("CREATE VOLUME", f"CREATE VOLUME {mine}")
        self.lacks("CREATE SCHEMA", f"CREATE SCHEMA main.{mine.split('.')[2]}")
        self.lacks("CREATE CATALOG", f"CREATE CATALOG {mine.split('.')[2]}")
        self.grant("CREATE TABLE, CREATE VOLUME", f"SCHEMA {self.schema}")
        self.double.rows(f"CREATE TABLE {mine} (id BIGINT)", self.who)
        self.double.rows(f"INSERT INTO {mine} VALUES (1)", self.who)
        self.double.rows(f"CREATE OR REPLACE TABLE {mine} AS SELECT 2L AS id", self.who)
        self.double.rows(f"DROP TABLE {mine}", self.who)
        self.lacks("MANAGE", f"CREATE OR REPLACE TABLE {self.table} AS SELECT 2L AS id")
        self.grant("CREATE SCHEMA", "CATALOG main")
        own = f"main.{mine.split('.')[2]}"
        self.double.rows(f"CREATE SCHEMA {own}", self.who)
        self.double.rows(f"CREATE TABLE {own}.t (id BIGINT)", self.who)
        self.double.rows(f"CREATE VOLUME {own}.v", self.who)
        self.double.rows(f"DROP SCHEMA {own} CASCADE", self.who)

    def test_volumes_want_read_and_write(self) -> None:
        path = f"/api/2.0/fs/files{self.volume}/{self.who[0]}"

        def statuses() -> list[int]:
            put = self.double.api("PUT", path + "?overwrite=true", b"x", self.who).status
            return [put, self.double.api("GET", path, None, self.who).status]

        self.assertEqual(statuses(), [403, 403])
        self.grant("USE SCHEMA", f"SCHEMA {self.schema}")
        self.grant("WRITE VOLUME", f"VOLUME {self.schema}.stage")
        self.assertEqual(statuses(), [204, 403])
        self.grant("READ VOLUME", f"VOLUME {self.schema}.stage")
        self.assertEqual(statuses(), [204, 200])
        self.double.rows(f"REVOKE WRITE VOLUME, READ VOLUME ON VOLUME {self.schema}.stage FROM `{self.who[0]}`")
        answer = self.double.api("PUT", path, b"x", self.who)
        self.assertEqual((answer.status, answer.json["error_code"]), (403, "PERMISSION_DENIED"))
        self.lacks(
            "READ VOLUME",
            f"SELECT * FROM read_files('{self.volume}', format => 'parquet', schema => 'id BIGINT')",
        )

    def test_only_who_manages_may_grant(self) -> None:
        self.grant("USE SCHEMA", f"SCHEMA {self.schema}")
        sql = f"GRANT SELECT ON TABLE {self.table} TO `{self.who[0]}`"
        self.lacks("MANAGE", sql)
        self.grant("MANAGE", f"TABLE {self.table}")
        self.double.rows(sql, self.who)

    def test_an_owner_is_changed(self) -> None:
        self.grant("USE SCHEMA", f"SCHEMA {self.schema}")
        self.lacks("MANAGE", f"ALTER TABLE {self.table} OWNER TO `{self.who[0]}`")
        self.double.rows(f"ALTER TABLE {self.table} SET OWNER TO `{self.who[0]}`")
        self.assertEqual(
            self.double.rows(f"SELECT id, current_user() FROM {self.table}", self.who), [["1", self.who[0]]]
        )
        self.double.rows(f"DROP TABLE {self.table}", self.who)

    def test_grants_are_shown_and_checked(self) -> None:
        self.grant("SELECT, MODIFY", self.table)
        rows = self.double.rows(f"SHOW GRANTS `{self.who[0]}` ON TABLE {self.table}")
        self.assertEqual([(row[1], row[2]) for row in rows], [("MODIFY", "TABLE"), ("SELECT", "TABLE")])
        self.assertIn(
            "UC_INVALID_PRIVILEGE",
            self.double.error(f"GRANT READ VOLUME ON TABLE {self.table} TO `{self.who[0]}`"),
        )
        self.assertIn(
            "PRINCIPAL_DOES_NOT_EXIST", self.double.error(f"GRANT SELECT ON TABLE {self.table} TO `somebody`")
        )
        self.assertIn(
            "TABLE_OR_VIEW_NOT_FOUND",
            self.double.error(f"GRANT SELECT ON TABLE {self.table}_x TO `{self.who[0]}`"),
        )


class UnityCatalog(DoubleTest):
    def test_the_sdk_finds_catalogs_schemas_tables_and_volumes(self) -> None:
        client = self.double.client()
        catalog, schema = self.schema.split(".")
        self.double.rows(
            f"CREATE TABLE {self.schema}.t (id BIGINT NOT NULL COMMENT 'the key', n DECIMAL(10,2)) COMMENT 'a table'"
        )
        table = client.tables.get(f"{self.schema}.t")
        self.assertEqual(
            (table.name, table.comment, str(table.data_source_format)),
            ("t", "a table", "DataSourceFormat.DELTA"),
        )
        self.assertEqual(
            [(c.name, c.type_text, c.nullable, c.comment) for c in table.columns or []],
            [("id", "bigint", False, "the key"), ("n", "decimal(10,2)", True, None)],
        )
        self.assertIn("t", [t.name for t in client.tables.list(catalog, schema)])
        self.assertEqual([v.name for v in client.volumes.list(catalog, schema)], ["stage"])
        self.assertEqual(client.volumes.read(f"{self.schema}.stage").full_name, f"{self.schema}.stage")
        self.assertIn(schema, [s.name for s in client.schemas.list(catalog)])
        self.assertEqual(client.schemas.get(self.schema).full_name, self.schema)
        self.assertIn(catalog, [c.name for c in client.catalogs.list()])
        self.assertEqual(client.catalogs.get(catalog).name, catalog)
        self.assertTrue(client.tables.exists(f"{self.schema}.t").table_exists)
        self.assertIn(WAREHOUSE, [w.id for w in client.warehouses.list()])

    def test_what_is_not_there(self) -> None:
        for kind, name in [
            ("tables", f"{self.schema}.x"),
            ("schemas", "main.x"),
            ("catalogs", "x"),
            ("volumes", f"{self.schema}.x"),
        ]:
            answer = self.double.api("GET", f"/api/2.1/unity-catalog/{kind}/{name}")
            self.assertEqual((answer.status, answer.json["error_code"]), (404, f"{kind[:-1].upper()}_DOES_NOT_EXIST"))

    def test_others_see_only_what_they_may(self) -> None:
        answer = self.double.api("GET", f"/api/2.1/unity-catalog/volumes/{self.schema}.stage", who=NOBODY)
        self.assertEqual((answer.status, answer.json["error_code"]), (403, "PERMISSION_DENIED"))
        self.assertEqual(list(self.double.client(NOBODY).volumes.list(*self.schema.split("."))), [])

    def test_the_sdk_makes_schemas_and_volumes(self) -> None:
        client = self.double.client()
        client.schemas.create(self.schema.split(".")[1] + "_made", "main")
        from databricks.sdk.service.catalog import VolumeType

        client.volumes.create("main", self.schema.split(".")[1] + "_made", "v", VolumeType.MANAGED)
        self.assertEqual(
            self.double.rows(f"SHOW VOLUMES IN {self.schema}_made"),
            [[self.schema.split(".")[1] + "_made", "v"]],
        )

    def test_permissions(self) -> None:
        self.double.rows(f"GRANT USE SCHEMA, SELECT ON SCHEMA {self.schema} TO `limited`")
        answer = self.double.api("GET", f"/api/2.1/unity-catalog/permissions/schema/{self.schema}").json
        self.assertEqual(
            answer,
            {"privilege_assignments": [{"principal": LIMITED[0], "privileges": ["SELECT", "USE_SCHEMA"]}]},
        )
        self.double.rows(f"CREATE TABLE {self.schema}.p (id BIGINT)")
        answer = self.double.api(
            "GET",
            f"/api/2.1/unity-catalog/effective-permissions/table/{self.schema}.p?principal={LIMITED[0]}",
        ).json
        self.assertEqual(
            answer["privilege_assignments"][0]["privileges"][0],
            {"privilege": "SELECT", "inherited_from_type": "SCHEMA", "inherited_from_name": self.schema},
        )
