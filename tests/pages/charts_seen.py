"""What a page draws, read over the websocket as its own client reads it, and what its charts lack."""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import numpy
import pyarrow as pa
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.bench.viewer import Viewer
from tests.publishers.shown import unheld


@dataclass
class Seen:
    """One run of a page: elements in order as (kind, element), those of the frame (bar and line of the view) apart, and the addresses in the menu."""

    elements: list[tuple[str, Any]] = field(default_factory=list)
    frame: list[tuple[str, Any]] = field(default_factory=list)
    menu: list[str] = field(default_factory=list)
    viewer_choice: str = ""

    def of(self, kind: str) -> list[Any]:
        """Return the elements of a kind."""
        return [element for name, element in self.elements if name == kind]

    def texts(self) -> list[str]:
        """Return every text of the page."""
        return [unheld(e.body) for name in ("markdown", "heading", "alert") for e in self.of(name)]

    def links(self) -> list[str]:
        """Return the addresses of the menu, of links to pages and of links in tables, as ``page?query``."""
        found = [e.page.strip("/") + (f"?{e.query_string}" if e.query_string else "") for e in self.of("page_link")]
        for table in self.of("dataframe"):
            for column in pa.ipc.open_stream(table.arrow_data.data).read_all().columns:
                found += [str(v).strip("/") for v in column.to_pylist() if isinstance(v, str) and v.startswith("/")]
        for part in self.of("html"):
            found += [unescape(address).strip("/") for address in re.findall(r'href="(/[^"]*)"', part.body)]
        return [*self.menu, *found]

    def words(self) -> str:
        """Return everything that can be read on the page and in its frame, labels and headings of tables included."""
        said = []
        for name, element in [*self.elements, *self.frame]:
            said += [unheld(str(getattr(element, part))) for part in ("body", "label", "alt", "help") if getattr(element, part, "")]
            if name in ("dataframe", "table"):
                said += pa.ipc.open_stream(element.arrow_data.data).schema.names
            if name == "button_group":
                said += [option.content for option in element.options]
        return "\n".join(said)


def run(viewer: Viewer, page: str, query: str, *, as_person: str = "") -> Seen:
    """Ask for a run of a page; as a person, where a local instance offers one."""
    seen = _run(viewer, page, query, {})
    return _run(viewer, page, query, {seen.viewer_choice: as_person}) if as_person else seen


def _run(viewer: Viewer, page: str, query: str, chosen: dict[str, str]) -> Seen:
    asked = BackMsg()
    asked.rerun_script.query_string, asked.rerun_script.page_name = query, page
    for widget, value in chosen.items():
        asked.rerun_script.widget_states.widgets.add(id=widget, string_value=value)
    viewer.socket.send(asked.SerializeToString())
    found = Seen()
    while True:
        message = ForwardMsg.FromString(viewer.socket.recv(timeout=60))  # type: ignore[arg-type]
        kind = message.WhichOneof("type")
        if kind == "new_session":
            found = Seen()
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            element = message.delta.new_element
            name = str(element.WhichOneof("type"))
            part = getattr(element, name)
            (found.frame if list(message.metadata.delta_path[:2]) == [0, 0] else found.elements).append((name, part))
            if name == "selectbox" and "viewer_email" in part.id:
                found.viewer_choice = part.id
        if kind == "delta" and message.delta.add_block.WhichOneof("type") == "popover":
            found.elements.append(("popover", message.delta.add_block.popover))
        if kind == "navigation":
            found.menu = [page.url_pathname for page in message.navigation.app_pages if not page.is_hidden]
        if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return found


def faults(seen: Seen, *, port: int = 0) -> Iterator[str]:
    """Name what a page's charts lack: sentence, table, CSV or points; and that a page without anything to see does not say why.

    Args:
        seen: the page.
        port: where given, each CSV is fetched and must hold what its table holds.
    """
    for broken in seen.of("exception"):
        yield f"exception {broken.type}: {broken.message}"
    texts = [said for text in seen.texts() if len(said := re.sub(r"^\*\*.*?\*\* ", "", text)) > 8]  # a heading may stand before it
    keys = {kind: [_key(e.id, kind) for e in seen.of(kind)] for kind in ("plotly_chart", "download_button")}
    for name, chart in seen.elements:
        if name == "plotly_chart":
            key = _key(chart.id, name).removeprefix("chart_").removeprefix("wide_")
            if not any(text in chart.alt for text in texts):
                yield f"{key}: no sentence says what the chart shows"
            if not _points(chart.spec):
                yield f"{key}: a chart without points"
            if f"csv_{key}" not in keys["download_button"]:
                yield f"{key}: no table with a CSV button"
        elif name == "imgs" and not all(image.alt for image in chart.imgs):
            yield "a picture without a sentence"
    drawn = sum(name == "plotly_chart" and not _key(chart.id, name).startswith("wide_") for name, chart in seen.elements)
    if drawn != (offered := sum("taken_" in popover.id for popover in seen.of("popover"))):
        yield f"{drawn} charts, of which {offered} can be taken away"
    for n, (name, element) in enumerate(seen.elements):
        if name == "imgs":  # a card's table and CSV are one click away, on the page of its indicator
            following = [e for kind, e in seen.elements[n + 1 : n + 4] if kind == "page_link"]
            if not following or "code=" not in following[0].query_string:
                yield "a card without a link to its figures"
        if name == "download_button" and _key(element.id, name).startswith("csv_"):
            before = next((each for each in reversed(seen.elements[:n]) if _is_table(*each)), None)
            rows = 0 if before is None else _rows(*before)
            if not rows:
                yield f"{_key(element.id, name)}: a CSV button without a table"
            elif port:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}{element.url}", timeout=120) as answer:
                    lines = answer.read().decode("utf-8-sig").strip().splitlines()
                if len(lines) < 2:
                    yield f"{_key(element.id, name)}: an empty file"
    is_bare = not any(seen.of(kind) for kind in ("plotly_chart", "dataframe", "table", "imgs"))
    if is_bare and not any(len(text) > 12 for text in seen.texts()):  # no title of a page is as long
        yield "nothing to see, and no word why"


def _is_table(kind: str, element: Any) -> bool:
    return kind == "dataframe" or (kind == "html" and "<table" in element.body)


def _rows(kind: str, element: Any) -> int:
    """Return how many rows a table has, its heading not counted."""
    return pa.ipc.open_stream(element.arrow_data.data).read_all().num_rows if kind == "dataframe" else element.body.count("<tr") - 1


def _key(identity: str, kind: str) -> str:
    """Return the key that the page gave an element: the end of its identity, after the hash."""
    return identity.split("-", 2)[-1] if identity.startswith("$$ID-") else identity


def _points(spec: str) -> int:
    return sum(_count(trace.get(axis)) for trace in json.loads(spec)["data"] for axis in ("y", "z"))


def _count(values: Any) -> int:
    if isinstance(values, dict):  # packed by plotly: base64 of little-endian numbers
        values = numpy.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"]).tolist()
    if isinstance(values, list):
        return sum(_count(v) if isinstance(v, (list, dict)) else v is not None and v == v for v in values)
    return 0


def walk(port: int, pages: Iterable[tuple[str, str]], *, as_person: str = "", languages: Iterable[str] = ("ja", "en")) -> list[str]:
    """Walk over pages in each language; return every fault with its place."""
    found = []
    for language in languages:
        viewer = Viewer(port)
        for page, query in pages:
            seen = run(viewer, page, f"{query}&lang={language}".lstrip("&"), as_person=as_person if page in OFFICE else "")
            found += [f"/{page}?{query} {language}: {fault}" for fault in faults(seen, port=port)]
        viewer.close()
    return found


OFFICE = ("review", "submit", "publish")
EVERY = (
    "", "five_less", "procedures", "facilities", "projects", "bureau", "changes", "indicator", "about", "revisions", "report", *OFFICE,
)  # fmt: skip
