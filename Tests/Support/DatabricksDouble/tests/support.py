"""One double for all tests, a schema for each, and two ways to ask: the official SDK, and plain HTTP."""

from __future__ import annotations

import http.client
import io
import json
import logging
import os
import subprocess
import time
import unittest
import urllib.parse
import uuid
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pyarrow
import pyarrow.parquet
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.sql import StatementParameterListItem, StatementResponse

logging.getLogger("databricks.sdk").setLevel(logging.CRITICAL)  # it says what it falls back from
FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
WAREHOUSE = "d0ub1e0000000001"
ADMIN = ("00000000-0000-4000-8000-0000000000ad", "dose-admin-secret")
NOBODY = ("00000000-0000-4000-8000-0000000000b0", "dose-nobody-secret")
LIMITED = ("00000000-0000-4000-8000-0000000000c0", "dose-limited-secret")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Double:
    process: subprocess.Popen[str]
    port: int
    root: str
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
        timeout: float = 60,
    ) -> Answer:
        """One request on a connection of its own; a connection that is cut raises."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, headers or {})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def api(
        self,
        method: str,
        path: str,
        body: Any = None,
        who: tuple[str, str] = ADMIN,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        if who not in self.tokens:
            self.tokens[who] = self.token(*who).json["access_token"]
        return self.ask(method, path, body, {"Authorization": f"Bearer {self.tokens[who]}", **(headers or {})})

    def token(self, client: str, secret: str, **form: str) -> Answer:
        fields = {
            "grant_type": "client_credentials",
            "scope": "all-apis",
            "client_id": client,
            "client_secret": secret,
            **form,
        }
        return self.ask("POST", "/oidc/v1/token", urllib.parse.urlencode(fields).encode())

    def statement(self, sql: str, who: tuple[str, str] = ADMIN, wait: bool = True, **more: Any) -> Any:
        """The answer of POST statements, or of the GET that found it ended."""
        body = {"statement": sql, "warehouse_id": WAREHOUSE, "wait_timeout": "50s" if wait else "0s", **more}
        answer = self.api("POST", "/api/2.0/sql/statements", body, who)
        assert answer.status == 200, answer
        found = answer.json
        while wait and found["status"]["state"] in ("PENDING", "RUNNING"):
            time.sleep(0.05)
            found = self.state(found["statement_id"], who)
        return found

    def state(self, identifier: str, who: tuple[str, str] = ADMIN) -> Any:
        return self.api("GET", f"/api/2.0/sql/statements/{identifier}", who=who).json

    def rows(self, sql: str, who: tuple[str, str] = ADMIN, **more: Any) -> list[list[str | None]]:
        found = self.statement(sql, who, **more)
        assert found["status"]["state"] == "SUCCEEDED", (sql, found["status"])
        return list(found["result"].get("data_array", []))

    def error(self, sql: str, who: tuple[str, str] = ADMIN, **more: Any) -> str:
        """The message of a statement that must fail."""
        found = self.statement(sql, who, **more)
        assert found["status"]["state"] == "FAILED", (sql, found)
        return str(found["status"]["error"]["message"])

    def fault(self, **spec: Any) -> int:
        answer = self.ask("POST", "/_double/faults", spec)
        assert answer.status == 200, answer
        return int(answer.json["id"])

    def hits(self, fault: int) -> int:
        faults = self.ask("GET", "/_double/faults").json["faults"]
        return int(next(each["hits"] for each in faults if each["id"] == fault))

    def upload(self, path: str, table: pyarrow.Table) -> None:
        buffer = io.BytesIO()
        pyarrow.parquet.write_table(table, buffer)
        answer = self.api("PUT", f"/api/2.0/fs/files{urllib.parse.quote(path)}?overwrite=true", buffer.getvalue())
        assert answer.status == 204, answer

    def client(self, who: tuple[str, str] = ADMIN) -> WorkspaceClient:
        return WorkspaceClient(host=self.host, client_id=who[0], client_secret=who[1], auth_type="oauth-m2m")


@cache
def double() -> Double:
    process = subprocess.Popen(
        [os.path.join(FOLDER, "run.sh"), "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    word, port, root = process.stdout.readline().split(maxsplit=2)
    assert word == "listening"
    return Double(process, int(port), root.strip())


class DoubleTest(unittest.TestCase):
    """A test with a schema `self.schema` of its own in the catalog main, and a volume `stage` in it."""

    double: Double
    schema: str
    volume: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.double = double()
        cls.schema = f"main.t_{uuid.uuid4().hex[:8]}"
        cls.volume = "/Volumes/" + cls.schema.replace(".", "/") + "/stage"
        cls.double.rows(f"CREATE SCHEMA {cls.schema}")
        cls.double.rows(f"CREATE VOLUME {cls.schema}.stage")

    def tearDown(self) -> None:
        self.double.ask("DELETE", "/_double/faults")


def sdk_run(client: WorkspaceClient, sql: str, **parameters: tuple[str | None, str]) -> StatementResponse:
    items = [StatementParameterListItem(name=n, value=v, type=t) for n, (v, t) in parameters.items()]
    return client.statement_execution.execute_statement(
        statement=sql, warehouse_id=WAREHOUSE, wait_timeout="50s", parameters=items or None
    )
