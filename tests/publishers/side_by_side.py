"""The public instance, the static edition and the data files of one edition, read side by side for the tests of parity."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from kpis.text import format_date, known_day, with_unit
from publishers.editions import on_disk
from telling.words import Words
from tests.bench.viewer import Viewer
from tests.publishers.conftest import ledgers_of
from tests.publishers.house import House
from tests.publishers.ledger import Table, cell
from tests.publishers.shown import Drawn, Shown, Static, numbers_in, of_streamlit


class Public:
    """The public instance with its ledgers, and the files of the edition it shows."""

    def __init__(self, port: int, house: House) -> None:
        self.house, self.held = house, on_disk.opened(house.folder, 2)
        self.folder = self.held.folder / "site"
        self.ledgers = ledgers_of(port, house)
        self.viewer, self.of_today = Viewer(port), Viewer(port)  # a session keeps the organisation that it began with

    def read(self, page: str, language: str, query: str = "") -> Shown:
        """Read a page of the instance."""
        viewer = self.of_today if "view=now" in query else self.viewer
        return of_streamlit(viewer.answers(page, f"{query}&lang={language}"))

    def static(self, path: str, language: str) -> Static:
        """Read a page of the static edition."""
        return Static((self.folder / ("en/" if language == "en" else "") / path).read_text(encoding="utf-8"))

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Read a table of the open data."""
        found: list[dict[str, Any]] = json.loads((self.folder / "data" / f"{name}.json").read_text(encoding="utf-8"))
        return found


def frame(public: Public, language: str) -> set[str]:
    """Return the numbers that stand round every static page: the edition and its day."""
    day = format_date(public.held.as_of, language)
    return {"2", *numbers_in(day), *numbers_in(Words(language)("edition_line", number=2, day=day))}


def told(language: str, *found: Any) -> set[str]:
    """Return every number of rows of the data files, days also as they are written."""
    numbers: set[str] = set()
    for value in found:
        if isinstance(value, dict):
            numbers |= told(language, *value.values())
        elif isinstance(value, (list, tuple, set)):
            numbers |= told(language, *value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            numbers |= set(numbers_in(f"{value:g} {value:,.1f} {value:,.0f}"))
        elif isinstance(value, str):
            numbers |= set(numbers_in(value))
            try:
                day = date.fromisoformat(value[:10])
                numbers |= {
                    n for exactly in ("day", "month", "quarter", "year") for n in numbers_in(known_day(day, exactly, language))
                }
            except ValueError:
                pass
    return numbers


def untold(public: Public, language: str, path: str, *allowed: set[str]) -> set[str]:
    """Return the numbers of a static page that stand neither on the page of the instance nor in the rows it is about."""
    return public.static(path, language).shown.numbers() - set().union(*allowed, frame(public, language))


def comparable(tables: Iterable[tuple[list[str], list[list[Any]]]], *, but: Iterable[str] = ()) -> list[Table]:
    """Return tables with their numbers without marks of thousands, those left out that have a column of ``but``."""

    def written(text: Any) -> str:
        plain_ = " ".join(cell(text).split())
        return plain_.replace(",", "") if plain_.replace(",", "").isdigit() else plain_

    return [([*h], [[written(c) for c in r] for r in rows]) for h, rows in tables if not set(but) & set(h)]


def shapes_of(chart: Drawn, unit: str, language: str) -> set[str]:
    """Return what the shapes of a static picture must say, from the chart of the instance (held against the API before)."""
    said: set[str] = set()
    for trace in chart.traces:
        if trace["type"] == "bar" and trace["name"]:  # shares of 100%
            cells = zip(trace["customdata"], trace["x"], strict=True)
            said |= {
                f"{label}: {trace['name']} {with_unit(f'{n:,}', unit, language)} ({share / 100:.1%})"
                for (label, n), share in cells
                if n
            }
        elif trace["type"] == "bar":  # counts, what all are of stands in the notes
            total = chart.notes[0].rsplit(" / ", 1)[1].removesuffix("</b>")
            said |= {
                f"{label}: {with_unit(f'{n:,} / {total}', unit, language)}"
                for label, n in zip(trace["customdata"], trace["x"], strict=True)
                if n
            }
        elif trace["mode"] in ("markers", "text"):  # places on the map
            said |= set(trace["customdata"])
        elif trace["mode"] == "lines+markers":  # what has been reached
            said |= {
                f"{format_date(date.fromisoformat(str(day)[:10]), language)}: {with_unit(f'{n:,.0f}', unit, language)}"
                for day, n in zip(trace["x"], trace["y"], strict=True)
            }
    return said
