"""A real OpenID Connect provider in a process of its own: discovery, signed tokens, code flow, a registered client."""

from __future__ import annotations

import json
import os
import socket
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe

from tests.begun import begin


@dataclass(frozen=True)
class Provider:
    """A running provider and the client registered with it."""

    metadata_url: str
    client_id: str
    client_secret: str

    def settings(self, app: str) -> dict[str, str]:
        """Return the environment of an office instance at ``app`` that signs in here."""
        return {
            "MIERUKA_MODE": "office", "PUBLIC_URL": app, "OIDC_METADATA_URL": self.metadata_url, "OIDC_CLIENT_ID": self.client_id,
            "OIDC_CLIENT_SECRET": self.client_secret, "COOKIE_SECRET": token_urlsafe(48),
        }  # fmt: skip


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def providing(folder: Path, users: Mapping[str, Mapping[str, object]], *, app: str) -> Iterator[Provider]:
    """Run a provider that knows these users (subject → claims) and one client, the app.

    Args:
        folder: for its log.
        users: chosen by a button on its sign-in page, by their subject.
        app: address of the app, to whose callback alone codes are sent.
    """
    port = free_port()
    command = ["-m", "oidc_provider_mock", "--port", str(port), "--require-registration", "true", "--require-nonce", "true"]
    for subject, claims in users.items():
        command += ["--user-claims", json.dumps({"sub": subject, **claims})]
    with (folder / "provider.log").open("w") as log:
        process = begin(command, env=os.environ, out=log)
        try:
            address = f"http://127.0.0.1:{port}"
            metadata = f"{address}/.well-known/openid-configuration"
            for _ in range(150):
                assert process.poll() is None, (folder / "provider.log").read_text()
                try:
                    urllib.request.urlopen(metadata, timeout=1)
                    break
                except OSError:
                    time.sleep(0.2)
            else:
                raise AssertionError((folder / "provider.log").read_text())
            body = {"redirect_uris": [f"{app}/oauth2callback"], "token_endpoint_auth_method": "client_secret_basic"}
            request = urllib.request.Request(
                f"{address}/oauth2/clients", json.dumps(body).encode(), {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=120) as answer:
                client = json.loads(answer.read())
            yield Provider(metadata, client["client_id"], client["client_secret"])
        finally:
            process.terminate()
            process.wait(timeout=120)
