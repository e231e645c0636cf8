"""One edition, one set of numbers: the public instance, the static edition, JSON, CSV, Parquet and the open API agree.

The public instance is read as its own client reads it, over the websocket of the served process, page by page in both
languages; ``tests/browser/test_public_edition.py`` reads the same pages in a real Chromium.
"""

from __future__ import annotations

import csv
import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kpis.store import tables
from publishers.editions import on_disk
from telling.words import Words
from tests.bench.viewer import Viewer
from tests.publishers import accounts, charted, marked_days, projected
from tests.publishers.conftest import ledgers_of
from tests.publishers.house import House
from tests.publishers.shown import Shown, Static, numbers_in, of_streamlit

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def public(published_port: int) -> int:
    return published_port


@pytest.fixture(scope="module")
def site(published: House) -> Path:
    return on_disk.opened(published.folder, 2).folder / "site"


def static(site: Path, path: str, language: str) -> Static:
    return Static((site / ("en/" if language == "en" else "") / path).read_text(encoding="utf-8"))


def pages(port: int, asked: list[tuple[str, str]], language: str) -> Iterator[Shown]:
    viewer = Viewer(port)
    for page, query in asked:
        yield of_streamlit(viewer.answers(page, f"{query}&lang={language}".lstrip("&")))
    viewer.close()


def observations(site: Path) -> dict[str, dict[tuple[str, str, str], float | None]]:
    """Return format → (indicator, unit, period) → value."""
    folder = site / "data"
    rows: dict[str, list[dict[str, Any]]] = {
        "json": json.loads((folder / "observations.json").read_text(encoding="utf-8")),
        "csv": list(csv.DictReader(io.StringIO((folder / "observations.csv").read_bytes().decode("utf-8-sig"), newline=""))),
        "parquet": pq.read_table(folder / "observations.parquet").to_pylist(),
    }
    return {
        form: {
            (r["indicator_code"], r["bureau_code"], r["period_code"]): None if r["value"] in (None, "") else float(r["value"])
            for r in found
        }
        for form, found in rows.items()
    }


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_number_of_every_indicator_is_the_same_everywhere(public: int, site: Path, published: House, language: str) -> None:
    """Series, inputs of the judgement, targets and other sources; on each page, text by text and value by value."""
    words, ledger = Words(language), ledgers_of(public, published)[language]
    files = observations(site)
    catalogue = published.store.all_of(tables.Indicator)
    ratios = {r["indicator_code"] for r in catalogue if r["kind"] == "ratio"}
    compared = seen = inputs = 0
    asked = [("indicator", f"code={r['indicator_code']}") for r in catalogue]
    for row, shown in zip(catalogue, pages(public, asked, language), strict=True):
        code, unit = row["indicator_code"], row["scope_code"]
        page = static(site, f"indicators/{code}.html", language)
        assert shown.headings[0] == words.named(row) == page.shown.headings[0]
        mine = {(code, u, p): v for (c, u, p), v in files["json"].items() if c == code}
        for form in ("csv", "parquet"):
            assert {k: v for k, v in files[form].items() if k[0] == code} == mine, (code, form)
        own = [(p, cells, value) for (u, p), (cells, value) in page.rows.items() if u == unit]
        heads = [words(key) for key in ("period", "period_end", "value", "ed_numerator", "ed_denominator")]
        streamlit = shown.table(*heads, unfilled=2)  # parts of a rate; no column where no figure has any
        assert [(cells[heads[0]], cells[heads[2]]) for _, cells, _ in own] == [(r[0], r[2]) for r in streamlit], code
        columns = {*heads, words("marks"), words("source")}
        grid = next((head for head, _ in shown.tables if set(heads[:3]) <= set(head)), [])
        assert all(set(cells) & columns == set(grid) & columns for _, cells, _ in own), (code, "the same columns on both sides")
        for (period, cells, value), (_, _, _, n, d) in zip(own, streamlit, strict=True):
            published_value = mine[code, unit, period]
            if published_value is not None:
                assert float(value) == published_value, (code, period)
            else:
                assert value == "" or code in ratios, (code, period)
            assert [cells.get(head, "").replace(",", "") for head in heads[3:]] == [_count(n), _count(d)], (code, period)
            compared += 1
        for (u, period), (_, value) in page.rows.items():  # other units too
            if mine[code, u, period] is not None:
                assert float(value) == mine[code, u, period]
        if shown.charts:
            values = [v for (c, u, p), v in mine.items() if u == unit and v is not None]
            size = max(values) / max(shown.charts[0]) if max(shown.charts[0]) else 1
            divisor = min((1, 1e4, 1e6, 1e8, 1e9, 1e12), key=lambda d: abs(size / d - 1))
            assert sorted(round(v * divisor, 6) for v in shown.charts[0]) == sorted(round(v, 6) for v in values), code
            seen += 1
        for name in ("actual", "target", "planned", "base", "progress", "planned_progress", "ratio", "ratio_of_cap"):
            there = [r[1] for header, rows in shown.tables for r in rows if r[0] == words(name) and header[0] == words("item")]
            here = [r[1] for _, rows in page.shown.tables for r in rows if r and r[0] == words(name)] + [
                header[1] for header, _ in page.shown.tables if len(header) == 2 and header[0] == words(name)
            ]
            assert (there[0] in here) if there else not here, (code, name, there, here)
            inputs += bool(there)
        goals = shown.table(words("period"), words("target"))
        there_goals = page.shown.table(words("period"), words("target"))
        assert there_goals[: len(goals)] == goals or goals == [], (code, goals, there_goals)
        readings = shown.table(words("period"), words("value"), words("reading_kind"), words("checked_against"))
        if readings:
            last = next(rows for header, rows in page.shown.tables if words("checked_against") in header)
            assert [r[:4] for r in readings] == [r[:4] for r in last], code
        items = {i["scope"]: i for i in ledger.items() if i["code"] == code}
        for unit_code, points in page.points.items():  # what the dots of the static charts say
            rows = {f"{cells[heads[0]]}: {cells[heads[2]]}" for (u, _), (cells, _) in page.rows.items() if u == unit_code}
            rows |= {charted.aim_label(ledger, items[unit_code], goal) for goal in charted.goals_of(ledger, items[unit_code])}
            rows |= marked_days.lines(ledger, items[unit_code])
            assert points <= rows, (code, points - rows)
        # A head says R1年度 where the table beside it says 令和元年度.
        first_year = {"1"} if any("元年" in cell for (cells, _) in page.rows.values() for cell in cells.values()) else set()
        missing = shown.numbers() - page.shown.numbers() - first_year
        assert missing <= _of_the_edition(published, language), (code, missing)
        assert accounts.indicator(ledger, shown, code) == [], code  # charts and texts as well, by the API of the edition
    assert compared >= 140 and seen > 40 and inputs > 200


def _count(value: float | None) -> str:
    return "" if value is None else (f"{value:.0f}" if value == round(value) else str(value))


def _of_the_edition(published: House, language: str) -> set[str]:
    """Return the numbers of the line that names the edition: its day, its licence, its address."""
    from telling.citation import citation

    held = on_disk.opened(published.folder, 2)
    return set(numbers_in(citation(held.manifest, published.chosen, language))) | set(numbers_in(held.as_of.isoformat())) | {"2"}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("page", "path"), [("", "overview.html"), ("five_less", "five-less.html")])
def test_every_number_of_the_overview_and_the_five_lesses_stands_in_the_static_page(
    public: int, site: Path, published: House, page: str, path: str, language: str
) -> None:
    (shown,) = pages(public, [(page, "")], language)
    found = static(site, path, language).shown
    assert shown.headings[0] in [*found.headings, *found.texts]  # the conclusion, word for word
    assert len(shown.numbers()) > 25
    assert shown.numbers() - found.numbers() <= _of_the_edition(published, language)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_projects_stand_the_same_with_the_same_milestones(public: int, site: Path, published: House, language: str) -> None:
    words, ledger = Words(language), ledgers_of(public, published)[language]
    told = {p["code"]: p for p in ledger.api("projects")["projects"]}
    projects = published.store.all_of(tables.Project)
    compared = 0
    for row, shown in zip(
        projects, pages(public, [("projects", f"code={r['project_code']}") for r in projects], language), strict=True
    ):
        page = static(site, f"projects/{row['project_code']}.html", language).shown
        assert shown.headings[0] == f"{row['project_code']} {page.headings[0]}"
        computed = next(t for t in shown.texts if words("computed_status") in t)
        status = computed.split(": ")[-1].split("]")[0] if "]" in computed else ""
        text = " ".join(page.texts)
        for word in [w for w in (status.split(" ")[-1],) if w and not w.startswith(":")]:
            assert word in text, (row["project_code"], computed)
        theirs = [
            r
            for header, rows in shown.tables
            if words("milestone_state") in header
            for r in [dict(zip(header, x, strict=True)) for x in rows]
        ]
        ours = [dict(zip(h, x, strict=True)) for h, rows in page.tables if words("milestone_state") in h for x in rows]
        assert len(theirs) == len(ours), row["project_code"]
        wanted = (words("milestone_state"), words("actual_day"))
        assert sorted([str(m.get(k, "")) for k in wanted] for m in theirs) == sorted([m.get(k, "") for k in wanted] for m in ours)
        compared += len(ours)
        assert projected.one_project(ledger, shown, told[row["project_code"]]) == [], row["project_code"]
    assert compared == published.store.count(tables.Milestone)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_registers_are_counted_the_same(public: int, site: Path, language: str) -> None:
    shown = list(pages(public, [("procedures", ""), ("facilities", "")], language))
    for theirs, path in zip(shown, ("procedures.html", "facilities.html"), strict=True):
        ours = static(site, path, language).shown
        assert theirs.headings[0] == ours.headings[0]
        assert numbers_in(theirs.headings[0])


def test_the_open_api_gives_the_numbers_of_the_files(public: int, site: Path) -> None:
    files = observations(site)["json"]
    with urllib.request.urlopen(f"http://127.0.0.1:{public}/api/v1/observations") as answer:
        found = {(r["indicator"], r["unit"], r["period"]): r["value"] for r in json.load(answer)}
    assert found == files
    judged = json.loads((site / "data" / "judgements.json").read_text(encoding="utf-8"))
    with urllib.request.urlopen(f"http://127.0.0.1:{public}/api/v1/status") as answer:
        assert json.load(answer)["indicators"] == judged["indicators"]
    status = {
        (r["indicator_code"], r["bureau_code"]): r for r in json.loads((site / "data" / "status.json").read_text(encoding="utf-8"))
    }
    for item in judged["indicators"]:
        row = status[item["code"], item["scope"]]
        assert (row["status"], row["value"], row["planned_value"], row["ratio"]) == (
            item["status"], item["actual_value"], item["planned_value"], item["ratio"],
        )  # fmt: skip
