"""Answer 404 to addresses that are not pages: Streamlit answers 200 to any address, with the overview or an empty page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send

from api.layer import turn_away
from kpis.errors import EditionRefused, GovernmentUnreadable, NotFound
from kpis.government import government, settled
from kpis.message import Message
from kpis.settings import settings
from pages.parts.menu import OFFICE, SECTIONS
from publishers.editions import on_disk

# Streamlit's own addresses: websocket and uploads, scripts, media files, sign-in, and static files.
_STREAMLITS = re.compile(r"/(?:_stcore|static|media|auth)/.*|/(?:oauth2callback|favicon\.png|manifest\.json|)")


class Nowhere(BaseRoute):
    """The last route: answers 404 to every address that belongs neither to a page nor to Streamlit."""

    def __init__(self, base: str, routes: Sequence[BaseRoute]) -> None:
        self.base, self.routes = base, routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match every request for an address that does not exist."""
        if scope["type"] != "http":
            return Match.NONE, {}
        path = scope["path"].removeprefix(self.base)
        if path.startswith("//") or _STREAMLITS.fullmatch(path) or is_page(path.strip("/")) or self._is_route(scope):
            return Match.NONE, {}
        return Match.FULL, {}

    def _is_route(self, scope: Scope) -> bool:
        """Return whether one of our routes is meant, but for a slash at its end: the router redirects there."""
        without = {**scope, "path": scope["path"].rstrip("/")}
        return scope["path"].endswith("/") and any(route.matches(without)[0] is not Match.NONE for route in self.routes)

    def url_path_for(self, name: str, /, **params: object) -> object:  # type: ignore[override]
        """Raise: this route has no reversible address."""
        raise NoMatchFound(name, params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await turn_away(scope, receive, send, 404, Message("no_page_there"), first=f"{self.base}/")


def is_page(place: str) -> bool:
    """Return whether there is a page at this address; the address of the themes page is in ``government.toml``."""
    names = {name for pages in SECTIONS.values() for name in pages} - {"themes"}
    if place in names or (place in OFFICE and settings().mode != "public"):
        return True
    try:
        if settings().mode != "public":
            return place == government().page.address
        for edition in on_disk.shown(settings().editions_dir):
            with settled(edition.government or settings().catalogue_dir) as own:
                if place == own.page.address:
                    return True
    except (EditionRefused, GovernmentUnreadable, NotFound):
        return True  # the page itself reports the error
    return False
