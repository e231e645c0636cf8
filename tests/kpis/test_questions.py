"""A question of the office and its answers: every role × every step, the life of both, four eyes, two at once; in each kind of database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest

from kpis.errors import ChangedMeanwhile, FigureRefused, MierukaError, NotAllowed, NotFound, StepRefused
from kpis.reporting import answers, people, questions
from kpis.reporting.asking import Answer, AskedColumn, checked, read_choices
from kpis.store import tables
from kpis.store.store import Store
from tests.small_government import ADMIN, ANNA, AYA, DAI, OFFICE, SECOND, STRANGER, settle

pytestmark = pytest.mark.store

DAY, BEFORE, AFTER = date(2023, 2, 15), date(2023, 2, 1), date(2023, 2, 16)
COLUMNS = (
    AskedColumn(heading_ja="施設名", heading_en="Facility", is_required=True),
    AskedColumn(heading_ja="台数", heading_en="Machines", type="count", is_required=True, unit="台"),
    AskedColumn(heading_ja="状況", heading_en="State", type="choice", choices=read_choices("済 = Done; 未 = Not done")),
    AskedColumn(heading_ja="更新日", heading_en="Renewed on", type="date"),
    AskedColumn(heading_ja="廃止できる", heading_en="Can go", type="flag"),
    AskedColumn(heading_ja="費用", heading_en="Cost", type="number", unit="円"),
)
WORDS = {"title_ja": "FAXの残り", "title_en": "Fax machines left", "lead_ja": "残る理由も", "lead_en": "And why"}
ROW: dict[str, Answer] = {"c1": "本庁", "c2": 3.0, "c3": "済", "c4": date(2022, 5, 1), "c5": False, "c6": 1200.5}


def asked(store: Store, *, is_open: bool = True, **overrides: object) -> str:
    """OFFICE writes a question, and opens it."""
    given = {"words": WORDS, "columns": COLUMNS, "due_on": DAY, "most_rows": 3, **overrides}
    by = {name: given.pop(name) for name in ("actor", "code") if name in given}
    code = questions.write(store, questions.QuestionDraft(**given), **{"actor": OFFICE, **by})  # type: ignore[arg-type]
    if is_open:
        questions.open_to_bureaus(store, code, actor=OFFICE, today=BEFORE)
    return code


def uploaded(store: Store, code: str, *, actor: str = ANNA, bureau: str = "GENERAL", rows: tuple[dict[str, Answer], ...] = (ROW,),
             content: bytes = b"one", replaces: int = 0) -> int:  # fmt: skip
    filled = answers.FilledAnswers(rows=rows, content=content, name="a.xlsx", template_id="T1")
    return answers.upload(store, filled, actor=actor, code=code, bureau_code=bureau, replaces=replaces)


def submitted(store: Store, code: str, *, actor: str = ANNA, bureau: str = "GENERAL") -> None:
    answers.submit(store, code, bureau, actor=actor, revision=uploaded(store, code, actor=actor, bureau=bureau))


def states(store: Store, code: str, *, today: date = BEFORE) -> dict[str, tuple[str, bool]]:
    return {r.bureau_code: (r.state, r.is_late) for r in questions.coverage(store, code, viewer=OFFICE, today=today)}


def test_a_draft_that_a_colleague_rewrote_is_neither_overwritten_nor_opened_unseen(reporting: Store) -> None:
    code = asked(reporting, is_open=False)
    before = questions.question(reporting, code, viewer=OFFICE)
    theirs, own = (
        questions.QuestionDraft(words={**WORDS, "lead_ja": lead}, columns=COLUMNS, due_on=DAY)
        for lead in ("同僚の説明", "自分の説明")
    )
    questions.write(reporting, theirs, actor=SECOND, code=code, before=before)
    with pytest.raises(ChangedMeanwhile, match="書き直しました"):
        questions.write(reporting, own, actor=OFFICE, code=code, before=before)
    with pytest.raises(ChangedMeanwhile):
        questions.open_to_bureaus(reporting, code, actor=OFFICE, today=BEFORE, before=before)
    now = questions.question(reporting, code, viewer=OFFICE)
    assert (now.lead_ja, now.state) == ("同僚の説明", "draft")
    assert questions.open_to_bureaus(reporting, code, actor=OFFICE, today=BEFORE, before=now) == 2


@pytest.mark.edition
def test_from_a_question_to_an_accepted_answer_that_is_kept(reporting: Store) -> None:
    before = reporting.state()
    code = asked(reporting)
    assert code == "Q001" and states(reporting, code) == {"GENERAL": ("waiting", False), "DIGITAL": ("waiting", False)}
    assert uploaded(reporting, code) == 1 == uploaded(reporting, code), "the same file twice changes nothing"
    assert answers.rows_of(reporting, code, viewer=OFFICE) == [], "a draft is its bureau's"
    assert [row.values for row in answers.rows_of(reporting, code, viewer=AYA)] == [ROW]
    answers.submit(reporting, code, "GENERAL", actor=ANNA, revision=1)
    assert states(reporting, code, today=AFTER) == {"GENERAL": ("submitted", False), "DIGITAL": ("waiting", True)}
    with pytest.raises(StepRefused, match="GENERAL"):
        questions.close(reporting, code, actor=OFFICE)
    answers.decide(reporting, code, "GENERAL", actor=OFFICE, revision=1, accepts=False, reason=" 台数を ")
    assert uploaded(reporting, code, actor=AYA, content=b"two", rows=({**ROW, "c2": 4.0}, ROW), replaces=1) == 2
    assert states(reporting, code)["GENERAL"] == ("returned", False), "until it is submitted again"
    answers.submit(reporting, code, "GENERAL", actor=AYA, revision=2)
    answers.decide(reporting, code, "GENERAL", actor=SECOND, revision=2, accepts=True)
    questions.close(reporting, code, actor=OFFICE)
    kept = answers.rows_of(reporting, code, viewer=OFFICE)
    assert [(row.bureau_code, row.number, row.state, row.values["c2"]) for row in kept] == [
        ("GENERAL", 1, "accepted", 4.0), ("GENERAL", 2, "accepted", 3.0),
    ]  # fmt: skip
    assert len(reporting.all_of(tables.QuestionAnswer, question_code=code)) == 3, "the first upload too"
    for step in (
        lambda: uploaded(reporting, code, actor=DAI, bureau="DIGITAL"),
        lambda: answers.decide(reporting, code, "GENERAL", actor=OFFICE, revision=2, accepts=False, reason="x"),
        lambda: questions.close(reporting, code, actor=OFFICE),
        lambda: asked(reporting, is_open=False, code=code),
    ):
        with pytest.raises(StepRefused):
            step()
    assert reporting.state().figures == before.figures, "nothing that is kept of figures is made anew"
    told = [e.action for e in people.audit_trail(reporting, actor=OFFICE)[0] if "Q001" in e.subject and e.action != "refused"]
    assert told == [
        "question_closed", "answer_accepted", "answer_submitted", "answer_uploaded", "answer_returned", "answer_submitted", "answer_uploaded",
        "question_opened", "question_asked",
    ]  # fmt: skip


EMAILS = {"own": AYA, "other": DAI, "office": OFFICE, "administrator": ADMIN, "stranger": STRANGER, "signed_out": ""}
STEPS: dict[str, Callable[[Store, str], object]] = {
    "ask": lambda s, who: asked(s, actor=who, is_open=False),
    "open": lambda s, who: questions.open_to_bureaus(s, "Q002", actor=who, today=BEFORE),
    "close": lambda s, who: questions.close(s, "Q003", actor=who),
    "list": lambda s, who: questions.covered(s, viewer=who, today=BEFORE),
    "see": lambda s, who: questions.question(s, "Q001", viewer=who),
    "see its coverage": lambda s, who: questions.coverage(s, "Q001", viewer=who, today=BEFORE),
    "see the answers": lambda s, who: answers.rows_of(s, "Q001", viewer=who, bureau_code="GENERAL"),
    "upload": lambda s, who: uploaded(s, "Q001", actor=who, content=b"new", replaces=1),
    "submit": lambda s, who: answers.submit(s, "Q001", "GENERAL", actor=who, revision=2),
    "accept": lambda s, who: answers.decide(s, "Q004", "GENERAL", actor=who, revision=1, accepts=True),
    "return": lambda s, who: answers.decide(s, "Q005", "GENERAL", actor=who, revision=1, accepts=False, reason="x"),
}
# In the order of EMAILS: + done, - refused, ? as if there were no such question. A bureau's manager sees what is put to that bureau only.
EXPECTED = {
    "ask":              "- - + - - -",
    "open":             "- - + - - -",
    "close":            "- - + - - -",
    "list":             "+ + + - - -",
    "see":              "+ ? + ? ? ?",
    "see its coverage": "+ ? + ? ? ?",
    "see the answers":  "+ ? + ? ? ?",
    "upload":           "+ - - - - -",
    "submit":           "+ - - - - -",
    "accept":           "- - + - - -",
    "return":           "- - + - - -",
}  # fmt: skip


@pytest.mark.edition
def test_each_role_may_do_what_the_table_says(reporting: Store) -> None:
    asked(reporting, bureaus=["GENERAL"])
    uploaded(reporting, "Q001")
    asked(reporting, is_open=False)
    asked(reporting)
    for code in ("Q004", "Q005"):
        asked(reporting)
        submitted(reporting, code)
    got = {}
    for name, step in STEPS.items():
        done = []
        for who in sorted(EMAILS, key=lambda person: "+" in EXPECTED[name].split()[list(EMAILS).index(person)]):  # who may, last
            try:
                step(reporting, EMAILS[who])
                done.append((who, "+"))
            except NotFound:
                done.append((who, "?"))
            except NotAllowed:
                done.append((who, "-"))
        got[name] = " ".join(dict(done)[who] for who in EMAILS)
    assert got == EXPECTED
    codes = [one.question_code for one, _ in questions.covered(reporting, viewer=DAI, today=BEFORE)]
    assert codes and "Q001" not in codes


def test_whoever_wrote_a_part_of_an_answer_neither_accepts_nor_returns_it(reporting: Store) -> None:
    code = asked(reporting)
    people.add_person(reporting, actor=people.COMMAND_LINE, email=ANNA, role="reform_office")
    uploaded(reporting, code)
    uploaded(reporting, code, actor=AYA, content=b"two", replaces=1)
    answers.submit(reporting, code, "GENERAL", actor=AYA, revision=2)
    for accepts in (True, False):
        with pytest.raises(NotAllowed):
            answers.decide(reporting, code, "GENERAL", actor=ANNA, revision=2, accepts=accepts, reason="x")
    with pytest.raises(FigureRefused):
        answers.decide(reporting, code, "GENERAL", actor=OFFICE, revision=2, accepts=False, reason=" ")
    with pytest.raises(ChangedMeanwhile):
        answers.decide(reporting, code, "GENERAL", actor=OFFICE, revision=1, accepts=True)


def test_whoever_submitted_an_answer_that_was_returned_does_not_decide_on_the_next(reporting: Store) -> None:
    code = asked(reporting)
    people.add_person(reporting, actor=people.COMMAND_LINE, email=AYA, role="reform_office")
    uploaded(reporting, code)
    answers.submit(reporting, code, "GENERAL", actor=AYA, revision=1)
    answers.decide(reporting, code, "GENERAL", actor=OFFICE, revision=1, accepts=False, reason="x")
    answers.submit(reporting, code, "GENERAL", actor=ANNA, revision=1)
    for accepts in (True, False):
        with pytest.raises(NotAllowed):
            answers.decide(reporting, code, "GENERAL", actor=AYA, revision=1, accepts=accepts, reason="x")
    answers.decide(reporting, code, "GENERAL", actor=OFFICE, revision=1, accepts=True)


def test_of_two_who_upload_at_once_one_is_told(reporting: Store) -> None:
    code = asked(reporting)
    together = Barrier(2)

    def act(who: str) -> str:
        together.wait(60)
        try:
            return str(uploaded(reporting, code, actor=who, content=who.encode()))
        except ChangedMeanwhile as refused:
            return refused.message.key

    with ThreadPoolExecutor(2) as at_once:
        assert sorted(at_once.map(act, (ANNA, AYA))) == ["1", "answer_uploaded_first"]


def test_an_answer_without_a_row_is_meant_so_and_a_wrong_row_is_refused(tmp_path: Path) -> None:
    store = settle(Store(f"sqlite:///{tmp_path / 'one.db'}"), tmp_path / "data")  # one engine is enough here
    code = asked(store)
    for wrong in (
        {**ROW, "c2": -1.0},
        {**ROW, "c1": ""},
        {**ROW, "c3": "?"},
        {**ROW, "c5": "yes"},
        {**ROW, "c7": 1.0},
        {**ROW, "c4": "x"},
    ):
        with pytest.raises(FigureRefused):
            uploaded(store, code, rows=(wrong,))
    with pytest.raises(FigureRefused):
        uploaded(store, code, rows=(ROW,) * 4)
    uploaded(store, code, rows=())
    with pytest.raises(StepRefused):
        answers.submit(store, code, "GENERAL", actor=ANNA, revision=1)
    answers.submit(store, code, "GENERAL", actor=ANNA, revision=1, is_nothing=True)
    with pytest.raises(NotFound):
        asked(store, bureaus=["TMG"])
    with pytest.raises(StepRefused):
        questions.open_to_bureaus(store, asked(store, is_open=False), actor=OFFICE, today=AFTER)


COLUMN = AskedColumn(heading_ja="名")


@pytest.mark.parametrize(
    "columns",
    [(), (COLUMN,) * 31, (AskedColumn(heading_ja=" "),), (COLUMN, AskedColumn(heading_ja="Ｎａｍｅ", heading_en=" 名 ")),
     (AskedColumn(heading_ja="状況", type="choice", choices=read_choices("済; 済")),), (AskedColumn(heading_ja="x", type="money"),)],
)  # fmt: skip
def test_columns_that_cannot_be_asked_are_refused(columns: tuple[AskedColumn, ...]) -> None:
    with pytest.raises(MierukaError):
        checked(columns)
