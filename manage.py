"""The command line: set up, load, check, bring in and serve."""

from __future__ import annotations

import gc
import getpass
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from kpis.errors import MierukaError, SettingsRefused
from kpis.moment import State
from kpis.periods import local_day
from kpis.reporting import people, reports, submissions, withdrawals
from kpis.reporting.access import ROLES
from kpis.reporting.comparison import REASON_CLASSES
from kpis.settings import LOCAL, ROOT, settings
from kpis.store.store import Store, utc_now
from kpis.vocabulary import OPEN_STATES
from loaders import catalogue, load, pull, sample
from loaders.files.problems import LoadReport
from loaders.missing import decision_of
from loaders.workbook import door, submit
from publishers.editions import on_disk, publication
from publishers.meeting.material import quarter_report
from publishers.meeting.page import report_page
from publishers.meeting.workbook import report_book
from publishers.site import export
from telling.words import Words

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Mieruka 見える化: 改革の進捗ダッシュボード")
out = Console()
err = Console(stderr=True)


@app.callback()
def every_command() -> None:
    """Mieruka 見える化: load figures, judge them, show them."""
    gc.freeze()  # what is imported stays to the end: the collector need not walk it at each large file


def _store() -> Store:
    return Store(settings().database_url)


def _print(report: LoadReport, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
        return
    if not any(p.stops for p in report.problems):
        out.print(
            f"{report.file}: {report.accepted} / {report.rows} 行 rows"
            + (f" [{report.kind}]" if report.kind and report.kind != report.file else "")
            + (" (取込済 already loaded)" if report.is_repeat else ""),
            markup=False,
        )
    if report.completeness is not None:
        out.print(f"{report.file}: {report.completeness.told()}", markup=False)
    for p in report.problems:
        place = p.cell or (f"{p.row}行 row {p.row}" if p.row else "")
        where = " ".join(str(part) for part in (p.sheet, place, p.subject_ja and f"({p.subject_ja})") if part)
        mark = {"warning": "注意 warning: ", "question": "質問 question: "}.get(p.grade, "")
        err.print(f"{report.file} {where}: {mark}{p.found!r}", style="bold", markup=False)
        err.print(f"  {p.expected_ja}。{p.remedy_ja}", markup=False)
        err.print(f"  {p.expected_en}. {p.remedy_en}", markup=False)


@app.command()
def init() -> None:
    """Create the database that DATABASE_URL names, or bring its tables to the newest version. Safe to repeat."""
    _store().migrate()
    out.print(f"データベース database: {settings().database_url.split('@')[-1]}")


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
    replace: Annotated[bool, typer.Option("--replace", help="Put a bureau workbook in the place of the draft there is")] = False,
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
    if absent := [path for path in files or [] if not path.is_file()]:
        raise typer.BadParameter(f"{', '.join(map(str, absent))}: ファイルがありません / no such file")
    decided = decision_of(missing, reason) if missing else None
    store = _store()
    store.migrate()
    found: list[LoadReport] = []
    with Progress(console=err, transient=True, disable=as_json or not sys.stderr.isatty()) as bar:
        task = bar.add_task("取込 loading", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if not files:
            found = catalogue.load_folder(
                store, settings().catalogue_dir, official=settings().official_dir, missing=decided, progress=progress
            )
        books = [path for path in files or [] if kind is None and door.is_bureau_workbook(path.read_bytes())]
        if plain := [path for path in files or [] if path not in books]:
            found = load.load_files(store, plain, kind=kind, missing=decided, progress=progress)
        if not any(report.problems for report in found):
            found += [_report_as(store, path, actor, replace=replace, hand_in=hand_in, leaves_open=leaves_open) for path in books]
    if as_json and len(found) != 1:
        typer.echo(json.dumps([report.to_json() for report in found], ensure_ascii=False, indent=1))
    for report in found if not as_json or len(found) == 1 else []:
        _print(report, as_json=as_json)
    raise typer.Exit(1 if any(p.stops for r in found for p in r.problems) else 0)


def _report_as(store: Store, path: Path, actor: str | None, *, replace: bool, hand_in: bool, leaves_open: str) -> LoadReport:
    """Keep a bureau workbook as a draft of a person, and submit it if asked."""
    if actor is None:
        raise typer.BadParameter(
            f"{path.name}: 局の報告様式です。誰の報告かを --as EMAIL で指定してください"
            " / a bureau workbook: name whose report it is with --as EMAIL",
            param_hint="--as",
        )
    actor, content, today = actor.strip().lower(), path.read_bytes(), local_day(utc_now())
    there = None
    mark = door.read_workbook(content, store=store, today=today).mark if replace else None
    if mark is not None:
        own = reports.reports(store, viewer=actor, states=OPEN_STATES, bureau_code=mark.bureau_code)
        there = next(((r.id, r.revision) for r in own if r.period_code == mark.period_code), None)
    done = submit.receive(store, content, actor=actor, name=path.name, today=today, replaces=there, keeps_questions=False)
    sha256 = hashlib.sha256(content).hexdigest()
    kept = done.uploaded
    if kept is None:
        return LoadReport(
            path.name, sha256, done.reading.rows_count, 0, done.reading.problems, completeness=done.reading.completeness
        )
    if leaves_open.strip() and kept.state in ("draft", "returned"):
        found = reports.opened(store, kept.report_id, viewer=actor, as_of=today)
        open_ = {w.id: leaves_open for w in found.warnings if w.rule == reports.INCOMPLETE and w.confirmed_by is None}
        submissions.confirm(store, kept.report_id, actor=actor, revision=kept.revision, reasons=open_)
    if hand_in and kept.state in ("draft", "returned"):
        submissions.submit(store, kept.report_id, actor=actor, revision=kept.revision, today=today)
    now = reports.report(store, kept.report_id, viewer=actor)
    err.print(f"報告 report {now.id} 第{now.revision}版 revision {now.revision}: {now.state}", markup=False)
    return LoadReport(
        path.name,
        sha256,
        done.reading.rows_count,
        len(done.reading.rows),
        done.reading.problems,
        kept.is_repeat,
        completeness=now.completeness,
    )


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="File to check", exists=True, dir_okay=False)],
    kind: Annotated[str | None, typer.Option(help="What the file holds, as observations.csv")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
    marked: Annotated[Path | None, typer.Option(help="Where to write a bureau workbook with its faulty cells marked")] = None,
) -> None:
    """Check a file as load would, and store nothing. Exit code 0 = clean, 1 = problems, 2 = wrong usage."""
    store = _store()
    store.migrate()
    content = file.read_bytes()
    report = load.check_content(content, file.name, kind=kind, store=store)
    _print(report, as_json=as_json)
    if marked and report.problems:
        if not door.is_bureau_workbook(content):
            raise typer.BadParameter(f"{file.name}: 局の報告様式ではありません / not a bureau workbook", param_hint="--marked")
        marked.write_bytes(door.mark_problems(content, report.problems))
    raise typer.Exit(1 if any(p.stops for p in report.problems) else 0)


@app.command()
def template(
    bureau: Annotated[str, typer.Option(help="Code of the bureau, as WATERWORKS")],
    period: Annotated[str, typer.Option(help="What is reported: FY2022-Q3, FY2022 or 2022-12")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write the workbook (.xlsx)")],
) -> None:
    """Write the workbook in which a bureau reports a period, prefilled with what is stored."""
    if output.suffix.lower() != ".xlsx" or not output.parent.is_dir():
        raise typer.BadParameter(
            f"{output}: 既にあるフォルダーの .xlsx を指定してください / name an .xlsx file in a folder that exists",
            param_hint="--output",
        )
    store = _store()
    store.migrate()
    content, mark = door.issue_template(store, bureau, period, actor=f"command line ({getpass.getuser()})")
    output.write_bytes(content)
    out.print(f"{output}: {mark.bureau_code} {mark.period_code} {mark.template_id}", markup=False)


withdraw_app = typer.Typer(no_args_is_help=True, help="Take back a figure approved by mistake: one person asks, another decides")
app.add_typer(withdraw_app, name="withdraw")


@withdraw_app.command("ask")
def withdraw_ask(
    indicator: Annotated[str, typer.Argument(help="Code of the indicator")],
    bureau: Annotated[str, typer.Argument(help="Code of the unit whose figure it is")],
    period: Annotated[str, typer.Argument(help="FY2022-Q3, FY2022 or 2022-12")],
    reason: Annotated[str, typer.Option(help="Why, in words; it is shown to the public")],
    actor: Annotated[str, typer.Option("--as", help="Who asks (e-mail); the role is checked")],
    reason_class: Annotated[str, typer.Option(help=" | ".join(REASON_CLASSES))] = "error",
    vintage: Annotated[int | None, typer.Option(help="Which version; the one that counts if left out", min=1)] = None,
) -> None:
    """Ask for a figure to be withdrawn. Nothing changes until somebody else approves it."""
    store = _store()
    store.migrate()
    _print_asked(
        withdrawals.ask(
            store,
            (indicator, bureau, period),
            actor=actor.strip().lower(),
            reason_class=reason_class,
            reason_text=reason,
            vintage=vintage,
        )
    )


@withdraw_app.command("list")
def withdraw_list(actor: Annotated[str, typer.Option("--as", help="Who looks (e-mail)")]) -> None:
    """List the withdrawals that wait for a decision."""
    store = _store()
    store.migrate()
    for asked in withdrawals.requests(store, viewer=actor.strip().lower()):
        _print_asked(asked)


@withdraw_app.command("approve")
def withdraw_approve(
    number: Annotated[int, typer.Argument(help="Number of the request")],
    actor: Annotated[str, typer.Option("--as", help="Who approves (e-mail), other than who asked")],
) -> None:
    """Approve a withdrawal: the version before it counts again, or none."""
    store = _store()
    store.migrate()
    _print_asked(withdrawals.decide(store, number, actor=actor.strip().lower(), approves=True))


@withdraw_app.command("refuse")
def withdraw_refuse(
    number: Annotated[int, typer.Argument(help="Number of the request")],
    reason: Annotated[str, typer.Option(help="Why not")],
    actor: Annotated[str, typer.Option("--as", help="Who refuses (e-mail), other than who asked")],
) -> None:
    """Refuse a withdrawal; the figure stays."""
    store = _store()
    store.migrate()
    _print_asked(withdrawals.decide(store, number, actor=actor.strip().lower(), approves=False, text=reason))


def _print_asked(asked: withdrawals.Asked) -> None:
    def said(values: Mapping[str, object] | None) -> str:
        return ", ".join(f"{n} {v}" for n, v in (values or {}).items() if v not in (None, "")) or "数値なし no figure"

    out.print(
        f"取下げ withdrawal {asked.id}: {asked.state} {' '.join(asked.key)} 第{asked.vintage}版 version {asked.vintage}",
        markup=False,
    )
    out.print(f"  {said(asked.figure)} → {said(asked.then)}", markup=False)
    out.print(f"  [{asked.reason_class}] {asked.reason_text} ({asked.asked_by} → {asked.decided_by or '―'})", markup=False)


people_app = typer.Typer(no_args_is_help=True, help="Who may sign in, and what they may do")
app.add_typer(people_app, name="user")


@people_app.command("add")
def user_add(
    email: Annotated[str, typer.Argument(help="E-mail that the sign-in provider vouches for")],
    role: Annotated[str, typer.Option(help=" | ".join(ROLES))],
    bureau: Annotated[str | None, typer.Option(help="Code of the bureau, for bureau_manager")] = None,
    name: Annotated[str, typer.Option(help="Name to show")] = "",
) -> None:
    """Give a person a role; safe to repeat."""
    store = _store()
    store.migrate()
    _print_person(people.add_person(store, actor=people.COMMAND_LINE, email=email, role=role, bureau_code=bureau, name=name))


@people_app.command("list")
def user_list() -> None:
    """List every person with their roles."""
    store = _store()
    store.migrate()
    for person in people.people(store, actor=people.COMMAND_LINE):
        _print_person(person)


@people_app.command("remove")
def user_remove(
    email: Annotated[str, typer.Argument(help="Whose role to take")],
    role: Annotated[str | None, typer.Option(help="This role only; none = all of them")] = None,
    bureau: Annotated[str | None, typer.Option(help="The bureau of that role")] = None,
) -> None:
    """Take one role or all roles from a person; what they did stays on record."""
    store = _store()
    store.migrate()
    people.remove_person(store, actor=people.COMMAND_LINE, email=email, role=role, bureau_code=bureau)


def _print_person(person: people.Person) -> None:
    roles = ", ".join(f"{g.role} {g.bureau_code or ''}".strip() for g in person.grants) or "役割なし no role"
    out.print(f"{person.email} {person.name}: {roles}", markup=False)


@app.command("pull")
def pull_command(
    sources: Annotated[Path, typer.Option(help="The list of sources", exists=True, dir_okay=False)] = ROOT
    / "data"
    / "sources.toml",
) -> None:
    """Bring in every source that data/sources.toml names; safe to run from a timer."""
    store = _store()
    store.migrate()
    results = pull.pull_all(store, sources, state_dir=LOCAL)
    for result in results:
        out.print(f"{result.name}: {result.outcome} {result.detail}", markup=False)
    raise typer.Exit(1 if any(result.outcome == "failed" for result in results) else 0)


@app.command("publish")
def publish_command(
    note: Annotated[str, typer.Option(help="What a reader should know of this edition")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would become public and what changes")] = False,
    actor: Annotated[
        str | None, typer.Option("--as", help="Who publishes (e-mail); needed in office mode, the role is checked")
    ] = None,
) -> None:
    """Show what would become public and what changes against the edition shown, then publish it as the next edition."""
    store = _store()
    store.migrate()
    found = publication.preview(store, now=utc_now())
    against = f"第{found.compared_with}号 edition {found.compared_with}" if found.compared_with else "なし none"
    out.print(f"第{found.number}号 edition {found.number} ({found.as_of}) ← {against}", markup=False)
    for table, rows in found.counts.items():
        left = f" (見本を除外 samples left out: {found.left_out[table]})" if table in found.left_out else ""
        out.print(f"  {table}: {rows}{left}", markup=False)
    for change in found.changes:
        size = change.size_ja and f" ({change.size_ja})"
        why = f" [{change.reason_class}] {change.reason_text}" if change.reason_class else ""
        where = " ".join(part for part in (change.code, change.unit_code, change.period_code, change.field) if part)
        out.print(f"  {change.kind} {where} {change.old_ja} → {change.new_ja}{size}{why}".rstrip(" →"), markup=False)
    _warn_unplaced()
    if dry_run:
        return
    made = publication.publish(store, note=note, now=utc_now(), viewer=actor, revision=found.revision)
    out.print(f"公表しました published: {made.folder.name} sha256 {made.sha256}", markup=False)


def _warn_unplaced() -> None:
    """Say that what is published names no address where others could read it."""
    if not settings().public_address:
        err.print(f"⚠ {Words('ja')('publish_unplaced')}\n⚠ {Words('en')('publish_unplaced')}", markup=False)


@app.command("verify")
def verify_command(
    edition: Annotated[int | None, typer.Argument(help="Number of the edition; none = all", min=1)] = None,
) -> None:
    """Prove that editions are complete and unchanged; names what differs. Exit code 0 = unchanged, 1 = differs."""
    noted = None
    if settings().mode != "public":
        store = _store()
        store.migrate()
        noted = publication.recorded(store)
    there = on_disk.numbers(settings().editions_dir)
    faults = on_disk.verify(settings().editions_dir, edition, recorded=noted)
    for fault in faults:
        err.print(f"{fault.edition:04d} {fault.file}: {fault.message_ja} / {fault.message_en}", markup=False)
    if not faults:
        out.print(f"変更なし unchanged: {', '.join(f'{n:04d}' for n in there if edition in (None, n)) or '0'}", markup=False)
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
    store = _store()
    store.migrate()
    publication.rollback(store, edition, reason=reason, now=utc_now(), viewer=actor)
    out.print(f"第{edition}号を表示します now showing edition {edition}", markup=False)


@app.command("export")
def export_command(
    target: Annotated[Path, typer.Argument(help="A folder that does not exist yet")],
    edition: Annotated[int | None, typer.Option(help="Number of the edition; none = the one shown", min=1)] = None,
) -> None:
    """Write the static public edition as plain files for any web server or CDN, with every earlier edition under editions/."""
    _warn_unplaced()
    made = export.export(target, number=edition, chosen=settings())
    out.print(f"書き出しました written: {target} (第{made.number}号 edition {made.number})", markup=False)


@app.command()
def demo(
    database: Annotated[Path, typer.Option(help="The sample's own database file")] = LOCAL / "sample.db",
    serve: Annotated[bool, typer.Option(help="Serve the sample when it is made")] = True,
) -> None:
    """Make the sample organisation through the real upload of filled workbooks, in a database of its own, and serve it."""
    os.environ["DATABASE_URL"] = f"sqlite:///{database.resolve()}"
    settings.cache_clear()
    chosen, store = settings(), _store()
    store.migrate()
    if not store.is_sample():
        reports = catalogue.load_folder(store, chosen.catalogue_dir, official=chosen.official_dir)
        for report in reports:
            if report.problems:
                _print(report, as_json=False)
        if any(report.problems for report in reports):
            raise typer.Exit(1)
        with Progress(console=err, transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task("見本 sample", total=None)
            made = sample.make_sample(
                store, chosen.catalogue_dir / "sample.toml", folder=database.resolve().parent / f"{database.stem}-workbooks",
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )  # fmt: skip
        out.print(f"見本 sample: {made.workbooks} 局×期間 bureaus × periods, {made.approved} 承認 approved, {made.rows} 行 rows")
    if serve:
        run(port=None)


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
        raise typer.BadParameter(f"{output}: .xlsx で終わる名前を指定してください / name a file that ends with .xlsx")
    if language not in ("ja", "en"):
        raise typer.BadParameter(f"{language}: ja か en です / is ja or en")
    store = _store()
    store.migrate()
    made = quarter_report(State(store), period, language=language)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(report_book(made))
    page = output.with_suffix(".html")
    page.write_text(report_page(made), encoding="utf-8")
    for sentence in made.sentences():
        out.print(f"- {sentence}", markup=False)
    out.print(f"{output} {page}", markup=False)


@app.command()
def run(
    port: Annotated[int | None, typer.Option(help="Port to listen on; PORT does the same", min=1, max=65535)] = None,
    public: Annotated[bool, typer.Option("--public", help="Serve the published editions read-only, without sign-in")] = False,
) -> None:
    """Bring the database up to date, load what is new, and serve the dashboard."""
    import uvicorn  # noqa: PLC0415  # other commands need no server

    if port:
        os.environ["PORT"] = str(port)
    if public:
        os.environ["MIERUKA_MODE"] = "public"
    settings.cache_clear()
    chosen = settings()
    if chosen.mode == "public":
        if on_disk.current(chosen.editions_dir) is None:
            raise SettingsRefused(
                f"公表版がありません: {chosen.editions_dir}。先に manage.py publish を実行してください。",
                f"There is no edition in {chosen.editions_dir}. Run manage.py publish first.",
            )
        out.print(f"http://{chosen.address}:{chosen.port}")
        uvicorn.run("server:app", host=chosen.address, port=chosen.port, log_level="warning", access_log=False, app_dir=str(ROOT))
        return
    store = _store()
    store.migrate()
    reports = catalogue.load_folder(store, chosen.catalogue_dir, official=chosen.official_dir, is_start=True)
    for report in reports:
        if report.problems:
            _print(report, as_json=False)
    if any(p.grade == "error" for report in reports for p in report.problems):
        err.print("図表は前回取り込んだ数値で表示します。 / Serving the figures loaded before.")
    out.print(f"http://{chosen.address}:{chosen.port}")
    sys.stdout.flush()
    # A process of its own for the server: what loading needed (tables, workbooks, migrations) does not stay in memory.
    command = [sys.executable, "-m", "uvicorn", "server:app", "--host", chosen.address, "--port", str(chosen.port)]
    command += ["--log-level", "warning", "--no-access-log", "--app-dir", str(ROOT)]
    if os.name == "posix":
        os.execv(command[0], command)
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def main() -> None:
    """Run the command line; what the product refuses is said in both languages, with exit code 2."""
    try:
        app()
    except MierukaError as error:
        err.print(error.message_ja, error.message_en, sep="\n", markup=False)
        sys.exit(2)


if __name__ == "__main__":
    main()
