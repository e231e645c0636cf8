"""Commands that import data: load, check, a bureau's workbook, sources on the web."""

from __future__ import annotations

import getpass
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from kpis.as_text import clean
from kpis.languages import both, pair
from kpis.message import Message
from kpis.periods import local_day
from kpis.reporting import people, reports, submissions
from kpis.reporting.access import state_message
from kpis.settings import LOCAL, ROOT, settings
from kpis.store.store import Store, utc_now
from kpis.terminal import WrongValue, err, localised, out, own_store, refuse_kept, write
from loaders import catalogue, load, new_catalogue, pull
from loaders.missing import decision_of
from loaders.report import LoadReport
from loaders.workbook import annotate, door, submit

app = typer.Typer()
MOST_PRINTED = 500  # maximum of problems printed per file: a list with the wrong separator has one in every cell


def print_report(report: LoadReport, *, as_json: bool, is_check: bool = False) -> None:
    """Print the result of loading a file: accepted rows, and every problem with its place and bilingual remedy.

    Args:
        is_check: nothing was to be stored: rows are counted as read.
    """
    if as_json:
        typer.echo(clean(json.dumps(report.to_json(), ensure_ascii=False, indent=1)))
        return
    if not any(p.stops for p in report.problems):
        out.print(
            f"{report.file}: {localised('rows_checked' if is_check else 'rows_taken', accepted=report.accepted, rows=report.rows)}"
            + (f" [{report.kind}]" if report.kind and report.kind != report.file else "")
            + (f" ({localised('taken_before')})" if report.is_repeat else "")
        )
    if report.completeness is not None:
        out.print(f"{report.file}: {report.completeness.sentence()}")
    for p in report.problems[:MOST_PRINTED]:
        place = p.cell or (localised("at_row", row=p.row) if p.row else "")
        subject = f"({p.subject_in('ja')})" if p.subject else ""
        where = " ".join(part for part in (p.sheet, place, subject) if part)
        mark = "" if p.grade == "error" else f"{localised(f'grade_{p.grade}')}: "
        err.print(f"{report.file} {where}: {mark}{_quoted(p.found)}", style="bold")
        for line in pair(Message("expected_and_remedy", expected=p.expected, remedy=p.remedy)):
            err.print(f"  {line}")
    if (more := len(report.problems) - MOST_PRINTED) > 0:
        err.print(f"{report.file}: {localised('problems_more', more=more)}", style="bold")


def _quoted(finding: str | Message) -> str:
    """Return the content of a cell in quotes, or what is wrong in words of both languages."""
    return both(finding) if isinstance(finding, Message) else repr(finding)


@app.command("load")
def load_command(
    files: Annotated[list[Path] | None, typer.Argument(help="Files to load; none = the catalogue and official figures")] = None,
    kind: Annotated[
        str | None, typer.Option(help="What the file holds, as observations.csv; read from its columns if left out")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
    actor: Annotated[
        str | None, typer.Option("--as", help="Whose report a bureau workbook is (e-mail); the roles are checked")
    ] = None,
    on_behalf: Annotated[
        str, typer.Option("--on-behalf", help="Take a workbook in for its bureau, as the office: from whom it came, when and how")
    ] = "",
    hand_in: Annotated[bool, typer.Option("--submit", help="Submit the draft as well, where nothing is left to explain")] = False,
    leaves_open: Annotated[
        str, typer.Option("--leaves-open", help="Why figures that were asked stay open: confirms all of them with this reason")
    ] = "",
    missing: Annotated[
        str | None,
        typer.Option(help="Of rows that the list held before and holds no longer: keep | end=YYYY-MM-DD | never (was never so)"),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, with --missing end or never; shown to the public")] = "",
) -> None:
    """Load figures, all or nothing. A bureau workbook becomes a draft of the person named by --as.

    Several files are stored together or not at all. Exit code 0 = stored, 1 = problems (nothing stored), 2 = wrong usage or
    refused. --json prints one report as an object, several as a list of them.
    """
    for path in files or []:
        if path.is_dir():
            raise WrongValue("usage_is_folder", place=path)
    if absent := [path for path in files or [] if not path.is_file()]:
        raise WrongValue("no_such_file", files=", ".join(map(str, absent)))
    decided = decision_of(missing, reason) if missing else None
    store = own_store(makes=True)
    loaded: list[LoadReport] = []
    with Progress(console=err, transient=True, disable=as_json or not sys.stderr.isatty()) as bar:
        task = bar.add_task(localised("loading"), total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if not files:
            loaded = catalogue.load_folder(
                store, settings().catalogue_dir, official=settings().official_dir, missing=decided, progress=progress
            )
        books = [path for path in files or [] if kind is None and door.is_bureau_workbook(path.read_bytes())]
        if plain := [path for path in files or [] if path not in books]:
            loaded = load.load_files(store, plain, kind=kind, missing=decided, progress=progress)
        if not any(report.problems for report in loaded):
            loaded += [
                _report_as(store, path, actor, on_behalf=on_behalf, hand_in=hand_in, leaves_open=leaves_open) for path in books
            ]
    if as_json and len(loaded) != 1:
        typer.echo(clean(json.dumps([report.to_json() for report in loaded], ensure_ascii=False, indent=1)))
    for report in loaded if not as_json or len(loaded) == 1 else []:
        print_report(report, as_json=as_json)
    raise typer.Exit(1 if any(p.stops for r in loaded for p in r.problems) else 0)


def _report_as(store: Store, path: Path, actor: str | None, *, on_behalf: str, hand_in: bool, leaves_open: str) -> LoadReport:
    """Store a bureau workbook as a person's draft, and submit it if requested."""
    if actor is None:
        raise WrongValue("workbook_needs_person", option="--as", name=path.name)
    actor, content, today = people.account_key(actor), path.read_bytes(), local_day(utc_now())
    done = submit.receive(store, content, actor=actor, name=path.name, today=today, keeps_questions=False, how_it_came=on_behalf)
    kept = done.uploaded
    if kept is None:
        return load.report_of_workbook(path.name, content, done.reading)
    try:
        if leaves_open.strip() and kept.state in ("draft", "returned"):
            opened = reports.opened(store, kept.report_id, viewer=actor, as_of=today)
            open_ = {w.id: leaves_open for w in opened.warnings if w.rule == reports.INCOMPLETE and w.confirmed_by is None}
            submissions.confirm(store, kept.report_id, actor=actor, revision=kept.revision, reasons=open_)
        if hand_in and kept.state in ("draft", "returned"):
            submissions.submit(store, kept.report_id, actor=actor, revision=kept.revision, today=today)
    finally:  # also where it cannot be submitted: the draft is stored
        now = reports.report(store, kept.report_id, viewer=actor)
        err.print(localised("report_kept", number=now.id, revision=now.revision, state=state_message(now.state)))
    stored = {"accepted": len(done.reading.rows), "is_repeat": kept.is_repeat, "completeness": now.completeness}
    return load.report_of_workbook(path.name, content, done.reading, **stored)


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet, or is empty")]) -> None:
    """Write an empty catalogue for another government: every file with its heading row, and what each column means."""
    for path in new_catalogue.write_new(refuse_kept(folder)):
        out.print(str(path))
    out.print(localised("check_next", folder=folder))


def _look_over(folder: Path) -> None:
    listed = list(new_catalogue.look_over(folder))
    for to_do in listed:
        err.print(to_do.place if to_do.stops else f"{to_do.place} {localised('grade_warning')}", style="bold")
        for line in pair(to_do.remedy):
            err.print(f"  {line}")
    stopping = sum(1 for to_do in listed if to_do.stops)
    result = localised("left_to_do", count=stopping) if stopping else localised("can_be_loaded")
    out.print(f"{folder}: {result}" + (f" ({localised('to_look_at', count=more)})" if (more := len(listed) - stopping) else ""))
    raise typer.Exit(1 if stopping else 0)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="File to check, or the folder of a catalogue", exists=True)],
    kind: Annotated[str | None, typer.Option(help="What the file holds, as observations.csv")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
    marked: Annotated[Path | None, typer.Option(help="Where to write a bureau workbook with its faulty cells marked")] = None,
) -> None:
    """Check a file as load would, or what a catalogue lacks, and store nothing.

    Exit code 0 = load would take it, with or without warnings, 1 = it would not, 2 = wrong usage.
    """
    if file.is_dir():
        _look_over(file)
    store = own_store()
    content = file.read_bytes()
    report = load.check_content(content, file.name, kind=kind, store=store)
    print_report(report, as_json=as_json, is_check=True)
    if marked and report.problems:
        if not door.is_bureau_workbook(content):
            raise WrongValue("no_bureau_workbook", option="--marked", name=file.name)
        write(refuse_kept(marked), annotate.mark_problems(content, report.problems))
    raise typer.Exit(1 if any(p.stops for p in report.problems) else 0)


@app.command()
def template(
    bureau: Annotated[str, typer.Option(help="Code of the bureau, as WATERWORKS")],
    period: Annotated[str, typer.Option(help="What is reported: FY2022-Q3, FY2022 or 2022-12")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the workbook (.xlsx)")],
) -> None:
    """Write the workbook in which a bureau reports a period, prefilled with what is stored."""
    if output.suffix.lower() != ".xlsx" or not output.parent.is_dir():
        raise WrongValue("workbook_to_name", option="--output", path=output)
    refuse_kept(output)
    store = own_store()
    content, mark = door.issue_template(store, bureau, period, actor=f"command line ({getpass.getuser()})")
    write(output, content)
    out.print(f"{output}: {mark.bureau_code} {mark.period_code} {mark.template_id}")


@app.command("pull")
def pull_command(
    sources: Annotated[Path, typer.Option(help="The list of sources", exists=True, dir_okay=False)] = ROOT
    / "data"
    / "sources.toml",
) -> None:
    """Bring in every source that data/sources.toml names; safe to run from a timer."""
    store = own_store()
    results = pull.pull_all(store, sources, state_dir=LOCAL)
    for result in results:
        out.print(f"{result.name}: {result.outcome} {result.detail}")
    raise typer.Exit(1 if any(result.outcome == "failed" for result in results) else 0)
