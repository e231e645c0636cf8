"""A dashboard served once for all tests of pages: its pages over the websocket, its API over HTTP."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.bench.viewer import Viewer, served
from tests.publishers.ledger import Ledger
from tests.publishers.shown import Shown, of_streamlit
from tests.shared import copied, shipped


class Site:
    """A served dashboard."""

    def __init__(self, port: int, url: str) -> None:
        self.port, self.viewer, self.url = port, Viewer(port), url
        self.ledgers = {language: Ledger(self.api, language) for language in ("ja", "en")}

    def api(self, path: str) -> Any:
        """Ask the open API."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}", timeout=60) as answer:
            return json.load(answer)

    def read(self, page: str, query: str = "") -> Shown:
        """Ask for a page; return everything it shows."""
        return of_streamlit(self.viewer.answers(page, query))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The shipped figures."""
    folder = tmp_path_factory.mktemp("site")
    url = copied(shipped(), folder / "site.db").url
    with served("server:app", DATABASE_URL=url, EDITIONS_DIR=str(folder / "editions")) as port:
        made = Site(port, url)
        yield made
        made.viewer.close()
