"""Charts that people take away: what is written on them, in every form, whatever is in the figures; and where they are found."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from api import charts, routes
from api.policy import headers_of
from charts.shapes import Shares
from charts.svg.framed import Label, framed
from kpis.errors import Unavailable
from kpis.moment import Moment
from kpis.settings import Settings
from kpis.state import State
from kpis.store.store import Store
from publishers import fonts
from publishers.taken import file_of
from telling.blocks import Block, Telling
from telling.taken import Stand, Taken, of_block, of_indicator
from telling.words import Words
from tests.loops import run_apart
from tests.publishers.house import House

CODE = "electronic_decision_rate"
ABOUT = {
    "edition": 7, "as_of": "2023-09-30", "publisher_ja": "東京都", "publisher_en": "Tokyo", "licence_name": "CC BY 4.0",
}  # fmt: skip


@pytest.fixture(scope="module")
def moment(tokyo: Store) -> Moment:
    return Moment(state=State(tokyo), as_of=date(2023, 9, 30))


def taken(moment: Moment, language: str = "ja", about: dict[str, object] | None = None, *, is_sample: bool = False) -> Taken:
    item = next(s for s in moment.own if s.entry.definition.code == CODE)
    made = of_indicator(item, Telling(Words(language), moment), Stand(moment.as_of, about, Settings(), is_sample=is_sample))
    assert made is not None
    return made


@pytest.mark.parametrize("language", ["ja", "en"])
def test_title_sentence_source_day_and_edition_are_drawn_on_it_and_nothing_is_fetched(moment: Moment, language: str) -> None:
    made = taken(moment, language, ABOUT)
    svg = file_of(made, "svg").decode()
    root = ET.fromstring(svg)
    drawn = "".join(text for part in root.iter("{http://www.w3.org/2000/svg}text") for text in part.itertext())
    for part in (made.label.title, made.label.sentence, made.label.sources, made.label.stands):
        assert part and re.sub(r"\s", "", part)[:40] in re.sub(r"\s", "", drawn), part
    assert "7" in made.label.stands and root.get("aria-label") == f"{made.label.title}: {made.label.sentence}"
    assert not re.search(r"(?:href|src|@import|url\((?!#))", svg) and "<script" not in svg and "currentColor" not in svg


def test_what_is_not_published_or_made_up_says_so_on_the_chart(moment: Moment) -> None:
    inside, sample = taken(moment), taken(moment, about=ABOUT, is_sample=True)
    assert Words("ja")("taken_inside") in file_of(inside, "svg").decode() and inside.label.alternative.startswith(
        Words("ja")("taken_inside")
    )
    assert Words("ja")("sample_banner")[:20] in file_of(sample, "svg").decode()
    assert not taken(moment, about=ABOUT).label.marks


def test_the_figures_say_what_they_are_of(moment: Moment) -> None:
    made = taken(moment)
    rows = list(csv.DictReader(io.StringIO(file_of(made, "csv").decode("utf-8-sig"), newline="")))
    assert len(rows) == len(made.rows) > 1
    assert {row["chart"] for row in rows} == {made.label.title} and all(row["source_url"].startswith("http") for row in rows)
    assert {row["note"] for row in rows} == {Words("ja")("taken_inside")}


@pytest.mark.skipif(not fonts.has_japanese(), reason="no font with Japanese letters (apt-get install fonts-noto-cjk)")
def test_the_png_is_the_same_picture_with_its_letters(moment: Moment) -> None:
    picture = Image.open(io.BytesIO(file_of(taken(moment), "png")))
    width = float(re.search(r'viewBox="0 0 (\d+)', file_of(taken(moment), "svg").decode())[1])  # type: ignore[index]
    assert picture.size[0] == pytest.approx(2 * width, abs=2)
    title = picture.convert("L").crop((40, 40, picture.size[0] - 40, 160))
    assert title.getextrema()[0] < 120, "letters stand in the head of the picture"


def test_without_a_font_the_png_is_refused_with_what_to_install(moment: Moment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "japanese", lambda: (None, ""))
    with pytest.raises(Unavailable) as refused:
        file_of(taken(moment), "png")
    assert "FONTS_DIR" in refused.value.in_language("ja") and "fonts-noto-cjk" in refused.value.in_language("en")
    assert file_of(taken(moment), "svg") and file_of(taken(moment), "csv")


def test_words_on_a_chart_are_text() -> None:
    poison = '</text><script>alert(1)</script>"\u202e=1+1'
    label = Label(poison, poison, poison, poison, poison, (poison,), "ja")
    svg = framed('<svg viewBox="0 0 720 320" class="x" role="img" aria-label="y"><path d="M0 0"/></svg>', label)
    root = ET.fromstring(svg)
    assert not list(root.iter("{http://www.w3.org/2000/svg}script")) and "\u202e" not in svg
    made = Taken("", label, ({"source": "=HYPERLINK(1)", "value": 1.5},))
    assert "'=HYPERLINK(1)" in file_of(made, "csv").decode("utf-8-sig")


def test_the_chart_of_a_register_is_taken_with_its_patterns(moment: Moment) -> None:
    shape = Shares(segments=(("a", "甲"), ("b", "乙")), rows=(("局", {"a": 3, "b": 1}, "75%"),), unit="件")
    block = Block(key="k", title="題", sentence="文。", columns=("a",), rows=(), flat=({"count": 3},), shape=shape)
    made = of_block(block, Telling(Words("ja"), moment), Stand(date(2023, 9, 30), ABOUT, Settings()))
    assert made is not None
    ET.fromstring(file_of(made, "svg").decode())
    assert b"chart" in file_of(made, "csv")


def test_an_edition_has_the_chart_beside_the_card_and_its_page_leads_there(published: House) -> None:
    site = published.folder / "0002" / "site"
    page = (site / "indicators" / f"{CODE}.html").read_text(encoding="utf-8")
    for form in ("svg", "csv"):
        assert f'href="../embed/{CODE}-chart.{form}"' in page and (site / "embed" / f"{CODE}-chart-en.{form}").is_file()
    size = sum(path.stat().st_size for path in site.rglob("*-chart*"))
    assert size < 2_500_000, "what charts add to an edition"


@pytest.mark.parametrize("path", [f"indicators/{CODE}/chart.svg", "charts/registers/procedures_by_bureau.svg"])
def test_a_chart_may_be_embedded_by_anybody(path: str) -> None:
    scope = {"path": f"/api/v1/{path}", "type": "http"}
    told = dict(headers_of(scope, Settings().model_copy(update={"mode": "public"})))
    assert b"x-frame-options" not in told and told[b"cross-origin-resource-policy"] == b"cross-origin"
    assert b"style-src 'unsafe-inline'" in told[b"content-security-policy"]


def ask(tokyo: Store, monkeypatch: pytest.MonkeyPatch, route: str, query: str = "", **named: str) -> Response:
    """Ask the open API of the shipped figures."""
    chosen = Settings().model_copy(update={"database_url": tokyo.url})
    for module in (charts, routes):
        monkeypatch.setattr(module, "settings", lambda: chosen)
    (asked,) = [each for each in charts.CHART_ROUTES if each.path == route]
    scope = {
        "type": "http", "method": "GET", "path": route.replace(":path", "").format(**named), "path_params": named, "headers": [],
        "query_string": query.encode(), "server": ("127.0.0.1", 80), "scheme": "http",
    }  # fmt: skip
    answer: Response = run_apart(asked.endpoint(Request(scope)))
    return answer


@pytest.mark.parametrize(
    ("code", "query", "status"),
    [("x" + CODE, "", 404), (CODE, "lang=xx", 400), (CODE, "", 200), (CODE, "lang=en&as_of=2023-01-01", 200)],
)
def test_the_open_api_answers_with_the_chart(
    tokyo: Store, monkeypatch: pytest.MonkeyPatch, code: str, query: str, status: int
) -> None:
    answer = ask(tokyo, monkeypatch, "/api/v1/indicators/{code}/chart.svg", query, code=code)
    assert answer.status_code == status
    assert status != 200 or answer.media_type == "image/svg+xml; charset=utf-8"


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [("registers/none", "", 404), ("registers/facilities_map", "period=x", 400), ("registers/facilities_map", "lang=en&view=now", 200), (CODE, "", 200)],
)  # fmt: skip
def test_the_open_api_answers_with_a_chart_by_its_name(
    tokyo: Store, monkeypatch: pytest.MonkeyPatch, name: str, query: str, status: int
) -> None:
    answer = ask(tokyo, monkeypatch, "/api/v1/charts/{name:path}.svg", query, name=name)
    assert answer.status_code == status
    if status == 200 and query:
        (label,) = re.findall(r'role="img" lang="en" aria-label="([^"]*)"', bytes(answer.body).decode())
        assert Words("en")("view_now") in label, "of which organisation it is"


def test_the_open_api_lists_charts_that_it_answers_with(tokyo: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {each["name"]: each for each in json.loads(bytes(ask(tokyo, monkeypatch, "/api/v1/charts").body))["charts"]}
    assert {CODE, "registers/procedures_by_bureau", "registers/facility_methods"} <= set(listed)
    assert listed[CODE]["png"] == f"/api/v1/charts/{CODE}.png" and all(
        each["title"] and each["sentence"] for each in listed.values()
    )
