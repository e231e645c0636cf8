"""Every role at every command that acts for a person, at an office: done, or refused with nothing changed."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.main import get_command
from typer.testing import CliRunner

import manage
from kpis.errors import NotAllowed, NotFound
from kpis.periods import local_day
from kpis.reporting import deputies, people, withdrawals
from kpis.settings import settings
from kpis.store import tables
from kpis.store.store import Store, utc_now
from loaders.workbook.submit import take_template
from publishers.editions import publication
from tests.kpis.test_settings import office
from tests.shared import copied, filled_once, made_once
from tests.shared import settled as closed
from tests.small_government import (
    ADMIN,
    ALWAYS_OPEN,
    ANNA,
    AYA,
    CHIEF,
    CLERK,
    DAI,
    DIRECTOR,
    OFFICE,
    PERIOD,
    SECOND,
    STRANGER,
    VICE,
    add_clerk_and_chief,
    begin,
    write_sections,
    write_small_government,
)

pytestmark = pytest.mark.edition
SEALS, RATE = (("seal_abolished_procedures", "GENERAL", "FY2022-Q2"), ("electronic_decision_rate", "GENERAL", "FY2022-Q2"))
REMOVED = "was@general.example.jp"
PERSONS = {  # CLERK is of the section of RATE; VICE approves for DIGITAL, and stands in for ANNA
    "own": AYA, "section": CLERK, "approver": CHIEF, "deputy": VICE, "other": DAI, "office": SECOND, "director": DIRECTOR, "administrator": ADMIN,
    "stranger": STRANGER, "removed": REMOVED, "nobody": "",
    "look-alike": AYA.replace("a", "\N{FULLWIDTH LATIN SMALL LETTER A}"), "the command line": people.COMMAND_LINE.title(),
}  # fmt: skip
COMMANDS: dict[str, list[str]] = {
    "load a workbook": ["load", "{folder}/report.xlsx"],
    "load and submit": ["load", "{folder}/report.xlsx", "--submit", "--leaves-open", "x"],
    "load on behalf": ["load", "{folder}/report.xlsx", "--on-behalf", "x"],
    "withdraw ask": ["withdraw", "ask", *RATE, "--reason", "x"],
    "withdraw list": ["withdraw", "list"],
    "withdraw approve": ["withdraw", "approve", "1"],
    "withdraw refuse": ["withdraw", "refuse", "1", "--reason", "x"],
    "deputy name": ["deputy", "name", AYA, "--for", ANNA, "--from", "2099-01-01", "--until", "2099-01-31"],
    "deputy list": ["deputy", "list"],
    "deputy end": ["deputy", "end", "1"],
    "publish": ["publish", "--note", "x", "--yes"],
    "rollback": ["rollback", "1", "--reason", "x"],
}
# In the order of PERSONS: + done, - refused, d kept as a draft and not submitted.
EXPECTED = {
    "load a workbook":  "+ + - + - - - - - - - - -",
    "load and submit":  "+ d - + - - - - - - - - -",
    "load on behalf":   "- - - - - + - - - - - - -",
    "withdraw ask":     "+ - - + - + - - - - - - -",
    "withdraw list":    "- - - - - + - - - - - - -",
    "withdraw approve": "- - - - - + - - - - - - -",
    "withdraw refuse":  "- - - - - + - - - - - - -",
    "deputy name":      "- - - - - + - + - - - - -",
    "deputy list":      "+ - + + + + - + - - - - -",
    "deputy end":       "- - - - - + - + - - - - -",
    "publish":          "- - - - - + - - - - - - -",
    "rollback":         "- - - - - + - - - - - - -",
}  # fmt: skip
# What acts for nobody: whoever runs the machine reads, checks, writes files, or manages it; persons and keys are recorded as of the command line.
OF_THE_MACHINE = {
    "init", "demo", "untranslated", "run", "new", "check", "template", "pull", "verify", "export", "report", "backup", "restore", "copy",
    "user add", "user remove", "user list", "doctor", "key show", "key rotate", "notify",
}  # fmt: skip


def prepare(store: Store) -> None:
    begin(store, calendar=ALWAYS_OPEN)
    command_line, today = people.COMMAND_LINE, local_day(utc_now())
    with tempfile.TemporaryDirectory() as folder:
        add_clerk_and_chief(store, write_small_government(Path(folder))[0])
    people.add_person(store, actor=command_line, email=DIRECTOR, role="director")
    people.add_person(store, actor=command_line, email=VICE, role="bureau_approver", bureau_code="DIGITAL")
    people.add_person(store, actor=people.COMMAND_LINE, email=REMOVED, role="bureau_manager", bureau_code="GENERAL")
    people.remove_person(store, actor=ADMIN, email=REMOVED)
    withdrawals.ask(store, SEALS, actor=ANNA, reason_class="error", reason_text="x")
    deputies.name_deputy(store, actor=ANNA, email=DAI, stands_in_for=ANNA, from_date=date(2099, 1, 1), until_date=date(2099, 1, 2))
    deputies.name_deputy(store, actor=ANNA, email=VICE, stands_in_for=ANNA, from_date=today, until_date=today + timedelta(days=9))


def nothing(_store: Store, _folder: Path) -> None:
    """Add nothing to what is there."""


def filled(store: Store, folder: Path) -> None:
    """Fill a report of GENERAL."""
    book = openpyxl.load_workbook(io.BytesIO(take_template(store, "GENERAL", PERIOD, actor=AYA)))
    figures = book["指標の実績"]
    row = next(cell.row for cells in figures.iter_rows() for cell in cells if cell.value == RATE[0])
    figures[f"H{row}"], figures[f"I{row}"] = 700, 1000  # numerator and denominator
    book.save(folder / "report.xlsx")


def published(store: Store, _folder: Path) -> None:
    for note in ("一", "二"):
        publication.publish(store, note=note, now=utc_now(), viewer=OFFICE)


BEGINS = {"rollback": published} | {name: filled for name in COMMANDS if name.startswith("load")}
Opened = Callable[[Path, Callable[[Store, Path], None]], Store]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """An office instance in a folder of its own, a copy of one that was made once; the environment names the one opened last."""

    def named(folder: Path) -> Store:
        store = Store(f"sqlite:///{folder / 'own.db'}")
        for setting, value in office(
            CATALOGUE_DIR=str(folder / "data" / "catalogue"),
            OFFICIAL_DIR=str(folder / "data" / "official"),
            DATABASE_URL=store.url,
            EDITIONS_DIR=str(folder / "editions"),
            SIGNING_KEY_FILE=str(folder / "signing.key"),
        ).items():
            monkeypatch.setenv(setting, value)
        settings.cache_clear()
        return store

    def instance(folder: Path, begins: Callable[[Store, Path], None]) -> Store:
        def make(place: Path) -> None:
            copied(filled_once("commands by role", prepare), place / "own.db")
            write_sections(write_small_government(place / "data")[0])
            store = named(place)
            begins(store, place)
            closed(store)

        shutil.copytree(made_once(f"commands by role, {begins.__name__}", make), folder, symlinks=True)
        return named(folder)

    return instance


def counts(store: Store) -> tuple[object, ...]:
    """Return what no refused command changes."""
    return (
        store.state(),
        *(
            store.count(each)
            for each in (tables.Submission, tables.Publication, tables.Deputy, tables.Withdrawal, tables.OriginalFile)
        ),
    )


def tried(words: list[str], email: str, folder: Path) -> str:
    said = CliRunner().invoke(manage.app, [word.format(folder=folder) for word in [*words, "--as", email]])
    if isinstance(said.exception, (NotAllowed, NotFound)):
        return "-"
    return "+" if said.exit_code == 0 else f"{said.exit_code} {said.exception} {said.output}"


@pytest.mark.parametrize("name", list(COMMANDS))
def test_each_person_may_do_by_command_what_the_table_says(opened: Opened, tmp_path: Path, name: str) -> None:
    expected = dict(zip(PERSONS, EXPECTED[name].split(), strict=True))
    got = {}
    try:
        for person in sorted(
            PERSONS, key=lambda each: expected[each]
        ):  # who may, each in an instance of their own; then all others in one
            if expected[person] != "-" or "-" not in got.values():
                place = tmp_path / person
                store = opened(place, BEGINS.get(name, nothing))
            before = counts(store)
            got[person] = tried(COMMANDS[name], PERSONS[person], place)
            if got[person] == "-" and expected[person] == "d":
                assert {row["state"] for row in store.all_of(tables.Submission)} == {"draft"}
                got[person] = "d"
            if got[person] == "-":
                assert counts(store) == before, "nothing changed"
    finally:
        settings.cache_clear()
    assert got == expected


def test_every_command_acts_for_a_person_or_is_of_the_machine() -> None:
    """What takes ``--as`` is in the table; a new command is put there, or on purpose among those of the machine."""
    commands = {" ".join(words): names for words, names in _commands(get_command(manage.app))}
    in_table = {" ".join(words[:2]) if words[0] in ("withdraw", "deputy") else words[0] for words in COMMANDS.values()}
    assert {name for name, names in commands.items() if "--as" in names} == in_table
    assert commands.keys() - in_table == OF_THE_MACHINE
    assert COMMANDS.keys() == EXPECTED.keys() and all(len(row.split()) == len(PERSONS) for row in EXPECTED.values())


def _commands(group: Any, *before: str) -> Iterator[tuple[tuple[str, ...], set[str]]]:
    """Yield each command with the options that it takes."""
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from _commands(each, *before, name)
        else:
            yield (*before, name), {option for param in each.params for option in param.opts}


def test_whoever_names_nobody_is_asked_who_it_is_and_an_office_that_has_told_nobody_says_so(opened: Opened, tmp_path: Path) -> None:
    """It was refused as one who may not, and to ask the office: they are the office."""
    try:
        opened(tmp_path / "office", nothing)
        for words in (COMMANDS["publish"], COMMANDS["rollback"]):
            nobody = CliRunner().invoke(manage.app, words).exception
            assert isinstance(nobody, NotAllowed) and "--as EMAIL" in str(nobody) and "--as メールアドレス" in str(nobody)
        assert "There are no notices yet." in CliRunner().invoke(manage.app, ["notify", "--show"]).output
    finally:
        settings.cache_clear()
