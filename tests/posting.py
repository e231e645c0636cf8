"""A real mail server and a real receiver of webhooks on this machine, in processes of their own; they keep what they took, and fail as told.

What was taken is written to a file before it is confirmed: whoever is killed in between has not confirmed what stands there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.begun import forked, processes
from tests.command import WAIT


@dataclass
class Took:
    """A server that runs, and what it took."""

    port: int
    file: Path

    def raw(self) -> list[dict[str, Any]]:
        """Return what was taken, in order."""
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def mails(self) -> list[EmailMessage]:
        """Return the mails that were taken."""
        return [message_from_bytes(each["content"].encode("latin-1"), policy=default) for each in self.raw()]  # type: ignore[arg-type]


def text_of(mail: EmailMessage) -> str:
    """Return the words of a mail."""
    return str(mail.get_content())


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of ``localhost`` that nobody vouches for, and its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "localhost.pem", folder / "localhost.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return paths


@contextmanager
def mail_server(
    folder: Path,
    *,
    fails: float = 0.0,
    tls: tuple[Path, Path] | None = None,
    is_tls_from_the_start: bool = False,
    password: str = "",
) -> Iterator[Took]:
    """Serve SMTP while the block runs.

    Args:
        folder: for what it takes.
        fails: the share of mails that it refuses for now, drops the line of before it took them, or takes without saying so.
        tls: certificate and key; STARTTLS is then demanded.
        is_tls_from_the_start: rather than by STARTTLS.
        password: demanded of the user ``mieruka``.
    """
    with _running(_serve_mail, folder / "mails", fails, tls, is_tls_from_the_start, password) as took:
        yield took


@contextmanager
def receiver(folder: Path, *, fails: float = 0.0) -> Iterator[Took]:
    """Serve what a webhook writes to while the block runs; ``fails`` as of ``mail_server``."""
    with _running(_serve_hooks, folder / "hooks", fails) as took:
        yield took


@contextmanager
def answering(pieces: Iterable[bytes], *, pause: float = 0.0) -> Iterator[int]:
    """Serve, while the block runs, these pieces to whoever connects first, whatever they say; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with contextlib.suppress(OSError):  # the other side has gone
                line, _ = server.accept()
                with line:
                    for piece in pieces:
                        line.sendall(piece)
                        time.sleep(pause)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(timeout=WAIT)


@contextmanager
def _running(serve: Any, file: Path, *given: Any) -> Iterator[Took]:
    ours, theirs = processes.Pipe()
    process = forked(serve, theirs, file, *given, daemon=True)
    try:
        assert ours.poll(WAIT)
        yield Took(ours.recv(), file)
    finally:
        process.kill()
        process.join()


def _keep(file: Path, taken: dict[str, Any]) -> None:
    with file.open("a") as kept:
        kept.write(json.dumps(taken) + "\n")
        kept.flush()
        os.fsync(kept.fileno())


def _serve_mail(
    told: Connection, file: Path, fails: float, tls: tuple[Path, Path] | None, from_the_start: bool, password: str
) -> None:
    import ssl

    from aiosmtpd.smtp import SMTP, AuthResult

    chance = random.Random(fails)

    class Keeper:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # as the library names it
            fate = chance.random() if fails else 1.0
            if fate < fails / 3:
                return "451 4.3.0 try again later someone@example.jp"
            if fate < 2 * fails / 3:
                server.transport.abort()  # before anything was taken; the sender cannot know
                return "451 gone"
            _keep(file, {"to": envelope.rcpt_tos, "content": envelope.content.decode("latin-1")})
            if fate < fails:
                server.transport.abort()  # taken, and nothing said
            return "250 OK"

    def asked(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"mieruka", password.encode()), handled=False)

    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)

    async def work() -> None:
        loop = asyncio.get_running_loop()

        def made() -> SMTP:
            return SMTP(
                Keeper(), loop=loop, tls_context=None if from_the_start else context, require_starttls=bool(tls) and not from_the_start,
                hostname="mail.example.jp", authenticator=asked if password else None, auth_required=bool(password),
                auth_require_tls=bool(tls) and not from_the_start,
            )  # fmt: skip

        server = await loop.create_server(made, "127.0.0.1", 0, ssl=context if from_the_start else None)
        told.send(server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(work())


def _serve_hooks(told: Connection, file: Path, fails: float) -> None:
    chance, lock = random.Random(fails), threading.Lock()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            with lock:
                fate = chance.random() if fails else 1.0
                if fate < fails / 2:
                    self.send_error(503)
                    return
                _keep(file, {"path": self.path, "content": content.decode()})
            if fate < fails:
                self.connection.close()  # taken, and nothing said
                return
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_given: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    told.send(server.server_address[1])
    server.serve_forever()
