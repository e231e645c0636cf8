"""The files of an edition over HTTP: static edition, open data, embeddable pictures and feed, with conditional requests.

Only names listed in the manifest of an edition are served. ``/editions/N/…`` never changes; the other addresses are
stable and resolve to the current edition (or ``?edition=N``).
"""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import wraps

from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.ranges import part_of
from api.routes import HEADERS, BadQuery, conditional, edition_of, refuse_others, refused, untrusted
from kpis.errors import EditionRefused, NotFound
from kpis.government import settle
from kpis.message import Message
from kpis.settings import settings
from publishers.editions import on_disk
from publishers.editions.on_disk import KEYS, MANIFEST, POINTER, SIGNATURE, SITE, Edition
from publishers.opendata.package import MEDIA
from telling.citation import citation

HASHED = re.compile(r"assets/[^/]+\.[0-9a-f]{12}\.\w+$")
NOTHING_THERE = Message("nothing_there")
DATA, EMBED = "data/", "embed/"
FOREVER, BRIEFLY = "public, max-age=31536000, immutable", "public, max-age=300, must-revalidate"


class _Number(Convertor[int]):
    """The number of an edition in a path: plain digits, with limited length."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("edition", _Number())


def _file(request: Request, edition: Edition, name: str, *, lasting: bool) -> Response:
    if name == "" or name.endswith("/"):
        name += "index.html"
    listed = edition.manifest["files"].get(f"{SITE}/{name}")
    if listed is None and _is_of_a_page(name):
        return _lost(request, edition, name)
    if listed is None:
        return refused(404, NOTHING_THERE, subject=request.url.path)
    kind = MEDIA.get(name.rsplit(".", 1)[-1]) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind == "text/html":
        kind += "; charset=utf-8"
    since = request.headers.get("if-modified-since")
    published = edition.published_at.replace(tzinfo=UTC, microsecond=0)
    stamps = {
        "Last_Modified": format_datetime(published, usegmt=True),
        "Cache_Control": FOREVER if lasting or HASHED.search(name) else BRIEFLY,
    }  # fmt: skip
    tag = listed["sha256"][:32]
    if since and "if-none-match" not in request.headers and _is_then(published, since):
        known = {"ETag": f'"{tag}"', "Vary": "Accept-Encoding", **{k.replace("_", "-"): v for k, v in stamps.items()}}
        return Response(status_code=304, headers={**HEADERS, **known})
    content = edition.content(f"{SITE}/{name}")
    return part_of(request, content, conditional(request, content, kind, etag=tag, **stamps))


def _is_of_a_page(name: str) -> bool:
    """Return whether a path looks like a page: of no other known type, and not in a folder of machine-readable files."""
    return mimetypes.guess_type(name)[0] in (None, "text/html") and not name.startswith((DATA, EMBED, "assets/"))


def _lost(request: Request, edition: Edition, name: str) -> Response:
    """Return the edition's own 404 page, with links relative to the requested address."""
    path, depth = request.url.path, name.count("/")
    folder = name.partition("/")[0]
    page = f"{folder}/404.html" if f"{SITE}/{folder}/404.html" in edition.manifest["files"] else "404.html"
    base = path.rsplit("/", depth + 1)[0] + "/" + page.rpartition("/")[0]
    content = edition.content(f"{SITE}/{page}").replace(b"<head>", f'<head>\n<base href="{base.rstrip("/")}/">'.encode(), 1)
    return Response(content, 404, {"Cache-Control": BRIEFLY}, "text/html; charset=utf-8")


def _is_then(published: datetime, since: str) -> bool:
    """Return whether a client has just this edition, by its instant: one of a later edition may have been withdrawn since."""
    try:
        return published == parsedate_to_datetime(since)
    except (TypeError, ValueError, OverflowError):  # no date; without a zone; a year or an offset beyond any calendar
        return False


Endpoint = Callable[[Request], Awaitable[Response]]


def _trusted(endpoint: Endpoint) -> Endpoint:
    """Wrap an endpoint to answer 503 if an edition differs from what was published."""

    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except EditionRefused as error:
            return untrusted(error)

    return answered


def serving(prefix: str) -> Endpoint:
    """Return an endpoint for the files with this prefix in the requested edition."""

    @_trusted
    async def endpoint(request: Request) -> Response:
        name = prefix + request.path_params.get("name", "")
        if name.endswith("/") and prefix == DATA:  # open data has no pages
            return refused(404, NOTHING_THERE, subject=request.url.path)
        try:
            if prefix == DATA:  # a file is the whole table: a filtered one would be mistaken for it
                refuse_others(request, ())
        except BadQuery as error:
            return refused(400, error)
        try:
            edition = await run_in_threadpool(lambda: edition_of(request) or on_disk.current(settings().editions_dir))
        except (BadQuery, NotFound) as error:
            return refused(404, error)
        if edition is None:
            return refused(404, Message("no_edition_yet"))
        return await run_in_threadpool(_file, request, edition, name, lasting=False)

    return endpoint


@_trusted
async def _of_edition(request: Request) -> Response:
    number = request.path_params["number"]
    edition = next((e for e in on_disk.shown(settings().editions_dir) if e.number == number), None)
    if edition is None:
        return refused(404, NOTHING_THERE, subject=f"edition {number}")
    name = request.path_params.get("name", "")
    if name in (MANIFEST, SIGNATURE):
        return await run_in_threadpool(_proof, request, edition, name)
    return await run_in_threadpool(_file, request, edition, name, lasting=True)


def _proof(request: Request, edition: Edition, name: str) -> Response:
    """Return an edition's manifest or its signature."""
    path = edition.folder / name
    if not path.is_file():  # an edition older than signing keys
        return refused(404, NOTHING_THERE, subject=name)
    kind = "application/json" if name == MANIFEST else "text/plain"
    return conditional(request, path.read_bytes(), kind, Cache_Control=FOREVER)


def _beside(name: str) -> Endpoint:
    @_trusted
    async def endpoint(request: Request) -> Response:
        pointer = await run_in_threadpool(on_disk.pointer, settings().editions_dir)
        path = settings().editions_dir / name
        if pointer is None or not path.is_file():
            return refused(404, NOTHING_THERE, subject=name)
        content = await run_in_threadpool(path.read_bytes)
        return conditional(request, content, "application/json", Cache_Control=BRIEFLY)

    return endpoint


@_trusted
async def _editions(request: Request) -> Response:
    chosen = settings()
    pointer, shown = on_disk.pointer(chosen.editions_dir), on_disk.shown(chosen.editions_dir)
    settle(shown[0].government if shown else None)
    return JSONResponse(
        {
            "current": pointer.edition if pointer else None,
            "editions": [
                {
                    "edition": e.number, "as_of": e.as_of.isoformat(), "published_at": e.published_at.isoformat() + "Z", "note": e.note,
                    "rule_version": e.rule_version, "sha256": e.sha256, "previous_sha256": e.manifest["previous_sha256"],
                    "citation": citation(e.manifest, chosen, "ja"), "data": f"{chosen.base_path}/editions/{e.number:04d}/data/datapackage.json",
                }
                for e in shown
            ],
        },
        headers=HEADERS,
    )  # fmt: skip


async def _to_site(request: Request) -> Response:
    return RedirectResponse(request.url.path + "/")


async def _without_slash(request: Request) -> Response:
    """Redirect an address of open data that ends with a slash, as the addresses of pages and feeds are."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(request.url.path.rstrip("/") + query, 301)


async def _no_such(request: Request) -> Response:
    """Answer 404 below /api as JSON: a page of the dashboard would be no use to a program."""
    return refused(404, NOTHING_THERE, subject=request.url.path)


FILE_ROUTES = [
    Route("/api/v1/editions", _editions, methods=["GET"]),
    Route("/api/v1/{name:path}/", _without_slash, methods=["GET"]),
    Route("/data/{name:path}/", _without_slash, methods=["GET"]),
    Route("/api/v1/{name:path}", serving(DATA), methods=["GET"]),
    Route("/data/{name:path}", serving(DATA), methods=["GET"]),
    Route("/embed/{name:path}", serving(EMBED), methods=["GET"]),
    Route("/feed.atom", serving("feed.atom"), methods=["GET"]),
    Route("/sitemap.xml", serving("sitemap.xml"), methods=["GET"]),
    Route("/site", _to_site, methods=["GET"]),
    Route("/site/{name:path}", serving(""), methods=["GET"]),
    Route(f"/editions/{POINTER}", _beside(POINTER), methods=["GET"]),
    Route(f"/editions/{KEYS}", _beside(KEYS), methods=["GET"]),
    Route("/editions/{number:edition}", _to_site, methods=["GET"]),
    Route("/editions/{number:edition}/{name:path}", _of_edition, methods=["GET"]),
    Route("/api", _no_such, methods=["GET"]),
    Route("/api/{name:path}", _no_such, methods=["GET"]),
]
