"""Who is calling: principals, their OAuth tokens (machine to machine) and personal access tokens."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
import time
import urllib.parse
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .web import ApiError, Request, Response

if TYPE_CHECKING:
    from .workspace import Workspace

TOKEN_LIFETIME = 3600


@dataclass(eq=False)
class Principal:
    """A service principal. `admin` has every right on everything; others have what they are granted."""

    name: str
    client_id: str
    secret: str
    token: str
    admin: bool = False

    def answers_to(self, name: str) -> bool:
        return name in (self.name, self.client_id)

    def describe(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "client_id": self.client_id,
            "client_secret": self.secret,
            "token": self.token,
        }


@dataclass
class _Token:
    principal: Principal
    expires: float = field(default=float("inf"))


class Auth:
    def __init__(self, workspace: Workspace):
        self.workspace = workspace
        self.principals: list[Principal] = []
        self._tokens: dict[str, _Token] = {}
        self._lock = threading.Lock()
        self.lifetime = TOKEN_LIFETIME

    def add(self, name: str, admin: bool = False, client_id: str = "", secret: str = "", token: str = "") -> Principal:
        principal = Principal(
            name,
            client_id or str(uuid.uuid4()),
            secret or "dose" + secrets.token_hex(16),
            token or "dapi" + secrets.token_hex(16),
            admin,
        )
        with self._lock:
            self.principals.append(principal)
            self._tokens[principal.token] = _Token(principal)
        return principal

    def find(self, name: str) -> Principal | None:
        return next((each for each in self.principals if each.answers_to(name)), None)

    def authenticate(self, request: Request) -> Principal:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if not given:
            raise ApiError(
                401, "UNAUTHENTICATED", "Credential was not sent or was of an unsupported type for this API."
            )
        if scheme.lower() != "bearer":
            raise ApiError(401, "UNAUTHENTICATED", "Authentication scheme is not supported.")
        token = self._tokens.get(given.strip())
        if token is None and given.startswith("dapi"):
            raise ApiError(403, "PERMISSION_DENIED", "Invalid access token.")
        if token is None:
            raise ApiError(401, "UNAUTHENTICATED", "Invalid access token.")
        if token.expires < time.time():
            raise ApiError(401, "UNAUTHENTICATED", "Access token has expired.")
        return token.principal

    def expire(self, principal: str | None = None) -> int:
        """Ends every OAuth token (of one principal): personal access tokens stay."""
        with self._lock:
            ended = [
                token
                for token in self._tokens.values()
                if token.expires != float("inf") and (principal is None or token.principal.answers_to(principal))
            ]
            for token in ended:
                token.expires = 0
        return len(ended)

    def claimed(self, request: Request) -> Principal | None:
        """Whom a request for a token says to be, before the secret is looked at."""
        credentials = _credentials(request)
        return self.find(credentials[0]) if credentials else None

    # POST /oidc/v1/token
    def issue(self, request: Request) -> Response:
        form = _form(request)
        if (credentials := _credentials(request)) is None:
            return _oauth_error(401, "invalid_client", "Client authentication failed")
        client, secret = credentials
        principal = next((each for each in self.principals if each.client_id == client), None)
        if principal is None or not secrets.compare_digest(principal.secret.encode(), secret.encode()):
            return _oauth_error(401, "invalid_client", "Client authentication failed")
        if form.get("grant_type") != "client_credentials":
            return _oauth_error(400, "unsupported_grant_type", "The grant type is not client_credentials")
        if "all-apis" not in form.get("scope", "").split():
            return _oauth_error(400, "invalid_scope", "The scope must be all-apis")
        token = "eyJ" + secrets.token_urlsafe(48)
        with self._lock:
            self._tokens[token] = _Token(principal, time.time() + self.lifetime)
        return Response(
            200,
            {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime, "scope": "all-apis"},
            {"Cache-Control": "no-store"},
        )

    # GET /oidc/.well-known/oauth-authorization-server
    def authorization_server(self, request: Request) -> Response:
        base = f"{self.workspace.url}/oidc"
        return Response(
            200,
            {
                "issuer": base,
                "authorization_endpoint": f"{base}/v1/authorize",
                "token_endpoint": f"{base}/v1/token",
                "grant_types_supported": ["client_credentials"],
                "scopes_supported": ["all-apis"],
            },
        )

    # GET /.well-known/databricks-config
    def host_metadata(self, request: Request) -> Response:
        return Response(
            200,
            {
                "oidc_endpoint": f"{self.workspace.url}/oidc",
                "account_id": "00000000-0000-4000-8000-000000000000",
                "workspace_id": "1234567890123456",
            },
        )

    # GET /api/2.0/preview/scim/v2/Me
    def me(self, request: Request) -> Response:
        assert request.principal is not None
        return Response(
            200,
            {
                "id": str(1000 + self.principals.index(request.principal)),
                "userName": request.principal.client_id,
                "displayName": request.principal.name,
                "active": True,
                "groups": [{"display": "admins"}] if request.principal.admin else [],
            },
        )


def _oauth_error(status: int, error: str, description: str) -> Response:
    return Response(status, {"error": error, "error_description": description})


def _form(request: Request) -> dict[str, str]:
    return dict(urllib.parse.parse_qsl((request.content or b"").decode("utf-8", "replace")))


def _credentials(request: Request) -> tuple[str, str] | None:
    """Client id and secret, from the header or from the form; None where the header cannot be read."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        form = _form(request)
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return urllib.parse.unquote(client), urllib.parse.unquote(secret)
