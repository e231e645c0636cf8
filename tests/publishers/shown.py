"""What a reader sees: the texts and tables of a page of the public instance, and of a page of the static edition."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import numpy
import pyarrow as pa
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

SOURCES = (":small[出典", ":small[Source")  # titles of sources are no numbers of ours
BLOCKS = 'class="tb tb-blocks'
WIDTHLESS = str.maketrans(
    "", "", "\N{WORD JOINER}\N{ZERO WIDTH SPACE}"
)  # where no line is to end, and where one may: nobody reads them
HELD = re.compile(
    r'<span class="nw">([^<]*)</span>|<wbr>'
)  # what holds a day, a period, a count on one line: nobody reads it either
HEADING = re.compile(r"^#{1,3} ")
NUMBER = re.compile(r"[-+−±]?\d[\d,]*(?:\.\d+)?")


ON_PAPER = '<img class="paper-chart'
PAGED = re.compile(r"\d+件中 \d+|\d+-\d+ of \d+")  # as a list says which of its rows a page shows
UNPRINTED = '<p class="on-paper">'  # how many rows of the table above are folded away, and so not printed
FOLDED = re.compile(r'class="tb tb-(?!projects\b)[a-z-]+')  # tables of texts whose later rows are folded away


@dataclass
class Drawn:
    """A chart: what it says of itself, every value of every trace, the texts written into it, and the box it stands in."""

    alt: str
    traces: list[dict[str, Any]]
    notes: list[str]
    days: list[str] = field(default_factory=list)  # where lines that mark a day stand
    rows: list[tuple[float, str]] = field(default_factory=list)  # where lying bars stand, and their names, without what is broken
    lines: list[float] = field(default_factory=list)  # where lines across all bars stand


@dataclass
class Shown:
    """Headings, texts, tables (header and rows as texts) and charts (values of the line with dots).

    ``boxes`` are all texts once more, those of one container together (labels of links and alerts included); ``drawn`` are the
    charts with every value, ``pictures`` what images say of themselves and their addresses.
    """

    headings: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    tables: list[tuple[list[str], list[list[Any]]]] = field(default_factory=list)
    charts: list[list[float]] = field(default_factory=list)
    boxes: dict[tuple[int, ...], list[str]] = field(default_factory=dict)
    drawn: list[Drawn] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    markup: list[str] = field(default_factory=list)  # what the page writes as HTML itself

    def numbers(self) -> set[str]:
        """Return every number that is written on the page."""
        written = [c for header, _ in self.tables for c in header]
        written += [*self.headings, *self.texts, *(_plain(c) for _, rows in self.tables for row in rows for c in row)]
        written += [t for box in self.boxes.values() for t in box if not t.startswith(SOURCES)]
        return {found for text in written for found in numbers_in(text)}

    def table(self, *columns: str, unfilled: int = 0) -> list[list[Any]]:
        """Return the rows of the first table that has these columns, only these; the last ``unfilled`` may be filled by no row, and so not shown."""
        needed = columns[: len(columns) - unfilled]
        for header, rows in self.tables:
            if set(needed) <= set(header):
                return [[row[header.index(c)] if c in header else None for c in columns] for row in rows]
        return []


def _plain(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def unheld(text: str) -> str:
    """Return a text without what holds its lines together, and a heading that is markdown without its sign."""
    return HELD.sub(r"\1", HEADING.sub("", text)).translate(WIDTHLESS).replace("\N{NO-BREAK SPACE}", " ")


def numbers_in(text: str) -> list[str]:
    """Return the numbers of a text, without addresses, titles of sources and marks."""
    plain = re.sub(r"\[[^\]]*\]\([^)]*\)|(?<=\])\(/[^)\s]*\)|<https?:[^>]*>|https?:\S+|:material/\w+:", " ", text)
    plain = plain.replace("\N{NO-BREAK SPACE}", " ")
    return [n.strip("+−-±").replace(",", "") for n in NUMBER.findall(plain)]


def of_streamlit(messages: Iterable[bytes]) -> Shown:
    """Read the elements of one run, those of the frame (bar and line of the view) left out."""
    found, printed, unprinted, paged = Shown(), 0, None, ""
    for raw in messages:
        message = ForwardMsg.FromString(raw)
        if message.WhichOneof("type") == "new_session":
            found, unprinted, paged = Shown(), None, ""
        if message.WhichOneof("type") != "delta" or message.delta.WhichOneof("type") != "new_element":
            continue
        if list(message.metadata.delta_path[:2]) == [0, 0]:
            continue  # the frame
        element = message.delta.new_element
        kind = str(element.WhichOneof("type"))
        part = getattr(element, kind)
        box = found.boxes.setdefault(tuple(message.metadata.delta_path[:-1]), [])
        if kind in ("heading", "markdown", "alert", "page_link"):
            box.append(unheld(str(part.label if kind == "page_link" else part.body)))
            paged = box[-1] if PAGED.match(box[-1]) else "" if kind == "heading" else paged
        if kind == "imgs":
            found.pictures += [(image.alt, image.url) for image in part.imgs]
        if kind == "html" and element.html.body.startswith(ON_PAPER):
            continue  # the chart above once more, as an image for print
        if kind == "html":
            found.markup.append(element.html.body)
            written = Static(element.html.body).shown
            if element.html.body.startswith(UNPRINTED):
                (unprinted,) = map(int, numbers_in(" ".join(written.texts)))
                continue
            if unprinted is not None:  # of a grid the rest of all its rows, of a table of texts those that follow
                whole = len(found.tables[-1][1]) if BLOCKS in element.html.body else printed + len(written.tables[0][1])
                whole = max(map(int, numbers_in(paged)[:3])) if paged else whole  # of a page of a list, the list
                assert unprinted == whole - printed, (unprinted, whole, printed)
                unprinted = None
            printed = len(written.tables[-1][1]) if written.tables else 0
            if BLOCKS in element.html.body:  # the rows of the grid above once more, for a phone
                ((head, rows),) = written.tables
                assert head == found.tables[-1][0], head
                grid = [[_in_a_block(c) for c in row] for row in found.tables[-1][1]]
                assert rows and all([_in_a_block(c) for c in row] in grid for row in rows), rows[:2]
                continue
            for head, rows in written.tables:
                # The rows that a table of texts folds away stand under the same headings, right below those that are shown.
                if found.tables and found.tables[-1][0] == head and found.tables[-1][1] and FOLDED.search(element.html.body):
                    found.tables[-1][1].extend(rows)
                else:
                    found.tables.append((head, rows))
            found.texts += written.texts
            found.pictures += written.pictures
            if '<ul class="la">' in element.html.body:  # each line of a list of changes as one text, as people read it
                box += ["- " + " ".join(Static(line).shown.texts) for line in element.html.body.split("<li>")[1:]]
                continue
            first, *numbers = element.html.body.split("<div><dt>") if '<dl class="nm"' in element.html.body else [element.html.body]
            box += Static(first).shown.texts if numbers else written.texts
            for place, number in enumerate(numbers):  # each headline number with what it means is a box of its own
                found.boxes[(*message.metadata.delta_path, place)] = Static(f"<div><dt>{number}").shown.texts
        text = unheld(str(part.body)) if kind in ("heading", "markdown") else ""
        if kind == "heading" or (text and HEADING.match(part.body)):  # one with elements in it is markdown
            found.headings.append(text)
        elif kind == "markdown":
            if not text.startswith(SOURCES):
                found.texts.append(text)
        elif kind in ("dataframe", "table"):
            table = pa.ipc.open_stream(getattr(element, kind).arrow_data.data).read_all()
            columns = [table.column(i).to_pylist() for i in range(table.num_columns)]
            rows = [[unheld(c) if isinstance(c, str) else c for c in row] for row in zip(*columns, strict=True)] if columns else []
            found.tables.append(([str(n) for n in table.column_names], rows))
        elif kind == "plotly_chart":
            found.charts.append(_dots(element.plotly_chart.spec))
            found.drawn.append(_drawn(element.plotly_chart.alt, json.loads(element.plotly_chart.spec)))
        elif kind == "exception":
            raise AssertionError(element.exception.message)
    return found


def _in_a_block(cell: Any) -> str:
    """Return a cell of a grid, or of its blocks, so that both can be compared; links to sources are left out of what is read of both."""
    text = "" if cell is None else _plain(cell)
    return "" if text == "―" or ":~:title=" in text else text


def _dots(spec: str) -> list[float]:
    """Return the values of every line with dots: there is one for each kind of period."""
    traces = [t for t in json.loads(spec)["data"] if (t.get("mode") or "") == "lines+markers"]
    return [float(v) for t in traces for v in values_of(t["y"]) if v is not None and v == v]


def values_of(part: Any) -> list[Any]:
    """Return the values of a trace as a list; plotly packs numbers as base64 of their bytes."""
    if not isinstance(part, dict):
        return list(part)
    found = numpy.frombuffer(base64.b64decode(part["bdata"]), dtype=part["dtype"])
    if "shape" in part:
        found = found.reshape([int(n) for n in str(part["shape"]).split(",")])
    return [None if v != v else v for v in found.tolist()]


def _drawn(alt: str, spec: dict[str, Any]) -> Drawn:
    kept = ("x", "y", "z", "text", "customdata")
    traces = [
        {
            "type": t["type"], "name": t.get("name", ""), "mode": t.get("mode", ""), "dash": t.get("line", {}).get("dash", ""),
            "hatched": bool((t.get("marker", {}).get("pattern") or {}).get("shape")), "symbol": t.get("marker", {}).get("symbol", ""),
            "colours": t.get("marker", {}).get("color"),
            **{name: values_of(t[name]) for name in kept if name in t},
        }
        for t in spec["data"]
    ]  # fmt: skip
    layout = spec["layout"]
    days = [str(s["x0"])[:10] for s in layout.get("shapes", []) if s.get("yref") == "y domain"]
    axis = layout.get("yaxis", {})
    names = ["".join(name.replace("<br>", "").split()) for name in axis.get("ticktext", [])]
    return Drawn(
        alt, traces, [str(a.get("text", "")) for a in layout.get("annotations", [])], days,
        rows=list(zip(values_of(axis.get("tickvals", [])), names, strict=False)),
        lines=[float(s["x0"]) for s in layout.get("shapes", []) if s.get("yref") == "y domain" and not isinstance(s["x0"], str)],
    )  # fmt: skip


class Static(HTMLParser):
    """A static page: headings, texts, tables with the raw value of each number."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.shown = Shown()
        self.raw: list[tuple[str, str]] = []  # (period, value) of every row that names its period
        self.sections: list[str] = []
        self._row: list[str] | None = None
        self._period = ""
        self._unit = ""
        self._skip = 0
        self._first_value: str | None = None
        self.rows: dict[tuple[str, str], tuple[dict[str, str], str]] = {}  # cells by heading, and the value
        self.points: dict[str, set[str]] = {}  # unit → what the dots of its charts say
        self.pictures: list[tuple[str, list[str]]] = []  # charts of blocks: what each says of itself, and what its shapes say
        self._svg = 0
        self._outside = False  # within a link to another host: the title of a source
        self._point = False
        self._heading: list[str] | None = None
        self._is_unit = False  # behind the number of a value that is written large
        self.feed(unheld(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in ("svg", "head", "nav", "footer", "script", "style"):
            self._skip += 1
        self._svg += tag == "svg"
        self._is_unit = given.get("class") == "un"
        if tag == "svg" and "still" in (given.get("class") or ""):
            self.pictures.append((given.get("aria-label") or "", []))
        self._outside = self._outside or (tag == "a" and (given.get("href") or "").startswith("http"))
        self._point = tag == "title" and self._svg > 0
        if tag == "img":
            self.shown.pictures.append((given.get("alt") or "", given.get("src") or ""))
        if tag == "section" and given.get("data-unit"):
            self._unit = given["data-unit"] or ""
        if tag == "table":
            self.shown.tables.append(([], []))
        if tag == "tr":
            self._row, self._period, self._first_value = [], given.get("data-period") or "", None
        if tag in ("td", "th") and self._row is not None:
            self._row.append("")
        if tag == "data" and self._first_value is None:
            self._first_value = given.get("value")
        if tag in ("h1", "h2", "h3"):
            self._heading = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("svg", "head", "nav", "footer", "script", "style"):
            self._skip -= 1
        self._svg -= tag == "svg"
        self._outside = self._outside and tag != "a"
        self._point = self._is_unit = False
        if tag == "tr" and self._row is not None:
            header, rows = self.shown.tables[-1]
            if not header and not rows:
                header.extend(self._row)
            else:
                rows.append(list(self._row))
            if self._period:
                self.rows[self._unit, self._period] = (dict(zip(header, self._row, strict=True)), self._first_value or "")
            self._row = None
        if tag in ("h1", "h2", "h3") and self._heading is not None:
            self.shown.headings.append("".join(self._heading).strip())
            self._heading = None

    def handle_data(self, data: str) -> None:
        data = data.translate(WIDTHLESS)
        if self._point and self.pictures:
            self.pictures[-1][1].append(data)
        if self._point:
            self.points.setdefault(self._unit, set()).add(data)
        if self._skip or self._outside:
            return
        if self._heading is not None:
            self._heading.append(data)
        if self._row is not None and self._row:
            self._row[-1] += data
        elif self._is_unit:
            self.shown.texts[-1] += data
        elif data.strip():
            self.shown.texts.append(data)
