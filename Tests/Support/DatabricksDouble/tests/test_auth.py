"""Tokens, and what is refused without one."""

import base64
import time

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied

from .support import ADMIN, NOBODY, DoubleTest

ME = "/api/2.0/preview/scim/v2/Me"


class Auth(DoubleTest):
    def test_the_sdk_signs_in_with_client_id_and_secret(self) -> None:
        self.assertEqual(self.double.client().current_user.me().display_name, "admin")

    def test_the_sdk_signs_in_with_a_personal_access_token(self) -> None:
        client = WorkspaceClient(host=self.double.host, token="dapi-nobody", auth_type="pat")
        self.assertEqual(client.current_user.me().user_name, NOBODY[0])

    def test_a_wrong_token_is_refused_with_databricks_error_body(self) -> None:
        for header, status, code in [
            ({}, 401, "UNAUTHENTICATED"),
            ({"Authorization": "Bearer eyJunknown"}, 401, "UNAUTHENTICATED"),
            ({"Authorization": "Bearer dapi-unknown"}, 403, "PERMISSION_DENIED"),
            ({"Authorization": "Basic YTpi"}, 401, "UNAUTHENTICATED"),
        ]:
            with self.subTest(header):
                answer = self.double.ask("GET", ME, headers=header)
                self.assertEqual((answer.status, answer.json["error_code"]), (status, code))
                self.assertTrue(answer.json["message"])

    def test_the_sdk_is_told_of_a_wrong_token(self) -> None:
        with self.assertRaises(PermissionDenied):
            WorkspaceClient(host=self.double.host, token="dapi-unknown", auth_type="pat").current_user.me()

    def test_a_wrong_secret_gets_no_token(self) -> None:
        answer = self.double.token(ADMIN[0], "wrong")
        self.assertEqual((answer.status, answer.json["error"]), (401, "invalid_client"))

    def test_a_token_wants_grant_type_and_scope(self) -> None:
        self.assertEqual(self.double.token(*ADMIN, grant_type="password").json["error"], "unsupported_grant_type")
        self.assertEqual(self.double.token(*ADMIN, scope="sql").json["error"], "invalid_scope")

    def test_basic_authentication_gets_a_token(self) -> None:
        basic = base64.b64encode(":".join(ADMIN).encode()).decode()
        answer = self.double.ask(
            "POST",
            "/oidc/v1/token",
            b"grant_type=client_credentials&scope=all-apis",
            {"Authorization": f"Basic {basic}"},
        )
        self.assertEqual((answer.json["token_type"], answer.json["expires_in"]), ("Bearer", 3600))

    def test_well_known_documents(self) -> None:
        config = self.double.ask("GET", "/.well-known/databricks-config").json
        self.assertEqual(config["oidc_endpoint"], self.double.host + "/oidc")
        server = self.double.ask("GET", "/oidc/.well-known/oauth-authorization-server").json
        self.assertEqual(server["token_endpoint"], self.double.host + "/oidc/v1/token")

    def test_tokens_expire_by_themselves(self) -> None:
        self.double.ask("POST", "/_double/settings", {"token_lifetime": 1})
        try:
            token = self.double.token(*NOBODY).json["access_token"]
        finally:
            self.double.ask("POST", "/_double/settings", {"token_lifetime": 3600})
        headers = {"Authorization": f"Bearer {token}"}
        self.assertEqual(self.double.ask("GET", ME, headers=headers).status, 200)
        time.sleep(1.2)
        self.assertEqual(self.double.ask("GET", ME, headers=headers).status, 401)

    def test_tokens_of_one_principal_are_ended_on_order(self) -> None:
        created = self.double.ask("POST", "/_double/principals", {}).json
        who = (created["client_id"], created["client_secret"])
        self.assertEqual(self.double.api("GET", ME, who=who).status, 200)
        self.double.ask("POST", "/_double/expire_tokens", {"principal": created["name"]})
        self.assertEqual(self.double.api("GET", ME, who=who).status, 401)
        self.assertEqual(self.double.api("GET", ME).status, 200)

    def test_an_unknown_path_is_no_endpoint(self) -> None:
        answer = self.double.api("GET", "/api/2.0/unknown")
        self.assertEqual((answer.status, answer.json["error_code"]), (404, "ENDPOINT_NOT_FOUND"))
