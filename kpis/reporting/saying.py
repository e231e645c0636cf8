"""Write explanations of figures on the page, without another upload. One transaction."""

from __future__ import annotations

from collections.abc import Mapping

from kpis.as_text import typed
from kpis.errors import FigureRefused
from kpis.figures.commented import commentary_code
from kpis.periods import parse_period
from kpis.reporting.answering import place_of, report_to_answer
from kpis.reporting.commentaries import asked_of, projects_led
from kpis.reporting.comparison import ReportedRow, Value
from kpis.reporting.filing import kept_row, packed, packed_claims, row_key
from kpis.reporting.hindrances import report_for_step
from kpis.reporting.kept import id_of, record_step, rekept, rows_kept, subject_of
from kpis.reporting.merging import Hand, kept, stated
from kpis.reporting.people import acting
from kpis.store import tables
from kpis.store.store import Store, instant
from kpis.vocabulary import RowKind

TEXTS = ("cause_ja", "cause_en", "obstacle_ja", "obstacle_en", "response_ja", "response_en")
LONGEST = 2_000  # maximum characters of one text
KIND = RowKind.COMMENTARY.value


def say_why(store: Store, report_id: int, *, actor: str, revision: int, causes: Mapping[str, Mapping[str, str]]) -> None:
    """Write a bureau's explanations into its report; texts not given stay unchanged.

    Args:
        causes: indicator or project that the bureau leads → our column (one of ``TEXTS``) → text.

    Raises:
        FigureRefused: no text is given, one is too long, or the bureau neither reports the indicator nor leads the project.
    """
    with acting(store, actor, "explain", subject_of(report_id)) as session:
        report = report_for_step(session, report_id, actor, "explain", revision)
        led = set(projects_led(store, report.bureau_code, as_of=parse_period(report.period_code).end))
        about = [place_of(subject, report.bureau_code, report.period_code, is_project=subject in led) for subject in causes]
        answering = report_to_answer(session, report_id, actor, revision, about)
        row = answering.row
        rows = rows_kept(session, row)
        hand = Hand(by=actor, part=answering.part, at=instant(session), upload=row.revision)
        codes_asked = asked_of(store, row.bureau_code, row.period_code)
        for subject, given in causes.items():
            texts = {name: typed(text) for name, text in given.items() if name in TEXTS}
            if subject not in {*codes_asked, *led} or not any(texts.values()):
                raise FigureRefused("cause_of_no_figure", indicator=subject)
            if any(len(text) > LONGEST for text in texts.values()):
                raise FigureRefused("cause_too_long", most=LONGEST)
            code = commentary_code(row.bureau_code, subject, row.period_code)
            reason_row = rows.get((KIND, row_key((code,))))
            if reason_row is None:
                stored = session.get(tables.Commentary, code)
                before = {name: getattr(stored, name) for name in TEXTS} if stored is not None else {}
                fields: dict[str, Value] = {**dict.fromkeys(TEXTS, ""), **before, **texts}
                whose = (
                    {"indicator_code": None, "project_code": subject}
                    if subject in led
                    else {"indicator_code": subject, "project_code": None}
                )
                fields |= {**whose, "period_code": parse_period(row.period_code).code}
                reported = ReportedRow(
                    kind=KIND, key=(code,), fields=fields, issued_vintage=stored.vintage if stored is not None else 0,
                    issued={**fields, **before} if stored is not None else {},
                )  # fmt: skip
                session.add(
                    tables.SubmissionRow(
                        submission_id=id_of(row),
                        revision=row.revision,
                        row_kind=KIND,
                        row_key=row_key((code,)),
                        fields_json=packed(reported),
                        claims_json=packed_claims(kept(reported, hand)),
                    )
                )
            else:
                rekept(reason_row, stated(kept_row(row, reason_row), texts, hand))
            record_step(session, row, actor, "explained", detail=f"{subject}: {' / '.join(filter(None, texts.values()))}")
