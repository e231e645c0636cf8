"""The bureau's own workbook comes back with the faulty cells filled and commented, everything else untouched.

The parts of the file are edited in place and not written anew by a library, so that charts, pictures, shapes, checks,
styles and whatever else a workbook holds stay byte for byte. The fill is a conditional format, so that no cell's own
style is changed; a later marking takes the earlier marks away.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from posixpath import basename, dirname, join, normpath, relpath
from xml.sax.saxutils import escape

from loaders.files.problems import Problem
from loaders.files.sheets import column_number, sheet_parts, split_address

AUTHOR = "Mieruka"
_SIGN = 'N("Mieruka")=0'  # always true; tells our conditional formats from others
_NOTE = "【Mieruka】"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_BORDER = "".join(
    f'<{side} style="thin"><color rgb="FF9C0006"/></{side}>' for side in ("left", "right", "top", "bottom")
)  # fmt: skip
_LOOKS = {
    "error": '<dxf><font><b/><color rgb="FF9C0006"/></font><fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/>'
    f'<bgColor rgb="FFFFC7CE"/></patternFill></fill><border>{_BORDER}</border></dxf>',
    "warning": '<dxf><font><b/><color rgb="FF7F6000"/></font><fill><patternFill patternType="solid"><fgColor rgb="FFFFEB9C"/>'
    f'<bgColor rgb="FFFFEB9C"/></patternFill></fill><border>{_BORDER}</border></dxf>',
}
_AFTER_FORMATS = (
    "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks",
    "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing", "legacyDrawing",
)  # fmt: skip
_AFTER_LEGACY = (
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "AlternateContent", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip


def mark_problems(content: bytes, problems: Sequence[Problem]) -> bytes:
    """Return the workbook with a fill and a comment at every problem; one without a cell is told at the sheet's first cell.

    Args:
        content: a workbook that was opened before, so one whose bytes passed the guards.
        problems: from ``read_workbook``; those of a sheet that does not exist are told on the first sheet.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
        sheets = dict(sheet_parts(archive))
        infos = archive.infolist()
    notes: dict[str, dict[str, list[Problem]]] = {part: {} for part in sheets.values() if part in parts}
    first = next(iter(notes))
    for problem in problems:
        part = sheets.get(problem.sheet, first)
        cell = problem.cell if problem.sheet in sheets and problem.cell else "A1"
        notes[part if part in notes else first].setdefault(cell.split(":")[0], []).append(problem)
    looks = _add_looks(parts)
    for number, (part, cells) in enumerate(notes.items(), start=1):
        _mark_sheet(parts, part, cells, number=number, looks=looks)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for info in infos:
            archive.writestr(info.filename, parts.pop(info.filename))
        for name, xml in parts.items():
            archive.writestr(name, xml)
    return out.getvalue()


def _words(problems: Iterable[Problem]) -> str:
    lines = []
    for p in problems:
        grade = {"error": "誤り Error", "question": "質問 Which is meant?"}.get(p.grade, "確認 Please confirm")
        lines += [f"{_NOTE}{grade}: {p.found}", f"{p.expected_ja}。{p.remedy_ja}。", f"{p.expected_en}. {p.remedy_en}."]
    # Characters that XML does not allow may stand in what was found.
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", "\n".join(lines))


def _prefix(xml: bytes, element: str) -> str:
    match = re.search(rb"<(\w+:)?" + element.encode() + rb"[\s>/]", xml)
    return (match[1] or b"").decode() if match else ""


def _add_looks(parts: dict[str, bytes]) -> dict[str, int]:
    """Add the two looks to the workbook's differential styles and return their numbers."""
    name = next(n for n in parts if n.endswith("styles.xml") and n.startswith("xl/"))
    xml = parts[name].decode("utf-8")
    p = _prefix(parts[name], "styleSheet")
    looks = {grade: re.sub(r"<(/?)(\w)", rf"<\1{p}\2", look) for grade, look in _LOOKS.items()}
    match = re.search(rf"<{p}dxfs\b[^>]*?(?:/>|>(.*?)</{p}dxfs>)", xml, re.S)
    held = (match[1] or "") if match else ""
    numbers = {}
    for grade, look in looks.items():
        at = held.find(look)
        if at < 0:
            at, held = len(held), held + look
        numbers[grade] = len(re.findall(rf"<{p}dxf[\s>/]", held[:at]))
    count = len(re.findall(rf"<{p}dxf[\s>/]", held))
    whole = f'<{p}dxfs count="{count}">{held}</{p}dxfs>'
    if match:
        xml = xml[: match.start()] + whole + xml[match.end() :]
    else:
        at = min(i for e in ("<{}tableStyles", "<{}colors", "<{}extLst", "</{}styleSheet") if (i := xml.find(e.format(p))) >= 0)
        xml = xml[:at] + whole + xml[at:]
    parts[name] = xml.encode("utf-8")
    return numbers


def _mark_sheet(
    parts: dict[str, bytes], part: str, cells: Mapping[str, Sequence[Problem]], *, number: int, looks: Mapping[str, int]
) -> None:
    xml = parts[part]
    p = _prefix(xml, "worksheet")
    end = max((m.end() for m in re.finditer(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>", xml)), default=0)
    head, tail = xml[:end], xml[end:].decode("utf-8")
    ours = rf"<{p}conditionalFormatting\b[^>]*>(?:(?!</{p}conditionalFormatting>).)*?N\((?:\"|&quot;)Mieruka(?:\"|&quot;)\)=0.*?</{p}conditionalFormatting>"
    tail = re.sub(ours, "", tail, flags=re.S)
    for grade, look in looks.items():
        places = [c for c, found in cells.items() if ("error" if any(f.grade == "error" for f in found) else "warning") == grade]
        if places:
            rule = (
                f'<{p}conditionalFormatting sqref="{" ".join(places)}"><{p}cfRule type="expression" dxfId="{look}" priority="1">'
                f"<{p}formula>{escape(_SIGN)}</{p}formula></{p}cfRule></{p}conditionalFormatting>"
            )
            tail = _insert(tail, rule, before=(*_AFTER_FORMATS, *_AFTER_LEGACY), p=p, after=("customSheetViews", "scenarios"))
    relations = join(dirname(part), "_rels", basename(part) + ".rels")
    comments, drawing = _comment_parts(parts, part, relations)
    if not cells and comments not in parts:
        parts[part] = head + tail.encode("utf-8")
        return
    if comments not in parts:
        comments, drawing, tail = _new_comments(parts, part, relations, tail, p=p, number=number)
    removed = _write_comments(parts, comments, cells)
    if drawing in parts:
        _draw(parts, drawing, removed=removed, added=cells)
    parts[part] = head + tail.encode("utf-8")


def _insert(tail: str, what: str, *, before: Sequence[str], p: str, after: Sequence[str]) -> str:
    start = max((m.end() for name in after for m in re.finditer(rf"</{p}{name}>", tail)), default=0)
    places = [m.start() for name in before if (m := re.compile(rf"<(?:{p}|mc:){name}[\s>/]").search(tail, start))]
    at = min([*places, tail.rindex(f"</{p}worksheet>")])
    return tail[:at] + what + tail[at:]


def _comment_parts(parts: Mapping[str, bytes], part: str, relations: str) -> tuple[str, str]:
    """Return the paths of the sheet's comments and of the drawing that shows them; blanks where it has none."""
    found = {"comments": "", "vmlDrawing": ""}
    for tag in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", parts.get(relations, b"")):
        kind = re.search(rb'Type="[^"]*/(\w+)"', tag)
        target = re.search(rb'Target="([^"]+)"', tag)
        if kind and target and kind[1].decode() in found:
            path = target[1].decode()
            found[kind[1].decode()] = path.lstrip("/") if path.startswith("/") else normpath(join(dirname(part), path))
    return found["comments"], found["vmlDrawing"]


def _new_comments(parts: dict[str, bytes], part: str, relations: str, tail: str, *, p: str, number: int) -> tuple[str, str, str]:
    """Add empty comments with their drawing to a sheet that has none."""
    comments, drawing = f"xl/comments_mieruka{number}.xml", f"xl/drawings/vmlDrawing_mieruka{number}.vml"
    parts[comments] = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{_MAIN}"><authors></authors><commentList></commentList></comments>'.encode()
    )
    added = f'<Relationship Id="rIdMierukaC" Type="{_R}/comments" Target="{relpath(comments, dirname(part))}"/>'
    _, existing = _comment_parts(parts, part, relations)
    if existing in parts:
        drawing = existing  # a drawing of form controls or of a picture in the header
    else:
        parts[drawing] = (
            b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
            b'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="9"/></o:shapelayout></xml>'
        )
        added += f'<Relationship Id="rIdMierukaV" Type="{_R}/vmlDrawing" Target="{relpath(drawing, dirname(part))}"/>'
        tail = _insert(
            tail, f'<{p}legacyDrawing xmlns:r="{_R}" r:id="rIdMierukaV"/>', before=_AFTER_LEGACY, p=p,
            after=("conditionalFormatting", "dataValidations", "customSheetViews"),
        )  # fmt: skip
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    empty = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{package}"></Relationships>'.encode()
    held = re.sub(rb"<((?:\w+:)?)Relationships\b([^>]*)/>", rb"<\1Relationships\2></\1Relationships>", parts.get(relations, empty))
    q = _prefix(held, "Relationships")
    parts[relations] = held.replace(f"</{q}Relationships>".encode(), f"{added.replace('<R', f'<{q}R')}</{q}Relationships>".encode())
    types = parts["[Content_Types].xml"].decode("utf-8")
    q = _prefix(parts["[Content_Types].xml"], "Types")
    told = f'<{q}Override PartName="/{comments}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"/>'
    if not re.search(r'Extension="vml"', types, re.I):
        first = re.search(rf"<{q}Types\b[^>]*>", types)
        assert first is not None
        vml = f'<{q}Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        types = types[: first.end()] + vml + types[first.end() :]
    parts["[Content_Types].xml"] = types.replace(f"</{q}Types>", f"{told}</{q}Types>").encode("utf-8")
    return comments, drawing, tail


def _write_comments(parts: dict[str, bytes], name: str, cells: Mapping[str, Sequence[Problem]]) -> set[str]:
    """Take our earlier comments away and add the new ones; return the cells whose comment went."""
    xml = parts[name].decode("utf-8")
    p = _prefix(parts[name], "comments")
    for element in ("authors", "commentList"):
        xml = re.sub(rf"<{p}{element}\s*/>", f"<{p}{element}></{p}{element}>", xml)
    authors = re.findall(rf"<{p}author>([^<]*)</{p}author>|<{p}author\s*/>", xml)
    if AUTHOR in authors:
        number = authors.index(AUTHOR)
    else:
        number = len(authors)
        xml = xml.replace(f"</{p}authors>", f"<{p}author>{AUTHOR}</{p}author></{p}authors>")
    removed: set[str] = set()
    left: dict[str, str] = {}
    listed = re.search(rf"<{p}commentList>(.*)</{p}commentList>", xml, re.S)
    assert listed is not None
    for comment in re.findall(rf"<{p}comment\b.*?</{p}comment>", listed[1], re.S):
        cell = re.search(r'\bref="([^"]+)"', comment)
        assert cell is not None
        kept = _without_ours(comment, p)
        if kept:
            left[cell[1]] = kept
        else:
            removed.add(cell[1])
    for address, problems in cells.items():
        run = f'<{p}r><{p}t xml:space="preserve">{escape(_words(problems))}</{p}t></{p}r>'
        if address in left:  # somebody's comment stays, ours follows it
            own = left[address]
            if not re.search(rf"<{p}r[\s>]", own):
                own = re.sub(rf"(<{p}t\b.*?</{p}t>)", rf"<{p}r>\1</{p}r>", own, flags=re.S)
            left[address] = own.replace(f"</{p}text>", run.replace(_NOTE, f"\n{_NOTE}", 1) + f"</{p}text>")
        else:
            left[address] = f'<{p}comment ref="{address}" authorId="{number}"><{p}text>{run}</{p}text></{p}comment>'
    inside = "".join(
        left[address] for address in sorted(left, key=lambda a: (split_address(a)[1], column_number(split_address(a)[0])))
    )
    parts[name] = (xml[: listed.start(1)] + inside + xml[listed.end(1) :]).encode("utf-8")
    return removed


def _without_ours(comment: str, p: str) -> str:
    """Return a comment without what an earlier marking wrote into it; a blank where nothing else is left."""
    # LibreOffice drops authors and cuts a comment into runs by font, so the whole text decides.
    text = "".join(re.findall(rf"<{p}t\b[^>]*>([^<]*)</{p}t>", comment))
    if _NOTE not in text:
        return comment
    own = text.split(_NOTE, 1)[0].removesuffix("&#10;").rstrip("\n")
    if not own:
        return ""
    shorter = re.sub(rf"<{p}r><{p}t[^>]*>\s*{_NOTE}(?:(?!</{p}r>).)*</{p}r>", "", comment, flags=re.S)
    if shorter != comment:
        return shorter
    run = f'<{p}text><{p}r><{p}t xml:space="preserve">{own}</{p}t></{p}r></{p}text>'
    return re.sub(rf"<{p}text\b.*?</{p}text>", lambda _: run, comment, flags=re.S)


def _draw(parts: dict[str, bytes], name: str, *, removed: set[str], added: Iterable[str]) -> None:
    xml = parts[name].decode("utf-8")
    shown: set[str] = set()

    def keep(match: re.Match[str]) -> str:
        row, column = re.search(r"<x:Row>(\d+)</x:Row>", match[0]), re.search(r"<x:Column>(\d+)</x:Column>", match[0])
        if row is None or column is None:
            return match[0]
        place = f"{int(column[1])},{int(row[1])}"
        if place in gone:
            return ""
        shown.add(place)
        return match[0]

    gone = {_place(cell) for cell in removed}
    xml = re.sub(r"<v:shape\b(?!type).*?</v:shape>", keep, xml, flags=re.S)
    shapes = ""
    if 'id="_x0000_t202"' not in xml:
        shapes += (
            '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
            '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
        )
    taken = {int(n) for n in re.findall(r"_x0000_s(\d+)", xml)}
    number = max(taken, default=9216) + 1
    for cell in added:
        place = _place(cell)
        if place in shown:
            continue
        column, row = (int(n) for n in place.split(","))
        shapes += (
            f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:80pt;margin-top:5pt;width:260pt;'
            f'height:110pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
            '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
            '<div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
            f"<x:Anchor>{column + 1}, 15, {row}, 2, {column + 4}, 31, {row + 7}, 1</x:Anchor><x:AutoFill>False</x:AutoFill>"
            f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
        )
        number += 1
    parts[name] = xml.replace("</xml>", f"{shapes}</xml>").encode("utf-8")


def _place(cell: str) -> str:
    letters, row = split_address(cell)
    return f"{column_number(letters) - 1},{row - 1}"
