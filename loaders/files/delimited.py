"""Parse a text file into rows of cells: detect encoding, delimiter and quoting; report what is ambiguous."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from kpis.message import Message
from loaders.files.addresses import LAST_COLUMN
from loaders.files.problems import Problem

LONGEST_TEXT = 131_072  # maximum characters of a cell; Excel's own cells hold 32,767
_LOST = "\ufffd"  # replacement character for undecodable input
_ISO_2022 = (b"\x1b$", b"\x1b(")
_JAPANESE_UTF8 = re.compile(rb"[\xe3-\xe9][\x80-\xbf]{2}")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
# What bytes of another encoding (Latin-1, Windows-1252) become as Shift_JIS: control, blank and private characters.
_NOT_JAPANESE = re.compile("[\x80-\xa0\ue000-\uf8ff]")
_OTHER_SEPARATORS = ("\t", ";")
_REMEDY = Message("remedy_save_as_csv_utf8")


def csv_of_json(content: bytes, *, max_bytes: int) -> bytes | Message:
    """Return a JSON array of objects as CSV with the names of the first as headings, or why it is no such array."""
    if len(content) > max_bytes:
        return Message("no_array")
    try:
        # A number stays as it is written, and is read as one of a CSV file: 1e-400 is no 0.
        rows = json.loads(content, object_pairs_hook=_once, parse_constant=_no_number, parse_float=str)
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _as_cell(name, value) for name, value in row.items()} for row in rows)
        return text.getvalue().encode()  # half a character is a ValueError too
    except _Ambiguous as error:
        return error.why
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError):
        return Message("no_array")


class _Ambiguous(Exception):
    """An object that a row cannot be made of."""

    def __init__(self, why: Message) -> None:
        super().__init__(why.key)
        self.why = why


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Ambiguous(Message("json_name_twice", name=next(name for name in names if names.count(name) > 1)[:60]))
    return values


def _no_number(constant: str) -> None:
    raise _Ambiguous(Message("json_no_number", value=constant))


def _as_cell(name: str, value: Any) -> Any:
    """Return a value as a cell of a CSV file holds it; one that a cell cannot hold is refused."""
    if isinstance(value, (list, dict)):
        raise _Ambiguous(Message("json_not_one_value", name=name[:60]))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def rows_of_text(content: bytes) -> tuple[list[list[Any]], int, list[Problem]]:
    """Return the rows of a text file from the headings on, the number of the heading row, and fatal problems; no rows then."""
    text = _decoded(content)
    if text is None:
        return [], 1, [Problem("encoding", Message("encoding_unknown"), Message("utf8_or_sjis"), _REMEDY)]
    rows: list[list[Any]] = []
    csv.field_size_limit(LONGEST_TEXT)
    try:
        rows += csv.reader(io.StringIO(text, newline=""), strict=True)
    except csv.Error:
        most, row = Message("at_most_characters", most=LONGEST_TEXT), len(rows) + 1
        return [], 1, [Problem("text", Message("cell_too_long"), most, Message("remedy_quotes_or_text"), row=row)]
    problems = [*_odd(text, rows)]
    top = next((i for i, row in enumerate(rows) if any(row) and row[:1] != ["sep="]), 0)  # Excel's own separator line
    return ([], 1, problems) if problems else (rows[top:], top + 1, [])


def _decoded(content: bytes) -> str | None:
    """Return the text decoded as UTF-8 or Shift_JIS; ``None`` if it is neither, or possibly another encoding."""
    if any(sign in content for sign in _ISO_2022):
        return None
    try:
        return content.decode("utf-8-sig").removeprefix("\ufeff")  # concatenated files have two BOMs
    except UnicodeDecodeError:
        pass
    beyond = sum(map(len, _BEYOND_ASCII.findall(content)))
    if 2 * sum(map(len, _JAPANESE_UTF8.findall(content))) > beyond or _is_readable(content, "euc_jp"):
        return None  # truncated or damaged UTF-8, or EUC-JP: decoded as Shift_JIS each would give other characters
    text = content.decode("cp932") if _is_readable(content, "cp932") else None
    return None if text is None or _NOT_JAPANESE.search(text) else text


def _is_readable(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _odd(text: str, rows: list[list[Any]]) -> Iterator[Problem]:
    if (widest := max(map(len, rows), default=0)) > LAST_COLUMN:
        yield Problem(
            "file",
            Message("columns_found", count=widest),
            Message("at_most_columns", most=LAST_COLUMN),
            Message("remedy_remove_columns"),
        )
    head = next((row for row in rows if any(row)), [""])
    for sign in _OTHER_SEPARATORS:
        if len(head) == 1 and head[0].count(sign) > 1:
            name = Message("tab_sign") if sign == "\t" else sign
            beside = Message("found_beside", what=head[0][:60], beside=name)
            yield Problem("header", beside, Message("separated_by_commas"), _REMEDY, row=rows.index(head) + 1)
    if _LOST in text:
        number, cell = next((n, c) for n, row in enumerate(rows, start=1) for c in row if _LOST in c)
        yield Problem("encoding", cell[:60], Message("characters_as_written"), Message("remedy_original_as_utf8"), row=number)
