"""The parts of an .xlsx other than worksheets and texts: list of sheets, number formats of styles; each parsed within limits.

Expat accepts whatever valid XML a writer produces. A part is fed in pieces; token size, text length and depth are limited.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from posixpath import join, normpath
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from kpis.message import Message
from loaders.files.conditional import mark_of, number_of
from loaders.files.formats import BUILT_IN, is_plain

MAX_SHEETS = 100
MAX_STYLES = 70_000
LONGEST_FORMAT = 1_000  # maximum length of a name; Excel's is 255 characters
MAX_LIST_BYTES = 20_000_000  # bytes of parts that list sheets and relationships
_NO_MEMORY = expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]
_PIECE, _TOKEN, _TEXT, _DEPTH = 1 << 18, 1 << 20, 1 << 20, 200
_BOOK, _BEGIN, _KINDS = "xl/workbook.xml", "_rels/.rels", "[Content_Types].xml"
_SPACES = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_OFFICE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships",
)  # fmt: skip
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types"
_MAIN = ".main"  # the end of the kind of each part that is a workbook: sheet.main, template.main, with macros or without
_OTHER_SHEETS = ("chartsheet", "dialogsheet", "xlmacrosheet", "xlintlmacrosheet")
_ALTERNATE = "http://schemas.openxmlformats.org/markup-compatibility/2006 AlternateContent"
_READ_FROM = ("officeDocument", "worksheet", "sharedStrings", "styles")
Attributes = dict[str, str]


class BookDamaged(Exception):
    """A workbook cannot be read: the fault, with sheet and cell where known."""

    def __init__(self, fault: str | Message, *, sheet: str = "", cell: str = "") -> None:
        super().__init__(str(fault))
        self.found, self.sheet, self.cell = fault, sheet, cell


def parts_of_book(archive: zipfile.ZipFile) -> tuple[list[tuple[str, str]], str, str, bool]:
    """Return the worksheets, the paths of shared strings and styles (blank if absent), and whether dates use the 1904 system.

    The worksheets are (name, path in the archive), in the order of the workbook.

    Raises:
        BookDamaged: the workbook's own list of sheets is missing or damaged, or another program could take another part for it.
    """
    names = {name.casefold(): name for name in archive.namelist()}
    _refuse_other_book(archive, names)
    root = _tree(archive, names, _BOOK)
    space = root.tag.partition("}")[0].removeprefix("{")
    if root.tag not in [f"{{{known}}}workbook" for known in _SPACES]:
        raise BookDamaged(f"<{root.tag[:LONGEST_FORMAT]}>")
    targets = {identity: (path, kind) for identity, kind, path in _relations(archive, names, "xl/_rels/workbook.xml.rels", "xl")}
    worksheets = []
    listed = root.findall(f"{{{space}}}sheets/{{{space}}}sheet")
    if len(listed) != len(_everywhere(root, "sheet")):
        raise BookDamaged(Message("found_at", where=_BOOK, what=Message("sheets_listed_elsewhere")))
    for sheet in listed:
        identity = next((sheet.attrib[f"{{{office}}}id"] for office in _OFFICE if f"{{{office}}}id" in sheet.attrib), "")
        path, kind = targets.get(identity, ("", ""))
        if kind == "worksheet":
            worksheets.append((sheet.get("name", ""), path))
        elif kind.rpartition("/")[2].casefold() not in _OTHER_SHEETS:
            raise BookDamaged(
                Message("found_at", where=identity[:40] or _BOOK, what=Message("part_missing")), sheet=sheet.get("name", "")
            )
        if len(worksheets) > MAX_SHEETS:  # the guard counts parts; one part may be listed under any number of names
            raise BookDamaged(Message("found_beside", what=Message("too_many_sheets"), beside=f"> {MAX_SHEETS}"))
    if len({name.casefold() for name, _ in worksheets}) != len(worksheets):
        raise BookDamaged(Message("sheets_of_one_name"))
    others = {kind: [path for path, other in targets.values() if other == kind] for kind in ("sharedStrings", "styles")}
    for kind, paths in others.items():
        _refuse_several(kind, len(paths))
        if paths and paths[0] not in archive.namelist():
            raise BookDamaged(Message("found_at", where=paths[0][:80], what=Message("part_missing")))
    properties = _everywhere(root, "workbookPr")
    _refuse_several("workbookPr", len(properties))
    is_1904 = any(element.get("date1904", "").strip() in ("1", "true") for element in properties)
    strings, styles = (next(iter(paths), "") for paths in others.values())
    return worksheets, strings, styles, is_1904


def _everywhere(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [element for element in root.iter() if element.tag in [f"{{{space}}}{name}" for space in _SPACES]]


def _refuse_other_book(archive: zipfile.ZipFile, names: Mapping[str, str]) -> None:
    """Refuse a file in which another program could take another part for the workbook: a reviewer would see other figures.

    Excel goes by the relation of the whole file, some programs by the kinds of the parts, this one by the usual name.
    """
    endings: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for element in _tree(archive, names, _KINDS):
        space, _, tag = element.tag.partition("}")
        kind = element.get("ContentType", "").split(";")[0].strip().casefold().removesuffix("+xml")
        of, key = (endings, element.get("Extension", "")) if tag == "Default" else (kinds, element.get("PartName", "").lstrip("/"))
        if space != _TYPES or tag not in ("Default", "Override") or key.casefold() in of:
            raise BookDamaged(Message("found_at", where=_KINDS, what=Message("part_listed_twice", name=key[:80])))
        of[key.casefold()] = kind
    for where, books in (
        (
            _KINDS,
            [part for name, part in names.items() if kinds.get(name, endings.get(name.rpartition(".")[2], "")).endswith(_MAIN)],
        ),
        (_BEGIN, [path for _, kind, path in _relations(archive, names, _BEGIN, "") if kind == "officeDocument"]),
    ):
        if books != [names.get(_BOOK)]:
            listed = ", ".join(book[:80] for book in books[:3]) or "–"
            raise BookDamaged(Message("found_at", where=where, what=Message("book_elsewhere", name=_BOOK, listed=listed)))


def _refuse_several(kind: str, count: int) -> None:
    if count > 1:
        raise BookDamaged(Message("found_at", where=_BOOK, what=Message("several_where_one", kind=kind, count=count)))


def _relations(archive: zipfile.ZipFile, names: Mapping[str, str], part: str, folder: str) -> list[tuple[str, str, str]]:
    """Return the relations of a part as (Id, kind, path in the archive); the kind of one that is not Office's own is its whole type.

    Raises:
        BookDamaged: they are missing or damaged, two have one Id, or one leads out of the file to a part of the workbook.
    """
    relations: dict[str, tuple[str, str, str]] = {}
    for relation in _tree(archive, names, part):
        identity, target, kind = (relation.get(name, "") for name in ("Id", "Target", "Type"))
        if relation.tag != _RELATION or identity in relations:
            raise BookDamaged(Message("found_at", where=part, what=Message("part_listed_twice", name=identity[:80])))
        office = next((space for space in _OFFICE if kind.startswith(f"{space}/")), "")
        path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
        relations[identity] = identity, kind.removeprefix(f"{office}/") if office else kind, names.get(path.casefold(), path)
        if relations[identity][1] in _READ_FROM and relation.get("TargetMode", "Internal") != "Internal":
            raise BookDamaged(Message("found_at", where=part, what=Message("part_missing")))
    return list(relations.values())


def _tree(archive: zipfile.ZipFile, names: Mapping[str, str], part: str) -> ElementTree.Element:
    try:
        info = archive.getinfo(names[part.casefold()])
        if info.file_size > MAX_LIST_BYTES:
            raise BookDamaged(Message("found_at", where=part, what=Message("bytes_found", count=info.file_size)))
        return ElementTree.fromstring(archive.read(info))  # noqa: S314  # the guard has refused document types and entities
    except (
        KeyError,
        ElementTree.ParseError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        ValueError,
        LookupError,
    ) as error:
        raise BookDamaged(f"{part}: {error}") from error


def names_of(content: bytes) -> list[str]:
    """Return the names of the worksheets, without reading anything else.

    Raises:
        BookDamaged: it is not a workbook.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return [name for name, _ in parts_of_book(archive)[0]]
    except zipfile.BadZipFile as error:
        raise BookDamaged(str(error)) from error


class Parsing:
    """One part fed to expat in pieces: handlers of start and end tags, and of the text in between on request."""

    def __init__(self, root: str, *, sheet: str = "") -> None:
        self.root, self.sheet, self.depth = root, sheet, 0
        self.text: list[str] = []
        # Interned, so that frequent comparisons of names are by identity.
        names = {f"{space} {name}": f"{space} {name}" for space in _SPACES for name in ("c", "v", "f", "is", "t", "row")}
        self.parser = expat.ParserCreate(None, " ", intern=names)
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._root
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: Any) -> None:
        raise BookDamaged(Message("xml_document_type"), sheet=self.sheet)

    def _root(self, tag: str, _attributes: Attributes) -> None:
        space, _, name = tag.rpartition(" ")
        if space not in _SPACES or name != self.root:
            raise BookDamaged(f"<{name}>", sheet=self.sheet)
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.handlers(space + " ")

    def handlers(self, space: str) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:
        """Return the handlers of start and end tags; ``space`` is the prefix of each name."""
        raise NotImplementedError

    def beyond(self) -> Message | None:
        """Return the limit exceeded, if any; called after each piece."""
        return None

    def parse(self, archive: zipfile.ZipFile, part: str) -> None:
        """Parse a part.

        Raises:
            BookDamaged: it is not XML or exceeds a limit.
        """
        parser, fed = self.parser, 0
        try:
            with archive.open(part) as stream:
                while piece := stream.read(_PIECE):
                    parser.Parse(piece)
                    fed += len(piece)
                    if (
                        fed - parser.CurrentByteIndex > _TOKEN
                        or self.depth > _DEPTH
                        or (len(self.text) > 100 and sum(map(len, self.text)) > _TEXT)
                    ):
                        raise BookDamaged(Message("xml_not_of_excel"), sheet=self.sheet)
                    if fault := self.beyond():
                        raise BookDamaged(fault, sheet=self.sheet)
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            if getattr(error, "code", 0) == _NO_MEMORY:
                raise MemoryError from error
            raise BookDamaged(f"{part}: {error}", sheet=self.sheet) from error
        if fault := self.beyond():
            raise BookDamaged(fault, sheet=self.sheet)


def _note(marks: dict[str, bool], number: int, mark: str) -> None:
    """Note what a font does to characters, under its number: whether it crosses them out."""
    if mark:
        marks[str(number)] = marks.get(str(number), False) or mark == "struck"


class _Styles(Parsing):
    """The number formats of a workbook and its fonts that cross out, raise or lower, and the format and font of each cell style."""

    def __init__(self) -> None:
        super().__init__("styleSheet")
        self.codes: dict[str, str] = {}
        self.parents: list[str] = []
        self.cells: list[tuple[str, str, str | None]] = []  # format, parent, applyNumberFormat
        self.fonts = self.conditional = 0
        self.marked_fonts: dict[str, bool] = {}  # number → whether it crosses out
        self.marking: dict[str, bool] = {}  # conditional format → the same
        self.cell_fonts: list[str] = []

    def beyond(self) -> Message | None:
        count = max(len(self.codes), len(self.parents), len(self.cells), self.fonts, self.conditional)
        return Message("styles", count=count) if count > MAX_STYLES else None

    def handlers(self, space: str) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:
        path: list[str] = []

        def start(tag: str, attributes: Attributes) -> None:
            self.depth += 1
            path.append(tag)
            if (
                tag == _ALTERNATE
            ):  # nobody writes it here: a cell would be shown as the one program reads it and stored as the other does
                raise BookDamaged(Message("found_in_alternatives", tag=path[0].rpartition(" ")[2]))
            if len(path) == 2 and tag == space + "numFmt" and path[0] == space + "numFmts":
                code = attributes.get("formatCode", "")
                if len(code) > LONGEST_FORMAT:
                    raise BookDamaged(f"numFmt {code[:40]}")
                self.codes[attributes.get("numFmtId", "").strip()] = code
            elif len(path) == 2 and tag == space + "xf":
                number = attributes.get("numFmtId", "0").strip()
                if path[0] == space + "cellStyleXfs":
                    self.parents.append(number)
                elif path[0] == space + "cellXfs":
                    self.cells.append((number, attributes.get("xfId", "0").strip(), attributes.get("applyNumberFormat")))
                    self.cell_fonts.append(number_of(attributes.get("fontId", "0")))
            elif path[0] in (space + "fonts", space + "dxfs"):
                self._font([name[len(space) :] for name in path], attributes)

        def end(_tag: str) -> None:
            self.depth -= 1
            if path:
                path.pop()

        return start, end

    def _font(self, path: list[str], attributes: Attributes) -> None:
        """Note an element of a font, or of that of a conditional format."""
        if path in (["fonts", "font"], ["dxfs", "dxf"]):
            self.fonts += path[0] == "fonts"
            self.conditional += path[0] == "dxfs"
        elif path[:2] == ["fonts", "font"] and len(path) == 3:
            _note(self.marked_fonts, self.fonts - 1, mark_of(path[-1], attributes))
        elif path[:3] == ["dxfs", "dxf", "font"] and len(path) == 4:
            _note(self.marking, self.conditional - 1, mark_of(path[-1], attributes))

    def code(self, number: str) -> str:
        """Return the format code of a format number."""
        return self.codes.get(number) or BUILT_IN.get(int(number) if number.isdecimal() and len(number) < 9 else -1, "General")


def formats_of(archive: zipfile.ZipFile, part: str) -> tuple[dict[str, str], dict[str, bool], dict[str, bool]]:
    """Return the cell styles that display something else than the stored value, by number.

    Returns:
        Style number → format code, for those that display some number differently; style number → whether it crosses out, for
        those whose font crosses out, raises or lowers; and the same by number of a conditional format.
    """
    parsing = _Styles()
    parsing.parse(archive, part)
    plain: dict[str, bool] = {}
    formats = {}
    for index, (number, parent, applies) in enumerate(parsing.cells):
        code = parsing.code(number)
        # Applications differ on whether a cell without its own format uses that of its named style: any possible display counts.
        if (
            code.casefold() == "general"
            and applies not in ("1", "true")
            and parent.isdecimal()
            and len(parent) < 9
            and int(parent) < len(parsing.parents)
        ):
            code = parsing.code(parsing.parents[int(parent)])
        if code not in plain:
            plain[code] = is_plain(code)
        if not plain[code]:
            formats[str(index)] = code
    fonts = parsing.marked_fonts
    return formats, {str(at): fonts[font] for at, font in enumerate(parsing.cell_fonts) if font in fonts}, parsing.marking
