"""The command line: the commands of each package, and those that set up and start the product."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Annotated, NoReturn

from kpis.memory import enough

with enough():
    import typer
    from rich.progress import Progress

    import kpis.reporting.commands
    import loaders.commands
    import publishers.commands
    import publishers.doctor.commands
    import publishers.notices.commands
    from kpis import languages
    from kpis.errors import MierukaError, SettingsRefused, Unavailable, UsageRefused
    from kpis.government import government
    from kpis.languages import CatalogueRefused
    from kpis.seen import journal
    from kpis.settings import LOCAL, ROOT, settings
    from kpis.store import tables
    from kpis.store.engine import shown_url
    from kpis.store.unavailable import UNEXPECTED, unavailable, unusable
    from kpis.store.upgrade import refuse_differing
    from kpis.terminal import code_of_end, end, err, localised, out, outlive_readers, own_store, refused_usage
    from loaders import catalogue, sample
    from loaders.commands import print_report
    from loaders.files import apart
    from publishers.editions import on_disk

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def every_command() -> None:
    """Mieruka: load figures, judge them, show them."""
    gc.freeze()  # imported modules live until the end: the collector need not traverse them at each large file


@app.command()
def init(
    is_clock_right: Annotated[
        bool, typer.Option("--clock-is-right", help="Go on though the clock is more than a year after the latest write")
    ] = False,
) -> None:
    """Create the database that DATABASE_URL names, or bring its tables to the newest version. Safe to repeat."""
    store = own_store(is_start=not is_clock_right, makes=True)
    refuse_differing(store.engine)
    # With a clock that is right, the instant of this write is the latest from now on; else it shows that one can write, and changes nothing.
    with store.writing(is_figures=False, any_clock=not is_clock_right, is_clock_right=is_clock_right, is_stamped=is_clock_right):
        pass
    out.print(localised("database_at", address=shown_url(settings().database_url)))


for room in (
    loaders.commands,
    kpis.reporting.commands,
    publishers.commands,
    publishers.doctor.commands,
    publishers.notices.commands,
):
    app.add_typer(room.app)


@app.command()
def demo(
    database: Annotated[Path, typer.Option(help="The sample's own database file")] = LOCAL / "sample.db",
    serve: Annotated[bool, typer.Option(help="Serve the sample when it is made")] = True,
) -> None:
    """Make the sample organisation through the real upload of filled workbooks, in a database of its own, and serve it."""
    os.environ["DATABASE_URL"] = f"sqlite:///{database.resolve()}"
    settings.cache_clear()
    chosen = settings()
    store = own_store(is_start=False, makes=True, beside_editions=True)  # nothing of a sample is published
    if not sample.is_made(store):
        is_begun = store.is_sample()
        if is_begun:
            err.print(localised("sample_continued"))
        reports = [] if is_begun else catalogue.load_folder(store, chosen.catalogue_dir, official=chosen.official_dir)
        for report in reports:
            if report.problems:
                print_report(report, as_json=False)
        if any(report.problems for report in reports):
            raise typer.Exit(1)
        with Progress(console=err, transient=True, disable=not sys.stderr.isatty()) as bar:
            task = bar.add_task(localised("making_sample"), total=None)
            made = sample.make_sample(
                store, chosen.catalogue_dir / "sample.toml", folder=database.resolve().parent / f"{database.stem}-workbooks",
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )  # fmt: skip
        out.print(localised("sample_made", workbooks=made.workbooks, approved=made.approved, rows=made.rows))
    if serve:
        run(port=None)


@app.command()
def untranslated(
    language: Annotated[str, typer.Argument(help="A folder of data/text, as en; of a new one everything is listed")],
) -> None:
    """List what a language has no words for yet, as gettext entries to fill in; until then it is said in Japanese."""
    lacking, english = languages.missing(language), languages.as_written("en")
    for name, messages in lacking.items():
        typer.echo(f"# data/text/{language}/{name}\n")
        for message in messages:
            texts = [str(message.string), english.get(str(message.id), "")]
            comments = [f"# {line}" for line in message.user_comments] + [
                f"#. {line}" for text in texts for line in text.splitlines()
            ]
            typer.echo("\n".join([*comments, f'msgid "{message.id}"', 'msgstr ""', ""]))
    count = sum(map(len, lacking.values()))
    err.print(localised("not_translated", language=language, count=count))


@app.command()
def run(
    port: Annotated[int | None, typer.Option(help="Port to listen on; PORT does the same", min=1, max=65535)] = None,
    public: Annotated[bool, typer.Option("--public", help="Serve the published editions read-only, without sign-in")] = False,
) -> None:
    """Bring the database up to date, load what is new, and serve the dashboard."""
    from api import listening  # noqa: PLC0415  # other commands need no server

    if port:
        os.environ["PORT"] = str(port)
    if public:
        os.environ["MIERUKA_MODE"] = "public"
    settings.cache_clear()
    chosen = settings()
    chosen.keep_files_own()
    journal.begin(serves=True)
    _refuse_taken(chosen.address, chosen.port)
    languages.read_all()
    if chosen.mode == "public":
        if on_disk.current(chosen.editions_dir) is None:
            raise SettingsRefused("no_edition_in_folder", folder=chosen.editions_dir)
        if not all(edition.government for edition in on_disk.shown(chosen.editions_dir)):
            government()  # older editions lack these files and are read with the catalogue's; refused if the catalogue lacks them too
        sys.path.insert(0, str(ROOT))
        listening.serve("server:app")  # in this process, since it has loaded no data
        return
    store = own_store(makes=True)
    reports = catalogue.load_folder(store, chosen.catalogue_dir, official=chosen.official_dir, is_start=True)
    for report in reports:
        if report.problems:
            print_report(report, as_json=False)
    if any(p.grade == "error" for report in reports for p in report.problems):
        err.print(localised("served_as_before" if store.count(tables.Indicator) else "served_empty"))
    sys.stdout.flush()
    # Start the server in a fresh process: the memory used for loading (tables, workbooks, migrations) is freed.
    command = [sys.executable, str(ROOT / "server.py")]
    if os.name == "posix":
        apart.end()  # end the file-reading child process: after exec nobody would wait for it
        os.execv(command[0], command)
    raise typer.Exit(subprocess.run(command, check=False).returncode)


def _refuse_taken(address: str, port: int) -> None:
    """Raise ``SettingsRefused`` if the port is already in use, before the address is printed."""
    try:
        socket.create_server((address, port), family=socket.AF_INET6 if ":" in address else socket.AF_INET).close()
    except OSError as error:
        raise SettingsRefused("port_taken", address=address, port=port, fault=os.strerror(error.errno or 0)) from error


def main() -> None:
    """Run the command line; print every error in both languages and exit with the codes of docs/operations.md."""
    outlive_readers()
    try:
        _run_command()
    except SystemExit as end:
        sys.exit(code_of_end(end.code))  # type: ignore[arg-type]  # as it came


def _run_command() -> NoReturn:
    try:
        with suppress(SettingsRefused):  # reported by the command that needs the settings
            journal.begin()
        sys.exit(app(standalone_mode=False) or 0)
    except (typer.Abort, KeyboardInterrupt) as stop:
        is_answer = isinstance(stop, typer.Abort) and not isinstance(stop.__cause__, KeyboardInterrupt)  # no, to a question
        end(UsageRefused("aborted" if is_answer else "interrupted"))
    except typer.TyperException as error:
        if not str(error):
            sys.exit(UsageRefused.exit_code)  # no command was given, and the help is already printed
        end(refused_usage(error))
    except MierukaError as error:
        end(error)
    except CatalogueRefused as error:
        end(SettingsRefused("text_unreadable", fault=error))
    except Exception as error:
        if os.environ.get("MIERUKA_TRACE"):
            raise
        end(unavailable(error) or unusable(error) or Unavailable("unexpected", exit_code=UNEXPECTED, fault=_where(error)))


def _where(error: Exception) -> str:
    """Return one line: class and message (cut at 200 characters) of an exception, and the file and line that raised it."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]} ({Path(last.filename).name}:{last.lineno})"


if __name__ == "__main__":
    main()
