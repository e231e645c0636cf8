"""What stands in the way of a step: another person, another state, another upload, cells not decided, contradictions. Inside a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from kpis.errors import ChangedMeanwhile, NotAllowed, StepRefused
from kpis.periods import local_time
from kpis.reporting.access import next_state
from kpis.reporting.comparison import (
    Comparison,
)
from kpis.reporting.contradictions import Contradiction, contradictions_of
from kpis.reporting.kept import RowKey, Warning, id_of
from kpis.reporting.people import allow
from kpis.reporting.reports import seen, warnings_of
from kpis.store import tables


def report_for_step(session: Session, report_id: int, actor: str, action: str, revision: int) -> tables.Submission:
    """Return the report that the actor may take this step with, as the actor saw it."""
    row = seen(session, report_id, actor)
    allow(session, actor, action, row.bureau_code)
    next_state(row.state, action)
    if row.revision != revision:
        raise ChangedMeanwhile(
            f"この報告は{row.created_by}が新しいファイルに差し替えました(第{row.revision}版)。開き直して確かめてください。",
            f"{row.created_by} replaced the workbook of this report (revision {row.revision}). Open it again.",
        )
    return row


def same_place(session: Session, bureau_code: str, period_code: str) -> list[tables.Submission]:
    """Return the reports of a bureau for a period that were not withdrawn, the latest first."""
    query = select(tables.Submission).where(
        tables.Submission.bureau_code == bureau_code, tables.Submission.period_code == period_code,
        tables.Submission.state != "withdrawn",
    )  # fmt: skip
    return list(session.exec(query.order_by(col(tables.Submission.id).desc())))


def refuse_other(now_open: tables.Submission | None, replaces: tuple[int, int] | None) -> None:
    """Refuse an upload beside an open report that its sender had not seen; ``replaces``: its number and revision as they were seen."""
    seen_open = (id_of(now_open), now_open.revision) if now_open is not None else None
    if seen_open == replaces:
        return
    if now_open is None:
        raise ChangedMeanwhile(
            "置き換えようとした下書きは、もうありません。画面を開き直してください。",
            "The draft you meant to replace is no longer open. Open the page again.",
        )
    when = f"{local_time(now_open.created_at):%Y-%m-%d %H:%M:%S}"
    raise ChangedMeanwhile(
        f"{now_open.created_by} が先に同じ局・期間の報告を保存しました({when}、報告 {now_open.id} 第{now_open.revision}版)。"
        "画面を開き直し、内容を確かめてから差し替えてください。",
        f"{now_open.created_by} stored a report of the same bureau and period first ({when}, report {now_open.id}, revision "
        f"{now_open.revision}). Open the page again, look at it, and then replace it if you must.",
    )


def not_yet_asked(
    session: Session, submission: tables.Submission, comparison: Comparison, current: Mapping[RowKey, Any]
) -> list[Contradiction]:
    """Return what the report contradicts by now without having been asked about it; refuse what is impossible by now."""
    asked = {(w.rule, w.sheet, w.cell, w.found) for w in warnings_of(session, submission)}
    found = contradictions_of(session, submission.bureau_code, comparison, current)
    if impossible := [each for each in found if each.finding.grade == "error"]:
        raise StepRefused(
            f"登録の変更により成り立たなくなった値があります({places_of(impossible, 0)})。直したファイルをアップロードしてください。",
            f"Figures became impossible by what was stored since ({places_of(impossible, 1)}). Upload a corrected workbook.",
        )
    return [each for each in found if (each.finding.rule, each.row.sheet, each.cell, each.finding.found) not in asked]


def as_warning(contradiction: Contradiction) -> Warning:
    """Return a contradiction as what the bureau is asked to confirm."""
    found = contradiction.finding
    return Warning(
        found.found, *found.expected, *found.remedy, sheet=contradiction.row.sheet, cell=contradiction.cell, rule=found.rule
    )


def places_of(contradictions: Sequence[Contradiction], language: int) -> str:
    """Say where and what, of the first three; ``language`` 0 is Japanese, 1 is English."""
    said = [
        f"{' '.join(each.row.key)} {each.row.sheet}!{each.cell}: {each.finding.found} / {each.finding.expected[language]}"
        for each in contradictions[:3]
    ]
    return "; ".join(said) + (" …" if len(contradictions) > 3 else "")


def refuse_unready(comparison: Comparison) -> None:
    """Refuse a report with cells that are not decided or corrections without a reason, and name them."""
    for cells, ja, en in (
        ([c.place for c in comparison.unread],
         "二通りに読めるセルがあります。どちらの値か選んでください", "Cells may mean two values; choose which is meant"),
        ([c.place for c in comparison.unresolved],
         "様式の発行後に変わったセルがあります。どちらの値にするか選んでください",
         "Cells changed after the template was issued; choose which value stands"),
        ([r.cells[0].place for r in comparison.unexplained],
         "訂正の理由(区分と説明)が足りません", "Corrections lack a reason class or text"),
    ):  # fmt: skip
        if cells:
            places = ", ".join(cells[:5]) + (" …" if len(cells) > 5 else "")
            raise StepRefused(f"{ja}({len(cells)}件: {places})。", f"{en} ({len(cells)}: {places}).")


def refuse_own(row: tables.Submission, actor: str) -> None:
    """Refuse to let a person decide on what they handed in themselves."""
    if actor in (row.created_by, row.submitted_by):
        raise NotAllowed(
            "自分がアップロードまたは提出した報告は、自分では承認・差し戻しできません。別の担当者に依頼してください。",
            "You uploaded or submitted this report, so somebody else must approve or return it.",
        )
