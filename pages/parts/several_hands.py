"""Reports written by several people: merged files, cells with different values, and who wrote which row."""

from __future__ import annotations

import streamlit as st

from kpis.as_text import markdown
from kpis.once import Same
from kpis.reporting import submissions
from kpis.reporting.comparison import Value
from kpis.reporting.merging import Claim, Clash, Hand, KeptRow
from kpis.reporting.reports import Brought, Opened
from kpis.store.store import Store
from pages.parts import prose
from pages.parts.data_table import data_table
from pages.parts.reported import column_name, instant, row_namer, section_name, value_text
from pages.parts.steps import is_pressed, pick_several, revision_key, take, take_answers
from pages.parts.text import in_brackets, t
from pages.parts.titled import part_heading
from pages.parts.viewer import for_viewer

AT_ONCE = 20  # cells in the form at a time; the next follow when these are settled


def merged_files(opened: Opened) -> None:
    """Draw the list of files merged into the report, one row each: part, uploader, time, and how a file taken in by the office came.

    Nothing is drawn for a single file uploaded by the bureau itself.
    """
    on_behalf = any(uploaded.is_on_behalf for uploaded in opened.uploads)
    if len(opened.uploads) < 2 and not on_behalf:
        return
    part_heading(t("brought", count=len(opened.uploads)))
    rows = [
        {
            t("file"): file_label(uploaded), t("revision"): uploaded.revision, t("brought_part"): part_name(uploaded.part),
            t("rows_count_short"): uploaded.rows_count,
            t("who"): uploaded.uploaded_by, t("when"): instant(uploaded.uploaded_at),
            **({t("detail"): t("brought_on_behalf", how=uploaded.how_it_came) if uploaded.is_on_behalf else ""} if on_behalf else {}),
        }
        for uploaded in opened.uploads[::-1]
    ]  # fmt: skip
    data_table(rows)


def file_label(uploaded: Brought) -> str:
    """Return the name of a merged file, or the words for corrections made on the page."""
    return uploaded.file_name or ("" if uploaded.file_sha256 else t("corrected_on_page"))


def part_name(part: str) -> str:
    """Return the name of the part of a report that a file covers: a section, selected rows, or the whole."""
    return section_name(part) if part else t("whole_template")


def _writer(opened: Opened, claim: Claim) -> str:
    files = {uploaded.revision: file_label(uploaded) for uploaded in opened.uploads}
    part = in_brackets(part_name(claim.hand.part)) if claim.hand.part else ""
    place = " ".join(filter(None, (files.get(claim.hand.upload, ""), claim.place)))
    return t("clash_writer", who=claim.hand.by, part=part, when=instant(claim.hand.at), place=place)


def _options(opened: Opened, clash: Clash) -> list[tuple[Value, str, str]]:
    """Return the options of a clash: (value, value as Markdown, who wrote it, when and where, as Markdown)."""
    return [
        (
            value,
            markdown(value_text(clash.row.kind, clash.column, value)),
            markdown(t("list_comma").join(_writer(opened, claim) for claim in claims)),
        )
        for value, claims in clash.options
    ]


def ask_clashes(store: Store, opened: Opened, *, actor: str | None) -> None:
    """Draw a form that asks, for each cell with different values by several people, which one counts; without an actor only a list."""
    open_cells = opened.clashes
    if not open_cells:
        return
    prose.error(f"**{t('clashes_title', count=len(open_cells))}**  \n{t('clashes_lead')}", icon=":material/call_split:")
    name = row_namer()
    report = opened.report
    if actor is None:
        for clash in open_cells[:AT_ONCE]:
            prose.markdown(f"**{markdown(name(clash.row))}** {markdown(column_name(clash.row.kind, clash.column))}")
            prose.markdown("\n".join(f"- **{answer}** {who}" for _, answer, who in _options(opened, clash)))
        return
    with st.form(revision_key("clashes", report)):
        picked: dict[submissions.CellKey, Value] = {}
        for number, clash in enumerate(open_cells[:AT_ONCE]):
            kind = clash.row.kind
            prose.markdown(f"**{markdown(name(clash.row))}** {markdown(column_name(kind, clash.column))}")
            offered = _options(opened, clash)
            choice = st.radio(
                markdown(f"{name(clash.row)} {column_name(kind, clash.column)}"), range(len(offered)), index=None, label_visibility="collapsed",
                format_func=[f"**{answer}**" for _, answer, _ in offered].__getitem__, captions=[who for *_, who in offered],
                key=revision_key(f"clash_{number}_{' '.join(clash.row.key)}_{clash.column}", report),
            )  # fmt: skip
            if choice is not None:
                picked[kind, clash.row.key, clash.column] = offered[choice][0]
        if st.form_submit_button(t("clashes_button"), type="primary", icon=":material/check:"):
            take_answers(
                picked,
                lambda: submissions.settle(store, report.id, actor=actor, revision=report.revision, choices=picked),
                t("clashes_settled"),
            )


def written_rows(store: Store, opened: Opened, *, actor: str | None) -> None:
    """Draw the list of who wrote which row; with an actor also the form to remove rows from the report."""
    rows = [entry for entry in opened.rows if entry.row.changed]
    if not rows:
        return
    with st.expander(t("rows_written", count=len(rows)), icon=":material/group:"):
        data_table(for_viewer("who wrote which row", key=Same(opened), make=lambda: _written(opened, rows)))
        if actor is None:
            return
        name = row_namer()
        report, named = opened.report, {entry.key: name(entry.row) for entry in rows}
        part_heading(t("take_out"))
        prose.markdown(t("take_out_lead"))
        picked = pick_several(t("take_out_pick"), named, key=revision_key("take_out", report))
        label, icon = t("take_out_button", count=len(picked)), ":material/remove_circle:"
        if is_pressed("take_out_now", report, label, icon=icon, is_ready=bool(picked), is_next=False):
            take(
                lambda: submissions.take_out(store, report.id, actor=actor, revision=report.revision, rows=picked),
                t("taken_out_now"),
            )


def _written(opened: Opened, rows: list[KeptRow]) -> list[dict[str, str]]:
    name = row_namer()
    files = {entry.revision: file_label(entry) for entry in opened.uploads}

    def written_by(hand: Hand) -> str:
        return f"{hand.by}{in_brackets(part_name(hand.part)) if hand.part else ''} {instant(hand.at)}"

    return [
        {
            t("row"): name(entry.row), t("row_writers"): t("list_comma").join(written_by(hand) for hand in entry.writers),
            t("written_in"): t("list_comma").join(dict.fromkeys(files.get(hand.upload, "") for hand in entry.writers)),
        }
        for entry in rows
    ]  # fmt: skip
