"""Mark problems in the bureau's own workbook: fill and comment the cells concerned, and leave everything else untouched.

Only the parts that carry a mark are parsed, changed and rewritten (sheet, styles, comments and their relationships), so that charts,
pictures, shapes, validations and everything else in a workbook stay byte for byte. The fill is a conditional format, so that no
cell's own style changes; a later marking removes the earlier marks.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath, relpath
from typing import Any

from lxml import etree

from kpis.as_text import clean
from kpis.errors import StepRefused
from kpis.languages import both, pair
from kpis.message import Message
from loaders.files.active import active_parts
from loaders.files.addresses import column_number, split_address
from loaders.files.apart import apart
from loaders.files.parts import BookDamaged, parts_of_book
from loaders.files.problems import DAMAGED, Problem, damaged
from loaders.files.reach import reach_of

AUTHOR = "Mieruka"
_SIGN = 'N("Mieruka")=0'  # always true; identifies our conditional formats
_NOTE = "【Mieruka】"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_V, _O, _X = "urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office:office", "urn:schemas-microsoft-com:office:excel"
_BORDER = "".join(
    f'<{side} style="thin"><color rgb="FF9C0006"/></{side}>' for side in ("left", "right", "top", "bottom")
)  # fmt: skip
_LOOKS = {
    "error": '<font><b/><color rgb="FF9C0006"/></font><fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/>'
    f'<bgColor rgb="FFFFC7CE"/></patternFill></fill><border>{_BORDER}</border>',
    "warning": '<font><b/><color rgb="FF7F6000"/></font><fill><patternFill patternType="solid"><fgColor rgb="FFFFEB9C"/>'
    f'<bgColor rgb="FFFFEB9C"/></patternFill></fill><border>{_BORDER}</border>',
}
# Elements after conditional formats and after the drawing of comments in a worksheet (ECMA-376, CT_Worksheet).
_AFTER_LEGACY = {
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "AlternateContent", "webPublishItems", "tableParts", "extLst",
}  # fmt: skip
_AFTER_FORMATS = _AFTER_LEGACY | {
    "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks",
    "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing",
}  # fmt: skip
_AFTER_LOOKS = {"tableStyles", "colors", "extLst"}
_SHAPE = re.compile("_x0000_s([0-9]{1,9})")
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
Element = Any  # an lxml element, which is untyped


@dataclass(frozen=True, slots=True)
class Note:
    """A comment at a cell, for one problem; ``cell`` may be blank or a range."""

    sheet: str
    cell: str
    is_error: bool
    words: str


def mark_problems(content: bytes, problems: Sequence[Problem]) -> bytes:
    """Return the workbook with a fill and comment at every problem; one without a cell is placed at the sheet's first cell.

    Args:
        content: a workbook that was opened before.
        problems: from ``read_workbook``; those of a missing sheet are placed on the first sheet.

    Raises:
        StepRefused: it holds active content or a damaged part, so no copy of it is made.
        Stopped: marking exceeds the limits of reading.
    """
    return _annotated(content, [Note(p.sheet, p.cell, p.grade == "error", _words(p)) for p in problems])


def commented(content: bytes, comments: Sequence[tuple[str, str, str]]) -> bytes:
    """Return a workbook of ours with the reviewer's comments: (sheet, cell, text)."""
    heading = " ".join(pair(Message("note_of_reviewer")))
    return _annotated(
        content, [Note(sheet, cell, False, _without_controls(f"{_NOTE}{heading}: {text}")) for sheet, cell, text in comments]
    )


def _annotated(content: bytes, notes: Sequence[Note]) -> bytes:
    refused, marked = apart(write_notes, content, max_bytes=max(len(content), 1), notes=notes)
    if refused:
        raise StepRefused("copy_damaged" if refused[0].expected == DAMAGED else "copy_stays", found=refused[0].found)
    copy: bytes = marked
    return copy


def write_notes(content: bytes, *, max_bytes: int, notes: Sequence[Note]) -> tuple[list[Problem], bytes]:  # noqa: ARG001  # its size was checked on arrival
    """Return the workbook with the notes at their cells, or the problem of active or damaged content."""
    if acting := active_parts(content, is_handed_on=True):
        return acting, b""
    try:
        return [], _noted(content, notes)
    except BookDamaged as error:
        return [damaged(error)], b""


def _noted(content: bytes, notes: Sequence[Note]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
        listed, _, styles, _ = parts_of_book(archive)
        infos = archive.infolist()
    sheets = dict(listed)
    by_part: dict[str, dict[str, list[Note]]] = {part: {} for part in sheets.values() if part in parts}
    if not by_part:
        raise BookDamaged(Message("no_worksheet"))
    first = next(iter(by_part))
    for note in notes:
        part = sheets.get(note.sheet, first)
        cell = note.cell if note.sheet in sheets and note.cell else "A1"
        by_part[part if part in by_part else first].setdefault(cell.split(":")[0], []).append(note)
    looks = _add_looks(parts, styles) if styles in parts else {}  # without styles, cells are marked by comments alone
    for number, (part, cells) in enumerate(by_part.items(), start=1):
        _mark_sheet(parts, part, cells, number=number, looks=looks)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in infos:
            archive.writestr(info.filename, parts.pop(info.filename))
        for name, xml in parts.items():
            archive.writestr(name, xml)
    return out.getvalue()


def _words(p: Problem) -> str:
    grade = " ".join(pair(Message(f"note_{p.grade}")))
    lines = [f"{_NOTE}{grade}: {both(p.found)}", *pair(Message("expected_and_remedy", expected=p.expected, remedy=p.remedy))]
    return _without_controls("\n".join(lines))


def _without_controls(words: str) -> str:
    """Remove characters that XML does not allow, which may occur in user text."""
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", words)


def _read(parts: Mapping[str, bytes], name: str, *, root: str) -> Element:
    """Parse a part.

    Raises:
        BookDamaged: it is not XML, or has another root.
    """
    try:
        read = etree.fromstring(parts[name], etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False))
    except etree.XMLSyntaxError as error:
        raise BookDamaged(f"{name}: {error}") from error
    if _name(read) != root or not etree.QName(read).namespace:
        raise BookDamaged(f"{name}: <{_name(read)}>")
    return read


def _named(parts: Mapping[str, bytes], path: str) -> str:
    """Return the stored name of a part, matched without case as Excel does; the path itself if there is none."""
    return next((name for name in parts if name.casefold() == path.casefold()), path)


def _written(root: Element) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def _name(element: Element) -> str:
    """Return the local name of an element; blank for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _in(root: Element, name: str) -> str:
    """Return a name in the namespace of a part, which differs in strict workbooks."""
    return f"{{{etree.QName(root).namespace}}}{name}"


def _made(root: Element, name: str, inside: str = "", **attributes: str) -> Element:
    """Return a new element in the namespace of a part, with its child elements."""
    space = etree.QName(root).namespace
    made = etree.fromstring(f'<{name} xmlns="{space}">{inside}</{name}>')
    made.attrib.update(attributes)
    return made


def _insert(root: Element, element: Element, *, before: set[str]) -> None:
    """Insert an element in schema order: before the first sibling named in ``before``."""
    at = next((i for i, child in enumerate(root) if _name(child) in before), len(root))
    root.insert(at, element)
    etree.cleanup_namespaces(element)


def _add_looks(parts: dict[str, bytes], name: str) -> dict[str, int]:
    """Add the two styles to the differential styles of the named part, and return their indices."""
    root = _read(parts, name, root="styleSheet")
    formats = root.find(_in(root, "dxfs"))
    if formats is None:
        formats = _made(root, "dxfs")
        _insert(root, formats, before=_AFTER_LOOKS)
    canonical_formats = [etree.tostring(look, method="c14n", exclusive=True) for look in formats]
    numbers = {}
    for grade, inside in _LOOKS.items():
        look = _made(root, "dxf", inside)
        canonical = etree.tostring(look, method="c14n", exclusive=True)
        if canonical not in canonical_formats:
            formats.append(look)
            canonical = etree.tostring(look, method="c14n", exclusive=True)
            canonical_formats.append(canonical)
        numbers[grade] = canonical_formats.index(canonical)
    formats.set("count", str(len(formats)))
    parts[name] = _written(root)
    return numbers


def _mark_sheet(
    parts: dict[str, bytes], part: str, cells: Mapping[str, Sequence[Note]], *, number: int, looks: Mapping[str, int]
) -> None:
    root = _read(parts, part, root="worksheet")
    had_ours = _take_our_formats(root)
    _take_acting_formulas(root)
    for grade, look in looks.items():
        places = [c for c, own in cells.items() if ("error" if any(note.is_error for note in own) else "warning") == grade]
        if places:
            rule = _made(root, "cfRule", type="expression", dxfId=str(look), priority="1")
            etree.SubElement(rule, _in(root, "formula")).text = _SIGN
            formats = _made(root, "conditionalFormatting", sqref=" ".join(places))
            formats.append(rule)
            _insert(root, formats, before=_AFTER_FORMATS)
    relations = _named(parts, join(dirname(part), "_rels", basename(part) + ".rels"))
    comments, drawing = _comment_parts(parts, part, relations)
    if cells and comments not in parts:
        comments, drawing = _new_comments(parts, part, relations, root, number=number)
    if comments in parts:
        removed = _write_comments(parts, comments, cells)
        if drawing in parts:
            _draw(parts, drawing, removed=removed, added=cells)
    if cells or had_ours:
        parts[part] = _written(root)


def _take_acting_formulas(root: Element) -> None:
    """Replace formulas that reach beyond the workbook with an error: no active content is passed on, and their values are not used."""
    for cell in root.iter(_in(root, "c")):
        formula = cell.find(_in(root, "f"))
        if formula is not None and reach_of(formula.text or ""):
            for child in list(cell):
                cell.remove(child)
            cell.set("t", "e")
            etree.SubElement(cell, _in(root, "v")).text = "#REF!"


def _take_our_formats(root: Element) -> bool:
    """Remove the conditional formats of an earlier marking; say whether there were any."""
    had_ours = False
    for formats in root.findall(_in(root, "conditionalFormatting")):
        for rule in formats.findall(_in(root, "cfRule")):
            if any(_SIGN in (formula.text or "") for formula in rule.findall(_in(root, "formula"))):
                formats.remove(rule)
                had_ours = True
        if not len(formats):
            root.remove(formats)
    return had_ours


def _comment_parts(parts: Mapping[str, bytes], part: str, relations: str) -> tuple[str, str]:
    """Return the paths of the sheet's comments and of their drawing; blank if there are none."""
    paths = {"comments": "", "vmlDrawing": ""}
    for relation in _read(parts, relations, root="Relationships") if relations in parts else ():
        kind, path = relation.get("Type", "").rpartition("/")[2], relation.get("Target", "")
        if kind in paths and path:
            paths[kind] = _named(parts, path.lstrip("/") if path.startswith("/") else normpath(join(dirname(part), path)))
    return paths["comments"], paths["vmlDrawing"]


def _new_comments(parts: dict[str, bytes], part: str, relations: str, sheet: Element, *, number: int) -> tuple[str, str]:
    """Add empty comments with their drawing to a sheet without any."""
    comments, drawing = f"xl/comments_mieruka{number}.xml", f"xl/drawings/vmlDrawing_mieruka{number}.vml"
    parts[comments] = _written(etree.fromstring(f'<comments xmlns="{_MAIN}"><authors/><commentList/></comments>'))
    _, existing = _comment_parts(parts, part, relations)
    rels = (
        _read(parts, relations, root="Relationships")
        if relations in parts
        else etree.fromstring(f'<Relationships xmlns="{_PACKAGE}"/>')
    )
    _forget(rels, "comments")  # its targets are missing
    rels.append(_made(rels, "Relationship", Id="rIdMierukaC", Type=f"{_R}/comments", Target=relpath(comments, dirname(part))))
    if existing in parts:
        drawing = existing  # a drawing of form controls or of a header picture
    else:
        _forget(rels, "vmlDrawing")
        for shown in sheet.findall(_in(sheet, "legacyDrawing")):
            sheet.remove(shown)
        parts[drawing] = (
            f'<xml xmlns:v="{_V}" xmlns:o="{_O}" xmlns:x="{_X}"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="9"/>'
            "</o:shapelayout></xml>"
        ).encode()
        rels.append(_made(rels, "Relationship", Id="rIdMierukaV", Type=f"{_R}/vmlDrawing", Target=relpath(drawing, dirname(part))))
        shown = etree.Element(_in(sheet, "legacyDrawing"), {f"{{{_R}}}id": "rIdMierukaV"}, nsmap={"r": _R})
        _insert(sheet, shown, before=_AFTER_LEGACY)
    parts[relations] = _written(rels)
    listed = _named(parts, "[Content_Types].xml")
    types = _read(parts, listed, root="Types")
    if not any(element.get("Extension", "").lower() == "vml" for element in types):
        vml = "application/vnd.openxmlformats-officedocument.vmlDrawing"
        types.insert(0, _made(types, "Default", Extension="vml", ContentType=vml))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
    if not any(element.get("PartName", "").casefold() == f"/{comments}".casefold() for element in types):
        types.append(_made(types, "Override", PartName=f"/{comments}", ContentType=kind))
    parts[listed] = _written(types)
    return comments, drawing


def _forget(relations: Element, kind: str) -> None:
    """Remove relationships of a kind whose part is missing."""
    for relation in list(relations):
        if relation.get("Type", "").rpartition("/")[2] == kind:
            relations.remove(relation)


def _write_comments(parts: dict[str, bytes], name: str, cells: Mapping[str, Sequence[Note]]) -> set[str]:
    """Remove our earlier comments and add the new ones; return the cells whose comment was removed."""
    root = _read(parts, name, root="comments")
    authors, listed = (root.find(_in(root, tag)) for tag in ("authors", "commentList"))
    if authors is None:
        authors = _made(root, "authors")
        _insert(root, authors, before={"commentList", "extLst"})
    if listed is None:
        listed = _made(root, "commentList")
        _insert(root, listed, before={"extLst"})
    names = [author.text or "" for author in authors]
    if AUTHOR not in names:
        author = etree.SubElement(authors, _in(root, "author"))
        author.text = AUTHOR
        names.append(AUTHOR)
    removed: set[str] = set()
    comments_of: dict[str, Element] = {}
    for comment in list(listed):
        listed.remove(comment)
        if _without_ours(root, comment):
            comments_of[comment.get("ref", "")] = comment
        else:
            removed.add(comment.get("ref", ""))
    for address, notes in cells.items():
        words = "\n".join(note.words for note in notes)
        if address in comments_of:  # another person's comment stays, ours follows it
            text = _text_of(root, comments_of[address])
            for plain in text.findall(_in(root, "t")):
                run = etree.Element(_in(root, "r"))
                text.replace(plain, run)
                run.append(plain)
            words = "\n" + words
        else:
            comments_of[address] = _made(root, "comment", ref=address, authorId=str(names.index(AUTHOR)))
            text = etree.SubElement(comments_of[address], _in(root, "text"))
        text.append(_run(root, words))
    for address in sorted(comments_of, key=lambda a: (split_address(a)[1], column_number(split_address(a)[0]))):
        listed.append(comments_of[address])
    parts[name] = _written(root)
    return removed


def _run(root: Element, words: str) -> Element:
    run = etree.Element(_in(root, "r"))
    text = etree.SubElement(run, _in(root, "t"), {"{http://www.w3.org/XML/1998/namespace}space": "preserve"})
    text.text = clean(words)
    return run


def _said(root: Element, element: Element) -> str:
    return "".join(text.text or "" for text in element.iter(_in(root, "t")))


def _text_of(root: Element, comment: Element) -> Element:
    """Return the element with the text of a comment."""
    text = comment.find(_in(root, "text"))
    return etree.SubElement(comment, _in(root, "text")) if text is None else text


def _without_ours(root: Element, comment: Element) -> bool:
    """Remove the text of an earlier marking from a comment; say whether any text is left."""
    # LibreOffice drops authors and splits a comment into runs by font, so the whole text is compared.
    ours = _said(root, comment)
    if _NOTE not in ours:
        return True
    own = ours.split(_NOTE, 1)[0].rstrip("\n")
    if not own:
        return False
    text = _text_of(root, comment)
    for run in text.findall(_in(root, "r")):
        if _said(root, run).lstrip().startswith(_NOTE):
            text.remove(run)
    if _said(root, comment).rstrip("\n") != own:
        for child in list(text):
            text.remove(child)
        text.append(_run(root, own))
    return True


def _draw(parts: dict[str, bytes], name: str, *, removed: set[str], added: Iterable[str]) -> None:
    """Remove the shapes of deleted comments from a sheet's drawing, and add those of new ones."""
    root = (
        etree.fromstring(parts[name], etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
        if parts[name]
        else None
    )
    if root is None:  # unreadable: the comments remain, and Excel draws their boxes itself
        return
    gone, shown = {_place(cell) for cell in removed}, set[str]()
    for shape in root.findall(f"{{{_V}}}shape"):
        row, column = shape.find(f".//{{{_X}}}Row"), shape.find(f".//{{{_X}}}Column")
        if row is None or column is None:
            continue
        place = f"{(column.text or '0').strip()},{(row.text or '0').strip()}"
        if place in gone:
            root.remove(shape)
        else:
            shown.add(place)
    ids = [shape.get("id", "") for shape in root.iter(f"{{{_V}}}shape", f"{{{_V}}}shapetype")]
    shapes = "" if "_x0000_t202" in ids else _SHAPE_TYPE
    number = max((int(own[1]) for own in map(_SHAPE.fullmatch, ids) if own), default=9216) + 1
    for cell in added:
        place = _place(cell)
        if place in shown:
            continue
        column_at, row_at = (int(n) for n in place.split(","))
        shapes += (
            f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:80pt;margin-top:5pt;width:260pt;'
            f'height:110pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
            '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
            '<div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
            f"<x:Anchor>{column_at + 1}, 15, {row_at}, 2, {column_at + 4}, 31, {row_at + 7}, 1</x:Anchor><x:AutoFill>False</x:AutoFill>"
            f"<x:Row>{row_at}</x:Row><x:Column>{column_at}</x:Column></x:ClientData></v:shape>"
        )
        number += 1
    root.extend(etree.fromstring(f'<xml xmlns:v="{_V}" xmlns:o="{_O}" xmlns:x="{_X}">{shapes}</xml>'))
    parts[name] = etree.tostring(root, encoding="UTF-8")


def _place(cell: str) -> str:
    letters, row = split_address(cell)
    return f"{column_number(letters) - 1},{row - 1}"
