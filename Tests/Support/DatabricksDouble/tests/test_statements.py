"""The Statement Execution API: states, waiting, parameters, limits, chunks and links."""

import json
import time
import urllib.parse

from databricks.sdk.service.sql import StatementState

from .support import WAREHOUSE, DoubleTest, sdk_run

PATH = "/api/2.0/sql/statements"
SLOW = "SELECT count(*) FROM range(100000000000) a WHERE hash(id) = 1"


class Statements(DoubleTest):
    def refused(self, **body: object) -> str:
        answer = self.double.api("POST", PATH, {"statement": "SELECT 1", "warehouse_id": WAREHOUSE, **body})
        self.assertEqual((answer.status, answer.json["error_code"]), (400, "INVALID_PARAMETER_VALUE"))
        return str(answer.json["message"])

    def test_the_sdk_runs_a_statement(self) -> None:
        response = sdk_run(self.double.client(), "SELECT :n + 1 AS n, :s AS s", n=("41", "INT"), s=(None, "STRING"))
        assert response.status and response.manifest and response.manifest.schema and response.result
        self.assertEqual(response.status.state, StatementState.SUCCEEDED)
        self.assertEqual(response.result.data_array, [["42", None]])
        columns = [(c.name, c.type_text, c.position) for c in response.manifest.schema.columns or []]
        self.assertEqual(columns, [("n", "INT", 0), ("s", "STRING", 1)])

    def test_values_are_strings_as_json_array_has_them(self) -> None:
        rows = self.double.rows(
            "SELECT true, 1Y, 2S, 3, 4L, 1.50BD, CAST(1.5 AS FLOAT), 1e20D, DATE'2024-02-03', X'00ff', 'x', "
            "TIMESTAMP'2024-01-02 03:04:05.123456Z', TIMESTAMP_NTZ'2024-01-02 03:04:05', array(1, null), "
            "named_struct('a', 1), map('k', 'v'), parse_json('{\"a\":1}'), CAST(NULL AS INT)"
        )
        self.assertEqual(
            rows[0],
            ["true", "1", "2", "3", "4", "1.50", "1.5", "1.0E20", "2024-02-03", "AP8=", "x", "2024-01-02T03:04:05.123Z",
             "2024-01-02T03:04:05.000", "[1,null]", '{"a":1}', '{"k":"v"}', '{"a":1}', None],
        )  # fmt: skip

    def test_types_are_named_as_the_api_names_them(self) -> None:
        found = self.double.statement(
            "SELECT 1L a, 1.5BD b, array(1) c, TIMESTAMP_NTZ'2024-01-01' d, 'x' e, 1S f, 1Y g"
        )
        columns = found["manifest"]["schema"]["columns"]
        self.assertEqual(
            [c["type_name"] for c in columns],
            ["LONG", "DECIMAL", "ARRAY", "TIMESTAMP_NTZ", "STRING", "SHORT", "BYTE"],
        )
        self.assertEqual((columns[1]["type_precision"], columns[1]["type_scale"]), (2, 1))

    def test_parameters_are_typed_and_checked(self) -> None:
        def given(value: str | None, kind: str | None) -> dict[str, object]:
            return {"parameters": [{"name": "p", "value": value, **({"type": kind} if kind else {})}]}

        for value, kind, expected in [
            ("9007199254740993", "BIGINT", ["9007199254740993", "bigint"]),
            ("1.5", "DECIMAL(10, 3)", ["1.500", "decimal(4,3)"]),
            ("2024-01-02", "DATE", ["2024-01-02", "date"]),
            ("true", "BOOLEAN", ["true", "boolean"]),
            ("it's \\ a 'test'\n", None, ["it's \\ a 'test'\n", "string"]),
            (None, "DOUBLE", [None, "double"]),
        ]:
            with self.subTest(kind):
                self.assertEqual(self.double.rows("SELECT :p, typeof(:p)", **given(value, kind)), [expected])
        self.assertIn("CAST_INVALID_INPUT", self.double.error("SELECT :p", **given("x", "INT")))
        self.assertIn("DATATYPE_MISMATCH", self.double.error("SELECT :p", **given("[1]", "ARRAY<INT>")))
        self.assertIn("UNBOUND_SQL_PARAMETER", self.double.error("SELECT :q", **given("1", "INT")))
        self.assertIn("UNBOUND_SQL_PARAMETER", self.double.error("SELECT ?"))

    def test_a_parameter_is_never_text_of_the_statement(self) -> None:
        injected = [{"name": "p", "value": "1) OR (1=1"}]
        self.assertEqual(self.double.rows("SELECT :p = '1) OR (1=1'", parameters=injected), [["true"]])

    def test_requests_are_checked(self) -> None:
        for timeout in ("4s", "51s", "10", "1m", 10):
            self.assertIn("wait_timeout", self.refused(wait_timeout=timeout))
        self.assertIn("on_wait_timeout", self.refused(on_wait_timeout="STOP"))
        self.assertIn("warehouse_id", self.refused(warehouse_id=None))
        self.assertIn("not a valid endpoint id", self.refused(warehouse_id="unknown"))
        self.assertIn("statement", self.refused(statement=""))
        self.assertIn("Duplicate", self.refused(parameters=[{"name": "a"}, {"name": "a"}]))
        self.assertIn("string or null", self.refused(parameters=[{"name": "a", "value": 1}]))
        self.assertIn("INLINE", self.refused(format="CSV"))
        self.assertIn("disposition", self.refused(disposition="FILE"))

    def test_a_statement_of_more_than_16_mib_is_refused(self) -> None:
        self.assertIn("16777216", self.refused(statement="SELECT '" + "x" * (16 << 20) + "'"))

    def test_more_than_20_query_tags_are_cut_off(self) -> None:
        marker = self.schema + "_tags"
        tags = [{"key": f"k{i}", "value": "v"} for i in range(25)]
        self.double.rows(f"SELECT '{marker}'", query_tags=tags)
        record = self.double.ask("GET", f"/_double/requests?sql={marker}").json["requests"][0]
        self.assertEqual(len(record["tags"]), 20)

    def test_a_failure_is_http_200_with_class_and_sqlstate(self) -> None:
        status = self.double.statement("SELECT * FROM main.default.missing")["status"]
        self.assertEqual((status["state"], status["sql_state"]), ("FAILED", "42P01"))
        self.assertEqual(status["error"]["error_code"], "BAD_REQUEST")
        self.assertTrue(status["error"]["message"].startswith("[TABLE_OR_VIEW_NOT_FOUND]"))

    def test_a_failure_while_running_says_its_class(self) -> None:
        status = self.double.statement("SELECT CAST('x' || id AS INT) FROM range(3)")["status"]
        self.assertTrue(status["error"]["message"].startswith("[CAST_INVALID_INPUT]"), status)
        self.assertEqual(status["sql_state"], "22018")

    def test_defaults_of_catalog_and_schema(self) -> None:
        catalog, schema = self.schema.split(".")
        self.double.rows("CREATE TABLE defaults_t (a INT)", catalog=catalog, schema=schema)
        self.assertEqual(self.double.rows(f"SELECT count(*) FROM {self.schema}.defaults_t"), [["0"]])

    def test_without_waiting_it_is_pending_then_polled(self) -> None:
        found = self.double.statement("SELECT 1", wait=False)
        self.assertIn(found["status"]["state"], ("PENDING", "RUNNING", "SUCCEEDED"))
        self.assertNotIn("result", found if found["status"]["state"] != "SUCCEEDED" else {})
        deadline = time.time() + 30
        while self.double.state(found["statement_id"])["status"]["state"] != "SUCCEEDED":
            self.assertLess(time.time(), deadline)
            time.sleep(0.05)

    def test_a_statement_is_canceled(self) -> None:
        client = self.double.client()
        identifier = self.double.statement(SLOW, wait=False)["statement_id"]
        time.sleep(1)
        client.statement_execution.cancel_execution(identifier)
        status = client.statement_execution.get_statement(identifier).status
        assert status
        self.assertEqual(status.state, StatementState.CANCELED)

    def test_on_wait_timeout_cancels(self) -> None:
        body = {
            "statement": SLOW,
            "warehouse_id": WAREHOUSE,
            "wait_timeout": "5s",
            "on_wait_timeout": "CANCEL",
        }
        self.assertEqual(self.double.api("POST", PATH, body).json["status"]["state"], "CANCELED")

    def test_an_unknown_statement_is_not_found(self) -> None:
        self.assertEqual(self.double.api("GET", PATH + "/unknown").status, 404)
        identifier = self.double.statement("SELECT 1")["statement_id"]
        self.assertEqual(self.double.api("GET", f"{PATH}/{identifier}/result/chunks/1").status, 404)

    def test_more_than_25_mib_inline_fail(self) -> None:
        message = self.double.error("SELECT repeat('x', 1000) FROM range(27000)")
        self.assertIn("26214400 bytes", message)

    def test_inline_chunks_are_fetched_one_after_the_other(self) -> None:
        found = self.double.statement("SELECT id, repeat('x', 1000) FROM range(5000)")
        self.assertGreater(found["manifest"]["total_chunk_count"], 1)
        self.assertEqual(found["manifest"]["total_row_count"], 5000)
        rows, chunk = [], found["result"]
        while True:
            self.assertEqual(chunk["row_offset"], len(rows))
            rows += chunk["data_array"]
            if "next_chunk_internal_link" not in chunk:
                break
            chunk = self.double.api("GET", chunk["next_chunk_internal_link"]).json
        self.assertEqual([int(row[0]) for row in rows], list(range(5000)))

    def test_the_sdk_fetches_chunks(self) -> None:
        client = self.double.client()
        response = sdk_run(client, "SELECT id, repeat('x', 1000) FROM range(2500)")
        count, chunk = 0, response.result
        while chunk is not None:
            count += len(chunk.data_array or [])
            assert response.statement_id
            chunk = (
                client.statement_execution.get_statement_result_chunk_n(response.statement_id, chunk.next_chunk_index)
                if chunk.next_chunk_index
                else None
            )
        self.assertEqual(count, 2500)

    def test_external_links_refuse_a_second_authorization(self) -> None:
        found = self.double.statement("SELECT id, repeat('x', 1000) FROM range(3000)", disposition="EXTERNAL_LINKS")
        rows: list[list[str]] = []
        link = found["result"]["external_links"][0]
        while True:
            url = urllib.parse.urlsplit(link["external_link"])
            path = f"{url.path}?{url.query}"
            self.assertEqual(self.double.ask("GET", path, headers={"Authorization": "Bearer x"}).status, 400)
            body = self.double.ask("GET", path).body
            self.assertNotIn(b", ", body[:100])
            rows += json.loads(body)
            if "next_chunk_index" not in link:
                break
            chunk = self.double.api(
                "GET", f"{PATH}/{found['statement_id']}/result/chunks/{link['next_chunk_index']}"
            ).json
            link = chunk["external_links"][0]
        self.assertEqual(len(rows), 3000)

    def test_external_links_expire(self) -> None:
        link = self.double.statement("SELECT 1", disposition="EXTERNAL_LINKS")["result"]["external_links"][0]
        url = urllib.parse.urlsplit(link["external_link"])
        self.double.ask("POST", "/_double/expire_links", {})
        self.assertEqual(self.double.ask("GET", f"{url.path}?{url.query}").status, 403)

    def test_row_limit_and_byte_limit_truncate(self) -> None:
        found = self.double.statement("SELECT * FROM range(10)", row_limit=3)
        self.assertEqual((found["manifest"]["total_row_count"], found["manifest"]["truncated"]), (3, True))
        found = self.double.statement("SELECT * FROM range(3)", row_limit=3)
        self.assertEqual((found["manifest"]["total_row_count"], found["manifest"]["truncated"]), (3, False))
        found = self.double.statement("SELECT repeat('x', 100) FROM range(10)", byte_limit=250)
        self.assertEqual((found["manifest"]["total_row_count"], found["manifest"]["truncated"]), (2, True))

    def test_a_warehouse_takes_its_time_to_start(self) -> None:
        identifier = self.double.ask("POST", "/_double/warehouses", {"start_seconds": 2}).json["id"]
        client = self.double.client()
        self.assertEqual(str(client.warehouses.get(identifier).state), "State.STOPPED")
        body = {"statement": "SELECT 1", "warehouse_id": identifier, "wait_timeout": "0s"}
        statement = self.double.api("POST", PATH, body).json["statement_id"]
        time.sleep(0.3)
        self.assertEqual(self.double.state(statement)["status"]["state"], "PENDING")
        self.assertEqual(str(client.warehouses.get(identifier).state), "State.STARTING")
        time.sleep(3)
        self.assertEqual(self.double.state(statement)["status"]["state"], "SUCCEEDED")
        self.assertEqual(str(client.warehouses.get(identifier).state), "State.RUNNING")
