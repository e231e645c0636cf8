"""The page of questions at an office: a bureau sees what is put to it and nothing else, answers by its workbook, and forges nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kpis.languages import say
from kpis.periods import local_day
from kpis.reporting import questions
from kpis.store.store import utc_now
from tests.kpis.test_questions import COLUMNS, uploaded
from tests.small_government import AYA, OFFICE
from tests.web.conftest import Office

pytestmark = pytest.mark.server


def test_each_bureau_sees_what_is_put_to_it_and_its_own_answer(office: Office) -> None:
    store, today = office.store, local_day(utc_now())
    words = {"title_ja": "密かな照会", "title_en": "Quiet question"}
    due = today + timedelta(days=9)
    draft = questions.QuestionDraft(words=words, columns=COLUMNS, due_on=due, most_rows=3, bureaus=["GENERAL"])
    code = questions.write(store, draft, actor=OFFICE)
    pages = {name: office.visitor(name).tab() for name in ("anna", "dai", "office")}
    assert words["title_ja"] not in pages["anna"].run("questions"), "a draft is the office's"
    shown = pages["office"].run("questions", f"question={code}")
    assert words["title_ja"] in shown and say("question_open", "ja") in shown
    pages["office"].push(say("question_open", "ja"))
    assert say("question_opened_now", "ja", code=code) in pages["office"].wait()
    uploaded(store, code, actor=AYA)
    hers = pages["anna"].run("questions", f"question={code}")
    assert words["title_ja"] in hers and say("answer_submit", "ja") in hers and say("question_close", "ja") not in hers
    made = [each.deferred_file_id for each in pages["anna"].parts("download_button") if each.deferred_file_id]
    got = office.visitor("anna").ask(pages["anna"].deferred(made[0]).deferred_file.url)
    assert got.status == 404, "of another session"
    assert pages["anna"].visitor.ask(pages["anna"].deferred(made[0]).deferred_file.url).body[:2] == b"PK"
    pages["anna"].push(say("answer_submit", "ja"))
    assert say("answer_submitted_now", "ja") in pages["anna"].wait()
    for query in ("", f"question={code}", f"question={code}&bureau=GENERAL"):
        assert words["title_ja"] not in pages["dai"].run("questions", query)
    assert say("answer_accept", "ja") in pages["office"].run("questions", f"question={code}")
    for each in pages.values():
        each.close()
