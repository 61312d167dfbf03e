"""Every fault, alone, and what is left behind by it."""

import http.client
import time

from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config
from databricks.sdk.errors import TemporarilyUnavailable

from .support import ADMIN, WAREHOUSE, DoubleTest

CUT = (http.client.HTTPException, ConnectionError)
STATEMENTS = "/api/2.0/sql/statements"


class Faults(DoubleTest):
    def setUp(self) -> None:
        self.table = f"{self.schema}.{self.id().rsplit('.', 1)[1]}"
        self.double.rows(f"CREATE TABLE {self.table} (id BIGINT)")
        self.insert = f"INSERT INTO {self.table} VALUES (1)"
        self.path = f"{self.volume}/{self.id().rsplit('.', 1)[1]}"

    def count(self) -> int:
        return int(self.double.rows(f"SELECT count(*) FROM {self.table}")[0][0] or 0)

    def post(self, sql: str) -> object:
        return self.double.api("POST", STATEMENTS, {"statement": sql, "warehouse_id": WAREHOUSE, "wait_timeout": "50s"})

    def put(self, body: bytes = b"x" * 1000) -> int:
        return self.double.api("PUT", f"/api/2.0/fs/files{self.path}", body).status

    def test_a_status_with_retry_after_before_the_effect(self) -> None:
        self.double.fault(path="/sql/statements", sql=self.table, method="POST", status=429, retry_after=3)
        answer = self.post(self.insert)
        self.assertEqual(
            (answer.status, answer.headers["retry-after"], answer.json["error_code"]),
            (429, "3", "REQUEST_LIMIT_EXCEEDED"),
        )
        self.assertEqual(self.count(), 0)
        self.assertEqual(self.post(self.insert).status, 200)

    def test_a_status_after_the_effect(self) -> None:
        self.double.fault(sql="INSERT INTO " + self.table, status=503, when="after")
        answer = self.post(self.insert)
        self.assertEqual((answer.status, answer.json["error_code"]), (503, "TEMPORARILY_UNAVAILABLE"))
        self.assertEqual(self.count(), 1)

    def test_the_sdk_retries_what_a_storm_refuses(self) -> None:
        fault = self.double.fault(path="/scim/v2/Me", status=429, retry_after=1, times=2)
        self.double.client().current_user.me()
        self.assertEqual(self.double.hits(fault), 2)

    def test_skips_and_times(self) -> None:
        fault = self.double.fault(path=self.path, method="PUT", status=503, skip=1, times=2)
        self.assertEqual([self.put() for _ in range(2)], [204, 503])
        self.double.api("DELETE", f"/api/2.0/fs/files{self.path}")
        self.assertEqual([self.put() for _ in range(2)], [503, 204])
        self.assertEqual(self.double.hits(fault), 2)

    def test_a_dropped_answer_before_the_effect(self) -> None:
        self.double.fault(sql=self.table, drop="before")
        with self.assertRaises(CUT):
            self.post(self.insert)
        self.assertEqual(self.count(), 0)

    def test_a_dropped_answer_after_the_effect(self) -> None:
        self.double.fault(sql=self.table, drop="after")
        with self.assertRaises(CUT):
            self.post(self.insert)
        self.assertEqual(self.count(), 1)

    def test_a_poll_is_known_by_its_statement(self) -> None:
        fault = self.double.fault(method="GET", sql=self.table, status=503)
        identifier = self.double.statement(self.insert, wait=False)["statement_id"]
        self.assertEqual(self.double.api("GET", f"{STATEMENTS}/{identifier}").status, 503)
        self.assertEqual(self.double.api("GET", f"{STATEMENTS}/{identifier}").status, 200)
        self.assertEqual(self.double.hits(fault), 1)

    def test_an_answer_cut_in_the_middle(self) -> None:
        self.put(b"0123456789")
        self.double.fault(path=self.path, method="GET", cut_answer=4)
        with self.assertRaises(http.client.IncompleteRead) as cut:
            self.double.api("GET", f"/api/2.0/fs/files{self.path}")
        self.assertEqual(cut.exception.partial, b"0123")

    def test_a_cut_upload_leaves_no_file(self) -> None:
        self.double.fault(path=self.path, method="PUT", cut_upload=100_000)
        with self.assertRaises(CUT):
            self.put(b"x" * 8_000_000)
        self.assertEqual(self.double.api("GET", f"/api/2.0/fs/files{self.path}").status, 404)
        self.assertEqual(self.put(), 204)

    def test_a_delay(self) -> None:
        self.double.fault(path="/scim/v2/Me", delay=0.7)
        began = time.monotonic()
        self.double.api("GET", "/api/2.0/preview/scim/v2/Me")
        self.assertGreater(time.monotonic() - began, 0.7)

    def test_a_statement_that_stays_pending_until_it_is_canceled(self) -> None:
        self.double.fault(sql=self.table, statement="pending")
        identifier = self.double.statement(self.insert, wait=False)["statement_id"]
        time.sleep(0.5)
        self.assertEqual(self.double.state(identifier)["status"]["state"], "PENDING")
        self.double.api("POST", f"{STATEMENTS}/{identifier}/cancel")
        self.assertEqual(self.double.state(identifier)["status"]["state"], "CANCELED")
        self.assertEqual(self.count(), 0)

    def test_a_statement_that_stays_pending_for_a_while(self) -> None:
        self.double.fault(sql=self.table, statement="pending", seconds=1)
        began = time.monotonic()
        self.double.rows(self.insert)
        self.assertGreater(time.monotonic() - began, 1)

    def test_a_closed_statement_has_run(self) -> None:
        self.double.fault(sql=self.table, statement="closed")
        found = self.double.statement(self.insert)
        self.assertEqual(found["status"], {"state": "CLOSED"})
        self.assertNotIn("result", found)
        self.assertEqual(self.double.api("GET", f"{STATEMENTS}/{found['statement_id']}/result/chunks/0").status, 404)
        self.assertEqual(self.count(), 1)

    def test_a_lost_race_has_no_effect(self) -> None:
        self.double.fault(sql=self.table, statement="conflict")
        status = self.double.statement(self.insert)["status"]
        self.assertEqual((status["state"], status["sql_state"]), ("FAILED", "2D521"))
        self.assertIn("[DELTA_CONCURRENT_APPEND]", status["error"]["message"])
        self.assertEqual(self.count(), 0)

    def test_a_statement_that_fails_before_or_after_its_effect(self) -> None:
        self.double.fault(sql=self.table, statement="failed", message="out of luck", sql_state="58030")
        status = self.double.statement(self.insert)["status"]
        self.assertEqual((status["sql_state"], "out of luck" in status["error"]["message"]), ("58030", True))
        self.assertEqual(self.count(), 0)
        self.double.fault(sql="INSERT INTO " + self.table, statement="failed", when="after")
        self.assertEqual(self.double.statement(self.insert)["status"]["state"], "FAILED")
        self.assertEqual(self.count(), 1)

    def test_faults_of_the_token_endpoint_and_of_one_principal(self) -> None:
        created = self.double.ask("POST", "/_double/principals", {}).json
        fault = self.double.fault(path="/oidc/v1/token", principal=created["name"], status=503)
        self.assertEqual(self.double.token(*ADMIN).status, 200)
        self.assertEqual(self.double.token(created["client_id"], created["client_secret"]).status, 503)
        self.assertEqual(self.double.token(created["client_id"], created["client_secret"]).status, 200)
        self.assertEqual(self.double.hits(fault), 1)

    def test_tokens_that_end_in_the_middle(self) -> None:
        created = self.double.ask("POST", "/_double/principals", {"admin": True}).json
        who = (created["client_id"], created["client_secret"])
        self.double.rows("SELECT 1", who)
        self.double.fault(path="/sql/statements", principal=created["name"], skip=1, expire_tokens=True)
        self.double.rows("SELECT 1", who)
        refused = self.double.api("POST", STATEMENTS, {"statement": self.insert, "warehouse_id": WAREHOUSE}, who)
        self.assertEqual((refused.status, refused.json["error_code"]), (401, "UNAUTHENTICATED"))
        self.assertEqual(self.count(), 0)
        del self.double.tokens[who]
        self.double.rows(self.insert, who)

    def test_a_fault_that_makes_no_sense_is_refused(self) -> None:
        for spec in ({"statuss": 1}, {"path": "("}, {"statement": "lost"}):
            self.assertEqual(self.double.ask("POST", "/_double/faults", spec).status, 400)

    def test_the_record_of_requests(self) -> None:
        last = self.double.ask("GET", "/_double/requests?since=999999999").json["last"]
        self.double.fault(sql=self.table, drop="after")
        with self.assertRaises(CUT):
            self.post(self.insert)
        self.put(b"12345")
        found = self.double.ask("GET", f"/_double/requests?since={last}").json["requests"]
        found.sort(key=lambda request: request["time"])
        self.assertEqual([(r["method"], r["path"], r["status"]) for r in found],
                         [("POST", STATEMENTS, None), ("PUT", f"/api/2.0/fs/files{self.path}", 204)])  # fmt: skip
        self.assertEqual((found[0]["sql"], found[0]["principal"], found[1]["bytes_in"]), (self.insert, "admin", 5))
        self.assertIsNotNone(found[0]["fault"])
        self.assertGreater(found[0]["seconds"], 0)
        matched = self.double.ask("GET", f"/_double/requests?since={last}&method=PUT&path=/fs/").json["requests"]
        self.assertEqual(len(matched), 1)

    def test_two_writers_of_the_same_rows_do_not_both_win(self) -> None:
        self.double.rows(f"INSERT INTO {self.table} SELECT id FROM range(1000)")
        update = f"UPDATE {self.table} SET id = id + 1 WHERE id >= 0"
        running = [self.double.statement(update, wait=False)["statement_id"] for _ in range(3)]
        states = []
        for identifier in running:
            while (found := self.double.state(identifier))["status"]["state"] in ("PENDING", "RUNNING"):
                time.sleep(0.05)
            states.append(found["status"])
        won = sum(status["state"] == "SUCCEEDED" for status in states)
        self.assertGreaterEqual(won, 1)
        self.assertEqual(self.double.rows(f"SELECT sum(id) FROM {self.table}"), [[str(499500 + 1000 * won)]])
        for status in states:
            if status["state"] == "FAILED":
                self.assertEqual(status["sql_state"], "2D521", status)

    def test_the_sdk_gives_up_on_a_broken_service(self) -> None:
        self.double.fault(path="/warehouses/" + WAREHOUSE, status=503, retry_after=1, times=-1)
        client = WorkspaceClient(
            config=Config(host=self.double.host, token="dapi-admin", auth_type="pat", retry_timeout_seconds=2)
        )
        with self.assertRaises((TemporarilyUnavailable, TimeoutError)):
            client.warehouses.get(WAREHOUSE)
