"""The page of published editions: date, note and checksum of each, with its corrections, their reasons and sizes."""

from __future__ import annotations

from functools import partial

from kpis.as_text import markdown
from kpis.errors import EditionRefused
from kpis.periods import local_day, parse_instant
from kpis.settings import settings
from kpis.text import format_date
from pages.parts import cached, prose
from pages.parts.changes import changes_table
from pages.parts.data_table import show_table, table_of
from pages.parts.edition import cited
from pages.parts.entry import end_page, enter
from pages.parts.text import language, refusal_box, t
from pages.parts.titled import page_heading, section_heading
from publishers.editions import on_disk

enter()

SHOWN = 500
folder = settings().editions_dir
edition = cached.edition()
try:
    log, pointer = on_disk.log(folder, until=edition.number if edition else None), on_disk.pointer(folder)
except EditionRefused as refused:
    end_page(t("nav_revisions"), partial(refusal_box, refused, ":material/gpp_bad:"))
if not log:
    end_page(t("nav_revisions"), lambda: prose.info(t("revisions_none"), icon=":material/info:"))
page_heading(t("revisions_title", count=len(log)))
prose.markdown(t("revisions_lead"))
for made, changes in log:
    section_heading(t("edition_line", number=made.number, day=format_date(made.as_of, language())))
    prose.markdown(markdown(made.note))
    if real := [c for c in changes if c["kind"] != "first_edition"]:
        show_table(cached.made("changes of an edition", code=made.sha256, make=lambda: table_of(changes_table(real[:SHOWN]))))
    else:
        prose.caption(t("edition_change_first_edition") if changes else t("revisions_no_change"))
    prose.caption(cited(made))
    prose.caption(f"{t('publish_checksum')} `{made.sha256}`")
if pointer and pointer.withdrawn:
    section_heading(t("revisions_withdrawn"))
    for number, why in sorted(pointer.withdrawn.items()):
        day = format_date(local_day(parse_instant(why["at"])), language())
        prose.markdown("- " + t("edition_withdrawn_line", number=number, day=day, reason=markdown(why["reason"])))
