"""The sample organisation: exact division, the real upload, published totals, marked everywhere, never published."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.reform import REFORM_ROUTES
from api.routes import ROUTES
from kpis.errors import FigureRefused
from kpis.figures.records import value_of
from kpis.figures.scorecard import score_all
from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.settings import ROOT, settings
from kpis.store import tables, vintages
from kpis.store.store import Store, utc_now
from loaders.catalogue import load_folder
from loaders.sample import OFFICE, divide, is_made, make_sample, manager_of, parts_alike, parts_of
from publishers.editions.public_tables import gather
from telling.for_machines import status_json
from tests.bench.viewer import Viewer, served
from tests.killed import killed_before
from tests.method.side_by_side import differences, from_json, recounted_from_json
from tests.method.sums import wrong_sums
from tests.pages.charts_seen import EVERY, walk
from tests.pages.questions import unanswered
from tests.publishers import accounts, accounts_bureaus, projected
from tests.publishers.ledger import Ledger
from tests.publishers.shown import Shown, of_streamlit
from tests.shared import copied, shipped

pytestmark = pytest.mark.server

SIZES = ROOT / "data" / "catalogue" / "sample.toml"
TODAY = date(2026, 11, 24)
Served = tuple[int, Viewer, dict[str, Ledger]]  # port, an open page, the open API by language


@given(st.integers(0, 10**8), st.lists(st.floats(0.01, 10), min_size=1, max_size=40))
def test_parts_add_up_to_the_whole_exactly(total: int, weights: list[float]) -> None:
    parts = divide(total, weights)
    assert sum(parts) == total and min(parts) >= 0


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30), st.data())
def test_no_part_exceeds_its_most(most: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(most)))
    parts = divide(total, [data.draw(st.floats(0.01, 10)) for _ in most], most=most)
    assert sum(parts) == total and all(0 <= p <= m for p, m in zip(parts, most, strict=True))


def test_more_than_the_parts_may_hold_is_refused() -> None:
    with pytest.raises(FigureRefused):
        divide(11, [1.0, 1.0], most=[5, 5])


def test_the_same_sample_comes_out_each_time_and_numerators_stay_within_denominators() -> None:
    whole, bureaus = {"numerator": 8700, "denominator": 28000}, [f"B{n}" for n in range(29)]
    parts = parts_of(whole, "x", bureaus)
    assert parts == parts_of(whole, "x", bureaus)
    assert {name: sum(p[name] for p in parts.values()) for name in whole} == whole
    assert all(p["numerator"] <= p["denominator"] for p in parts.values()) and len({tuple(p.items()) for p in parts.values()}) > 20


def test_a_reduction_to_nothing_is_divided_too() -> None:
    parts = parts_alike({"numerator": 0, "base_value": 50}, "x", {"A": {"value": 0}, "B": {"value": 0}})
    assert [p["numerator"] for p in parts.values()] == [0, 0] and sum(p["base_value"] for p in parts.values()) == 50


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path]]:
    folder = tmp_path_factory.mktemp("sample")
    store = copied(shipped(), folder / "sample.db")

    def make() -> None:
        make_sample(Store(store.url), SIZES, quarters=("FY2022-Q4",), open_quarter=None, folder=folder / "books")

    if hasattr(os, "fork"):  # broken off in the middle of a report, and of another one: the next attempt goes on
        for steps in (66, 41):
            store.engine.dispose()
            assert killed_before(make, steps)
            assert store.is_sample() and not is_made(store) and 0 < store.count(tables.Submission) < 28
        store.engine.dispose()
    make()
    assert is_made(store)
    yield store, folder / "books"


@pytest.fixture(scope="module")
def served_sample(made: tuple[Store, Path]) -> Iterator[Served]:
    with served("server:app", DATABASE_URL=made[0].url, EDITIONS_DIR=str(made[1] / "editions")) as port:
        viewer = Viewer(port)

        def ask(path: str) -> Any:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=60) as answer:
                return json.load(answer)

        yield port, viewer, {language: Ledger(ask, language) for language in ("ja", "en")}
        viewer.close()


def test_every_report_went_through_upload_and_a_second_persons_approval(made: tuple[Store, Path]) -> None:
    store, folder = made
    reports = store.all_of(tables.Submission)
    owing = store.organisation().owing("TMG", date(2023, 3, 31))
    assert sorted(r["bureau_code"] for r in reports) == sorted(owing) and len(owing) == 28
    assert {r["state"] for r in reports} == {"approved"}
    assert all(r["submitted_by"] == manager_of(r["bureau_code"]) != r["decided_by"] for r in reports)
    assert len(list(folder.glob("*.xlsx"))) == len(reports)
    originals = {f["sha256"] for f in store.all_of(tables.OriginalFile)}
    assert {r["file_sha256"] for r in reports} <= originals
    sheet = load_workbook(folder / "FINANCE_FY2022-Q4.xlsx").worksheets[1]
    assert any(isinstance(cell.value, int) for row in sheet.iter_rows(min_row=2) for cell in row), "a real filled workbook"


def test_bureaus_add_up_to_the_published_totals(made: tuple[Store, Path]) -> None:
    store, _ = made
    checked = 0
    for item in score_all(store.book(), as_of=TODAY):
        for rolled in item.rolled:
            if not rolled.is_complete or rolled.figure is None or rolled.official is None:
                continue
            official, definition = rolled.official, item.entry.definition
            for name in ("numerator", "denominator"):
                if getattr(official, name) is not None and getattr(rolled.figure, name) is not None:
                    assert getattr(rolled.figure, name) == getattr(official, name), definition.code
            if official.numerator is None and official.value is not None:
                total = value_of(definition, rolled.figure)
                assert total is not None and round(total, 1) == official.value, definition.code
                checked += 1
    assert checked >= 4


def test_a_bureau_reports_the_same_number_wherever_two_indicators_contain_it(made: tuple[Store, Path]) -> None:
    reported = {(o["indicator_code"], o["bureau_code"]): o for o in made[0].all_of(tables.Observation, is_sample=True)}
    for part, whole, name, other in (
        ("paper_reduction_rate", "paper_sheets", "numerator", "value"),
        ("procedures_digitised", "procedure_digitisation_rate", "value", "numerator"),
        ("procedures_digitised", "procedure_digitisation_rate", "denominator", "denominator"),
    ):
        pairs = [(o[name], reported[whole, scope][other]) for (code, scope), o in reported.items() if code == part]
        assert len(pairs) == 28 and {a - b for a, b in pairs} == {0}, (part, pairs[:3])


def test_every_row_of_a_report_is_marked_and_official_rows_are_not(made: tuple[Store, Path]) -> None:
    store, _ = made
    rows = store.all_of(tables.Observation)
    assert {r["is_sample"] for r in rows if r["submission_id"] is not None} == {True}
    assert {r["is_sample"] for r in rows if r["submission_id"] is None} == {False}
    assert {c["is_sample"] for c in store.all_of(tables.Assessment)} == {True}


def test_made_up_figures_of_a_bureau_stand_beside_no_real_target_or_figure_of_its_own(made: tuple[Store, Path]) -> None:
    store, _ = made
    owing = set(store.organisation().owing("TMG", date(2023, 3, 31)))
    asked = {i["indicator_code"] for i in store.all_of(tables.Indicator) if i["is_reported_by_bureaus"]}
    for table in (tables.Target, tables.Baseline, tables.Observation):
        theirs = [r for r in store.all_of(table) if r["bureau_code"] in owing and r["indicator_code"] in asked]
        assert all(r.get("is_sample") for r in theirs), table.__name__
    others = [r for r in store.all_of(tables.Observation) if r["bureau_code"] == "WATERWORKS" and not r["is_sample"]]
    assert {r["indicator_code"] for r in others} == {"billing_paper_sheets"}, "what no bureau is asked for stays"


def test_no_action_is_to_bring_more_than_is_missing(made: tuple[Store, Path]) -> None:
    store, _ = made
    effects = [r["effect_value"] for r in store.all_of(tables.Action) if r["effect_value"] is not None]
    whole = {(t["indicator_code"], t["value"]) for t in store.all_of(tables.Target) if t["bureau_code"] == "TMG"}
    assert effects and all(0 < abs(effect) <= 5 for effect in effects), effects
    better = {i["indicator_code"]: -1 if i["direction"] == "lower" else 1 for i in store.all_of(tables.Indicator)}
    assert all(
        r["effect_value"] * better[r["indicator_code"]] > 0 for r in store.all_of(tables.Action) if r["effect_value"] is not None
    ), "nothing that makes a figure worse"
    decided = [r["effect_value"] for r in store.all_of(tables.Action) if r["indicator_code"] == "electronic_decision_rate"]
    assert ("electronic_decision_rate", 100.0) in whole and decided and max(decided) < 2, "of 99% at most a point is missing"


def test_the_open_api_says_sample_at_each_made_up_figure(made: tuple[Store, Path]) -> None:
    store, _ = made
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", store.url)
        settings.cache_clear()
        client = TestClient(Starlette(routes=[*ROUTES, *REFORM_ROUTES]))
        finance = next(b for b in client.get("/api/v1/bureaus").json()["bureaus"] if b["code"] == "FINANCE")
        observations = client.get("/api/v1/observations?unit=FINANCE").json()
    settings.cache_clear()
    assert finance["indicators"] and all(i["is_sample"] for i in finance["indicators"])
    assert observations and all(o["is_sample"] for o in observations)


def test_sums_are_what_a_stranger_adds_up(made: tuple[Store, Path]) -> None:
    """Coverage, value and completeness of every sum, recomputed from the bureaus' own answers."""
    book = made[0].book()
    items = [status_json(scored, book, as_of=TODAY) for scored in score_all(book, as_of=TODAY)]
    wholes = [i for i in items if i["rolled_up"]]
    assert not [(w["code"], x) for w in wholes for x in wrong_sums(w, [i for i in items if i["code"] == w["code"] and i is not w])]
    assert sum(r["is_complete"] for w in wholes for r in w["rolled_up"]) >= 12


@pytest.mark.parametrize("view", ["then", "now"])
def test_every_judgement_of_sums_and_bureaus_is_recomputed_from_its_json(made: tuple[Store, Path], view: str) -> None:
    """By the second implementation, from nothing but the figures, targets and baseline in the answer, also where sums are judged."""
    book, compared, statuses = made[0].book(), 0, set()
    for as_of in (date(2022, 7, 31), date(2023, 3, 31), date(2023, 7, 5), TODAY):
        for scored in score_all(book, as_of=as_of, view=view):
            item = status_json(scored, book, as_of=as_of)
            assert not list(differences(recounted_from_json(item, as_of), from_json(item))), (as_of, item["code"], item["scope"])
            compared, statuses = compared + 1, statuses | {item["status"]}
    print(f"{compared:,} judgements recomputed, view {view}")
    assert compared > 4 * 109 + 2 * 28 and {"reached", "missed", "unreported", "not_applicable"} <= statuses


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_number_of_bureaus_projects_and_five_lesses_is_that_of_the_open_api(served_sample: Served, language: str) -> None:
    """The table of bureaus, ranked bars and the pages of single bureaus have figures here; in public there are hardly any."""
    port, viewer, ledgers = served_sample
    ledger = ledgers[language]

    def read(page: str, query: str = "") -> Shown:
        return of_streamlit(viewer.answers(page, f"{query}&lang={language}"))

    every = read("bureau")
    assert [c.traces[0]["type"] for c in every.drawn] == ["bar"]
    assert accounts_bureaus.bureaus(ledger, every) == []
    other = Viewer(port)  # a session keeps the organisation that it began with
    today = of_streamlit(other.answers("bureau", f"view=now&lang={language}"))
    other.close()
    assert [c.traces[0]["type"] for c in today.drawn] == ["bar"]
    assert accounts_bureaus.bureaus(ledger, today, view="now") == []
    assert accounts.five_less(ledger, read("five_less")) == []
    charts = 0
    for bureau in ledger.api("bureaus")["bureaus"][::5]:
        shown = read("bureau", f"code={bureau['code']}")
        charts += len(shown.drawn)
        assert accounts_bureaus.one_bureau(ledger, shown, bureau) == [], bureau["code"]
    assert charts > 3  # a lone figure has none
    assert projected.projects(ledger, read("projects")) == []
    for project in ledger.api("projects")["projects"][1:4]:
        assert projected.one_project(ledger, read("projects", f"code={project['code']}"), project) == [], project["code"]
    reported = [r["indicator_code"] for r in ledger.indicators.values() if r["is_reported_by_bureaus"]]
    for code in reported[::3]:
        shown = read("indicator", f"code={code}")
        assert accounts.indicator(ledger, shown, code) == [], code


def test_the_sample_answers_every_question_and_every_chart_has_its_sentence_table_and_csv(served_sample: Served) -> None:
    """The pages walked as in ``tests/pages/test_charts.py``, here with figures of every bureau."""
    asked = [(page, "") for page in EVERY] + [("bureau", "code=FINANCE"), ("indicator", "code=electronic_decision_rate")]
    found = walk(served_sample[0], asked, as_person=OFFICE) + list(unanswered(served_sample[0], empty=("replanned_day",)))
    assert not found, "\n".join(found)


def test_a_sample_is_never_published(made: tuple[Store, Path]) -> None:
    with pytest.raises(FigureRefused, match="見本"):
        gather(made[0], made[1] / "edition.db", known_at=utc_now())


def test_a_sample_is_made_once_and_never_from_reports_in_earnest(made: tuple[Store, Path], store: Store) -> None:
    with pytest.raises(FigureRefused, match="すでに"):
        make_sample(made[0], SIZES)
    load_folder(store, ROOT / "data" / "catalogue", official=ROOT / "data" / "official")
    add_person(store, actor=COMMAND_LINE, email="real@example.org", role="bureau_manager", bureau_code="FINANCE")
    with store.writing() as session:
        vintages.ensure_periods(session, {"FY2022-Q4"})
        session.add(
            tables.Submission(bureau_code="FINANCE", period_code="FY2022-Q4", created_by="real@example.org", created_at=utc_now())
        )
    with pytest.raises(FigureRefused, match="実際の報告"):
        make_sample(store, SIZES)
    assert not store.is_sample()
