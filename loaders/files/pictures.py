"""Pictures and drawings of notes of a workbook that act when they are shown: programs, scripts, and what stands on another machine."""

from __future__ import annotations

import html
import re
import zlib
from xml.parsers import expat

# Programs, and documents, that a reader of pictures also opens, by what it finds in them; Excel inserts none.
_PROGRAMS = {b"%!": "PostScript", b"\xc5\xd0\xd3\xc6": "PostScript", b"\x04%!": "PostScript", b"%PDF": "PDF"}
_PACKED = b"\x1f\x8b"
_BEGINNING = 4_096
_ACTING = {"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler", "listener", "animate", "set"}
_HERE = re.compile(r"\s*(?:#|$|data:image/(?:png|jpe?g|gif)[;,])", re.I)
_FETCHING = re.compile(r"@import|\\|//|url\(\s*+(?![\"']?\s*+(?:#|data:image/(?:png|jpe?g|gif)[;,]))", re.I)

# A drawing of notes is not always XML; what Excel reads in it is: references to letters, CDATA, any number of blanks.
_ELSEWHERE = r"\s*+[\"']?\s*+(?:[a-z][a-z0-9+.-]++:|\\|//)"
_BEGINS = r"<(?:[^\s<>/:]*+:)?"  # a tag, with or without a prefix
_OF_FORMULA = rf"{_BEGINS}Fmla[a-z]{{1,20}}"
# A formula with attributes or tags within it is none of Excel's, and could be read otherwise.
_FAR = re.compile(
    rf"(?:src|href)\s*+={_ELSEWHERE}|url\({_ELSEWHERE}|{_BEGINS}oleobject|<!doctype|<!entity|\x00"
    rf"|{_OF_FORMULA}(?:\s++[^\s/>]|\s*+>[^<]*+<(?!/))",
    re.I,
)
_FORMULA = re.compile(rf"{_OF_FORMULA}\s*+>([^<]*+)<", re.I)


def acts_in_picture(content: bytes) -> str:
    """Return what acts in a picture, blank if nothing; whatever kind it is called, readers go by its content."""
    beginning = content[:_BEGINNING]
    if beginning.startswith(_PACKED):
        try:
            beginning = zlib.decompressobj(31).decompress(content, _BEGINNING)
        except zlib.error:
            return ""
        if _is_markup(beginning):
            return "gzip"  # a drawing that is packed; Excel packs only metafiles
    if program := next((name for sign, name in _PROGRAMS.items() if beginning.startswith(sign)), ""):
        return program
    return _acts_in_drawing(content) if _is_markup(beginning) else ""


def _is_markup(beginning: bytes) -> bool:
    return beginning.lstrip(b"\xef\xbb\xbf\xfe\xff\0 \t\r\n")[:1] == b"<"


def _acts_in_drawing(content: bytes) -> str:
    """Return what acts in an SVG."""
    acting: list[str] = []
    styles: list[str] = []
    parser = expat.ParserCreate(None, " ")
    parser.buffer_text = True

    def start(tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name.casefold() in _ACTING:
            acting.append(name)
        for attribute, value in attributes.items():
            own = attribute.rpartition(" ")[2]
            is_style = own == "style" or "url(" in value.casefold()
            if (
                own.casefold().startswith("on")
                or attribute.endswith("namespace base")  # of xml:base
                or (own in ("href", "src") and not _HERE.match(value))
                or (is_style and _FETCHING.search(value))
            ):
                acting.append(f"{own}={value[:40]}")
        parser.CharacterDataHandler = styles.append if name == "style" else None

    def end(_tag: str) -> None:
        parser.CharacterDataHandler = None

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = lambda *_: acting.append("DOCTYPE")
    parser.ProcessingInstructionHandler = lambda target, _: acting.append(target)
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        return acting[0] if acting else str(error)
    if fetching := _FETCHING.search("".join(styles)):
        acting.append(fetching[0])
    return acting[0] if acting else ""


def read_of_notes(content: bytes) -> tuple[str, list[str]]:
    """Return what stands elsewhere in a drawing of notes (blank if nothing), and its formulas."""
    text = html.unescape(content.decode("utf-8", "replace").replace("<![CDATA[", "").replace("]]>", ""))
    far = _FAR.search(text)
    return far[0] if far else "", [formula.strip() for formula in _FORMULA.findall(text)]
