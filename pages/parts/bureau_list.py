"""The page of all bureaus: a matrix of bureaus by aspect, and a comparison of one indicator between bureaus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from kpis.as_text import markdown
from kpis.figures.bureaus import BureauReport
from kpis.periods import parse_period
from kpis.reporting.deadlines import coverage, reported_periods
from kpis.settings import settings
from kpis.text import format_date
from pages.parts import address, cached, prose
from pages.parts.bureaus import by_bureau
from pages.parts.cards import find
from pages.parts.choices import choose, choose_part
from pages.parts.comparison import comparison
from pages.parts.raw_html import draw_html
from pages.parts.registers import block, telling
from pages.parts.reported import state_name
from pages.parts.text import heading_name, language, named, t, viewer_words
from pages.parts.titled import page_heading, part_heading, section_heading
from pages.parts.viewer import for_viewer, viewer
from pages.parts.when import as_of, today, view
from publishers.site.headed import defined
from publishers.site.matrix import table
from telling import bureaus, matrix
from telling.matrix import Handed, Leads, Matrix, MatrixRow

WHOLE = "whole"  # kind of the unit that is the government itself
OPEN = ("not_started", "draft", "returned")  # states of a report that its bureau has yet to submit


def overview(reports: Sequence[BureauReport]) -> None:
    """Draw the page: matrix of current bureaus, comparison by indicator, abolished bureaus, and other units."""
    current = [r for r in reports if r.is_valid]
    gone = [r for r in reports if not r.is_valid]
    text_of = _matrix(current, gone)
    page_heading(markdown(text_of.title))
    prose.caption(t("bureaus_lead", as_of=format_date(as_of(), language()), view=t("view_" + view())))
    words = viewer_words()
    which, order = _choices(text_of)

    def make() -> str:
        return defined(table(_chosen(text_of, which, order), _bureau_address, list_of, words, caption=t("matrix_caption")), words)

    draw_html(for_viewer("table of bureaus", key=(which, order, _bureau_address("")), make=make))
    _numbers(current, "bureaus")
    section_heading(t("compare_heading"))
    parts = cached.moment().parts
    codes = list(parts)
    if codes:
        names = {code: named(row) for code, row in cached.moment().indicators.items()}
        most = max(codes, key=lambda code: sum(bool(part.figures) for part in parts[code]))
        code = choose("compare", codes, t("compare_indicator"), names.__getitem__, default=most, resets=("period",))
        whole = find(cached.moment().whole, code)
        if whole is not None:
            by_bureau(whole, parts[code], key="compare")
    else:
        prose.info(t("compare_none"), icon=":material/info:")
    if gone:
        section_heading(t("gone_bureaus"))
        draw_html(
            cached.made(
                "gone bureaus",
                code=_bureau_address(""),
                make=lambda: table(matrix.of_gone(telling(), gone), _bureau_address, list_of, words, caption=t("gone_bureaus")),
            )
        )
        _numbers(gone, "gone_bureaus")
    _other_units({r.code for r in reports})


def _other_units(bureaus: set[str]) -> None:
    """Draw the figures of units that are neither a bureau nor the whole government, as an agency or a foundation."""
    moment = cached.moment()
    apart = [c for c, unit in moment.units.items() if c not in bureaus and unit.kind != WHOLE]
    with_figure = {code: [s for s in moment.own if s.entry.unit_code == code and s.judgement.figure] for code in apart}
    if any(with_figure.values()):
        section_heading(t("bureaus_beside"))
    for code, items in with_figure.items():
        if items:
            part_heading(heading_name(named(moment.units[code])))
            comparison(items, code=code, caption=named(moment.units[code]))


def _bureau_address(code: str) -> str:
    return address.path("bureau", code=code)


def list_of(leads: Leads) -> str:
    """Return the address of the list behind a count in the matrix."""
    whose = {"bureau": leads.bureau} if leads.bureau else {}
    if leads.of == "own":
        return address.path("bureau", code=leads.bureau)
    if leads.of == "milestones":
        return address.path("standing", list=f"milestone.{leads.narrowed}", **whose)
    narrowed = {"status" if leads.of == "procedures" else "show": leads.narrowed} if leads.narrowed else {}
    return address.path(leads.of, **narrowed, **whose)


def _matrix(current: Sequence[BureauReport], gone: Sequence[BureauReport]) -> Matrix:
    """Return the matrix of current bureaus, one row each; the states of reports are included only for viewers who may see all of them."""
    if settings().mode == "public" or viewer().bureaus("see_standings") is not None:
        return cached.made("bureaus", code=view(), make=lambda: matrix.matrix(telling(), current, gone=gone))
    period, handed = _report_states()
    return for_viewer("bureaus", make=lambda: matrix.matrix(telling(), current, handed, period=period, gone=gone))


def _report_states() -> tuple[str, dict[str, Handed]]:
    """Return the short name of the latest reporting period that has ended, and bureau code → state of its report; "", {} if none."""

    def make() -> tuple[str, dict[str, Handed]]:
        begun = [w for w in reported_periods(cached.store()) if parse_period(w.period_code).end < today()]
        if not begun:
            return "", {}
        newest = max(begun, key=lambda w: parse_period(w.period_code).end).period_code
        standings = coverage(cached.store(), [newest], viewer=viewer().email, today=today())
        handed = {s.bureau_code: Handed(s.state, state_name("late" if s.is_late else s.state), s.is_late) for s in standings}
        return parse_period(newest).short(language()), handed

    return for_viewer("handed in", make=make)


def _is_open(row: MatrixRow) -> bool:
    return row.handed is not None and (row.handed.is_late or row.handed.state in OPEN)


def _choices(matrix_shown: Matrix) -> tuple[str, str]:
    """Draw the two choices and return them: which bureaus (``all``, ``short``, ``open``) in which order (``list``, ``short``)."""
    counts = {
        "all": len(matrix_shown.rows),
        "short": sum(bool(r.short) for r in matrix_shown.rows),
        "open": sum(map(_is_open, matrix_shown.rows)),
    }
    shown = ["all", "short", *(["open"] if matrix_shown.report else [])]
    with st.container(horizontal=True, key="matrix_choices"):
        which = choose_part("show", shown, t("matrix_show"), lambda c: t(f"matrix_show_{c}", count=counts[c]), is_label_shown=False)
        order = choose_part("order", ["list", "short"], t("matrix_order"), lambda c: t(f"matrix_order_{c}"), is_label_shown=False)
    return which, order


def _chosen(matrix_shown: Matrix, which: str, order: str) -> Matrix:
    """Return the matrix with the chosen bureaus in the chosen order."""

    def kept(row: MatrixRow) -> bool:
        return which == "all" or (row.short > 0 if which == "short" else _is_open(row))

    groups = tuple((name, tuple(filter(kept, rows))) for name, rows in matrix_shown.groups)
    if order == "short":
        every = sorted((row for _, rows in groups for row in rows), key=lambda row: -row.short)
        groups = ((t("matrix_order_short"), tuple(every)),)
    return replace(matrix_shown, groups=groups)


def _numbers(reports: Sequence[BureauReport], key: str) -> None:
    """Draw the same numbers as a collapsed table with CSV."""
    block(
        lambda: replace(bureaus.listed(telling(), list(reports), lambda r: telling().words.unit(r.unit)), is_table_open=False),
        key=key,
    )
