"""The changes that a report makes to current figures, drawn alike for its bureau and for the reviewing office."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from kpis.as_text import markdown
from kpis.grouped import grouped
from kpis.once import Same
from kpis.reporting.comparison import OURS, THEIRS, CellChange
from kpis.reporting.reports import INCOMPLETE, Opened, Report
from pages.parts import prose
from pages.parts.data_table import FOLDED_IN_FULL, data_table, lines
from pages.parts.raw_html import draw_html
from pages.parts.recorded import actor_name, columns_of, trail
from pages.parts.reported import (
    bureau_names,
    column_name,
    file_of,
    instant,
    period_name,
    place_name,
    row_namer,
    state_badge,
    value_text,
)
from pages.parts.saving import save_button
from pages.parts.text import csv_file, digits, in_brackets, language, named, shown_name, t, viewer_words
from pages.parts.titled import part_heading
from pages.parts.viewer import for_viewer
from publishers.site import seen

_ChangedCell = dict[Hashable, Any]  # a row of ``changes_table``: column → text
AT_ONCE = 12  # rows shown; the rest are collapsed
NATURES = ("new", "corrected", "final", "updated", "cleared")
_ICONS = {"new": "✚", "corrected": "✎", "final": "✓", "updated": "→", "cleared": "✖"}


def what_changes(opened: Opened) -> None:
    """Draw the changes from current figures: a sentence, withdrawn figures, changed statuses, and all cells (old, new) with CSV."""
    compared = opened.comparison
    counts = {nature: sum(1 for c in compared.cells if c.nature == nature and c.counts) for nature in NATURES}
    parts = [f"{t(f'nature_{nature}')} {count}" for nature, count in counts.items() if count]
    text = t(
        "changes_sentence", cells=sum(counts.values()), parts=t("list_comma").join(parts),
        flips=len(opened.flips),
    )  # fmt: skip
    prose.markdown(text if sum(counts.values()) else t("changes_none"))
    _withdrawn(opened)
    _flips(opened)
    if not compared.cells:
        return
    rows, left_out, csv = for_viewer("changes of a report", key=Same(opened), make=lambda: _tabled(opened))
    data_table(rows, first=AT_ONCE)
    prose.caption(t("changes_order") + (f" {t('changes_unlisted', count=left_out)}" if left_out else ""))
    name = f"changes_{opened.report.id}"
    file = file_of(opened.report.bureau_code, opened.report.period_code, name, ending=".csv")
    save_button(t("csv"), csv, file, key=f"csv_{name}")


def _tabled(opened: Opened) -> tuple[Any, int, bytes]:
    """Return the changes as rows to draw, how many cells these leave out, and all of them as CSV."""
    table = changes_table(opened)
    joined = by_row(table)
    is_joined = len(joined) <= FOLDED_IN_FULL
    return joined if is_joined else table, unlisted(table) if is_joined else 0, csv_file(table)


def changes_table(opened: Opened) -> pd.DataFrame:
    """Return a table of differing cells, one row each: place, row, column, old, new, nature, jump in percent, reason, comment.

    Columns without any value are omitted.
    """
    name = row_namer()
    comments = {(comment.row_kind, comment.row_key, comment.column): comment.text for comment in opened.comments}
    # In a report of several workbooks: the place where the valid value was written.
    places = {(*kept_row.key, column): cell.holds.place for kept_row in opened.rows for column, cell in kept_row.cells.items()}
    rows = []
    for change in opened.comparison.cells:
        row, kind = change.row, change.row.kind
        new, old = change.new, change.old
        jump = ""
        if change.jump and isinstance(new, (int, float)) and isinstance(old, (int, float)) and old:
            jump = digits((new - old) / abs(old), "+.1%")
        rows.append(
            {
                t("cell"): place_name(places.get((kind, row.key, change.column), change.place)), t("row"): name(row),
                t("column"): column_name(kind, change.column),
                t("old_value"): value_text(kind, change.column, change.old),
                t("new_value"): reported_text(change),
                t("nature"): f"{_ICONS[change.nature]} {t(f'nature_{change.nature}')}" + _conflict_word(change) + _reading_word(change),
                t("jump"): jump,
                t("reason"): f"[{viewer_words().reason('correction_', row.reason_class)}] {viewer_words().half(row.reason_text)}" if row.reason_class else "",
                t("office_comment"): viewer_words().half(comments.get((kind, row.key, change.column), "")),
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    return table.loc[:, [c for c in table.columns if (table[c] != "").any()]] if len(table) else table


def by_row(table: pd.DataFrame) -> list[dict[str, object]]:
    """Return the table of ``changes_table`` grouped: one row per row of a workbook's sheet, with one line "old → new" per cell."""
    rows: list[dict[str, object]] = []
    for (name, sheet), cells in _grouped(table).items():
        shown = _listed(cells, name)
        changed_cells = [
            f"{cell[t('column')]}: {cell[t('old_value')]} → {cell[t('new_value')]}" + (in_brackets(jump) if (jump := cell.get(t("jump"))) else "")
            for cell in shown
        ]  # fmt: skip
        notes = {
            head: t("list_comma").join(dict.fromkeys(filter(None, (cell[head] for cell in shown))))
            for head in (t("nature"), t("reason"), t("office_comment"))
            if head in table
        }
        places = dict.fromkeys(cell[t("cell")].rpartition("!")[2] for cell in shown)
        place = f"{sheet}!" * bool(sheet) + ", ".join(places)
        rows.append({t("row"): name, f"{t('old_value')} → {t('new_value')}": lines(changed_cells), **notes, t("cell"): place})
    return rows


def unlisted(table: pd.DataFrame) -> int:
    """Return how many cells of a table ``by_row`` leaves out."""
    return len(table) - sum(len(_listed(cells, name)) for (name, _), cells in _grouped(table).items())


def _grouped(table: pd.DataFrame) -> dict[tuple[str, str], list[_ChangedCell]]:
    """Return the cells of each row of a sheet, by the name of the row and the sheet."""
    return grouped(((cell[t("row")], cell[t("cell")].rpartition("!")[0]), cell) for cell in table.fillna("").to_dict("records"))


def _listed(cells: list[_ChangedCell], name: str) -> list[_ChangedCell]:
    """Return the cells of a row without those that only repeat its name (its indicator, its period), which stands above them."""
    return [cell for cell in cells if not _is_in(cell, name)] or cells


def _is_in(cell: _ChangedCell, name: str) -> bool:
    """Return True if a cell, blank before, only repeats a part of the row's name."""
    word = str(cell[t("new_value")])
    return cell[t("old_value")] == t("blank") and not word.isnumeric() and len(word) > 3 and word in name


def reported_text(change: CellChange) -> str:
    """Return the reported value; of an ambiguous cell without a chosen value both that it may mean, never one of them alone."""
    values = change.row.readings[change.column] if change.is_unread else (change.new,)
    return t("reading_or").join(value_text(change.row.kind, change.column, value) for value in values)


def _reading_word(change: CellChange) -> str:
    if change.column not in change.row.readings:
        return ""
    if change.is_unread or change.reading is None:
        return in_brackets(t("reading_open"))
    offered = " / ".join(digits(value, ",.15g") for value in change.row.readings[change.column])
    return in_brackets(t("reading_chosen", value=digits(change.reading, ",.15g"), offered=offered))


def _withdrawn(opened: Opened) -> None:
    """Draw each figure that the report withdraws, and the figure valid after approval."""
    name = row_namer()
    for change in opened.comparison.withdrawn:
        again = change.counts_again
        parts = (
            [] if again is None else [n for n in ("value", "numerator", "denominator", "text_ja") if again.get(n) not in (None, "")]
        )
        words = t("list_comma").join(
            f"{column_name(change.row.kind, n)} {value_text(change.row.kind, n, again[n])}" for n in parts if again
        )
        then = t("withdrawn_then", value=markdown(words)) if words else t("withdrawn_then_none")
        place = place_name(change.cells[0].place)
        prose.warning(f"**{markdown(place)}** {markdown(name(change.row))}: {t('withdrawn_row')} {then}", icon=":material/undo:")


def _conflict_word(change: CellChange) -> str:
    if not change.is_conflict:
        return ""
    word = {OURS: t("conflict_ours"), THEIRS: t("conflict_theirs")}.get(change.choice or "", t("conflict_open"))
    return f"({t('conflict')}: {word})"


def _flips(opened: Opened) -> None:
    if not opened.flips:
        return
    part_heading(t("flips"))

    def make() -> str:
        units = bureau_names()
        turned = [
            (
                named(flip.after.entry.definition) + in_brackets(units.get(flip.after.entry.unit_code, flip.after.entry.unit_code)),
                (flip.before.status, flip.after.judgement.status), flip.after.sentence(language()),
            )
            for flip in opened.flips
        ]  # fmt: skip
        return seen.turned(turned, viewer_words())

    draw_html(for_viewer("statuses that change", key=Same(opened), make=make))


def returned_because(opened: Opened) -> None:
    """Draw the reason why a report was returned, and the comments on its cells."""
    if opened.report.return_reason:
        reason = markdown(viewer_words().half(opened.report.return_reason))
        if opened.report.state == "returned":
            prose.warning(f"**{t('returned_because')}** {reason} {instant(opened.report.decided_at)}", icon=":material/undo:")
        else:
            prose.info(f"**{t('returned_before')}** {reason}", icon=":material/undo:")
    name = row_namer()
    for comment in opened.comments:
        what = f"{name.of(comment.row_kind, comment.row_key)} {column_name(comment.row_kind, comment.column)}"
        prose.markdown(
            f":material/comment: **{markdown(place_name(f'{comment.sheet}!{comment.cell}'))}** {markdown(what)}: {markdown(comment.text)}  \n"
            f":gray[{markdown(comment.written_by)} {instant(comment.written_at)} {t('of_revision', number=comment.revision)}]"
        )


def filled_in(report: Report) -> str:
    """Return a short text on how many of the requested figures a report contains; "" if not counted."""
    counted = report.completeness
    return "" if counted is None or not counted.asked_count else t("filled_in", filled=counted.filled, asked=counted.asked_count)


def missing_figures(report: Report) -> None:
    """Draw how many of the requested figures a report contains, and the missing ones, one line per indicator."""
    counted = report.completeness
    if counted is None or not counted.open:
        return
    name = row_namer()
    by_indicator = grouped((code, period_name(period)) for code, period in counted.open)
    lines = [f"- {markdown(name.indicator(code))}: {t('list_comma').join(periods)}" for code, periods in by_indicator.items()]
    prose.markdown(f"**{filled_in(report)}** {t('left_open', count=len(counted.open))}\n" + "\n".join(lines))


def confirmed_warnings(opened: Opened) -> None:
    """Draw the warnings of a report, each with the bureau's reason or as unconfirmed."""
    for warning in opened.warnings:
        mark = t("confirmed", reason=markdown(warning.confirmed_reason)) if warning.confirmed_by else f"**{t('not_confirmed')}**"
        if warning.rule == INCOMPLETE:
            missing_figures(opened.report)
            prose.markdown(f":material/warning: {t('left_open_why')} — {mark}")
            continue
        place = place_name(f"{warning.sheet}!{warning.cell}") if warning.cell else warning.sheet
        prose.markdown(
            f":material/warning: **{markdown(place)}** {markdown(warning.found_in(language()))}({t('expected')}: {shown_name(warning, 'expected')}) — {mark}"
        )


def report_head(opened: Opened, *, who: str, at: datetime) -> None:
    """Draw a report's state, number, revision, file, person, time and completeness, and the reason if it was returned.

    Args:
        who: e-mail of the person shown.
        at: instant (UTC) shown.
    """
    report = opened.report
    with st.container(horizontal=True, gap="small"):
        state_badge(report.state)
        name, person = markdown(report.file_name), markdown(who)
        prose.markdown(t("report_line", number=report.id, revision=report.revision, name=name, who=person, when=instant(at)))
    if filled := filled_in(report):
        prose.markdown(f"**{filled}**")
    returned_because(opened)


def steps_taken(opened: Opened) -> None:
    """Draw the report's audit trail: who did what, when, and in which cell."""
    with st.expander(t("steps"), icon=":material/history:"):
        data_table(for_viewer("steps of a report", key=Same(opened), make=lambda: _steps_of(opened)), first=AT_ONCE)


def _steps_of(opened: Opened) -> list[dict[str, str]]:
    read = trail()
    rows = [{t("when"): instant(e.occurred_at), t("who"): actor_name(e.actor), **columns_of(read, e)} for e in opened.events]
    for row in rows:
        del row[t("subject")]  # the same report in each row
    return rows
