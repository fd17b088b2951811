"""A small OpenID Connect provider on loopback: discovery, authorisation, token with PKCE, user information, keys."""

import base64
import hashlib
import json
import secrets
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import environ
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from kommun.identity import identity_providers

CLIENT, SECRET = "kanalkollen", "provider-secret"


def from_environment(**variables):
    """Return SOCIALACCOUNT_PROVIDERS as the product reads it from these environment variables."""
    env = environ.Env()
    env.ENVIRON = variables
    return identity_providers(env)


@cache
def _key():
    """Make the key once for each test process: a tenth of a second of arithmetic."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class IdentityProvider:
    """Signs in whoever `claims` says, and refuses a wrong secret, code or PKCE verifier."""

    def __init__(self):
        self.claims = {}
        self.codes = {}
        self.tokens = {}
        self.fails = False
        self.key = _key()
        handler = type("Handler", (_Handler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        # It looks this often whether it is to stop, and by itself twice a second: eight tests would wait for that.
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def authorise(self, query):
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form):
        asked = self.codes.pop(form.get("code"), None)
        if self.fails or asked is None or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        now = int(time.time())
        payload = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, **self.claims}
        token = secrets.token_urlsafe(16)
        self.tokens[token] = self.claims
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": jwt.encode(payload, self.key, algorithm="RS256", headers={"kid": "1"}),
        }


class _Handler(BaseHTTPRequestHandler):
    provider: IdentityProvider

    def log_message(self, *args):
        """Be quiet."""

    def answer(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def do_GET(self):
        url = self.provider.url
        parts = urlsplit(self.path)
        match parts.path:
            case "/.well-known/openid-configuration":
                self.answer(
                    {
                        "issuer": url,
                        "authorization_endpoint": f"{url}/authorise",
                        "token_endpoint": f"{url}/token",
                        "userinfo_endpoint": f"{url}/userinfo",
                        "jwks_uri": f"{url}/keys",
                        "token_endpoint_auth_methods_supported": ["client_secret_post"],
                    }
                )
            case "/authorise":
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self.send_response(302)
                self.send_header("Location", self.provider.authorise(query))
                self.end_headers()
            case "/userinfo":
                token = self.headers.get("Authorization", "").removeprefix("Bearer ")
                claims = self.provider.tokens.get(token)
                self.answer(claims or {"error": "invalid_token"}, 200 if claims else 401)
            case _:
                self.answer({"error": "not_found"}, 404)

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        token = self.provider.token({name: values[0] for name, values in form.items()})
        self.answer(token or {"error": "invalid_grant"}, 200 if token else 400)
