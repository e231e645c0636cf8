"""What an office has on its pages in the middle of a quarter: reports in every state, an edition, a question, voices of readers.

The reports go the product's own way, as those of the sample organisation do: template, workbook, upload, warnings confirmed, submission, return
or approval. Half of those approved are in the edition, the others wait to be published. What is reported and said is made up, and stays in
the bench.
"""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path

from kpis.periods import local_day, parse_period
from kpis.reporting import deadlines, questions
from kpis.reporting.asking import AskedColumn
from kpis.reporting.people import COMMAND_LINE, add_person
from kpis.settings import ROOT, Settings
from kpis.store import tables
from kpis.store.store import Store, utc_now
from kpis.voices.store import Voices
from loaders import sample
from loaders.workbook.layout import load_layout
from publishers.editions import publication

IN_EDITION = ("approved",) * 4
SINCE = ("draft", *["submitted"] * 4, *["returned"] * 3, *["approved"] * 4)  # the bureaus left have not begun
WAITING = len(IN_EDITION) + SINCE.index("submitted") + 1  # the number of a report that waits for the office
VOICES = 12
BUREAU = "DIGITAL"  # the one with the draft
MANAGER = sample.manager_of(BUREAU)


def under_way(store: Store, *, voices_url: str, editions: Path) -> None:
    """Bring what is under way into a database with the shipped figures."""
    today = local_day(utc_now())
    (window,) = deadlines.within_reach(deadlines.reported_periods(store), (), today=today, most=1)
    period, organisation = window.period_code, store.organisation()
    bureaus = organisation.owing(next(unit.code for unit in organisation.units if unit.kind == "whole"), parse_period(period).end)
    sizes = tomllib.loads((ROOT / "data/catalogue/sample.toml").read_text(encoding="utf-8"))
    sizes.pop("reporting")
    asked = [row for row in store.all_of(tables.Indicator) if row["is_reported_by_bureaus"]]
    given = sample._given(store.book(), sizes, asked, period, bureaus)
    add_person(store, actor=COMMAND_LINE, email=sample.OFFICE, role="reform_office")

    def report(bureau: str, stage: str) -> None:
        add_person(store, actor=COMMAND_LINE, email=sample.manager_of(bureau), role="bureau_manager", bureau_code=bureau)
        sample._reported(store, bureau, period, given(bureau), stage=stage, layout=load_layout(), folder=None, issued_at=utc_now())

    others = [bureau for bureau in bureaus if bureau != BUREAU]
    order = (*others[: len(IN_EDITION)], BUREAU, *others[len(IN_EDITION) :])
    stages = dict(zip(order, (*IN_EDITION, *SINCE), strict=False))
    for number, (bureau, stage) in enumerate(stages.items()):
        if number == len(IN_EDITION):
            chosen = Settings(EDITIONS_DIR=editions, SIGNING_KEY_FILE=editions.with_suffix(".key"))  # type: ignore[call-arg]
            publication.publish(store, note="bench", now=utc_now(), chosen=chosen)
        report(bureau, stage)
    assert [r["state"] for r in store.all_of(tables.Submission)] == [*IN_EDITION, *SINCE]
    _ask(store)
    _say(Voices(voices_url))


def _ask(store: Store) -> None:
    """Ask every bureau a question, which is open for a month."""
    today = local_day(utc_now())
    columns = [
        AskedColumn(heading_ja="件数", heading_en="Count", type="count", unit="件"),
        AskedColumn(heading_ja="理由", heading_en="Reason"),
    ]
    words = {"title_ja": "FAXの残り", "title_en": "What is still faxed", "lead_ja": "なぜ残るかを書いてください。"}
    draft = questions.QuestionDraft(words=words, columns=columns, due_on=today + timedelta(days=30))
    code = questions.write(store, draft, actor=sample.OFFICE)
    questions.open_to_bureaus(store, code, actor=sample.OFFICE, today=today)


def _say(voices: Voices) -> None:
    """Let readers say what they think of two indicators."""
    for number in range(VOICES):
        voices.say(
            "indicator", ("procedure_digitisation_rate", "paper_sheets")[number % 2], grade=number % 5 + 1, edition=1, language="ja",
            words=f"見本の声 その{number}", said_on=local_day(utc_now()),
        )  # fmt: skip
