"""Commands that hand figures out: editions, the static edition, the meeting material of a quarter."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kpis.declared import ALWAYS
from kpis.languages import both, pair
from kpis.message import Message
from kpis.moment import State
from kpis.settings import settings
from kpis.store.store import utc_now
from kpis.terminal import err, out, own_store, told
from publishers.editions import on_disk, publication
from publishers.meeting.page import report_page
from publishers.meeting.workbook import report_book
from publishers.site import export
from telling.meeting import quarter_report

app = typer.Typer()


@app.command("publish")
def publish_command(
    note: Annotated[str, typer.Option(help="What a reader should know of this edition")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would become public and what changes")] = False,
    actor: Annotated[
        str | None, typer.Option("--as", help="Who publishes (e-mail); needed in office mode, the role is checked")
    ] = None,
) -> None:
    """Show what would become public and what changes against the edition shown, then publish it as the next edition."""
    store = own_store()
    preview = publication.preview(store, now=utc_now())
    against = (
        Message("edition_numbered", number=preview.compared_with) if preview.compared_with else Message("edition_against_none")
    )
    out.print(told("edition_compared", number=preview.number, as_of=preview.as_of, against=against), markup=False)
    for table, rows in preview.counts.items():
        left = f" ({told('samples_left_out', count=preview.left_out[table])})" if table in preview.left_out else ""
        out.print(f"  {table}: {rows}{left}", markup=False)
    for change in preview.changes:
        size = change.size_ja and f" ({change.size_ja})"
        why = f" [{change.reason_class}] {change.reason_text}" if change.reason_class else ""
        where = " ".join(part for part in (change.code, change.unit_code, change.period_code, change.field) if part)
        out.print(f"  {change.kind} {where} {change.old_ja} → {change.new_ja}{size}{why}".rstrip(" →"), markup=False)
    _warn_unplaced()
    if dry_run:
        return
    made = publication.publish(store, note=note, now=utc_now(), viewer=actor, revision=preview.revision)
    out.print(told("edition_published", name=made.folder.name, sha256=made.sha256), markup=False)


def _warn_unplaced() -> None:
    """Say that what is published names no address where others could read it."""
    if not settings().public_address:
        err.print("\n".join(f"⚠ {line}" for line in pair(Message("publish_unplaced"))), markup=False)


@app.command("verify")
def verify_command(
    edition: Annotated[int | None, typer.Argument(help="Number of the edition; none = all", min=1)] = None,
) -> None:
    """Prove that editions are complete and unchanged; names what differs. Exit code 0 = unchanged, 1 = differs."""
    noted = None
    if settings().mode != "public":
        noted = publication.recorded(own_store())
    there = on_disk.numbers(settings().editions_dir)
    faults = on_disk.verify(settings().editions_dir, edition, recorded=noted)
    for fault in faults:
        err.print(f"{fault.edition:04d} {fault.file}: {both(fault.message)}", markup=False)
    if not faults:
        out.print(
            told("edition_unchanged", editions=", ".join(f"{n:04d}" for n in there if edition in (None, n)) or "0"), markup=False
        )
    raise typer.Exit(1 if faults else 0)


@app.command("rollback")
def rollback_command(
    edition: Annotated[int, typer.Argument(help="Number of the edition to show", min=1)],
    reason: Annotated[str, typer.Option(help="Why; it is shown in the public log")] = "",
    actor: Annotated[
        str | None, typer.Option("--as", help="Who does it (e-mail); needed in office mode, the role is checked")
    ] = None,
) -> None:
    """Show an earlier edition; later ones are marked as withdrawn, with the reason."""
    store = own_store()
    publication.rollback(store, edition, reason=reason, now=utc_now(), viewer=actor)
    out.print(told("edition_shown_now", number=edition), markup=False)


@app.command("export")
def export_command(
    target: Annotated[Path, typer.Argument(help="A folder that does not exist yet")],
    edition: Annotated[int | None, typer.Option(help="Number of the edition; none = the one shown", min=1)] = None,
) -> None:
    """Write the static public edition as plain files for any web server or CDN, with every earlier edition under editions/."""
    _warn_unplaced()
    made = export.export(target, number=edition, chosen=settings())
    out.print(told("edition_written", target=target, number=made.number), markup=False)


@app.command("report")
def report_command(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The workbook to write; the page to print goes beside it as .html")
    ],
    period: Annotated[str, typer.Option(help="The fiscal quarter, as FY2022-Q3")],
    language: Annotated[str, typer.Option(help="ja or en")] = "ja",
) -> None:
    """Write the meeting material of a quarter: a workbook with native charts and tables, and a page to print."""
    if output.suffix.lower() != ".xlsx":
        raise typer.BadParameter(told("report_to_name", path=output))
    if language not in ALWAYS:
        raise typer.BadParameter(told("report_languages", language=language, codes=" | ".join(ALWAYS)))
    store = own_store()
    made = quarter_report(State(store), period, language=language)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(report_book(made))
    page = output.with_suffix(".html")
    page.write_text(report_page(made), encoding="utf-8")
    for sentence in made.sentences():
        out.print(f"- {sentence}", markup=False)
    out.print(f"{output} {page}", markup=False)
