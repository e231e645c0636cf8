"""The command line: set up, load, check, bring in and serve."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from kpis.errors import MierukaError, SettingsRefused
from kpis.settings import ROOT, settings
from kpis.store import Store, utc_now
from loaders import catalogue, load, pull, sample
from loaders.report import LoadReport
from publishers import editions, export, publication

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Mieruka 見える化: 改革の進捗ダッシュボード")
out = Console()
err = Console(stderr=True)


@app.callback()
def main() -> None:
    """Mieruka 見える化: load figures, judge them, show them."""


def _store() -> Store:
    return Store(settings().database_url)


def _print(report: LoadReport, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=1))
        return
    if not any(p.grade == "error" for p in report.problems):
        out.print(
            f"{report.file}: {report.accepted} / {report.rows} 行 rows" + (" (取込済 already loaded)" if report.is_repeat else "")
        )
    for p in report.problems:
        where = " ".join(str(part) for part in (p.sheet, p.cell or (f"{p.row}行 row {p.row}" if p.row else "")) if part)
        mark = "注意 warning: " if p.grade == "warning" else ""
        err.print(f"{report.file} {where}: {mark}{p.found!r}", style="bold", markup=False)
        err.print(f"  {p.expected_ja}。{p.remedy_ja}", markup=False)
        err.print(f"  {p.expected_en}. {p.remedy_en}", markup=False)


@app.command()
def init() -> None:
    """Create the database, or bring its tables to the newest version. Safe to repeat."""
    _store().migrate()
    out.print(f"データベース database: {settings().database_url.split('@')[-1]}")


@app.command("load")
def load_command(
    files: Annotated[list[Path] | None, typer.Argument(help="Files to load; none = the catalogue and official figures")] = None,
    kind: Annotated[
        str | None, typer.Option(help="What the file holds, as observations.csv; read from its columns if left out")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
) -> None:
    """Load figures, all or nothing. Exit code 0 = stored, 1 = problems (nothing stored), 2 = wrong usage."""
    store = _store()
    store.migrate()
    reports: list[LoadReport] = []
    with Progress(console=err, transient=True, disable=as_json or not sys.stderr.isatty()) as bar:
        task = bar.add_task("取込 loading", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        if not files:
            reports = catalogue.load_folder(store, settings().catalogue_dir, official=settings().official_dir, progress=progress)
        for path in files or []:
            if not path.is_file():
                raise typer.BadParameter(f"{path}: ファイルがありません / no such file")
            reports.append(load.load_file(store, path, kind=kind, progress=progress))
    for report in reports:
        _print(report, as_json=as_json)
    raise typer.Exit(1 if any(p.grade == "error" for r in reports for p in r.problems) else 0)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="File to check", exists=True, dir_okay=False)],
    kind: Annotated[str | None, typer.Option(help="What the file holds, as observations.csv")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON")] = False,
) -> None:
    """Check a file as load would, and store nothing. Exit code 0 = clean, 1 = problems, 2 = wrong usage."""
    store = _store()
    store.migrate()
    report = load.check_content(file.read_bytes(), file.name, kind=kind, store=store)
    _print(report, as_json=as_json)
    raise typer.Exit(1 if any(p.grade == "error" for p in report.problems) else 0)


@app.command("pull")
def pull_command(
    sources: Annotated[Path, typer.Option(help="The list of sources", exists=True, dir_okay=False)] = ROOT
    / "data"
    / "sources.toml",
) -> None:
    """Bring in every source that data/sources.toml names; safe to run from a timer."""
    store = _store()
    store.migrate()
    results = pull.pull_all(store, sources, state_dir=ROOT / "data" / "local")
    for result in results:
        out.print(f"{result.name}: {result.outcome} {result.detail}", markup=False)
    raise typer.Exit(1 if any(result.outcome == "failed" for result in results) else 0)


@app.command("publish")
def publish_command(
    note: Annotated[str, typer.Option(help="What a reader should know of this edition")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would become public and what changes")] = False,
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
    if dry_run:
        return
    made = publication.publish(store, note=note, now=utc_now(), revision=found.revision)
    out.print(f"公表しました published: {made.folder.name} sha256 {made.sha256}", markup=False)


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
    there = editions.numbers(settings().editions_dir)
    faults = editions.verify(settings().editions_dir, edition, recorded=noted)
    for fault in faults:
        err.print(f"{fault.edition:04d} {fault.file}: {fault.message_ja} / {fault.message_en}", markup=False)
    if not faults:
        out.print(f"変更なし unchanged: {', '.join(f'{n:04d}' for n in there if edition in (None, n)) or '0'}", markup=False)
    raise typer.Exit(1 if faults else 0)


@app.command("rollback")
def rollback_command(
    edition: Annotated[int, typer.Argument(help="Number of the edition to show", min=1)],
    reason: Annotated[str, typer.Option(help="Why; it is shown in the public log")] = "",
) -> None:
    """Show an earlier edition; later ones are marked as withdrawn, with the reason."""
    store = _store()
    store.migrate()
    publication.rollback(store, edition, reason=reason, now=utc_now())
    out.print(f"第{edition}号を表示します now showing edition {edition}", markup=False)


@app.command("export")
def export_command(
    target: Annotated[Path, typer.Argument(help="A folder that does not exist yet")],
    edition: Annotated[int | None, typer.Option(help="Number of the edition; none = the one shown", min=1)] = None,
) -> None:
    """Write the static public edition as plain files for any web server or CDN, with every earlier edition under editions/."""
    made = export.export(target, number=edition, chosen=settings())
    out.print(f"書き出しました written: {target} (第{made.number}号 edition {made.number})", markup=False)


@app.command()
def demo(
    database: Annotated[Path, typer.Option(help="The sample's own database file")] = ROOT / "data" / "local" / "sample.db",
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


@app.command()
def run(
    port: Annotated[int | None, typer.Option(help="Port to listen on; PORT does the same", min=1, max=65535)] = None,
    public: Annotated[bool, typer.Option("--public", help="Serve the published editions read-only, without sign-in")] = False,
) -> None:
    """Bring the database up to date, load what is new, and serve the dashboard."""
    import uvicorn

    if port:
        os.environ["PORT"] = str(port)
    if public:
        os.environ["MIERUKA_MODE"] = "public"
    settings.cache_clear()
    chosen = settings()
    if chosen.mode == "public":
        if editions.current(chosen.editions_dir) is None:
            raise SettingsRefused(
                f"公表版がありません: {chosen.editions_dir}。先に manage.py publish を実行してください。",
                f"There is no edition in {chosen.editions_dir}. Run manage.py publish first.",
            )
        out.print(f"http://{chosen.address}:{chosen.port}")
        uvicorn.run("server:app", host=chosen.address, port=chosen.port, log_level="warning", access_log=False, app_dir=str(ROOT))
        return
    store = _store()
    store.migrate()
    reports = catalogue.load_folder(store, chosen.catalogue_dir, official=chosen.official_dir)
    for report in reports:
        if report.problems:
            _print(report, as_json=False)
    if any(report.problems for report in reports):
        err.print("図表は前回取り込んだ数値で表示します。 / Serving the figures loaded before.")
    out.print(f"http://{chosen.address}:{chosen.port}")
    uvicorn.run("server:app", host=chosen.address, port=chosen.port, log_level="warning", access_log=False, app_dir=str(ROOT))


if __name__ == "__main__":
    try:
        app()
    except MierukaError as error:
        err.print(error.message_ja, error.message_en, sep="\n", markup=False)
        sys.exit(2)
