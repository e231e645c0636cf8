"""The worksheets of an .xlsx, parsed from XML: values, meanings of number formats, formulas, errors, merged cells.

Expat accepts whatever valid XML a writer produces (quotes, comments, CDATA, prefixes, omitted addresses); nothing outside the rows
of the sheet's data is read. Memory and time are bounded: a part is fed in pieces; token size, text length, depth and number of
cells are limited, and no value is kept of a sheet whose values lie far apart.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any

from kpis.message import Message
from loaders.files.addresses import LAST_COLUMN, LAST_ROW, column_letters, column_number
from loaders.files.conditional import Conditional
from loaders.files.formats import Formatted, PartialDay, Styled, said_of
from loaders.files.parts import Attributes, BookDamaged, Parsing, formats_of, parts_of_book
from loaders.files.reach import Reach, changing_in, reach_of
from loaders.files.strings import Runs, strings_of, unescaped

MAX_AREA = 3_000_000  # area of the bounding rectangle of all values of a sheet
MAX_CELLS = 4_000_000
MAX_MERGED = 2_000
MOST_KEPT = 100_000  # size of the cache of cell values
LONGEST_FAULT = 60  # characters quoted of what is no value: an error of Excel has a dozen
LONGEST_TEXT = 32_767  # maximum characters of a cell, as in Excel
_ADDRESS = re.compile(r"^([A-Z]{1,3})([1-9]\d{0,6})$")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?", re.ASCII)  # of a cell of type d, as Excel writes it
NO_RESULT = "formula_without_result"
_OTHER_FORMULAS = {"f", "formula", "formula1", "formula2"}  # of conditional formats, validations and extensions
_EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


@dataclass(slots=True)
class Sheet:
    """One worksheet.

    Args:
        rows: values from A1 on, padded to the longest row; a blank is ``""``.
        uncalculated: address → a formula without a cached result, or with one that changes whenever it is opened.
        reaching: address → effect of a formula beyond this workbook; a blank address for a formula outside cells.
        errors: address → error, as ``#REF!``.
        faulty: address → content that is not a value, as ``NaN``.
        merged: (first column, first row, last column, last row), counted from 1.
        marking: ranges with a conditional format that crosses out, raises or lowers (``loaders.files.conditional``).
        far_cell: the address that makes the sheet too large to read, or blank; no value is kept then.
        is_cut: only the first rows were read.
    """

    name: str
    part: str
    rows: list[list[Any]] = field(default_factory=list)
    uncalculated: dict[str, Message] = field(default_factory=dict)
    reaching: dict[str, Reach] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    faulty: dict[str, str | Message] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    marking: list[str] = field(default_factory=list)
    far_cell: str = ""
    is_cut: bool = False


class _Enough(Exception):
    """As many rows as were wanted have been read."""


_COLUMNS = {column_letters(n): n for n in range(1, 703)}


def read_book(content: bytes, *, rows_of_others: int = 0) -> tuple[list[Sheet], bool]:
    """Read the worksheets of a workbook whose bytes were checked before.

    Args:
        rows_of_others: read of each worksheet but the first about so many rows; 0 = all.

    Returns:
        The worksheets in order, and whether dates use the 1904 system.

    Raises:
        BookDamaged: a part is missing, is not XML, or exceeds a limit; with the sheet's name where known.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            listed, strings_part, styles_part, is_1904 = parts_of_book(archive)
            names = set(archive.namelist())
            strings = strings_of(archive, strings_part) if strings_part in names else []
            formats, fonts, marking = formats_of(archive, styles_part) if styles_part in names else ({}, {}, {})
            sheets: list[Sheet] = []
            for name, part in listed:
                if part not in names:
                    raise BookDamaged(Message("found_at", where=part or name, what=Message("part_missing")), sheet=name)
                most = rows_of_others if sheets else 0
                reader = _Reader(Sheet(name, part), strings, formats, fonts, is_1904, marking=marking, most_rows=most)
                sheets.append(reader.read(archive))
            return sheets, is_1904
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise BookDamaged(str(error)) from error


class _Reader(Parsing):
    """Reads one sheet. Uses closures over local names for speed, since a register has 100,000 cells."""

    def __init__(
        self,
        sheet: Sheet,
        strings: list[str],
        formats: Mapping[str, str],
        fonts: Mapping[str, bool],
        is_1904: bool,
        *,
        marking: Mapping[str, bool],
        most_rows: int,
    ) -> None:
        super().__init__("worksheet", sheet=sheet.name)
        self.out, self.strings, self.formats, self.epoch = sheet, strings, dict(formats), _EPOCHS[is_1904]
        self.fonts, self.most_rows = fonts, most_rows or LAST_ROW
        self.conditional = Conditional(marking, sheet.marking)
        self.counted: Callable[[], int] = int  # number of cells so far
        # (type, style) → text → value: lists repeat their values
        self.read_before: dict[tuple[str, str], dict[str | None, Any]] = {}
        self.room = MOST_KEPT
        self.rows: dict[int, list[Any]] = {}
        self.widest = self.lowest = 0
        self.last_row = self.last_column = (0, 0)

    def read(self, archive: zipfile.ZipFile) -> Sheet:
        """Read the sheet's part."""
        try:
            self.parse(archive, self.out.part)
        except _Enough:
            self.out.is_cut = True
        if self.out.far_cell:
            number, column = self.last_row if self.last_row[0] > 100 * self.last_column[0] else self.last_column[::-1]
            self.out.far_cell = f"{column_letters(column)}{number}"
            self.rows.clear()
            return self.out
        width, empty = self.widest, [""] * self.widest
        for row in self.rows.values():
            if len(row) < width:
                row.extend(empty[len(row) :])
        self.out.rows = [self.rows.get(number, empty) for number in range(1, self.lowest + 1)]
        return self.out

    def beyond(self) -> Message | None:
        if self.lowest > self.most_rows:
            raise _Enough
        if (count := self.counted()) > MAX_CELLS:
            return Message("cells_found", count=count)
        return Message("merged_cells", count=len(self.out.merged)) if len(self.out.merged) > MAX_MERGED else None

    def handlers(self, space: str) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:  # noqa: C901  # one branch per tag, in a single pass
        names = [space + name for name in ("sheetData", "row", "c", "v", "f", "is", "t", "rPh", "r", "mergeCell")]
        # The parser interns known names, so names are compared by ``is``.
        data, row_tag, cell, value, formula, inline, text, reading, run, merge = (
            self.parser.intern.setdefault(n, n) for n in names
        )
        parser, pieces, take, columns, length = self.parser, self.text, self.text.append, _COLUMNS, len(space)
        take_cell, join_text, read_before, conditional = self._cell, "".join, self.read_before, self.conditional
        in_data = in_row = in_cell = is_busy = in_inline = is_text = False
        count = depth = foreign = readings = number = column = digits = width = kept = 0
        row_text = ""
        cell_attributes: Attributes = {}
        other: list[str] = []
        # Within a row all text is collected, and text between elements dropped later: the first ``kept`` of ``pieces`` are valid.
        cells: list[Any] = []  # values of the current row, from its first one on
        runs = Runs()
        content: str | None = None
        written: str | None = None
        self.counted = lambda: count

        def start(tag: str, attributes: Attributes) -> None:  # noqa: C901
            nonlocal in_data, in_row, in_cell, is_busy, in_inline, is_text, count, depth, foreign, readings, number, column, digits
            nonlocal row_text, cell_attributes, width
            depth += 1
            if foreign:
                self.depth = depth
                if tag is data or tag is merge or (in_data and tag in {row_tag, cell, value, inline, formula, text}):
                    raise BookDamaged(Message("found_in_alternatives", tag=tag[length:]), sheet=self.sheet)
                name = tag.rpartition(" ")[2]
                if name in _OTHER_FORMULAS:
                    parser.CharacterDataHandler = other.append
                elif conditional.start(name, attributes):
                    parser.CharacterDataHandler = conditional.pieces.append
            elif is_text:
                raise BookDamaged(f"<{tag[length:]}>", sheet=self.sheet)
            elif tag is cell:
                if not in_row:
                    return
                if in_cell:
                    raise BookDamaged("<c><c>", sheet=self.sheet)
                count += 1
                in_cell, cell_attributes = True, attributes
                address = attributes.get("r")
                if address is None:
                    column += 1
                else:
                    before, column = column, columns.get(address[:-digits], 0) if address[-digits:] == row_text else 0
                    column = column or self._column(address, number, before)
            elif tag is value or tag is formula:
                if in_cell:
                    if content is not None and tag is value:
                        raise BookDamaged(f"{column_letters(column)}{number} <v><v>", sheet=self.sheet)
                    is_busy = is_text = True
                    del pieces[kept:]
            elif tag is text:
                if in_inline and not readings:
                    is_text = True
                    del pieces[kept:]
            elif tag is inline:
                is_busy = in_inline = in_cell
            elif tag is row_tag:
                if in_data and not in_row:
                    in_row, where = True, attributes.get("r", "").strip()
                    number = self._row(where) if where else number + 1
                    row_text = str(number)
                    digits, column, width = len(row_text), 0, 0
                    parser.CharacterDataHandler = take
            elif tag is reading:
                readings += 1
            elif tag is data:
                in_data = depth == 1
            elif tag is merge:
                self._merge(attributes.get("ref", ""))
            elif tag[:length] != space:
                foreign = depth  # an extension in another namespace, without cells
            else:
                self.depth = depth
                if in_inline and not readings:
                    runs.start(tag[length:], attributes, kept)
                elif not in_data:
                    conditional.start(tag[length:], attributes)
                if tag[length:] in _OTHER_FORMULAS:
                    parser.CharacterDataHandler = other.append

        def end(tag: str) -> None:  # noqa: C901
            nonlocal in_data, in_row, in_cell, is_busy, in_inline, is_text, depth, foreign, readings
            nonlocal content, written, cells, width, kept
            depth -= 1
            if foreign:
                if depth < foreign:
                    foreign = 0
                if conditional.end(tag.rpartition(" ")[2]):
                    parser.CharacterDataHandler = take if in_row else None
                if other:
                    close_other()
            elif tag is cell:
                if is_busy:
                    kind, style = cell_attributes.get("t", "n"), cell_attributes.get("s", "")
                    alike = read_before.get((kind, style)) if written is None and type(content) is not Styled else None
                    read_value = alike.get(content) if alike is not None else None
                    if read_value is not None and column <= width and cells[column - 1] == "":
                        cells[column - 1] = read_value
                    else:
                        take_cell(number, column, style, kind, content, written)
                        cells = self.rows.get(number, []) if not self.out.far_cell else []
                        width = len(cells)
                    is_busy, content, written = False, None, None
                in_cell = False
                pieces.clear()
            elif tag is value or tag is formula:
                if is_text:
                    if tag is value:
                        content = join_text(pieces)
                    else:
                        written = join_text(pieces)
                    pieces.clear()
                    is_text, kept = False, 0
            elif tag is text:
                if is_text:
                    runs.end_text(is_blank=not any(map(str.strip, pieces[kept:])))
                    is_text, kept = False, len(pieces)
            elif tag is inline:
                if in_inline:
                    if content is None:
                        content = runs.text(join_text(pieces[:kept]))
                    pieces.clear()
                    in_inline, kept = False, 0
            elif tag is row_tag:
                if in_row:
                    in_row = False
                    pieces.clear()
                    parser.CharacterDataHandler = None
            elif tag is reading:
                readings -= 1
            elif tag is run:
                runs.end(pieces[:kept])
            elif tag is data:
                in_data = False
            elif other:
                close_other()

        def close_other() -> None:
            if reach := reach_of(join_text(other)):
                self.out.reaching[""] = reach
            other.clear()
            parser.CharacterDataHandler = take if in_row else None

        return start, end

    # Address of a cell -----------------------------------------------------------------------------------------------

    def _row(self, attribute: str) -> int:
        number = int(attribute) if attribute.isascii() and attribute.isdecimal() and len(attribute) < 9 else 0
        if not 1 <= number <= LAST_ROW:
            raise BookDamaged(Message("at_row", row=attribute[:40]), sheet=self.sheet)
        return number

    def _column(self, address: str, row: int, before: int) -> int:
        """Return the column of a cell with an unusual or omitted address."""
        plain = address.strip().upper()
        if not plain:
            return before + 1
        match = _ADDRESS.match(plain)
        column = column_number(match[1]) if match else 0
        if match is None or not 1 <= column <= LAST_COLUMN or int(match[2]) != row:
            raise BookDamaged(Message("found_beside", what=address[:40], beside=Message("at_row", row=row)), sheet=self.sheet)
        return column

    def _merge(self, place: str) -> None:
        ends = [_ADDRESS.match(part.replace("$", "")) for part in place.strip().upper().split(":")]
        if len(ends) > 2 or not all(ends):
            raise BookDamaged(f"mergeCell {place[:40]}", sheet=self.sheet)
        (left, top), (right, bottom) = [(column_number(m[1]), int(m[2])) for m in (ends[0], ends[-1]) if m]
        self.out.merged.append((min(left, right), min(top, bottom), max(left, right), max(top, bottom)))

    def _put(self, row: int, column: int, value: Any) -> None:
        if column > self.widest or row > self.lowest:
            self.widest, self.lowest = max(self.widest, column), max(self.lowest, row)
            if row > LAST_ROW or column > LAST_COLUMN:
                raise BookDamaged(f"{column_letters(column)}{row}", sheet=self.sheet)
            if self.widest * self.lowest > MAX_AREA:
                self.out.far_cell = f"{column_letters(column)}{row}"
            self.last_row = max(self.last_row, (row, column))
            self.last_column = max(self.last_column, (column, row))
        if self.out.far_cell:
            return
        cells = self.rows.get(row)
        if cells is None:
            cells = self.rows[row] = [""] * self.widest
        elif len(cells) < column:
            cells.extend([""] * (self.widest - len(cells)))
        if cells[column - 1] == "":
            cells[column - 1] = value
        else:
            self.out.faulty[f"{column_letters(column)}{row}"] = Message("cells_of_one_address")

    # Value of a cell -------------------------------------------------------------------------------------------------

    def _cell(self, row: int, column: int, style: str, kind: str, text: str | None, formula: str | None) -> None:  # noqa: C901  # one branch per type of cell
        value: Any = ""
        own = style if style.isdecimal() and style[0] != "0" else style.strip().lstrip("+").lstrip("0") or "0"
        if formula is not None:
            if reach := reach_of(formula):
                self.out.reaching[f"{column_letters(column)}{row}"] = reach
            has_result = bool(text) or (text is not None and kind == "str") or kind == "e"
            if not has_result or (changing := changing_in(formula)):
                no_value = Message("formula_that_changes", name=changing) if has_result else Message(NO_RESULT)
                self.out.uncalculated[f"{column_letters(column)}{row}"] = no_value
                self._put(row, column, "")
                return
        if kind == "n":
            if not text:
                return
            value = _finite(text)
            if value is None or "_" in text:
                self._fault(row, column, text)
                return
            if own in self.formats:
                value = self._formatted(value, self.formats[own])
        elif kind == "s":
            index = text.strip() if text else ""
            if not index.isdecimal() or int(index) >= len(self.strings):
                self._fault(row, column, f"t=s {text}")
                return
            value = self.strings[int(index)]
        elif kind in ("str", "inlineStr"):
            value = unescaped(text or "")
        elif kind == "e":
            self.out.errors[f"{column_letters(column)}{row}"] = (text or "#?")[:LONGEST_FAULT]
            self._put(row, column, "")
            return
        elif kind == "b" and (text or "").strip() in ("0", "1", "true", "false"):
            value = (text or "").strip() in ("1", "true")
        elif kind == "d" and (day := _iso_day(text or "")) is not None:
            value = day
        elif text:
            self._fault(row, column, f"t={kind} {text}")
            return
        if type(value) is str and len(value) > LONGEST_TEXT:
            self._fault(row, column, value)
            return
        if (own in self.fonts and str(value).strip()) or type(text) is Styled or type(value) is Styled:
            self._put(row, column, self._styled(value, text, is_struck=self.fonts.get(own, False)))
            return
        if formula is None and self.room:
            self.room -= 1
            self.read_before.setdefault((kind, style), {})[text] = value
        self._put(row, column, value)

    def _fault(self, row: int, column: int, text: str) -> None:
        self.out.faulty[f"{column_letters(column)}{row}"] = text[:LONGEST_FAULT]
        self._put(row, column, "")

    def _styled(self, value: Any, text: str | None, *, is_struck: bool) -> Styled:
        """Return the value of a cell that is crossed out, raised or lowered as a whole, or has characters that are."""
        seen = f"{value:.15g}" if isinstance(value, float) else str(value)
        return Styled(seen, is_struck or any(type(part) is Styled and part.is_struck for part in (value, text)))

    def _formatted(self, value: float, code: str) -> Any:
        meaning = said_of(code, value)
        if meaning is None:
            return value
        if meaning.kind == "duration" and abs(value) < 1e6:
            return timedelta(days=value)
        if meaning.kind in ("date", "month", "day") and 0 <= value <= (date.max - self.epoch).days:
            if value < 1:
                return timedelta(days=value)
            day = self.epoch + timedelta(days=int(value))
            if meaning.kind != "date":
                return PartialDay(day, meaning)
            seconds = round((value - int(value)) * 86_400)
            return day if not seconds else datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)
        return Formatted(value, meaning)


def _finite(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _iso_day(text: str) -> date | datetime | None:
    plain = text.strip().removesuffix("Z")
    if not _DAY.fullmatch(plain):  # with an offset it is another day elsewhere, and weeks are no days
        return None
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        return None
    return moment if moment.time() != datetime.min.time() else moment.date()
