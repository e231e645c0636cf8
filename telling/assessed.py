"""The reform office's assessments of indicators and projects, for pages, static edition and meeting; blank where there is none.

An edition contains them only where the government publishes them: the content depends on the rows that the moment holds.
"""

from __future__ import annotations

from collections.abc import Iterable

from kpis.figures.assessed import contradicts, subject_of
from kpis.government import government
from kpis.periods import parse_period
from kpis.store import tables
from kpis.text import format_date, named
from kpis.vocabulary import OpenPart
from telling.blocks import Block, Flat, Telling
from telling.words import Words


def is_open() -> bool:
    """Return whether the government publishes the office's assessments."""
    return OpenPart.ASSESSMENT in government().open_parts


def heading(words: Words) -> str:
    """Return the heading of assessments, marked as internal where they are not published."""
    word = words("assessments_title")
    return word if is_open() else word + words("in_brackets", text=words("kept_inside"))


def in_short(row: tables.Assessment | None, words: Words) -> str:
    """Return the office's confidence and reason in one line; blank without an assessment."""
    if row is None:
        return ""
    text = words("assessment_short", confidence=words(f"confidence_{row.confidence}"), reason=named(row, "reason", words.language))
    return text + words("in_brackets", text=when(row, words))


def when(row: tables.Assessment, words: Words) -> str:
    """Return the period and date of an assessment."""
    day = format_date(row.reviewed_on, words.language)
    return (
        day
        if not row.period_code
        else words("assessment_when", period=parse_period(row.period_code).label(words.language), day=day)
    )


def last(telling: Telling, code: str) -> tables.Assessment | None:
    """Return the office's last assessment of an indicator or project; ``None`` where there is none."""
    assessments = telling.moment.assessments.get(code, ())
    return assessments[-1] if assessments else None


def contradiction(row: tables.Assessment | None, status: str, words: Words) -> str:
    """Return a warning where an assessment and the computed status contradict each other; else blank."""
    if row is None or not contradicts(row.confidence, status):
        return ""
    return words("assessment_contradicts")


def block(telling: Telling, codes: Iterable[str], *, about: bool = False) -> Block:
    """Return the assessments of one subject, newest first, or the last one of each of several.

    Args:
        codes: of indicators and projects.
        about: name the subject of each row, and list only the last of each.
    """
    w = telling.words
    assessments = [telling.moment.assessments.get(code, ()) for code in codes]
    rows = [own[-1] for own in assessments if own] if about else [row for own in assessments for row in reversed(own)]
    every = [row for own in assessments for row in own]
    names = {**telling.moment.indicators, **telling.moment.by_code(tables.Project)}
    has_period, is_named = any(row.period_code for row in rows), any(row.reviewer for row in rows)
    heads = [
        *(["indicator_or_project"] if about else []), *(["period"] if has_period else []), "confidence", "confidence_reason",
        "reviewed_on", *(["confidence_reviewer"] if is_named else []),
    ]  # fmt: skip
    parts = tuple(
        (
            *([w.named(names[subject_of(row)]) if subject_of(row) in names else subject_of(row)] if about else []),
            *([parse_period(row.period_code).label(w.language) if row.period_code else ""] if has_period else []),
            w(f"confidence_{row.confidence}"), named(row, "reason", w.language), format_date(row.reviewed_on, w.language),
            *([row.reviewer] if is_named else []),
        )
        for row in rows
    )  # fmt: skip
    return Block(
        key="assessments", title=heading(w), columns=tuple(map(w, heads)), rows=parts, flat=tuple(map(_flat, every)),
        why_empty=w("assessments_none"), is_table_open=True, file="assessments",
    )  # fmt: skip


def _flat(row: tables.Assessment) -> Flat:
    return {
        "indicator_code": row.indicator_code, "project_code": row.project_code, "period_code": row.period_code, "confidence": row.confidence,
        "reason_ja": row.reason_ja, "reason_en": row.reason_en, "reviewed_on": row.reviewed_on,
    }  # fmt: skip
