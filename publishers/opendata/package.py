"""Open data of an edition: every public table as CSV, JSON and Parquet, with machine-readable descriptions.

One datum per cell, units in their own column, dates as ISO 8601, unknown values blank. CSV is UTF-8 with BOM; in CSV only, a text
that a spreadsheet would read as a formula gets a leading apostrophe. ``datapackage.json`` (Frictionless) and ``catalog.jsonld``
(DCAT) describe the files.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Any, BinaryIO, get_args

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic.fields import FieldInfo
from sqlalchemy import Boolean, Date, DateTime, Float, Integer
from sqlmodel import SQLModel

from kpis.as_text import cell, clean, shown
from kpis.declared import Row, said_of, text_column, translated
from kpis.figures.records import current_vintages, worked_out
from kpis.government import OwnWord, own_words
from kpis.moment import Moment
from kpis.settings import ROOT
from kpis.store import tables
from kpis.store.fields import key_columns
from kpis.store.store import Store
from kpis.store.tables.registers import values_in
from kpis.store.translations import between
from kpis.text import text_of
from kpis.vocabulary import OneOf
from publishers.editions.public_tables import PUBLIC, columns_of, public_names
from telling.bureaus import heat_file
from telling.for_machines import revision_json
from telling.words import Words

ROW_GROUP = 5_000  # rows of a row group in a Parquet file
MEDIA = {
    "csv": "text/csv; charset=utf-8", "json": "application/json", "parquet": "application/vnd.apache.parquet",
    "jsonld": "application/ld+json", "svg": "image/svg+xml", "atom": "application/atom+xml; charset=utf-8",
}  # fmt: skip
_ARROW = {
    "string": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_(), "date": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Resource:
    """One table of the open data: column → type, rows as dictionaries of plain values, and its key columns.

    Rows can be iterated more than once; those of a large table are read again each time (``Stored``). ``descriptions`` holds those
    of columns declared by this table itself, as ``said_of`` returns them; two tables may give one column name two meanings.
    """

    name: str
    fields: Mapping[str, str]
    rows: Collection[Row]
    key: tuple[str, ...]
    descriptions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def describe(self, column: str, language: str = "ja") -> str:
        """Return the description of a column: the table's own, or else that of the open data as a whole."""
        return self.descriptions[column][language] if column in self.descriptions else describe(column, language)


class Stored(Collection[Row]):
    """The rows of a table of an edition, streamed; at most one batch is in memory."""

    def __init__(self, store: Store, model: type[SQLModel], columns: Iterable[str]) -> None:
        self._store, self._model, self._columns = store, model, tuple(columns)

    def __len__(self) -> int:
        return self._store.count(self._model)

    def __contains__(self, row: object) -> bool:
        return any(own == row for own in self)

    def __iter__(self) -> Iterator[Row]:
        for row in self._store.each_of(self._model, columns=self._columns):
            if "submission_id" in row:  # that it was reported, not in which report
                row["is_reported"] = row.pop("submission_id") is not None
            yield {name: as_datum(value) for name, value in row.items()}


class Spread(Collection[Row]):
    """The values of a multi-valued column, one per row."""

    def __init__(self, store: Store, model: type[SQLModel], key: str, column: str, field: str) -> None:
        self._rows = Stored(store, model, (key, column))
        self._key, self._column, self._field = key, column, field

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, row: object) -> bool:
        return any(own == row for own in self)

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            for value in values_in(self._column, row[self._column]):
                yield {self._key: row[self._key], self._field: value}


@lru_cache(maxsize=1)
def _notes() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads((ROOT / "data" / "fields.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, dict[str, str]]:
    """Return the description of each column: from its table's declaration or, for computed columns, from the data dictionary."""
    notes = dict(_notes()["fields"])
    for model in PUBLIC:
        notes |= said_of(model)
    return notes


def said_with_codes(model: type[SQLModel], store: Store) -> dict[str, dict[str, str]]:
    """Return the descriptions of a class's public fields, with all possible codes: name → language → text."""
    notes = said_of(model)
    for name in notes.keys() & model.model_fields.keys():
        codes = _codes(model.model_fields[name])
        if (model, name) in _CODES_OF_ROWS:
            codes = sorted({row[name] for row in store.each_of(model, columns=(name,))})
        notes[name] = {own: _naming(text, codes, own) for own, text in notes[name].items()}
    return notes


def _codes(declared: Any) -> Sequence[str]:
    """Return the vocabulary of a field or of a part of its type; empty if it is free."""
    for mark in getattr(declared, "metadata", ()) or getattr(declared, "__metadata__", ()):
        if isinstance(mark, OneOf):
            return tuple(mark.vocabulary.values())
        if isinstance(mark, OwnWord):
            return own_words(mark.file)
    parts = get_args(declared.annotation if isinstance(declared, FieldInfo) else declared)
    return next((codes for part in parts if (codes := _codes(part))), ())


def _naming(text: str, codes: Sequence[str], language: str) -> str:
    """Return a description followed by the codes, unless it names each of them."""
    if all(re.search(rf"(?<![a-z_]){code}(?![a-z_])", text) for code in codes):
        return text
    w = Words(language)
    return text + w("in_brackets", text=w("list_comma").join(codes))


def describe(field: str, language: str = "ja") -> str:
    """Return the description of a column of the open data; for a translated text, the text and its language."""
    notes = _dictionary()
    return (notes[field] if field in notes else _in_a_further_language(field))[language]


def _in_a_further_language(column: str) -> dict[str, str]:
    columns = ((translated(model), text_column(model, column)) for model in PUBLIC)
    return next(texts[own[0]].meanings(own[1]) for texts, own in columns if own)


def title(resource: str, language: str = "ja") -> str:
    """Return the title of a table of the open data."""
    key = "bureau_themes" if resource == heat_file() else resource
    return _notes()["tables"][key][language].format(themes=Words(language)("themes_within"))


def plural(table: str) -> str:
    """Return the file name of a table: ``facilities`` for ``facility``."""
    return table[:-1] + "ies" if table.endswith("y") else table + "s"


def resources(moment: Moment) -> list[Resource]:
    """Return every table of the open data of an edition, judged as of its date."""
    store = moment.state.store
    made = [_observations(moment), _status(moment)]
    for model in PUBLIC:
        if model is tables.Translation:
            continue  # every text is a column of its row's table
        columns = {c.name: c for c in columns_of(model)}
        names = between(store.text_columns(model), (n for n in public_names(model) if n not in ("id", "sort_order", *_SPREAD)))
        table = "vintages" if model is tables.Observation else plural(model.__tablename__)  # type: ignore[arg-type]
        fields = {name: _kind(columns[name].type) if name in columns else "string" for name in names}
        rows = Stored(store, model, fields)
        if "submission_id" in fields:
            fields = {"is_reported" if name == "submission_id" else name: kind for name, kind in fields.items()}
            fields["is_reported"] = "boolean"
        descriptions = {
            name: description for name, description in said_with_codes(model, store).items() if (model, name) not in _AS_EVERYWHERE
        }
        made.append(Resource(table, fields, rows, key_columns(model), descriptions))
    for (model, column), (table, part) in _SPREAD_TO.items():
        key = next(c.name for c in columns_of(model) if c.primary_key)
        spread = Spread(store, model, key, column, part)
        made.append(Resource(table, {key: "string", part: "string"}, spread, (key, part)))
    return made


# Described in its own words on its page, but in the common words in the open data: descriptions are part of an edition.
_AS_EVERYWHERE = {(tables.Action, "period_code"), (tables.Assessment, "period_code")}
# Codes without a fixed vocabulary: those that occur are listed.
_CODES_OF_ROWS = {(tables.Facility, "kind")}
# Multi-valued cells go to a table of their own, one value per row; copies for searching are internal.
_SPREAD_TO: dict[tuple[type[SQLModel], str], tuple[str, str]] = {
    (tables.Facility, "payment_methods"): ("facility_payments", "payment_method"),
    (tables.Facility, "municipality_ja"): ("facility_municipalities", "municipality_ja"),
    (tables.Procedure, "online_channel"): ("procedure_channels", "online_channel"),
}
_SPREAD = tuple(column for _, column in _SPREAD_TO)


def _kind(column_type: Any) -> str:
    for kind, name in ((Boolean, "boolean"), (Integer, "integer"), (Float, "number"), (DateTime, "datetime"), (Date, "date")):
        if isinstance(column_type, kind):
            return name
    return "string"


def as_datum(value: Any) -> Any:
    """Return a text without layout whitespace, and blank for a dash that means "none"."""
    if not isinstance(value, str):
        return value
    text = " ".join(value.split())
    return "" if text in ("―", "-") else text


def _observations(moment: Moment) -> Resource:
    units, sources = moment.units, moment.by_code(tables.Source)
    observations = moment.state.store.each_of(tables.Observation)
    stored = {(r["indicator_code"], r["bureau_code"], r["period_code"], r["vintage"]): r for r in observations}
    public, rows = public_names(tables.Observation), []
    names_given = [name for name in tables.FigureFields.model_fields if name in public and name != "value"]
    notes: list[str] = [name for name in ("note_ja", "note_en") if name in public]
    for entry in moment.book.entries:
        definition, unit = entry.definition, entry.unit_code
        by_vintage = {(f.period_code, f.vintage): f for f in entry.figures}
        for figure in current_vintages(entry.figures):
            row, period = stored[definition.code, unit, figure.period_code, figure.vintage], figure.period
            source, read = sources.get(row["source_code"]), worked_out(definition, figure)
            rows.append(
                {
                    "indicator_code": definition.code, "indicator_name_ja": definition.name_ja,
                    "indicator_name_en": definition.name_en, "bureau_code": unit,
                    "bureau_name_ja": text_of(units[unit], "name", "ja") if unit in units else None, "period_code": figure.period_code,
                    "start_date": period.start, "end_date": period.end, "value": read.value, "unit_ja": definition.unit_ja,
                    "unit_en": definition.unit_en, "is_worked_out": read.is_worked_out, **{name: row[name] for name in names_given},
                    "vintage": row["vintage"],
                    "finalises_vintage": row["finalises_vintage"], **revision_json(definition, figure, by_vintage),
                    "published_on": row["published_on"],
                    "known_at": row["known_at"], "verified": row["verified"], "reason_class": row["reason_class"],
                    "reason_text": row["reason_text"], **dict(zip(notes, map(row.get, notes), strict=True)),
                    "source_code": row["source_code"], "source_url": source.url if source else None,
                }
            )  # fmt: skip
    kinds = {c.name: _kind(c.type) for c in columns_of(tables.Observation)}
    names = list(rows[0]) if rows else ["indicator_code"]
    kinds |= {"start_date": "date", "end_date": "date", "is_worked_out": "boolean"}
    kinds |= dict.fromkeys(("preliminary_value", "revision", "revision_relative"), "number")
    fields = {n: kinds.get(n, "string") for n in names}
    return Resource(
        "observations", fields, tuple({k: as_datum(v) for k, v in row.items()} for row in rows),
        ("indicator_code", "bureau_code", "period_code"),
    )  # fmt: skip


_OF_FIGURE = (
    "period_code", "value", "numerator", "denominator", "text_ja", "text_en", "is_approximate", "is_lower_bound",
)  # fmt: skip
_OF_JUDGEMENT = (
    "status", "standing", "planned_value", "variance", "progress", "planned_progress", "ratio", "is_stale", "age_days", "is_awaiting",
    "is_part", "rule_version",
)  # fmt: skip
_OF_DEFINITION = ("publication_lag_days", "threshold_on_track", "threshold_behind", "tolerance")


def _attributes_of(part: object | None, **columns: str) -> Row:
    """Return columns with the values at paths into a part of a judgement, as ``period.end``; blank where the part is missing."""
    return {column: None if part is None else attrgetter(path)(part) for column, path in columns.items()}


def _status(moment: Moment) -> Resource:
    fields = {
        "indicator_code": "string", "bureau_code": "string", "as_of": "date", "status": "string", "standing": "string", "period_code": "string",
        "end_date": "date", "value": "number", "unit_ja": "string", "unit_en": "string", "numerator": "number",
        "denominator": "number", "text_ja": "string", "text_en": "string", "is_approximate": "boolean", "is_lower_bound": "boolean",
        "baseline_period": "string", "baseline_value": "number", "baseline_is_first_figure": "boolean",
        "target_period": "string", "target_value": "number", "planned_value": "number", "variance": "number",
        "progress": "number", "planned_progress": "number", "ratio": "number", "previous_period": "string",
        "previous_value": "number", "year_earlier_period": "string", "year_earlier_value": "number", "is_stale": "boolean",
        "age_days": "integer", "is_awaiting": "boolean", "is_part": "boolean", "last_due_period": "string", "last_due_value": "number",
        "last_due_result": "string", "last_due_gap": "number", "last_settled_period": "string", "last_settled_value": "number",
        "last_settled_result": "string", "last_settled_gap": "number", "publication_lag_days": "integer",
        "threshold_on_track": "number", "threshold_behind": "number", "tolerance": "number",
        "rule_version": "string", "sentence_ja": "string", "sentence_en": "string",
    }  # fmt: skip
    rows = []
    for item in moment.scored:
        judged, definition = item.judgement, item.entry.definition
        record = {
            "indicator_code": definition.code, "bureau_code": item.entry.unit_code, "as_of": moment.as_of, "unit_ja": definition.unit_ja,
            "unit_en": definition.unit_en, "sentence_ja": item.sentence(), "sentence_en": item.sentence("en"),
            **{name: getattr(judged, name) for name in _OF_JUDGEMENT}, **{name: getattr(definition, name) for name in _OF_DEFINITION},
            **_attributes_of(judged.figure, end_date="period.end", **{name: name for name in _OF_FIGURE}),
            **_attributes_of(judged.baseline, baseline_period="period_code", baseline_value="value", baseline_is_first_figure="is_first_figure"),
            **_attributes_of(judged.goal, target_period="period_code", target_value="value"),
            **_attributes_of(judged.previous, previous_period="period_code", previous_value="value"),
            **_attributes_of(judged.year_earlier, year_earlier_period="period_code", year_earlier_value="value"),
        }  # fmt: skip
        for due in ("last_due", "last_settled"):
            names = {"period": "goal.period_code", "value": "goal.value", "result": "result", "gap": "gap"}
            record |= _attributes_of(getattr(judged, due), **{f"{due}_{name}": path for name, path in names.items()})
        rows.append({name: as_datum(record[name]) for name in fields})
    return Resource("status", fields, tuple(rows), ("indicator_code", "bureau_code"))


# Formats ------------------------------------------------------------------------------------------------------------


def as_csv(resource: Resource, file: BinaryIO) -> None:
    """Write a table as CSV: UTF-8 with BOM, CR LF line endings, no cell that a spreadsheet would run as a formula."""
    write_csv(file, list(resource.fields), ([row[name] for name in resource.fields] for row in resource.rows))


def write_csv(file: BinaryIO, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    """Write rows as CSV safe from formula injection, one by one."""
    out = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    out.flush()
    out.detach()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    if isinstance(value, (int, date)):
        return str(value)
    return cell(value)


_WRITTEN = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def as_json(resource: Resource, file: BinaryIO) -> None:
    """Write a table as a JSON list of objects, one per row."""
    file.write(b"[")
    comma = "\n "
    names = {name: f"\n  {_WRITTEN(name)}: " for name in resource.fields}
    for row in resource.rows:  # formatted here: the library's encoder is ten times slower with indentation
        cells = ",".join(prefix + _WRITTEN(_json(row[name])) for name, prefix in names.items())
        file.write(f"{comma}{{{cells}\n }}".encode())
        comma = ",\n "
    file.write(b"]\n" if comma == "\n " else b"\n]\n")


def json_bytes(content: Any) -> bytes:
    """Write plain data as JSON with reproducible bytes."""
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _json(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    return value.isoformat() if isinstance(value, date) else value


def as_parquet(resource: Resource, file: BinaryIO) -> None:
    """Write a table as typed Parquet, one row group at a time."""
    schema = pa.schema([pa.field(name, _ARROW[kind]) for name, kind in resource.fields.items()])
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        rows = iter(resource.rows)
        while group := [{name: shown(row[name]) for name in resource.fields} for row in islice(rows, ROW_GROUP)]:
            writer.write_table(pa.Table.from_pylist(group, schema=schema))


FORMATS: dict[str, Callable[[Resource, BinaryIO], None]] = {"csv": as_csv, "json": as_json, "parquet": as_parquet}


# Descriptions -------------------------------------------------------------------------------------------------------
