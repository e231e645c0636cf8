"""The page of questions to bureaus: for the office, what it asks of whom, due dates and answers; for a bureau, its own questions."""

from __future__ import annotations

from kpis.as_text import markdown
from kpis.reporting import questions
from kpis.reporting.questions import Question, Reply
from kpis.reporting_vocabulary import QuestionState, ReplyState
from kpis.text import format_date
from pages.parts import cached, prose, steps
from pages.parts.choices import choose, choose_part
from pages.parts.data_table import data_table
from pages.parts.entry import enter
from pages.parts.question_answer import answered_by
from pages.parts.question_office import office_view
from pages.parts.question_written import write_question
from pages.parts.reported import office_today
from pages.parts.text import language, named, t
from pages.parts.titled import page_heading, section_heading
from pages.parts.viewer import until_step, viewer

enter("see_questions")

store, me = cached.store(), viewer()
ASKS = me.may("ask_question")
SENT = (ReplyState.SUBMITTED.value, ReplyState.ACCEPTED.value)


def conclusion(covered: list[tuple[Question, list[Reply]]]) -> None:
    """Draw the page title, one sentence on what is to be done: open and unanswered questions, or the bureau's due and late ones."""
    now_open = [(question, replies) for question, replies in covered if question.state == QuestionState.OPEN]
    waiting = [reply for _, replies in now_open for reply in replies if reply.state not in SENT]
    if ASKS:
        page_heading(
            t("questions_office_title", open=len(now_open), waiting=len(waiting)) if covered else t("questions_office_none")
        )
        if not covered:
            prose.markdown(t("questions_office_none_lead"))
        return
    owed = {reply.question_code for reply in waiting}
    due = sorted(question.due_on for question, _ in now_open if question.question_code in owed)
    late = sum(day < office_today() for day in due)
    if late:
        page_heading(t("questions_bureau_late", late=late))
    elif due:
        page_heading(t("questions_bureau_title", open=len(due), day=format_date(due[0], language())))
    else:
        page_heading(t("questions_bureau_none"))
        prose.markdown(t("questions_bureau_none_lead"))


def questions_list() -> None:
    """Draw the list of questions, and the one selected by the address."""
    covered = until_step("questions", make=lambda: questions.covered(store, viewer=me.email, today=office_today()))
    by_code = {one.question_code: (one, replies) for one, replies in covered}
    conclusion(covered)
    steps.show_result()
    if not covered:
        return
    data_table([_row(question, replies) for question, replies in covered])
    labels = {code: f"{code} {named(question, 'title')}" for code, (question, _) in by_code.items()}
    first = next((code for code, (question, _) in by_code.items() if question.state == QuestionState.OPEN), "")
    code = choose(
        "question",
        list(labels),
        t("question_open_one"),
        lambda c: labels.get(c, t("question_choose")),
        default=first,
        is_whole=True,
    )
    if not code:
        return
    one, replies_given = by_code[code]
    section_heading(f"{code} {markdown(named(one, 'title'))}")
    if one.lead_ja:
        prose.markdown(markdown(named(one, "lead")))
    mine = me.bureaus("answer_question")
    if ASKS:
        office_view(store, one, replies_given, actor=me.email)
    if me.may("answer_question") and one.state != QuestionState.DRAFT:
        answered_by(store, one, [reply for reply in replies_given if mine is None or reply.bureau_code in mine], actor=me.email)


def _row(question: Question, replies: list[Reply]) -> dict[str, object]:
    sent = sum(reply.state in SENT for reply in replies)
    late = sum(reply.is_late for reply in replies) if question.state == QuestionState.OPEN else 0
    line: dict[str, object] = {
        t("question_code"): question.question_code, t("question_title"): named(question, "title"), t("state"): t(f"question_is_{question.state}"),
        t("question_due"): format_date(question.due_on, language()),
    }  # fmt: skip
    if not ASKS and len(replies) == 1:
        line[t("question_own")] = t(f"reply_is_{replies[0].state}")
    else:
        line[t("question_coverage")] = t("question_covered", answered=sent, asked=len(replies)) if replies else "―"
    return {**line, t("question_late"): t("question_late_count", late=late) if late else ""}


shown = (
    choose_part("part", ["questions", "ask"], t("questions_view"), lambda v: t(f"part_{v}"), is_label_shown=False)
    if ASKS
    else "questions"
)
if shown == "ask":
    write_question(store, actor=me.email)
else:
    questions_list()
