"""Detect active content of a workbook, which would run when opened: by content types, relationships and formulas, not part names.

Any part whose content type or relationship is not known to be passive counts as active. A report is passed on to the reform office
unchanged and returned to its bureau with marks: a workbook with active content is therefore refused, and the problem names it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.parsers import expat

from kpis.message import Message
from loaders.files.parts import BookDamaged, parts_of_book
from loaders.files.pictures import acts_in_picture, read_of_notes
from loaders.files.problems import Problem, damaged
from loaders.files.reach import Reach, reach_of

MAX_LISTED = 50_000  # of parts and relationships
_PIECE = 1 << 18
_OFFICE = "application/vnd.openxmlformats-officedocument."
_SHEET = f"{_OFFICE}spreadsheetml."
# Passive content types: cells, styles, pictures, charts, notes. Without the suffix "+xml".
_PASSIVE_TYPES = {
    *(_SHEET + name for name in (
        "sheet.main", "template.main", "worksheet", "chartsheet", "sharedstrings", "styles", "calcchain", "comments", "table",
        "tablesinglecells", "pivottable", "pivotcachedefinition", "pivotcacherecords", "sheetmetadata", "printersettings", "usernames",
        "revisionheaders", "revisionlog", "customproperty",
    )),
    *(_OFFICE + name for name in (
        "theme", "themeoverride", "extended-properties", "custom-properties", "customxmlproperties", "drawing", "vmldrawing",
        "drawingml.chart", "drawingml.chartshapes", "drawingml.diagramdata", "drawingml.diagramlayout", "drawingml.diagramstyle",
        "drawingml.diagramcolors",
    )),
    "application/vnd.openxmlformats-package.relationships", "application/vnd.openxmlformats-package.core-properties",
    *("application/vnd.ms-excel." + name for name in (
        "threadedcomments", "person", "slicer", "slicercache", "timeline", "timelinecache", "featurepropertybag", "dynamicarraymetadata",
        "namedsheetviews", "rdrichvalue", "rdrichvaluestructure", "rdrichvaluetypes", "rdarray", "richstyles", "rdsupportingpropertybag",
        "rdsupportingpropertybagstructure", "tabularcache",
    )),
    *("application/vnd.ms-office." + name for name in (
        "chartstyle", "chartcolorstyle", "chartex", "drawingml.diagramdrawing", "classificationlabels", "documenttasks",
    )),
}  # fmt: skip
# Passive relationship types; the last word of each.
_PASSIVE_RELATIONS = {
    "officedocument", "worksheet", "chartsheet", "sharedstrings", "styles", "theme", "themeoverride", "calcchain", "comments", "table",
    "tablesinglecells", "pivottable", "pivotcachedefinition", "pivotcacherecords", "sheetmetadata", "printersettings", "usernames",
    "revisionheaders", "revisionlog", "customproperty", "core-properties", "extended-properties", "custom-properties", "customxml",
    "customxmlprops", "thumbnail", "drawing", "vmldrawing", "legacydrawing", "image", "chart", "chartex", "chartusershapes", "chartstyle",
    "chartcolorstyle", "diagramdata", "diagramlayout", "diagramquickstyle", "diagramcolors", "diagramdrawing", "hyperlink",
    "threadedcomment", "person", "slicer", "slicercache", "timeline", "timelinecache", "featurepropertybag", "namedsheetview",
    "classificationlabels", "rdrichvalue", "rdrichvaluestructure", "rdrichvaluetypes", "rdarray", "richstyles", "rdsupportingpropertybag",
    "rdsupportingpropertybagstructure", "documenttasks",
}  # fmt: skip
_MACROS = (Message("workbook_macros"), Message("without_macros"), Message("remedy_save_as_xlsx"))
_LINKS = (Message("links_to_workbooks"), Message("without_links"), Message("remedy_break_links"))
_EMBEDDED = (Message("workbook_embedded"), Message("without_embedded"), Message("remedy_delete_embedded"))
_PICTURE = (Message("picture_that_acts"), Message("pictures_that_show"), Message("remedy_picture_again"))
_PUBLISHING = (Message("workbook_published"), Message("not_published"), Message("remedy_end_publishing"))
_ASKING = (Message("workbook_connections"), Message("without_connections"), Message("remedy_delete_connections"))
_ADDED = (Message("workbook_add_in"), Message("without_add_in"), Message("remedy_paste_in_template"))
# Words in a content type or at the end of a relationship, and their meaning; the first match is named.
_KNOWN = (
    ("macrosheet", (Message("workbook_macro_sheets"), *_MACROS[1:])), ("dialogsheet", (Message("workbook_macro_sheets"), *_MACROS[1:])),
    ("vba", _MACROS), ("macro", _MACROS), ("attachedtoolbars", _MACROS),
    ("activex", _EMBEDDED), ("oleobject", _EMBEDDED), ("control", _EMBEDDED), ("ctrlprop", _EMBEDDED), ("/package", _EMBEDDED),
    ("externallink", _LINKS), ("xlpath", _LINKS), ("linkedworkbook", _LINKS),
    ("connection", _ASKING), ("querytable", _ASKING), ("volatile", _ASKING), ("model", _ASKING), ("webquery", _ASKING),
    ("xmlmaps", _ASKING), ("richvaluewebimage", _ASKING), ("richvaluerel", _ASKING), ("externalcodeservice", _ASKING), ("python", _ASKING),
    ("extensibility", _ADDED), ("customui", _ADDED), ("usercustomization", _ADDED), ("webextension", _ADDED), ("taskpane", _ADDED),
)  # fmt: skip
_LINKABLE = ("http", "https", "mailto")
_FORMULAS = {
    "f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula", "FmlaMacro", "FmlaLink",
    "FmlaRange", "FmlaPict", "FmlaTxbx",
}  # fmt: skip
_SCANNED = ("sheet.main", "template.main", "table", "chart", "drawing", "pivot", "slicer", "timeline", "chartex")
_SHEETS = ("sheet.main", "template.main", "worksheet", "chartsheet")
_PUBLISHED = re.compile(rb"<(?:[^\s<>/:]*+:)?webPublish(?:Item|Object)")  # written elsewhere each time the workbook is saved


def active_parts(content: bytes, *, is_handed_on: bool) -> list[Problem]:
    """Return the problem of the first part of a workbook that is not known to be passive.

    Args:
        content: a workbook whose bytes were checked before.
        is_handed_on: the file is passed on to others: links, queries and parts of unknown kind are problems too.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts_of_book(archive)  # that it opens as what was read
            problem = next(_problems(archive, is_handed_on=is_handed_on), None)
    except BookDamaged as error:
        return [damaged(error)]
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        return [damaged(BookDamaged(str(error)))]
    return [problem] if problem else []


def _problems(archive: zipfile.ZipFile, *, is_handed_on: bool) -> Iterator[Problem]:
    names = [name for name in archive.namelist() if not name.endswith("/")]
    kinds = _types(archive, names)
    for name in names:
        content_type = kinds[name].removesuffix("+xml")
        if name.casefold() == "[content_types].xml":
            continue
        if content_type not in _PASSIVE_TYPES and not content_type.startswith("image/") and not _is_custom_data(name, content_type):
            problem = _known(f"{content_type} {name.casefold()}")
            if is_handed_on or problem not in {None, _LINKS, _ASKING}:
                yield _problem(name, content_type or "?", problem)
        if content_type.endswith("relationships") or name.casefold().endswith(".rels"):
            yield from _of_relations(archive, name, is_handed_on=is_handed_on)
    if is_handed_on:
        for name in names:
            yield from _of_content(archive, name, kinds[name])


def _of_content(archive: zipfile.ZipFile, name: str, content_type: str) -> Iterator[Problem]:
    """Yield what acts within a part of a known kind."""
    if content_type.endswith("vmldrawing"):
        far, formulas = read_of_notes(archive.read(name))
        if far:
            yield _problem(name, far, _EMBEDDED)
        yield from _reaching(formulas, name)
    elif content_type.startswith("image/"):
        if acts := acts_in_picture(archive.read(name)):
            yield _problem(name, acts, _PICTURE)
    elif _is_custom_data(name, content_type):
        if any(tag == "DataMashup" for tag, _ in _elements(archive, name)):
            yield _problem(name, "DataMashup", _ASKING)
    elif content_type.endswith("+xml") and any(word in content_type for word in _SCANNED):
        yield from _of_formulas(archive, name)
    if any(word in content_type for word in _SHEETS) and _PUBLISHED.search(archive.read(name)):
        yield _problem(name, "webPublish", _PUBLISHING)


def _types(archive: zipfile.ZipFile, names: list[str]) -> dict[str, str]:
    """Return the content type of each part, in lower case; blank if not declared."""
    listed = next((name for name in names if name.casefold() == "[content_types].xml"), None)
    if listed is None:
        raise BookDamaged("[Content_Types].xml")
    endings: dict[str, str] = {}
    parts: dict[str, str] = {}
    for tag, attributes in _elements(archive, listed):
        kind = attributes.get("ContentType", "").split(";")[0].strip().casefold()
        if tag == "Default":
            endings[attributes.get("Extension", "").casefold()] = kind
        elif tag == "Override":
            parts[attributes.get("PartName", "").lstrip("/").casefold()] = kind
    return {n: parts.get(n.casefold()) or endings.get(n.casefold().rpartition(".")[2], "") for n in names}


def _is_custom_data(name: str, content_type: str) -> bool:
    """Return whether a part is custom data of other programs, which Excel does not show."""
    return content_type in {"application/xml", "text/xml"} and name.casefold().startswith("customxml/")


def _known(content_type: str) -> tuple[Message, Message, Message] | None:
    return next((meaning for word, meaning in _KNOWN if word in content_type), None)


def _problem(part: str, content_type: str, problem_texts: tuple[Message, Message, Message] | None) -> Problem:
    what, expected, remedy = problem_texts or (
        Message("part_of_unknown_kind"),
        Message("only_known_parts"),
        Message("remedy_paste_in_template"),
    )
    return Problem("file", Message("found_beside", what=what, beside=f"{part[:80]}: {content_type[:80]}"), expected, remedy)


def _of_relations(archive: zipfile.ZipFile, name: str, *, is_handed_on: bool) -> Iterator[Problem]:
    identities = set()
    for tag, attributes in _elements(archive, name):
        if tag != "Relationship":
            continue
        if (identity := attributes.get("Id", "")) in identities:
            raise BookDamaged(Message("found_at", where=name[:80], what=Message("part_listed_twice", name=identity[:80])))
        identities.add(identity)
        kind, target = attributes.get("Type", "").casefold(), attributes.get("Target", "")
        problem = _known("/" + kind.rpartition("/")[2])
        if kind.rpartition("/")[2] not in _PASSIVE_RELATIONS and (is_handed_on or problem not in {None, _LINKS, _ASKING}):
            yield _problem(name, kind, problem)
        elif is_handed_on and (attributes.get("TargetMode", "").casefold() == "external" or "://" in target):
            if not kind.endswith("/hyperlink"):
                yield _problem(name, target, _LINKS)
            elif not target.startswith("#") and _scheme(target) not in _LINKABLE:
                yield Problem(
                    "file", Message("found_beside", what=Message("link_of_kind"), beside=target[:80]), Message("links_of_web_or_mail"),
                    Message("remedy_remove_link"),
                )  # fmt: skip


def _scheme(target: str) -> str:
    try:
        return urlsplit(target.strip()).scheme
    except ValueError:
        return ""


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the elements of an index part: local name, attributes."""
    listed: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate(None, " ")
    parser.StartElementHandler = lambda tag, on_element: listed.append((tag.rpartition(" ")[2], on_element))
    _feed(archive, part, parser, listed)
    return iter(listed)


def _of_formulas(archive: zipfile.ZipFile, part: str) -> Iterator[Problem]:
    formulas: list[str] = []
    pieces: list[str] = []
    parser = expat.ParserCreate(None, " ")
    parser.buffer_text = True

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(" ")[2] in _FORMULAS:
            pieces.clear()
            parser.CharacterDataHandler = pieces.append
            if any(attributes.get(name, "0") not in ("0", "false", "") for name in ("vbProcedure", "xlm", "function", "macro")):
                formulas.append("RUN()")
        formulas.extend(attributes[name] for name in ("textlink", "macro", "formula") if name in attributes)

    def end(tag: str) -> None:
        if tag.rpartition(" ")[2] in _FORMULAS:
            formulas.append("".join(pieces))
            parser.CharacterDataHandler = None

    parser.StartElementHandler, parser.EndElementHandler = start, end
    _feed(archive, part, parser, formulas)
    yield from _reaching(formulas, part)


def _reaching(formulas: list[str], part: str) -> Iterator[Problem]:
    for formula in formulas:
        if reach := reach_of(formula.removeprefix("[0]!")):  # of this workbook
            yield of_formula(reach, place=f"{part}: {formula[:60]}")


def of_formula(reach: Reach, *, sheet: str = "", cell: str = "", place: str = "") -> Problem:
    """Return the problem of a formula with effects beyond its workbook."""
    what = Message("formula_of_other_workbook") if reach.is_link else Message("formula_that_acts", name=reach.named)
    return Problem(
        "formula", Message("found_beside", what=what, beside=place) if place else what, Message("value_of_this_workbook"),
        Message("remedy_paste_value"), sheet=sheet, cell=cell,
    )  # fmt: skip


def _refuse_document_type(*_: object) -> None:
    raise BookDamaged(Message("xml_document_type"))


def _feed(
    archive: zipfile.ZipFile,
    part: str,
    parser: expat.XMLParserType,
    gathered: list[object] | list[str] | list[tuple[str, dict[str, str]]],
) -> None:
    parser.StartDoctypeDeclHandler = _refuse_document_type
    try:
        with archive.open(part) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece)
                if len(gathered) > MAX_LISTED:
                    raise BookDamaged(f"{part}: > {MAX_LISTED:,}")
            parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise BookDamaged(f"{part}: {error}") from error
