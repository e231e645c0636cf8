"""The pack of a meeting: one page for the quarter and one for each item, fonts inside, native charts; what is written stays text."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from math import ceil
from pathlib import Path

import pytest
from pptx import Presentation
from pptx.oxml.ns import qn
from pptx.util import Mm

from kpis.errors import Unavailable
from kpis.line_breaks import phrases
from kpis.periods import local_day
from kpis.reporting import meetings, people
from kpis.reporting.meetings import Wanted
from kpis.state import State
from kpis.store.store import Store, utc_now
from publishers import fonts
from publishers.meeting import pdf
from publishers.meeting.slides import CELL, FEW, PAD, _Slide, broken, pack_slides, taken
from telling.agenda import Agenda
from telling.attention import silent
from telling.blocks import Block
from telling.meeting import drawn_of, quarter_report
from telling.pack import cells, facts
from tests.shared import copied, shipped

pytestmark = pytest.mark.edition
OFFICE, PERIOD, RATE = people.LOCAL_OFFICE, "FY2022-Q4", "electronic_decision_rate"
HOSTILE = '#panic("x") [*太字*] $x$ \\ <b> {{1}} =1+1 @label'
DAY = local_day(utc_now())
needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="pdftotext is not installed (apt-get install poppler-utils)"
)
needs_font = pytest.mark.skipif(not fonts.has_japanese(), reason="no font with Japanese letters (apt-get install fonts-noto-cjk)")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The shipped figures with a decision of the meeting before, whose words are hostile to every form they come out in."""
    made = copied(shipped(), tmp_path_factory.mktemp("pack") / "figures.db")
    people.local_people(made)
    wanted = Wanted(
        decided=HOSTILE, due_on=DAY + timedelta(days=9), indicator_code=RATE, bureau_code="DIGITAL", section="総務課", role="課長"
    )
    meetings.decide(made, "FY2022-Q3", wanted, actor=OFFICE)
    return made


def agenda(store: Store, language: str = "ja") -> Agenda:
    return Agenda(report=quarter_report(State(store), PERIOD, language=language), day=DAY)


@pytest.fixture(scope="module", params=["ja", "en"])
def told(request: pytest.FixtureRequest, store: Store) -> Iterator[Agenda]:
    yield agenda(store, request.param)


def pages_of(content: bytes, folder: Path) -> list[str]:
    """Return the text of each page of a PDF."""
    path = folder / "pack.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, timeout=60)
    return done.stdout.decode().split("\f")[:-1]


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


@needs_font
@needs_poppler
def test_the_pdf_has_the_quarter_first_then_what_was_decided_and_a_page_for_each_item(told: Agenda, tmp_path: Path) -> None:
    content = pdf.pack_pdf(told)
    pages = [plain(page) for page in pages_of(content, tmp_path)]
    w = told.words
    assert plain(w("att_heading", count=len(told.rows))) in pages[0], "the first page is the quarter's"
    assert plain(w("decisions_before")) in pages[1] and all(part in pages[1] for part in HOSTILE.split())
    own, at = pages[2:], 0
    assert len(told.items) >= 5 and len(own) < len(told.items), "items of which there is nothing to show share a sheet"
    for place, item in enumerate(told.items, start=1):
        head = plain(w("agenda_place", place=place, of=len(told.items)) + item.name)
        at += head not in own[at]
        assert head in own[at], "in their order, each on one sheet"
    assert at == len(own) - 1 and all(1 <= page.count(plain(w("decide_room"))) <= pdf.SHORT for page in own)
    fonts = subprocess.run(["pdffonts", str(tmp_path / "pack.pdf")], capture_output=True, check=True, timeout=60).stdout.decode()
    assert [line.split()[-5:-2] for line in fonts.splitlines()[2:]] and all(
        line.split()[-5:-2] == ["yes", "yes", "yes"] for line in fonts.splitlines()[2:]
    ), "every font is embedded, as a subset, with its letters' codes"
    assert b"/StructTreeRoot" in content or b"pdfuaid" in content, "tagged for those who have it read out"
    assert pdf.pack_pdf(told) == content, "the same minutes give the same bytes"


def test_the_slides_hold_native_charts_of_the_engines_numbers_and_tables(told: Agenda) -> None:
    book = Presentation(io.BytesIO(pack_slides(told)))
    slides = list(book.slides)
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    numbers = [field.findtext(qn("a:t")) for slide in slides for field in slide.element.iter(qn("a:fld"))]
    assert numbers == [str(n) for n in range(1, len(slides) + 1)], "each slide has its number, as a field"
    sizes = {
        slide.shapes.title.text_frame.text: slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size.pt for slide in slides
    }
    assert all(size == 24 for title, size in sizes.items() if len(title) < 30) and sizes[titles[0]] in (16, 24), (
        "a long title takes two lines"
    )
    assert titles[-len(told.items) :] == [item.name for item in told.items]
    for slide, item in zip(slides[-len(told.items) :], told.items, strict=True):
        charts = [shape.chart for shape in slide.shapes if shape.has_chart]
        assert len(charts) == (item.drawn is not None)
        if charts and item.scored is not None:
            drawn = drawn_of(item.scored, as_of=told.report.as_of)
            assert drawn is not None
            actual, planned = charts[0].plots[0].series
            assert list(actual.values) == pytest.approx([value for _, value, _ in drawn.points])
            assert len(planned.values) == len(drawn.points)
    for slide, item in zip(slides[-len(told.items) :], told.items, strict=True):
        heads = [shape.table.cell(0, 0).text for shape in slide.shapes if shape.has_table]
        assert (told.words("decision_what") in heads) == (not item.now), "what is decided has its place"
    cells = [
        cell.text.replace("\v", "")
        for slide in slides
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
        for cell in row.cells
    ]
    assert HOSTILE in cells
    said = [shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame]
    assert said.count(silent(told.rows, told.words)) == 1 and cells.count("—") > 3, "what is lacking is said once, not in each row"
    wide, high = book.slide_width, book.slide_height
    outside = [
        (shape.name, slide.shapes.title.text_frame.text) for slide in slides for shape in slide.shapes
        if shape.left < 0 or shape.top < 0 or shape.left + shape.width > wide + 1 or shape.top + shape.height > high + 1
    ]  # fmt: skip
    assert outside == []


def test_a_cell_of_a_slide_ends_its_lines_between_phrases_and_holds_each() -> None:
    assert broken("−0.2 ポイント", CELL, 22) == "−0.2 \nポイント" and broken("−0.2 ポイント", CELL, 40) == "−0.2 ポイント"
    assert broken("98.5% (2021年12月)", CELL, 25) == "98.5% \n(2021年12月)"
    assert broken("about −17 points", CELL, 10) == "about −17 points", "what has spaces is broken by whoever shows it"


def test_no_line_of_a_table_on_a_slide_is_wider_than_its_column(told: Agenda) -> None:
    book = Presentation(io.BytesIO(pack_slides(told)))
    tables = [shape.table for slide in book.slides for shape in slide.shapes if shape.has_table]
    wide = [
        (line, column.width.mm) for table in tables for at, column in enumerate(table.columns) for row in table.rows
        for line in row.cells[at].text.split("\v") if told.words.language == "ja" and len(phrases(line)) > 1 and taken(line.rstrip(), CELL) > column.width.mm - PAD + 0.1
    ]  # fmt: skip
    assert tables and wide == []


def test_nothing_of_an_item_lies_on_the_foot_of_its_slide_and_no_label_of_a_chart_is_broken(told: Agenda) -> None:
    w, item = told.words, next(item for item in told.items if item.drawn is not None and len(item.drawn.points) > FEW)
    causes, actions = (
        Block(
            key="rows",
            columns=(w("bureau"), *(w(f"part_{part}") for part in parts)),
            rows=((("長い文章です。" * 4),) * (len(parts) + 1),) * 9,
        )
        for parts in (("cause", "response"), ("measure", "due", "state"))
    )
    crowded = replace(told)
    crowded.__dict__["items"] = (replace(item, causes=causes, actions=actions, assessment="見立て" * 9),)
    slide = list(Presentation(io.BytesIO(pack_slides(crowded))).slides)[-1]
    foot, *above = sorted((s for s in slide.shapes if s.has_text_frame and s.text_frame.text), key=lambda s: -s.top)[1:]
    assert above[0].text_frame.text.startswith(w("assessment"))
    assert above[0].top + Mm(14) <= foot.top
    axis = next(shape.chart for shape in slide.shapes if shape.has_chart).category_axis._element
    assert axis.txPr.bodyPr.get("rot") == "-2700000" and int(axis.find(qn("c:tickLblSkip")).get("val")) == ceil(
        len(item.drawn.points) / FEW
    )


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_list_on_a_slide_ends_above_its_foot_and_counts_what_it_leaves_out(store: Store, language: str) -> None:
    """Three decisions of two lines each ran over the foot of the first slide in English."""
    made = agenda(store, language)
    slide, lines = _Slide(Presentation(), made, "t"), [f"{n} " + "What to do about this indicator" * 4 for n in range(40)]
    end = slide.bullets(142, 120, 180, 13, lines, more=2)
    written, more = [shape.text_frame for shape in slide.held.shapes if shape.has_text_frame and shape.text_frame.text][-2:]
    count = len(written.paragraphs)
    assert 1 <= count < 40 and more.text == made.words("pack_more", count=40 - count + 2)
    foot = next(shape for shape in slide.held.shapes if shape.has_text_frame and made.words("site") in shape.text_frame.text)
    assert Mm(end) <= foot.top


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_decision_can_be_written_down_also_where_causes_and_actions_fill_the_slide(store: Store, language: str) -> None:
    """The table for it was left out of exactly the items with the most to decide about."""
    made = agenda(store, language)
    item = next(item for item in made.items if item.drawn is not None)
    heads = tuple(
        made.words("bureau") if part == "bureau" else made.words(f"part_{part}") for part in ("bureau", "measure", "due", "state")
    )
    rows = Block(key="rows", columns=heads, rows=(("text of some length",) * 4,) * 9)
    causes = replace(rows, columns=(heads[0], made.words("part_cause"), made.words("part_response"), "x"))
    made.__dict__["items"] = (replace(item, causes=causes, actions=rows, assessment="remark " * 12, before=()),)
    slide = list(Presentation(io.BytesIO(pack_slides(made))).slides)[-1]
    tables = [shape for shape in slide.shapes if shape.has_table]
    assert [t.table.cell(0, 0).text for t in tables] == [made.words("bureau")] * 2 + [made.words("decision_what")]
    foot = next(shape for shape in slide.shapes if shape.has_text_frame and made.words("site") in shape.text_frame.text)
    assert tables[-1].top + tables[-1].height <= foot.top
    assessed = next(
        shape for shape in slide.shapes if shape.has_text_frame and shape.text_frame.text.startswith(made.words("assessment"))
    )
    assert tables[-1].top - Mm(7) >= assessed.top + Mm(14)


def test_english_slides_hold_no_japanese_of_ours(store: Store) -> None:
    book = Presentation(io.BytesIO(pack_slides(agenda(store, "en"))))
    texts = [shape.text_frame.text for slide in book.slides for shape in slide.shapes if shape.has_text_frame]
    assert not [text for text in texts if re.search(r"[ぁ-んァ-ヶ]", text.replace(HOSTILE, ""))]


def test_without_a_font_for_japanese_the_pdf_is_refused_with_what_to_install(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FONTS", ("No Such Font",))
    fonts._looked_for.cache_clear()
    try:
        assert not fonts.has_japanese()
        with pytest.raises(Unavailable) as refused:
            pdf.pack_pdf(agenda(store))
        assert "FONTS_DIR" in refused.value.in_language("ja") and "fonts-noto-cjk" in refused.value.in_language("en")
    finally:
        fonts._looked_for.cache_clear()


@needs_font
@needs_poppler
@pytest.mark.parametrize("written", ["\U0001f469\u200d\U0001f4bb", "1\ufe0f\u20e3", "\u0378", "\U0001f3f3\ufe0f\u200d\U0001f308"])
def test_a_character_that_no_font_has_is_shown_as_missing_and_the_pdf_is_made(tmp_path: Path, written: str) -> None:
    """One emoji in one reason would else keep everybody from the pack: what is promised to be accessible may lack no character."""
    made = copied(shipped(), tmp_path / "figures.db")
    people.local_people(made)
    meetings.decide(
        made,
        "FY2022-Q3",
        Wanted(
            decided=f"前{written}後",
            due_on=DAY + timedelta(days=9),
            indicator_code=RATE,
            bureau_code="DIGITAL",
            section="課",
            role="長",
        ),
        actor=OFFICE,
    )
    pages = "".join(plain(page) for page in pages_of(pdf.pack_pdf(agenda(made)), tmp_path))
    assert re.search("前.{1,4}後", pages)
    assert written[0] != "\u0378" or f"前{pdf.NO_GLYPH}" in pages, "a sign that no font has"


def test_the_template_says_nothing_itself() -> None:
    """Its words come with the data: a letter outside comments would be of one language."""
    text = (pdf.TEMPLATES / "pack.typ").read_text(encoding="utf-8")
    bare = "\n".join(line.partition("// ")[0] for line in text.splitlines())
    assert not re.search(r"[ぁ-んァ-ヶ一-龠]", bare)


def slides_said(told: Agenda) -> list[str]:
    book = Presentation(io.BytesIO(pack_slides(told)))
    return ["\n".join(shape.text_frame.text for shape in slide.shapes if shape.has_text_frame) for slide in book.slides]


def test_what_a_slide_leaves_out_is_counted(store: Store, tmp_path: Path) -> None:
    """Of what is to be decided, of what was decided, and of the decisions about one item."""
    open_one = agenda(store)
    more = open_one.words("pack_more", count=len(open_one.to_decide()) - 3)
    assert len(open_one.to_decide()) > 3 and slides_said(open_one)[0].endswith(more)
    made = copied(shipped(), tmp_path / "many.db")
    people.local_people(made)
    for n in range(7):
        wanted = Wanted(decided=f"{n}番目の指示", due_on=DAY + timedelta(days=9), indicator_code=RATE)
        meetings.decide(made, PERIOD, wanted, actor=OFFICE)
    told = agenda(made)
    said, place = slides_said(told), next(n for n, item in enumerate(told.items, start=-len(told.items)) if len(item.now) == 7)
    assert told.words("pack_more", count=2) in said[0] and "4番目の指示" in said[0] and "5番目の指示" not in said[0]
    assert told.words("pack_more", count=4) in said[place] and "2番目の指示" in said[place] and "3番目の指示" not in said[place]


def test_an_action_is_late_by_the_day_of_the_meeting_on_every_page(store: Store) -> None:
    """Its item said so, while the list of what needs attention asked as of the quarter's end."""
    for after, is_late in ((9, False), (10, True)):
        told = Agenda(report=quarter_report(State(store), PERIOD, language="ja"), day=DAY + timedelta(days=after))
        item = next(item for item in told.items if item.subject.indicator_code == RATE)
        assert item.row is not None and item.row.answer.due == DAY + timedelta(days=9)
        late = told.words("action_late")
        said = [item.row.answer.due_said(told.words), dict(facts(item, told))[told.words("att_due")], str(cells(item.actions.rows))]
        assert [late in each for each in said] == [is_late] * 3, said
