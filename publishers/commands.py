"""Commands that publish figures: editions, the static edition, the meeting material of a quarter."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from kpis.declared import ALWAYS
from kpis.errors import FigureRefused, NotFound, SettingsRefused
from kpis.languages import both, pair
from kpis.message import Message
from kpis.moment import Moment
from kpis.periods import local_day
from kpis.reporting import people
from kpis.settings import keeping, settings
from kpis.state import State
from kpis.store import copying
from kpis.store.engine import file_of, shown_url
from kpis.store.store import Store, utc_now
from kpis.terminal import AT_START, BEFORE_MAKING, WrongValue, err, localised, out, own_store, refuse_kept, write_all
from publishers import backup
from publishers.editions import on_disk, publication, record
from publishers.editions.keys import pinned_key
from publishers.editions.remote import verify_address
from publishers.editions.verify import EditionFault, unsigned, verify
from publishers.fonts import FONTS, has_japanese
from publishers.meeting.page import report_page
from publishers.meeting.pdf import pack_pdf
from publishers.meeting.slides import pack_slides
from publishers.meeting.workbook import report_book
from publishers.site import export
from telling.agenda import Agenda, late_reports
from telling.blocks import Telling
from telling.meeting import quarter_report
from telling.words import Words

app = typer.Typer()
AT_START.append(lambda store: record.settle(store, settings().editions_dir))
AT_START.append(lambda store: record.settle_key(store, settings().signing_key_file))
BEFORE_MAKING.append(lambda: backup.refuse_unknown(settings().editions_dir))


@app.command("publish")
def publish_command(
    note: Annotated[str, typer.Option(help="What a reader should know of this edition")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would become public and what changes")] = False,
    actor: Annotated[
        str | None, typer.Option("--as", help="Who publishes (e-mail); needed in office mode, the role is checked")
    ] = None,
    is_meant: Annotated[bool, typer.Option("--yes", help="Publish also where figures disappear or the clock is doubtful")] = False,
) -> None:
    """Show what would become public and what changes against the edition shown, then publish it as the next edition."""
    store = own_store()
    preview = publication.preview(store, now=utc_now())
    against = (
        Message("edition_numbered", number=preview.compared_with) if preview.compared_with else Message("edition_against_none")
    )
    out.print(localised("edition_compared", number=preview.number, as_of=preview.as_of, against=against))
    for table, rows in preview.counts.items():
        left = f" ({localised('samples_left_out', count=preview.left_out[table])})" if table in preview.left_out else ""
        out.print(f"  {table}: {rows}{left}")
    for change in preview.changes:
        size = change.size_ja and f" ({change.size_ja})"
        why = f" [{change.reason_class}] {change.reason_text}" if change.reason_class else ""
        where = " ".join(part for part in (change.code, change.unit_code, change.period_code, change.field) if part)
        kind = localised(f"edition_change_{change.kind}")
        out.print(f"  {kind} {where} {change.old_ja} → {change.new_ja}{size}{why}".rstrip(" →"))
    for doubt in preview.doubts:
        err.print("\n".join(f"⚠ {line}" for line in pair(doubt)))
    _warn_unplaced()
    if dry_run:
        return
    if preview.doubts and not is_meant:
        if not sys.stdin.isatty():
            raise FigureRefused("publish_unconfirmed", doubts=preview.doubts)
        typer.confirm(localised("publish_really"), abort=True)
    made = publication.publish(
        store, note=note, now=utc_now(), viewer=actor, figures=preview.figures, shown=preview.compared_with or 0
    )
    out.print(localised("edition_published", name=made.folder.name, sha256=made.sha256))


def _warn_unplaced() -> None:
    """Warn that published pages contain no public address."""
    if not settings().public_address:
        err.print("\n".join(f"⚠ {line}" for line in pair(Message("publish_unplaced"))))


@app.command("verify")
def verify_command(
    what: Annotated[
        str,
        typer.Argument(help="Number of an edition; or a folder of editions or an address (https://…), proved without the database"),
    ] = "",
    edition: Annotated[int | None, typer.Option(help="Look at the files of this edition only", min=1)] = None,
    key: Annotated[str, typer.Option(help="A public key known by another way: its text, or a file that holds it")] = "",
) -> None:
    """Prove that editions are complete and unchanged; names what differs. Exit code 0 = unchanged, 1 = differs."""
    pinned = pinned_key(key) if key else ""
    if what.startswith(("http://", "https://")):
        proved = verify_address(what, edition, key=pinned)
        if proved.withdrawn:
            out.print(localised("editions_withdrawn", editions=_numbers(proved.withdrawn)))
        _say_proved(proved.faults, proved.editions)
    folder, number = settings().editions_dir, edition
    if what.isascii() and what.isdigit() and len(what) < 5:
        number = int(what)
        if edition not in (None, number):
            raise WrongValue("verify_two_numbers", option="--edition", first=number, second=edition)
    elif what:
        folder = Path(what)
        if not folder.is_dir():
            raise NotFound("folder_unknown", folder=what)
        if export.is_export(folder):  # unchanged, it would be named as a forgery
            raise NotFound("folder_is_export", folder=what)
    if settings().mode == "public" or folder != settings().editions_dir:
        faults = verify(folder, number, key=pinned)
    else:
        faults = record.faults(own_store(is_start=False), folder, number, key=pinned)
    if bare := [n for n in unsigned(folder) if number in (None, n)]:
        err.print(localised("editions_unsigned", editions=_numbers(bare)))
    there = on_disk.numbers(folder)
    if not there and not faults:  # nothing was verified: a failure, unless the database says that nothing was published
        if settings().mode == "public" or folder != settings().editions_dir:
            raise NotFound("folder_without_editions", folder=folder)
        out.print(localised("verified_nothing"))
        return
    _say_proved(faults, [n for n in there if number in (None, n)])


def _numbers(editions: Iterable[int]) -> str:
    return ", ".join(f"{n:04d}" for n in editions)


def _name(faults: Sequence[EditionFault]) -> None:
    for fault in faults:
        err.print(f"{fault.edition:04d} {fault.file}: {both(fault.message)}")


def _say_proved(faults: Sequence[EditionFault], editions: Sequence[int]) -> None:
    _name(faults)
    if not faults:
        out.print(localised("edition_unchanged", editions=_numbers(editions)))
    raise typer.Exit(1 if faults else 0)


key_app = typer.Typer(no_args_is_help=True, help="The key that signs editions")
app.add_typer(key_app, name="key")


@key_app.command("show")
def key_show() -> None:
    """Print the public key in force, to be given to whoever proves editions."""
    keys = record.recorded(own_store()).keys
    if not keys:
        raise FigureRefused("no_key_yet")
    out.print(keys[-1].public_key, soft_wrap=True)


@key_app.command("rotate")
def key_rotate(
    is_lost: Annotated[bool, typer.Option("--lost", help="The old private key is gone: nothing signs the new one")] = False,
) -> None:
    """Sign with a new key from now on; the old one signs it, so that whoever knows the old one is led to it."""
    key = record.rotate(own_store(), settings(), now=utc_now(), is_lost=is_lost)
    out.print(localised("key_rotated", key=key.public_key, number=key.first_edition), soft_wrap=True)


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
    out.print(localised("edition_shown_now", number=edition))


@app.command("export")
def export_command(
    target: Annotated[Path, typer.Argument(help="A folder that does not exist yet")],
    edition: Annotated[int | None, typer.Option(help="Number of the edition; none = the one shown", min=1)] = None,
) -> None:
    """Write the static public edition as plain files for any web server or CDN, with every earlier edition under editions/."""
    _warn_unplaced()
    made = export.export(refuse_kept(target), number=edition, chosen=settings())
    out.print(localised("edition_written", target=target, number=made.number))


@app.command("report")
def report_command(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The workbook to write; page to print, slides and PDF go beside it as .html, .pptx and .pdf"
        ),
    ],
    period: Annotated[str, typer.Option(help="The fiscal quarter, as FY2022-Q3")],
    language: Annotated[str, typer.Option(help="ja or en")] = "ja",
) -> None:
    """Write the meeting material of a quarter: a workbook with native charts and tables, a page to print, and the pack as slides and PDF.

    The pack holds what was decided and what the office itself assesses: it is for the office.
    """
    if output.suffix.lower() != ".xlsx":
        raise WrongValue("report_to_name", option="--output", path=output)
    if language not in ALWAYS:
        raise WrongValue("report_languages", option="--language", language=language, codes=" | ".join(ALWAYS))
    refuse_kept(output)
    store = own_store()
    state = State(store)
    made = quarter_report(state, period, language=language)
    telling = Telling(Words(language), Moment(state=state, as_of=local_day(utc_now())))
    agenda = Agenda(report=made, day=telling.as_of, late=late_reports(telling, period, viewer=people.COMMAND_LINE))
    output.parent.mkdir(parents=True, exist_ok=True)
    written = {output: report_book(made), output.with_suffix(".html"): report_page(made).encode()}
    written[output.with_suffix(".pptx")] = pack_slides(agenda)
    if has_japanese():
        written[output.with_suffix(".pdf")] = pack_pdf(agenda)
    else:
        err.print(localised("pack_without_font", fonts=", ".join(FONTS[:4])))
    write_all(written)
    for sentence in made.sentences():
        out.print(f"- {sentence}")
    out.print(" ".join(map(str, written)))


@app.command("backup")
def backup_command(to: Annotated[Path, typer.Argument(help="A folder that does not exist yet")]) -> None:
    """Copy everything of this instance (rows, editions, signing key) into one folder, and prove it by reading it again.

    Exit code 1 = made, but an edition differs from what was published, or the signing key is not there.
    """
    manifest = backup.make_backup(own_store(is_start=False), refuse_kept(to), settings())
    rows = sum(table["rows"] for table in manifest["tables"].values())
    out.print(localised("backup_made", folder=to, revision=manifest["revision"], rows=rows, files=len(manifest["files"])))
    faults, key_fault = backup.faults_of(to), backup.key_fault_of(to, settings())
    if faults:
        _name(faults)
        err.print(localised("backup_of_damaged", editions=settings().editions_dir))
    if key_fault is not None:
        err.print(localised("backup_without_key", fault=key_fault))
    if faults or key_fault is not None:
        raise typer.Exit(1)


@app.command("restore")
def restore_command(folder: Annotated[Path, typer.Argument(help="What `backup` made")]) -> None:
    """Put a backup back into an instance that holds nothing yet, and prove it row by row."""
    manifest, waits = backup.restore(folder, own_store(is_start=False, makes=True, beside_editions=True), settings())
    out.print(localised("backup_restored", folder=folder, made_at=manifest["made_at"], revision=manifest["revision"]))
    own_store()  # synchronises pointer and keys on disk with the database
    if waits:
        out.print(localised("notices_put_aside", count=waits))


@app.command("copy")
def copy_command(to: Annotated[str, typer.Option(help="Where to: sqlite:///FILE or postgresql://…, without rows")]) -> None:
    """Copy every row of the database into an empty one of either kind, and prove it row by row."""
    try:
        file = file_of(keeping(to))
    except SettingsRefused as error:
        raise WrongValue("as_told", option="--to", text=error.message) from error
    if file is not None:
        refuse_kept(file)
    sent = copying.copy_all(own_store(is_start=False), Store(to))
    shown = shown_url(to)  # password removed
    out.print(localised("database_copied", rows=sum(rows.count for rows in sent.values()), to=shown))
    if kept := settings().voices_url:  # a database of its own, which public instances go on writing to
        out.print(localised("voices_not_copied", place=shown_url(kept)))
