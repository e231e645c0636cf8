"""Folding, ranking, the day and the knowledge that are looked at, the open API, and what the static edition loads for a query."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.search import SEARCH_ROUTES
from kpis.figures.finding import Entry, Index, grams_of, search
from kpis.figures.folding import folded, read
from kpis.moment import Moment, State
from kpis.settings import settings
from kpis.store.store import Store
from publishers.site.search import part_of
from telling.blocks import Telling
from telling.search import answers
from telling.words import Words
from tests.publishers.house import House

DAY = date(2026, 3, 31)
MOST = 100_000  # bytes that a query on a phone may load, page and script included


@pytest.mark.parametrize(
    "same",
    [
        ("申込み", "申込", "申し込み"), ("届け出", "届出"), ("ﾊﾟｽﾎﾟｰﾄ", "パスポート", "ぱすぽーと", "パスポ−ト"), ("ＦＡＸ", "fax", "Fax"),
        ("舊芝離宮", "旧芝離宮"), ("濱離宮", "浜離宮"), ("コンピューター", "コンピュータ"), ("一 二", "一　二", "一・二"),
    ],
)  # fmt: skip
def test_what_people_type_is_one_text(same: tuple[str, ...]) -> None:
    assert len({folded(text) for text in same}) == 1, [folded(text) for text in same]


def test_kanji_are_read() -> None:
    assert read("一般旅券(更新)") == folded("いっぱんりょけん こうしん")


def test_whole_names_come_before_beginnings_and_these_before_parts() -> None:
    names = ("税務の証明", "都税の証明", "都税", "納付した都税の証明")
    index = Index(Entry(kind="procedure", code=str(n), names=(name,)) for n, name in enumerate(names))
    assert [hit.entry.names[0] for hit in search([index], "都税", day=1)][:3] == ["都税", "都税の証明", "納付した都税の証明"]
    assert [hit.entry.code for hit in search([index], "税", day=1)], "one letter finds"
    assert not search([index], "", day=1) and not search([index], "zzz", day=1) and not search([], "税", day=1)


def test_what_ended_by_the_day_is_not_shown() -> None:
    index = Index([Entry(kind="procedure", code="x", names=("旅券の申請",), until=100)])
    assert search([index], "旅券", day=99) and not search([index], "旅券", day=100)


def test_a_bureau_that_is_gone_is_not_shown(tokyo: Store) -> None:
    moment = Moment(state=State(tokyo), as_of=DAY)
    assert not any(each.code == "WELFARE_HEALTH" for each in answers(Telling(Words("ja"), moment), "福祉保健局", limit=50))


def test_a_procedure_that_was_loaded_or_ended_is_known_at_once_and_in_both_engines(reporting: Store) -> None:
    from sqlalchemy import text

    def asked(words: str) -> list[str]:
        said = Telling(Words("ja"), Moment(state=State(reporting), as_of=DAY))
        return [each.code for each in answers(said, words, kinds=["procedure"])]

    with reporting.reading() as session:
        row = session.execute(text("SELECT procedure_code, name_ja FROM procedure ORDER BY procedure_code")).first()
    assert row is not None and asked(row.name_ja)[0] == row.procedure_code
    with reporting.writing() as session:
        session.execute(
            text("UPDATE procedure SET ended_on = :day, ended_reason = 'abolished' WHERE procedure_code = :code").bindparams(
                day=DAY - timedelta(days=1), code=row.procedure_code
            )
        )
    assert row.procedure_code not in asked(row.name_ja)


def test_the_open_api_answers_and_refuses(tokyo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", tokyo.url)
    settings.cache_clear()
    api = TestClient(Starlette(routes=SEARCH_ROUTES))
    told = api.get("/api/v1/search?q=しゅりょうめんきょ&as_of=2026-03-31").json()
    first = told["results"][0]
    assert (first["kind"], first["code"], first["page"], first["can_be_done_online"]) == ("procedure", "P002", "/procedures", True)
    only = api.get("/api/v1/search?q=都税&kind=facility&limit=2&lang=en").json()["results"]
    assert 0 < len(only) <= 2 and {each["kind"] for each in only} == {"facility"}
    assert api.get("/api/v1/search").json()["results"] == []
    for wrong in ("kind=secret", "limit=0", "limit=101", "lang=xx", f"q={'x' * 101}"):
        assert api.get(f"/api/v1/search?{wrong}").status_code == 400, wrong
    settings.cache_clear()


def test_the_static_edition_loads_little_for_a_query(published: House) -> None:
    site = next(iter(sorted(published.folder.glob("*/site"))))
    about = json.loads((site / "search" / "about.js").read_text()[len("about(") : -1])
    script = next((site / "assets").glob("search.*.js"))
    style = next((site / "assets").glob("site.*.css"))
    fixed = sum(path.stat().st_size for path in (script, style, site / "search.html"))
    rows = sorted((path.stat().st_size for path in (site / "search" / "ja").glob("*.js")), reverse=True)
    for query in ("旅券の更新申請", "宅地建物取引士証の交付申請をしたい", "しゅりょうめんきょ"):
        grams = sorted({chr(n >> 21) + chr(n & 0x1FFFFF) for word in folded(query).split() for n in grams_of(word)})[:16]
        parts = {part_of(gram, about["parts"]) for gram in grams}
        loaded = fixed + sum((site / "search" / f"{n}.js").stat().st_size for n in parts)
        assert loaded + sum(rows[:10]) <= MOST, (query, loaded, rows[:3])
        assert any(gram in (site / "search" / f"{n}.js").read_text() for n in parts for gram in grams)
