"""The command line: set up, load, check, bring in and serve."""

from __future__ import annotations

import getpass
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from kpis.errors import MierukaError
from kpis.settings import ROOT, settings
from kpis.store import Store
from loaders import catalogue, load, pull, workbook
from loaders.report import LoadReport

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
        grade = "" if p.grade == "error" else "確認 please confirm "
        err.print(f"{report.file} {where}: {grade}{p.found!r}", style="bold", markup=False)
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
    marked: Annotated[Path | None, typer.Option(help="Where to write a bureau workbook with its faulty cells marked")] = None,
) -> None:
    """Check a file as load would, and store nothing. Exit code 0 = clean, 1 = problems, 2 = wrong usage."""
    store = _store()
    store.migrate()
    content = file.read_bytes()
    report = load.check_content(content, file.name, kind=kind, store=store)
    _print(report, as_json=as_json)
    if marked and report.problems:
        if not workbook.is_bureau_workbook(content):
            raise typer.BadParameter(f"{file.name}: 局の報告様式ではありません / not a bureau workbook", param_hint="--marked")
        marked.write_bytes(workbook.mark_problems(content, report.problems))
    raise typer.Exit(1 if any(p.grade == "error" for p in report.problems) else 0)


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
    content, mark = workbook.issue_template(store, bureau, period, actor=f"command line ({getpass.getuser()})")
    output.write_bytes(content)
    out.print(f"{output}: {mark.bureau_code} {mark.period_code} {mark.template_id}", markup=False)


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


@app.command()
def run(
    port: Annotated[int | None, typer.Option(help="Port to listen on; PORT does the same", min=1, max=65535)] = None,
) -> None:
    """Bring the database up to date, load what is new, and serve the dashboard."""
    import uvicorn

    if port:
        os.environ["PORT"] = str(port)
        settings.cache_clear()
    chosen = settings()
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
