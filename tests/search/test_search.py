"""Folding, ranking, the day and the knowledge that are looked at, the open API, and what the static edition loads for a query."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.search import SEARCH_ROUTES
from api.warm import warmed
from kpis.figures.finding import Growing, Index, Searchable, grams_of, search
from kpis.figures.folding import folded, read, same_words_all
from kpis.government import government, settled
from kpis.moment import Moment
from kpis.settings import ROOT, settings
from kpis.state import State, state_of
from kpis.store.store import Store
from publishers.site.search import part_of
from telling.blocks import Telling
from telling.facilities import whole_list
from telling.search import answers
from telling.words import Words
from tests.publishers.house import House

DAY = date(2026, 3, 31)
MOST = 100_000  # bytes that a query on a phone may load, page and script included


def test_other_words_for_a_name_are_the_program_s_and_those_of_the_government() -> None:
    names = ["交通局", "旅券の申請"]
    assert "都電" in same_words_all(names)[0] and "passport" in same_words_all(names)[1]
    with settled(ROOT / "tests" / "city" / "catalogue"):
        assert same_words_all(names)[0] == "" and "passport" in same_words_all(names)[1]


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
    index = Index(Searchable(kind="procedure", code=str(n), names=(name,)) for n, name in enumerate(names))
    assert [hit.entry.names[0] for hit in search([index], "都税", day=1)][:3] == ["都税", "都税の証明", "納付した都税の証明"]
    assert [hit.entry.code for hit in search([index], "税", day=1)], "one letter finds"
    assert not search([index], "", day=1) and not search([index], "zzz", day=1) and not search([], "税", day=1)


def test_what_ended_by_the_day_is_not_shown() -> None:
    index = Index([Searchable(kind="procedure", code="x", names=("旅券の申請",), until=100)])
    assert search([index], "旅券", day=99) and not search([index], "旅券", day=100)


def test_a_bureau_that_is_gone_is_shown_as_such_and_after_one_that_stands(tokyo: Store) -> None:
    said = Telling(Words("ja"), Moment(state=State(tokyo), as_of=DAY))
    gone, *others = answers(said, "福祉保健局", kinds=["bureau"])
    assert gone.code == "WELFARE_HEALTH" and "2023年6月30日" in gone.context, gone
    assert {"WELFARE", "HEALTH"} <= {each.code for each in others}, "those that followed it are found by its name"
    assert [each.code for each in answers(said, "生活文化局", kinds=["bureau"])][:2] == ["CULTURE_2025", "CULTURE_2010"]


def test_names_are_told_in_the_readers_language_and_plain_japanese_is_japanese(tokyo: Store) -> None:
    moment = Moment(state=State(tokyo), as_of=DAY)
    told = {code: answers(Telling(Words(code), moment), "電子決定率")[0].title for code in ("ja", "ja-Hira", "en")}
    assert told == {"ja": "電子決定率", "ja-Hira": "電子決定率", "en": "Electronic decision rate"}


@pytest.mark.parametrize(
    ("language", "title", "when"), [("ja", "Q3に11手続", "期日 令和3年度第3四半期"), ("en", "11 procedures in Q3", "Due FY2021 Q3")]
)
def test_a_milestone_whose_name_leaves_its_year_to_a_list_says_when(tokyo: Store, language: str, title: str, when: str) -> None:
    found = answers(Telling(Words(language), Moment(state=State(tokyo), as_of=date(2026, 11, 29))), title, kinds=["milestone"])
    context = next(result.context for result in found if result.title == title)
    assert context.startswith(when), context


def test_what_changed_alone_is_indexed_again_and_answers_as_if_all_were() -> None:
    entries = [Searchable(kind="procedure", code=str(n), names=(f"旅券の申請{n}",)) for n in range(300)]
    growing = Growing()
    (first,) = growing.of(entries)
    assert growing.of(list(entries))[0] is first, "nothing changed: nothing is made"
    changed = [replace(entries[0], names=("狩猟免許の申請",)), *entries[2:]]
    kept, others = growing.of(changed)
    assert [entry.code for entry in others.entries] == ["0"] and kept.named is first.named
    for asked in ("旅券", "狩猟", "申請1", "りょけん 299"):
        whole = {(hit.entry.code, hit.entry.names) for hit in search([Index(changed)], asked, day=1, limit=400)}
        assert {(hit.entry.code, hit.entry.names) for hit in search((kept, others), asked, day=1, limit=400)} == whole, asked
    assert "1" not in {first.entries[n].code for n in kept.holding(["旅券"])} and len(kept.holding(["旅券"])) == 298


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("水導局", "水道局"), ("水素構座", "水素講座"), ("福祉保険局", "福祉保健局"), ("ていしつゆ", "ていしゅつ"), ("hackthon", "hackathon"), ("殿ケ谷戸", "殿ヶ谷戸"),
        ("殿が谷戸", "殿ヶ谷戸"), ("パス ポート", "パスポート"), ("licences", "licence"),
    ],
)  # fmt: skip
def test_one_letter_that_is_wrong_finds_all_the_same(typed: str, meant: str) -> None:
    others = [
        Searchable(kind="page", code=str(n), names=(name,))
        for n, name in enumerate(("交通局", "都税", "受付", "図書館の利用", "water", "結果"))
    ]
    hits = search([Index([Searchable(kind="page", code="x", names=(meant,)), *others])], typed, day=1)
    assert hits and hits[0].entry.code == "x", hits


def test_the_index_is_made_when_the_server_starts(tokyo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", tokyo.url)
    monkeypatch.setenv("MIERUKA_MODE", "local")
    settings.cache_clear()
    with TestClient(Starlette(lifespan=warmed)):
        until = time.monotonic() + 60
        while not (kept := state_of(tokyo.url).figures.count("indexed")) and time.monotonic() < until:
            time.sleep(0.02)
    assert kept and state_of(tokyo.url).figures.count("judged"), "and nobody who comes first waits for the judgements"
    settings.cache_clear()


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


@pytest.mark.edition
@pytest.mark.parametrize(
    ("language", "asked", "code", "title", "anchor"),
    [
        ("ja", "期限経過", "method-2.6", "期限経過・結果未公表", "method-2"), ("en", "forecast", "method-3.16", "Forecast", "method-3"),
        ("ja", "速報と確報", "method-3.20", "速報と確報", "method-3"), ("ja", "アクセシビリティ", "accessibility", "ウェブアクセシビリティ", "accessibility"),
    ],
)  # fmt: skip
def test_sections_and_rules_of_the_method_lead_to_where_they_stand(
    tokyo: Store, language: str, asked: str, code: str, title: str, anchor: str
) -> None:
    first = answers(Telling(Words(language), Moment(state=State(tokyo), as_of=DAY)), asked)[0]
    assert (first.kind, first.code, first.title, first.page, first.anchor) == ("help", code, title, "about", anchor)
    assert first.context and "`" not in first.context
    anchors = (ROOT / "pages" / "about.py").read_text(encoding="utf-8")
    assert f'anchor="{anchor}"' in anchors or anchor.startswith("method-"), "the page of data and definitions has it"


def test_what_the_static_edition_finds_stands_on_its_pages(published: House) -> None:
    site = next(iter(sorted(published.folder.glob("*/site"))))
    for language in ("ja", "en"):
        parts = (path.read_text(encoding="utf-8") for path in (site / "search" / language).glob("*.js"))
        rows = [row for part in parts for row in json.loads(part[part.index(",") + 1 : -1])]
        addresses = {row[3] for row in rows}
        assert {"method.html#method-2", "en/method.html#method-2"} & addresses and {row[0] for row in rows} >= {
            "help",
            "definition",
            "page",
        }
        for address in addresses:
            path, _, anchor = address.partition("#")
            assert (site / path).is_file(), address
            assert not anchor or f'id="{anchor}"' in (site / path).read_text(encoding="utf-8"), address


@pytest.mark.edition
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


def test_the_static_edition_leads_to_the_row_itself_where_it_stands_on_a_page(published: House) -> None:
    site = next(iter(sorted(published.folder.glob("*/site"))))
    written = [path.read_text(encoding="utf-8") for language in ("ja", "en") for path in (site / "search" / language).glob("*.js")]
    rows = [row for text in written for row in json.loads(text[text.index(",") + 1 : -1])]
    ids: dict[str, set[str]] = {}
    for kind, title, _, address, *_ in rows:
        file, _, anchor = address.partition("#")
        if file not in ids:
            ids[file] = set(re.findall(r' id="([^"]+)"', (site / file).read_text(encoding="utf-8")))
        assert not anchor or anchor in ids[file], (kind, title, address)
    assert sum(kind in ("procedure", "facility") and not address.endswith("#list") for kind, _, _, address, *_ in rows) > 100


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


@pytest.mark.edition
def test_a_facility_stands_under_its_place_as_the_map_calls_it(tokyo: Store) -> None:
    """English pages had 台東区 in the list, and Taito on the map above it."""
    telling = Telling(Words("en"), Moment(state=State(tokyo), as_of=DAY))
    listed = whole_list(telling, telling.moment.facilities)
    places = {place for row in listed.rows for place in str(row[listed.columns.index("Place")]).split(", ")} - {""}
    assert len(places) > 20 and places <= {place.name_en for place in government().places}
    assert "Taito" in answers(telling, "恩賜上野動物園")[0].context
