"""Create an empty catalogue for another government, with descriptions of every column, and check it while it is being filled."""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from kpis.declared import ALWAYS, Fields, file_columns, said_of, type_of
from kpis.errors import FigureRefused
from kpis.government import FACTS, LISTED, doubles, faults, settled
from kpis.government_files import FactsFields
from kpis.languages import both_shipped, is_shipped, pair_shipped
from kpis.message import Message
from kpis.store.store import Store
from kpis.vocabulary import OneOf
from loaders.catalogue import load_folder
from loaders.report import LoadReport
from loaders.rows import CATALOGUE_FILES, OFFICIAL_FILES

CATALOGUE, OFFICIAL, GUIDE = "catalogue", "official", "README.md"
# Required entries, with their contents.
_NEEDED = {
    "themes.csv": "write_themes", "unit_kinds.csv": "write_unit_kinds", "correction_reasons.csv": "write_correction_reasons",
    "sources.csv": "write_sources", "bureaus.csv": "write_bureaus",
    "indicators.csv": "write_indicators",
}  # fmt: skip


def write_new(folder: Path) -> list[Path]:
    """Write an empty catalogue into a folder, with a README that describes every column; return the files. All or nothing.

    Raises:
        FigureRefused: the folder is not empty.
    """
    was_there = folder.exists()
    if was_there and (not folder.is_dir() or any(folder.iterdir())):
        raise FigureRefused("folder_not_empty", folder=folder)
    try:
        return _written(folder)
    except OSError:  # a full disk, say: half a catalogue would be in the way of the next attempt
        for part in (CATALOGUE, OFFICIAL) if was_there else ("",):
            shutil.rmtree(folder / part, ignore_errors=True)
        raise


def _written(folder: Path) -> list[Path]:
    made = []
    for part, lists in ((CATALOGUE, {**LISTED, **CATALOGUE_FILES}), (OFFICIAL, OFFICIAL_FILES)):
        own = folder / part
        own.mkdir(parents=True, exist_ok=True)
        guide = ["\n\n".join((f"# {part}", *pair_shipped(Message("guide_lead")))) + "\n"]
        if part == CATALOGUE:
            (own / FACTS).write_text(_facts(), encoding="utf-8", newline="\n")
            guide.append(f"## {FACTS}\n\n{both_shipped(Message('guide_in_file'))}\n")
        for name, model in lists.items():
            with (own / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerow(file_columns(model))
            guide.append(_described(name, model))
        (own / GUIDE).write_text("\n".join(guide), encoding="utf-8", newline="\n")
        made += sorted(own.iterdir())
    return made


@dataclass(frozen=True, slots=True)
class ToDo:
    """What a catalogue lacks: its file and place, the remedy, and whether the catalogue cannot be loaded without it."""

    place: str
    remedy: Message
    stops: bool = True


def look_over(folder: Path) -> Iterator[ToDo]:
    """Yield what a catalogue lacks, file by file; nothing that stops if it can be loaded.

    Args:
        folder: a catalogue, or a folder with ``catalogue`` and ``official`` as made by ``write_new``.
    """
    own, official = (folder / CATALOGUE, folder / OFFICIAL) if (folder / CATALOGUE).is_dir() else (folder, None)
    texts = {name: (own / name).read_text(encoding="utf-8-sig", errors="replace") for name in _NEEDED if (own / name).is_file()}
    blank = [name for name in _NEEDED if len(texts.get(name, "").strip().splitlines()) < 2]
    refused = list(faults(own))
    stopped = {name for name, _ in refused}
    yield from (ToDo(name, Message(_NEEDED[name]), name in stopped) for name in blank)
    yield from (ToDo(name, fault.message) for name, fault in refused if name not in blank)
    if refused:
        return
    yield from (ToDo(name, fault.message, stops=False) for name, fault in doubles(own, names=True))
    for report in _loaded(own, official):
        for problem in report.problems:
            row = both_shipped(Message("at_row", row=problem.row)) if problem.row else ""
            remedy = Message("problem_in_words", found=problem.found, expected=problem.expected, remedy=problem.remedy)
            yield ToDo(f"{report.file} {problem.cell or row}".strip(), remedy, problem.stops)


def _loaded(own: Path, official: Path | None) -> list[LoadReport]:
    """Load a catalogue into a temporary database."""
    with tempfile.TemporaryDirectory() as scratch, settled(own):
        store = Store(f"sqlite:///{Path(scratch) / 'scratch.db'}")
        store.migrate()
        try:
            return load_folder(store, own, official=official)
        finally:
            store.engine.dispose()


def _described(name: str, model: type[Fields]) -> str:
    texts, stem = said_of(model), Path(name).stem
    lead = _own(f"guide_file_{stem}") or (" ".join((model.__doc__ or "").split()),)  # a register that has no words of its own yet
    column, kind, required, yes = (_side_by_side(f"guide_{word}") for word in ("column", "type", "required", "yes"))
    meaning = " | ".join(pair_shipped(Message("guide_meaning")))
    lines = [
        f"## {name}\n",
        *(f"{text}\n" for text in lead),
        f"| {column} | {meaning} | {kind} | {required} |",
        "|---|---|---|---|---|",
    ]
    for column in file_columns(model):
        field = model.model_fields[column]
        ja, en = _own(f"guide_cell_{stem}_{column}") or tuple(texts.get(column, {}).get(language, "") for language in ALWAYS)
        if column == "note" and not ja:
            ja, en = pair_shipped(Message("guide_note"))
        lines.append(f"| `{column}` | {ja} | {en} | {_type(model, column, field)} | {yes if field.is_required() else ''} |")
    return "\n".join(lines) + "\n"


def _own(key: str) -> tuple[str, str] | None:
    """Return a text of the guide in Japanese and English, where there is one."""
    return pair_shipped(Message(key)) if is_shipped(key) else None


def _side_by_side(key: str) -> str:
    """Return a text of the guide in Japanese and English."""
    return " ".join(pair_shipped(Message(key)))


def _type(model: type[Fields], name: str, field: FieldInfo) -> str:
    if choices := dict.fromkeys(_choices(field)):
        return ", ".join(f"`{choice}`" for choice in choices if choice)
    plain = {"str": "text", "bool": "0/1", "float": "number", "int": "number", "date": "day"}
    return plain.get(getattr(type_of(model, name), "__name__", "str"), "text")


def _choices(field: FieldInfo) -> Iterator[str]:
    """Yield the vocabulary of a field, where it is fixed in the program."""
    for mark in field.metadata:
        if isinstance(mark, OneOf):
            yield from mark.vocabulary.values()
    pending: list[Any] = [field.annotation]
    while pending:
        part = pending.pop()
        if get_origin(part) is Literal:
            yield from get_args(part)
        elif isinstance(part, OneOf):
            yield from part.vocabulary.values()
        else:
            pending += [*get_args(part), *getattr(part, "__metadata__", ())]


_BLANK = {"first_month": "4", "first_day": "2020-01-01", "time_zone": '"Europe/Paris"'}  # an example of each, in a comment


def _facts() -> str:
    """Return government.toml with a comment on every value; required values are blank, others commented out."""
    lines = [f"# {both_shipped(Message('guide_facts'))}"]
    for table, field in FactsFields.model_fields.items():
        model = next(
            part for part in (field.annotation, *get_args(field.annotation)) if isinstance(part, type) and issubclass(part, Fields)
        )
        mark = "" if field.is_required() else "# "
        lines += ["", f"# {' '.join((model.__doc__ or '').split())}", f"{mark}[{table}]"]
        texts: Mapping[str, Mapping[str, str]] = said_of(model)
        for name, model_field in model.model_fields.items():
            lines.append(
                f"# {texts[name]['ja']} / {texts[name]['en']}"
                + (f" {_side_by_side('guide_example')} {_BLANK[name]}" if name in _BLANK else "")
            )
            lines.append(f"{mark or ('' if model_field.is_required() else '# ')}{name} = {_value(model, name)}")
    return "\n".join(lines) + "\n"


def _value(model: type[Fields], name: str) -> str:
    field = model.model_fields[name]
    if get_origin(field.annotation) is tuple:
        return "[]"
    if type_of(model, name) in (float, int):
        return "0"
    return '""' if field.is_required() or not field.default else f'"{field.default}"'
