"""What is on the screen may have been settled by others: whoever presses a button is told, nothing is done twice, and typed words are not lost unsaid."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date

import pytest

from kpis.languages import say
from kpis.reporting import questions, saying, submissions, withdrawals
from kpis.reporting.asking import AskedColumn
from kpis.reporting.voices import decide
from kpis.reporting_vocabulary import VoiceState
from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.store import Store
from kpis.voices.store import Voices
from loaders.workbook.submit import take_template
from tests.loaders.filled import with_cells
from tests.small_government import ANNA, AYA, IN_TIME, OFFICE, PERIOD, SECOND, settle
from tests.web import test_forms_seen_first
from tests.web.served import serving
from tests.web.test_forms_seen_first import CALENDAR, RATE, Desk, rate
from tests.web.visitor import Tab, Visitor

pytestmark = pytest.mark.server
FIELDS = frozenset(
    {"text_input", "text_area", "number_input", "date_input", "selectbox", "multiselect", "radio", "checkbox", "toggle",
     "segmented_control", "data_editor", "file_uploader"}
)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("hands")
    store = settle(Store(f"sqlite:///{folder / 'served.db'}"), folder / "data", calendar=CALENDAR)
    given = {
        "CATALOGUE_DIR": str(folder / "data" / "catalogue"), "OFFICIAL_DIR": str(folder / "data" / "official"),
        "VOICES_URL": f"sqlite:///{folder / 'voices.db'}",
    }  # fmt: skip
    with serving(folder, MIERUKA_MODE="local", DATABASE_URL=store.url, **given) as made:
        yield Desk(made, store)


desk = test_forms_seen_first.desk  # whose open reports are withdrawn after each test


def moved(number: int, state: str) -> tuple[str, str]:
    """Return how it is said that a report is in another state than on the screen: its beginning, and its end."""
    first, last = say("report_moved_since", "ja", number=number, steps="|", state=say(f"report_is_{state}", "ja")).split("|")
    return first, last


def sent(desk: Desk, numerator: float) -> int:
    """Bring a report and submit it; return its number."""
    desk.bring(rate(numerator))
    number = desk.report().id
    submissions.submit(desk.store, number, actor=ANNA, revision=1, today=IN_TIME)
    return number


def is_told(text: str, number: int, state: str, *, who: str, step: str) -> bool:
    """Say whether a page tells what became of a report, who did it, and by which step."""
    return all(part in text for part in (*moved(number, state), who, say(f"event_{step}", "ja")))


def test_whoever_returns_a_report_that_a_colleague_approved_is_told_and_gets_the_words_back(desk: Desk) -> None:
    number = sent(desk, 901.0)
    tab = desk.tab("review", f"report={number}", who="local_office")
    words = {tab.widget("text_area", say("give_back_reason", "ja")): "分母を確かめてください"}
    submissions.give_back(desk.store, number, actor=SECOND, revision=1, reason="試験")
    text = tab.send(say("give_back", "ja"), **words)
    assert is_told(text, number, "returned", who=SECOND, step="returned")
    assert say("words_not_kept", "ja") in text and "分母を確かめてください" in text
    assert desk.report().return_reason == "試験"
    assert moved(number, "returned")[0] not in tab.run(), "said once"
    tab.close()


def test_the_office_is_told_of_a_report_that_its_bureau_withdrew(desk: Desk) -> None:
    number = sent(desk, 902.0)
    tab = desk.tab("review", f"report={number}", who="local_office")
    submissions.withdraw(desk.store, number, actor=ANNA, revision=1)
    assert is_told(tab.send(say("approve", "ja")), number, "withdrawn", who=ANNA, step="withdrawn")
    tab.close()


def test_a_bureau_is_told_of_its_report_that_is_not_on_its_way_any_more(desk: Desk) -> None:
    desk.bring(rate(903.0))
    number = desk.report().id
    tab = desk.tab()
    submissions.withdraw(desk.store, number, actor=AYA, revision=1)
    assert is_told(tab.send(say("submit_button", "ja")), number, "withdrawn", who=AYA, step="withdrawn")
    assert moved(number, "withdrawn")[0] not in tab.run(), "said once"
    tab.close()


def test_ones_own_step_is_no_surprise(desk: Desk) -> None:
    desk.bring(rate(904.0))
    tab = desk.tab()
    text = tab.send(say("submit_button", "ja"))
    assert say("submitted_now", "ja") in text and moved(desk.report().id, "submitted")[0] not in text
    tab.close()


def test_whoever_answers_what_a_colleague_answered_is_told_and_gets_the_words_back(desk: Desk) -> None:
    desk.bring(rate(400.0))
    number = desk.report().id
    tab = desk.tab()
    words = {tab.widget("text_area", say("part_cause", "ja")): "二人目の要因"}
    saying.say_why(desk.store, number, actor=AYA, revision=1, causes={RATE: {"cause_ja": "一人目の要因"}})
    text = tab.send(say("say_causes_button", "ja"), **words)
    first, last = say("report_answered_since", "ja", number=number, steps="|").split("|")
    assert first in text and last in text and AYA in text
    assert say("words_not_kept", "ja") in text and "二人目の要因" in text
    assert desk.done("explained") == [f"{RATE}: 一人目の要因"]
    tab.close()


def test_whoever_approves_several_is_told_that_one_of_them_is_gone(desk: Desk) -> None:
    number = sent(desk, 906.0)
    tab = desk.tab("review", "", who="local_office")
    (choice,) = [each for each in tab.parts("multiselect") if each.label == say("approve_several_pick", "ja")]

    def press(label: str = "") -> str:
        asked = tab.asked()
        asked.rerun_script.widget_states.widgets.add(id=choice.id).string_array_value.data.append(choice.options[0])
        for button in (each.id for each in tab.parts("button") if label and each.label == label):
            asked.rerun_script.widget_states.widgets.add(id=button, trigger_value=True)
        tab.say(asked)
        return tab.wait()

    assert say("page_changed_since", "ja") not in press()
    submissions.withdraw(desk.store, number, actor=ANNA, revision=1)
    assert say("page_changed_since", "ja") in press(say("approve_several_button", "ja", count=1))
    tab.close()


def exceptions(desk: Desk) -> int:
    return len(desk.store.all_of(tables.ReportingException))


def filled_exception(desk: Desk) -> Tab:
    """Return the form of an exception, filled in."""
    tab = desk.tab("review", "part=exceptions", who="local_office")
    bureau, period = (
        next(each for each in tab.parts("selectbox") if each.label == say(label, "ja") and each.form_id)
        for label in ("bureau", "period")
    )
    tab.fields |= {bureau.id: "総務局", period.id: period.options[0], tab.widget("text_input", say("reason", "ja")): "災害"}
    return tab


def test_a_form_sent_twice_is_taken_once_and_begins_empty(desk: Desk) -> None:
    tab, before = filled_exception(desk), exceptions(desk)
    (button,) = [each.id for each in tab.parts("button") if each.label == say("leave_button", "ja")]
    tab.run(**{button: True})
    assert exceptions(desk) == before + 1
    tab.run(**{button: True})
    assert exceptions(desk) == before + 1, "a second click upon what is still on the screen"
    (reason,) = [each for each in tab.parts("text_input") if each.label == say("reason", "ja")]
    assert reason.id not in tab.fields, "the next one is another form"
    tab.close()


def test_a_second_click_that_comes_during_the_first_takes_nothing_twice_and_the_result_is_said(desk: Desk) -> None:
    tab, before = filled_exception(desk), exceptions(desk)
    (button,) = [each.id for each in tab.parts("button") if each.label == say("leave_button", "ja")]
    for _ in range(2):
        asked = tab.asked()
        asked.rerun_script.widget_states.widgets.add(id=button, trigger_value=True)
        tab.say(asked)
    text = tab.wait()
    text += tab.run()  # wherever the second came in between
    assert exceptions(desk) == before + 1
    assert say("leave_granted", "ja", bureau="総務局", period="|", until="|").split("|")[-1] in text
    tab.close()


def test_what_is_typed_is_kept_when_the_words_change_to_another_language() -> None:
    """Streamlit knows a field by its words unless it has a key: in another language it would be another field, and empty."""
    lacking = [
        f"{path.relative_to(ROOT)}:{call.lineno} {call.func.attr}"
        for path in sorted((ROOT / "pages").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in FIELDS
        and not any(given.arg in ("key", None) for given in call.keywords)
    ]  # fmt: skip
    assert lacking == []


def published(desk: Desk) -> Tab:
    """Return the page of publishing."""
    tab = Visitor(desk.instance).tab()
    tab.run("publish", "lang=ja")
    return tab


def test_a_note_on_an_edition_stays_in_its_field_in_another_language(desk: Desk) -> None:
    tab = published(desk)
    field = tab.widget("text_area", say("publish_note", "ja"))
    tab.run("publish", "lang=en")
    assert tab.widget("text_area", say("publish_note", "en")) == field
    tab.close()


def test_what_would_be_published_is_looked_at_again_where_it_changed_and_then_published(desk: Desk) -> None:
    number = sent(desk, 905.0)
    tab = published(desk)
    tab.fields[tab.widget("text_area", say("publish_note", "ja"))] = "一つ目の版"
    submissions.approve(desk.store, number, actor=OFFICE, revision=1)
    text = tab.send(say("publish_button", "ja", number=1))
    assert say("publish_changed_since", "ja", number=1) in text and not desk.store.all_of(tables.Publication)
    text = tab.send(say("publish_button", "ja", number=1))
    assert say("publish_done", "ja", number=1) in text, "what was looked at again is published"
    assert [row["note"] for row in desk.store.all_of(tables.Publication)] == ["一つ目の版"]
    assert tab.widget("text_area", say("publish_note", "ja")) not in tab.fields, "the next edition has a note of its own"
    tab.close()


def test_a_question_that_a_colleague_rewrote_is_not_overwritten_and_what_was_typed_stays(desk: Desk) -> None:
    columns = [AskedColumn(heading_ja="件数", heading_en="Count", type="count", unit="件")]

    def write(lead: str, code: str = "") -> str:
        words = {"title_ja": "FAXの残り", "lead_ja": lead}
        draft = questions.QuestionDraft(words=words, columns=columns, due_on=date(2099, 1, 31))
        return questions.write(desk.store, draft, actor=SECOND, code=code)

    def lead() -> str:
        return questions.question(desk.store, code, viewer=OFFICE).lead_ja

    code = write("はじめの説明")
    tab = desk.tab("questions", f"question={code}", who="local_office")
    tab.fields[tab.widget("text_area", say("question_lead_ja", "ja"))] = "二人目の説明"
    write("一人目の説明", code)
    text = tab.send(say("question_keep", "ja"))
    assert say("question_changed_since", "ja") in text and "一人目の説明" in text and lead() == "一人目の説明"
    assert tab.widget("text_area", say("question_lead_ja", "ja")) in tab.fields, "what was typed is still in its field"
    assert say("question_kept", "ja", code=code) in tab.send(say("question_keep", "ja")) and lead() == "二人目の説明"
    write("三人目の説明", code)
    assert say("question_changed_since", "ja") in tab.send(say("question_open", "ja"))
    assert questions.question(desk.store, code, viewer=OFFICE).state == "draft", "nobody sends what they have not seen"
    tab.close()


def test_what_a_colleague_decided_of_a_list_is_told_to_whoever_decides_it_next(desk: Desk) -> None:
    key = ("electronic_decision_rate", "GENERAL", "FY2022-Q2")
    number = withdrawals.ask(desk.store, key, actor=ANNA, reason_class="error", reason_text="誤り").id
    tab = desk.tab("review", "part=withdrawals", who="local_office")
    assert say("page_changed_since", "ja") not in tab.text
    withdrawals.decide(desk.store, number, actor=OFFICE, approves=False, text="正しい")
    typed = {tab.widget("text_input", say("withdrawal_decision_text", "ja")): "二人目の判断"}
    text = tab.send(say("withdrawal_approve", "ja"), **typed)
    assert say("page_changed_since", "ja") in text and say("words_not_kept", "ja") in text and "二人目の判断" in text
    assert say("page_changed_since", "ja") not in tab.run(), "said once"
    tab.close()


def test_a_voice_that_a_colleague_answered_is_not_answered_otherwise_unseen(desk: Desk) -> None:
    voices = Voices(str(desk.store.url).replace("served.db", "voices.db"))
    for text in ("一つ目の声", "二つ目の声"):
        voices.say("indicator", RATE, grade=4, words=text, language="ja", edition=1, said_on=IN_TIME)
    second, first = voices.listed()
    tab = desk.tab("review", who="local_office")
    tab.run("voices")
    assert first.words in tab.text and second.words in tab.text and say("page_changed_since", "ja") not in tab.text
    fields = [each.id for each in tab.parts("text_area") if each.label == say("voice_answer_ja", "ja")]
    tab.fields |= dict.fromkeys(fields, "二人目の答え")
    tab.run()
    decide(desk.store, voices, first, actor=OFFICE, to=VoiceState.PUBLISHED, today=IN_TIME, answer_ja="同僚の答え")
    text = tab.run()
    assert say("words_not_kept", "ja") in text and text.count("二人目の答え") >= 1, "what was typed for it can be copied"
    assert say("page_changed_since", "ja") in text and first.words not in tab.text and second.words in tab.text
    assert say("page_changed_since", "ja") not in tab.run("voices", "part=decided") and "同僚の答え" in tab.text
    tab.close()


def test_a_draft_of_a_question_is_a_form_like_any_other() -> None:
    """Its number of turns stood in the session by itself, where a second click came between the write and the next turn."""
    written = ast.parse((ROOT / "pages" / "parts" / "question_written.py").read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(written) if isinstance(node, ast.Attribute) and node.attr == "session_state"]


def test_a_second_click_upon_a_workbook_reads_it_once_and_shows_what_became_of_it(desk: Desk) -> None:
    """The second click ended the run of the first before its result was kept, and the file was "the one you uploaded before"."""
    tab = desk.tab()
    content = with_cells(take_template(desk.store, "GENERAL", PERIOD, actor=ANNA), "指標の実績", {"H2": 730, "I2": 1000})
    assert tab.upload(content).status == 204
    form, button = (
        tab.parts("file_uploader")[0].form_id,
        next(b.id for b in tab.parts("button") if b.label == say("upload_button", "ja")),
    )
    tab.hand_in(content, "f1")
    while tab.hear().delta.new_element.button.label != say("upload_button", "ja"):
        pass
    assert tab.hear().delta.new_element.WhichOneof("type") == "markdown", "the last that is drawn before the file is read"
    tab.hand_in(content, "f1")  # while the first is read
    tab.wait()
    text = tab.run(**{button: True})  # wherever the second came in between
    kept = say("upload_kept", "ja", name="", number=desk.report().id, rows="|").split("|")[0]
    repeated = say("upload_repeat", "ja", name="", number="|", state="").split("|")[0]
    assert kept in text and repeated not in text and [u.revision for u in desk.opened().uploads] == [1]
    assert tab.parts("file_uploader")[0].form_id != form, "the uploader is empty"
    tab.close()
