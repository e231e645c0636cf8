"""nginx with the configuration that is shipped, before real processes; nothing but names, ports and folders is put in."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kpis.settings import ROOT
from tests.web.served import Instance

SHIPPED = ROOT / "deploy" / "nginx"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/sbin")
PUBLIC, OFFICE = "kpi.example.jp", "office.example.jp"
# What Debian has round it, with every folder in a place of the test.
_AROUND = """{user}worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log {folder}/access.log;
    sendfile on;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/conf.d/*.conf;
}}
"""


@dataclass
class Behind(Instance):
    """An address of nginx, over TLS, as a browser that resolves its name to this machine."""

    name: str = ""
    plain: int = 0  # a port of this machine from which all goes on to nginx over TLS

    @property
    def host(self) -> str:
        return f"{self.name}:{self.port}"

    @property
    def origin(self) -> str:
        return f"https://{self.host}"

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Return a trust in the one certificate of this test."""
        return ssl.create_default_context(cafile=str(self.folder / "tls" / "fullchain.pem"))

    def line(self) -> socket.socket:
        return self.trust.wrap_socket(super().line(), server_hostname=self.name)

    def opening(self) -> dict[str, Any]:
        line = socket.create_connection(("127.0.0.1", self.plain), timeout=60)
        return {"uri": f"ws://{self.host}{self.base}/_stcore/stream", "sock": line}


@dataclass
class Front:
    """A running nginx and its two addresses."""

    folder: Path
    public: Behind
    office: Behind


def filled_in(text: str, values: dict[str, str]) -> str:
    """Do what envsubst does: put values in for ``${NAME}``; none may be left over."""
    for name, value in values.items():
        text = text.replace(f"${{{name}}}", value)
    assert not (left := re.findall(r"\$\{\w+\}", text)), left
    return text


def certificate(folder: Path) -> None:
    """Make a certificate for both names."""
    folder.mkdir()
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, PUBLIC)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(PUBLIC), x509.DNSName(OFFICE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    (folder / "privkey.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def lay_out(folder: Path, values: dict[str, str], *, entry: str = "tls") -> Path:
    """Write the configuration that nginx starts with; return the file."""
    place = folder / "conf.d"
    place.mkdir(parents=True)
    for source, target in (("mieruka.conf", "mieruka.conf"), (f"entry-{entry}.conf", "entry.conf")):
        text = (SHIPPED / f"{source}.template").read_text(encoding="utf-8")
        (place / target).write_text(filled_in(text, values), encoding="utf-8")
    snippets = Path(values["SNIPPETS"])
    shutil.copytree(SHIPPED / "snippets", snippets)
    server = snippets / "server.conf"
    server.write_text(server.read_text(encoding="utf-8").replace("/etc/nginx/mieruka", str(snippets)), encoding="utf-8")
    around = folder / "nginx.conf"
    around.write_text(_AROUND.format(folder=folder, user="user root;\n" if os.getuid() == 0 else ""), encoding="utf-8")
    return around


def values_of(
    folder: Path, *, editions: Path, ports: tuple[int, int], office: tuple[int, int], public: tuple[int, int]
) -> dict[str, str]:
    """Return what is put into the templates."""
    values = {
        "PUBLIC_HOST": PUBLIC, "OFFICE_HOST": OFFICE, "LISTEN": f"127.0.0.1:{ports[0]} ssl http2", "LISTEN_HTTP": f"127.0.0.1:{ports[1]}",
        "TLS": str(folder / "tls"), "SNIPPETS": str(folder / "snippets"), "EDITIONS": str(editions), "ENTRY_NETWORK": "127.0.0.0/8",
    }  # fmt: skip
    for name, pair in (("OFFICE", office), ("PUBLIC", public)):
        for word, port in zip(("ONE", "TWO"), pair, strict=True):
            values |= {f"{name}_{word}": f"127.0.0.1:{port}", f"{name}_{word}_PORT": str(port)}
    return values


@contextmanager
def over_tls(port: int, trust: ssl.SSLContext) -> Iterator[int]:
    """Give a plain port that leads to one with TLS: a websocket reads and writes in two threads, which Python's TLS does not bear."""
    loop = asyncio.new_event_loop()

    async def pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(65536):
                to.write(piece)
                await to.drain()
        to.close()

    async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname=PUBLIC)
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer))

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(asyncio.start_server(taken, "127.0.0.1", 0), loop).result(60)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=60)


@contextmanager
def nginx(
    folder: Path, *, editions: Path, ports: tuple[int, int], office: tuple[int, int], public: tuple[int, int], entry: str = "tls"
) -> Iterator[Front]:
    """Run nginx while the block runs.

    Args:
        folder: for its files; must not exist.
        editions: the folder of editions.
        ports: of https and of http.
        office: the two office processes.
        public: the two public processes.
        entry: who ends TLS: ``tls`` this nginx, ``plain`` something before it.
    """
    folder.mkdir()
    certificate(folder / "tls")
    values = values_of(folder, editions=editions, ports=ports, office=office, public=public)
    if entry == "plain":
        values["LISTEN"] = f"127.0.0.1:{ports[0]}"
    around = lay_out(folder, values, entry=entry)
    assert NGINX is not None
    process = subprocess.Popen([NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(around), "-g", "daemon off;"])
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", ports[0]), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "error.log").read_text()
                time.sleep(0.05)
        public, office = (Behind(ports[0], folder, base="/app", name=PUBLIC), Behind(ports[0], folder, name=OFFICE))
        with over_tls(ports[0], public.trust) as plain:
            public.plain = office.plain = plain
            yield Front(folder, public, office)
    finally:
        process.terminate()
        process.wait(timeout=60)
