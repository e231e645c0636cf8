"""The rules for machine-readable tables of the Digital Agency and the Ministry of Internal Affairs, as far as CSV goes.

After 統計表における機械判読可能なデータの表記方法の統一ルール (2020) and 行政データにおける機械可読性に関するルール (2026): each finding names the rule
by its check item. Merged cells, objects and sheets (1-4, 1-8, 1-13) have no counterpart in CSV but a ragged row.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

NUMBER = re.compile(r"^-?\d+(\.\d+)?(e-?\d+)?$")
DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")
# Circled and Roman numerals, unit signs, half-width katakana, private use, control characters.
MACHINE_DEPENDENT = re.compile(r"[①-⑳⓪-⓿Ⅰ-ⅿ㈱-㊿㋀-㍘㍉-㏿\uff61-\uff9f\ue000-\uf8ff\x00-\x08\x0b\x0c\x0e-\x1f\ufffd]")
ERA_ONLY = re.compile(r"^(令和|平成|昭和|[RHS])\s?\d")
SAME = {"〃", "同上", "々", "″", '"', "-", "―", "…", "***", "x", "X", "NA", "N/A"}


def findings(content: bytes, fields: Mapping[str, str], *, key: tuple[str, ...] = (), described: Mapping[str, str]) -> list[str]:
    """Return every breach of the rules in one CSV file.

    Args:
        content: the bytes of the file.
        fields: column → type, as the data package has it.
        key: columns that name a row.
        described: column → description; a number's unit is named there or in a unit column.
    """
    wrong: list[str] = []
    if not content.startswith(b"\xef\xbb\xbf"):
        wrong.append("1-1: not UTF-8 with BOM")
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        return [*wrong, f"1-1: not readable as CSV: {error}"]
    header, body = rows[0], rows[1:]
    if header != list(fields) or len(set(header)) != len(header) or not all(h.strip() for h in header):
        wrong.append(f"1-6: the header is not one full row of distinct names: {header}")
    seen = set()
    for number, row in enumerate(body, start=2):
        if len(row) != len(header):
            wrong.append(f"1-4: row {number} has {len(row)} cells, the header {len(header)}")
            continue
        if not any(row):
            wrong.append(f"1-14: row {number} is blank and splits the table")
        named = dict(zip(header, row, strict=True))
        wrong += [f"1-6: row {number} leaves {k} out" for k in key if not named[k]]
        if key:
            mine = tuple(named[k] for k in key)
            if mine in seen:
                wrong.append(f"1-6: row {number} repeats {mine}")
            seen.add(mine)
        for name, cell in named.items():
            wrong += [f"{rule}: row {number}, {name}: {cell[:40]!r}" for rule in _cell(cell, fields.get(name, "string"), name)]
    units = {"unit_ja", "unit_en"} & set(header)
    for name, kind in fields.items():
        if kind == "number" and not units and not re.search(r"[((].+[))]", described.get(name, "")):
            wrong.append(f"1-9: {name} has no unit")
    return wrong


def _cell(cell: str, kind: str, name: str) -> list[str]:
    found = []
    if "\n" in cell or "\r" in cell or cell != cell.strip() or "  " in cell or "\u3000" in cell:
        found.append("1-5 layout by spaces or line breaks")
    if MACHINE_DEPENDENT.search(cell):
        found.append("1-10 machine-dependent character")
    if not cell:
        return found
    if cell in SAME:
        found.append("1-6 a sign instead of a value")
    if re.match(r"[=+@\t\r＝＋＠]|-(?!\d)", cell) or (cell[0] == "-" and kind == "string"):
        found.append("1-7 would run as a formula")
    if kind in ("number", "integer") and not NUMBER.match(cell):
        found.append("1-3 a number with something else in its cell")
    if kind == "boolean" and cell not in ("true", "false"):
        found.append("1-3 not a truth value")
    if kind == "date" and not DAY.match(cell):
        found.append("1-11 not a day of the common era")
    if kind == "datetime" and not INSTANT.match(cell):
        found.append("1-11 not an instant of the common era")
    if name.endswith("period") or name == "period_code":
        if ERA_ONLY.match(cell):
            found.append("1-11 an era year without the common era")
    elif (name.endswith("_code") or name in ("status", "kind", "payment_method")) and re.search(r"[;、,]", cell):
        found.append("1-2 several data in one cell")
    return found
