"""The page for publishing: a preview of the next edition and its changes, and the list of existing editions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st

from kpis.as_text import markdown
from kpis.errors import MierukaError
from kpis.languages import written
from kpis.once import Same
from kpis.periods import local_day
from kpis.settings import settings
from kpis.store.store import utc_now
from kpis.text import format_date
from pages.parts import cached, prose, steps
from pages.parts.cards import status_counts
from pages.parts.changes import changes_table
from pages.parts.commentary import openness
from pages.parts.data_table import ShownGrid, Texts, arrow_of, data_table, show_table, table_of, texts_of_rows, texts_table
from pages.parts.entry import end_page, enter, stop
from pages.parts.text import language, named, refusal_box, t
from pages.parts.titled import page_heading, section_heading
from pages.parts.viewer import for_viewer, record_page_refused
from pages.parts.viewer import viewer as who
from publishers.editions import on_disk, publication, record

enter()

T = TypeVar("T")
folder = settings().editions_dir
viewer: str | None = who().email or None
if not publication.may_publish(cached.store(), viewer):
    record_page_refused()
    end_page(t("nav_publish"), lambda: prose.error(t("publish_not_allowed"), icon=":material/lock:"))


def show_preview(preview: publication.Preview) -> None:
    """Draw the preview: changes from the current edition, counts by status, and the row count of each published table."""
    if preview.compared_with is None:
        prose.info(t("publish_first"), icon=":material/info:")
    else:
        section_heading(t("publish_against", number=preview.compared_with))
        if preview.changes:
            show_table(for_viewer("changes of a preview", key=Same(preview), make=partial(_table_of_changes, preview)))
        else:
            prose.caption(t("revisions_no_change"))
    prose.caption(openness(with_office=True))
    status_counts(preview.tally, whose={})
    with st.expander(t("publish_counts"), icon=":material/table:"):
        rows = tuple((table, count, preview.left_out.get(table, 0)) for table, count in preview.counts.items())
        heads = (t("publish_table"), t("publish_rows"), t("publish_left_out"))
        texts_table(
            cached.made(
                "counts of a preview", code=rows, make=lambda: texts_of_rows([dict(zip(heads, row, strict=True)) for row in rows])
            )
        )


def _table_of_changes(preview: publication.Preview) -> Texts | ShownGrid:
    return table_of(arrow_of(changes_table(c.to_json() for c in preview.changes)))


def show_editions() -> None:
    """Draw the list of editions, with a button to verify their checksums and a form to return to an earlier one."""
    there = [_try(partial(on_disk.opened, folder, n)) for n in reversed(on_disk.numbers(folder))]
    pointer = _try(lambda: on_disk.pointer(folder))
    if not there or pointer is None:
        return
    section_heading(t("publish_editions"))
    rows = [
        {
            t("publish_number"): t("view_line_edition", number=e.number), t("publish_day"): format_date(e.as_of, language()),
            t("publish_note_column"): e.note,
            t("publish_state"): t("publish_shown") if e.number == pointer.edition
            else pointer.withdrawn[e.number]["reason"] if e.number in pointer.withdrawn else "",
            t("publish_checksum"): e.sha256,
        }
        for e in there
    ]  # fmt: skip
    data_table(rows)
    if st.button(t("publish_verify"), icon=":material/verified:"):
        faults = record.faults(cached.store(), folder)
        for fault in faults:
            prose.error(f"{fault.edition:04d} {markdown(fault.file)}: {markdown(named(fault, 'message'))}")
        if not faults:
            prose.success(t("publish_unchanged", count=len(there)), icon=":material/verified:")
    others = [e.number for e in there if e.number != pointer.edition]
    if others:
        key = steps.form_key("rollback")
        with st.expander(t("edition_rollback_header"), icon=":material/undo:"), st.form(key, border=False):
            number = st.selectbox(t("edition_choose"), others, key=f"number_{key}")
            reason = st.text_input(t("edition_rollback_reason"), key=f"reason_{key}")
            if st.form_submit_button(t("edition_rollback_button"), key=f"now_{key}_{pointer.edition}"):
                steps.take(
                    lambda: publication.rollback(cached.store(), number, reason=reason, now=utc_now(), viewer=viewer),
                    t("edition_rollback_done", number=number),
                    form="rollback",
                )


def _try(act: Callable[[], T]) -> T:
    """Return the result of a step of publishing; if it is refused, show the reason and end the page."""
    try:
        return act()
    except MierukaError as error:
        refusal_box(error, ":material/error:")
        stop()


def previewed() -> publication.Preview:
    """Return the preview of the next edition.

    It gathers and compares all figures, and is therefore computed once per day, edition and state of the database.
    """
    now, shown = utc_now(), on_disk.current(folder)

    def make() -> publication.Preview:
        return publication.preview(cached.store(), now=now)

    key = (local_day(now), shown.number if shown else None, max(on_disk.numbers(folder), default=0))
    preview = cached.until_written("preview", make=make, key=key)
    return preview if preview.is_all_known else make()


try:
    preview = previewed()
except MierukaError as refused:
    end_page(t("nav_publish"), partial(refusal_box, refused, ":material/error:"))
changed = sum(1 for c in preview.changes if c.kind != "first_edition")
is_first = preview.compared_with is None
page_heading(
    t("publish_title_first", number=preview.number) if is_first else t("publish_title", number=preview.number, changes=changed)
)
steps.show_result()
content = (preview.number, preview.compared_with, preview.figures)
if steps.is_other("publish", *content):
    prose.warning(t("publish_changed_since", number=preview.number), icon=":material/difference:")
prose.markdown(t("publish_lead"))
if not settings().public_address:
    prose.warning(t("publish_unplaced"), icon=":material/link_off:")
show_preview(preview)
key = steps.form_key("publish")
# A button pressed on an earlier preview no longer exists in the run, and nothing is published.
shown_key = f"{key}_{steps.content_key(*content)}"
with st.form(key):
    for doubt in preview.doubts:
        prose.warning(markdown(written(doubt, language())), icon=":material/warning:")
    is_meant = not preview.doubts or st.checkbox(t("publish_confirm"), key=f"confirm_{shown_key}")
    note = st.text_area(t("publish_note"), key=f"note_{key}")
    is_pressed = st.form_submit_button(
        t("publish_button", number=preview.number), type="primary", icon=":material/publish:", key=f"now_{shown_key}"
    )
    if is_pressed and not is_meant:
        prose.error(t("publish_confirm_first"), icon=":material/error:")
    if is_pressed and is_meant:
        steps.take(
            lambda: publication.publish(
                cached.store(), note=note, now=utc_now(), viewer=viewer, figures=preview.figures, shown=preview.compared_with or 0
            ),
            t("publish_done", number=preview.number),
            form="publish",
        )
show_editions()
