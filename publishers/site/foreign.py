"""Mark Japanese text on pages in another language with ``lang``, so that screen readers pronounce it correctly.

Names of facilities, titles of sources and quotations are not translated. Marking runs once on the finished page, so that no
template can omit it: an element that holds only Japanese gets the attribute, Japanese within a sentence a new element.
"""

from __future__ import annotations

import re

from kpis.languages import SOURCE, side

_SIGNS = r"ぁ-ゖァ-ヺ\u3400-\u4dbf一-\u9fff\uf900-\ufaff\uff66-\uff9d\u3005\u3006"  # without dots and dashes, also English
_FOREIGN = re.compile(f"[{_SIGNS}]")
# From the first to the last such character, including numbers, brackets and dots between, but no Latin word.
_RUN = re.compile(rf"[{_SIGNS}](?:[^<>&A-Za-z]*[{_SIGNS}])*[ー)）」』】。、]*")
_PARTS = re.compile(r"(<!--.*?-->|<(?:script|style)\b.*?</(?:script|style)>|<[^>]+>)", re.S)
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)((?:[^>\"']|\"[^\"]*\"|'[^']*')*?)(/?)>", re.S)
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_BARE = {"title", "option", "textarea"}  # void elements
_WRITTEN = {"text", "tspan"}  # drawing elements with children


def marked(html: str, language: str) -> str:
    """Return a page with ``lang`` on every Japanese text and picture name; a Japanese page is returned unchanged."""
    if side(language) == SOURCE:
        return html
    parts = _PARTS.split(html)
    open_: list[tuple[str, int, bool, bool]] = []  # tag, position, whether it is Japanese, whether within a drawing
    for at, part in enumerate(parts):
        if not part:
            continue
        tag = _TAG.fullmatch(part)
        if tag and tag[1]:
            while open_ and open_.pop()[0] != tag[2]:
                pass
        elif tag:
            declared = re.search(r'\blang="([^"]*)"', tag[3])
            above = open_[-1] if open_ else ("", 0, False, False)
            is_theirs = side(declared[1]) == SOURCE if declared else above[2]
            if (
                not declared
                and not is_theirs
                and (name := re.search(r'\b(?:aria-label|alt)="([^"]*)"', tag[3]))
                and _is_foreign(name[1])
            ):
                parts[at] = _saying(tag)
            if tag[2] not in _VOID and not tag[4]:
                open_.append((tag[2], at, is_theirs, above[3] or tag[2] == "svg"))
        elif open_ and not open_[-1][2] and _FOREIGN.search(part):
            name_, start, _, is_drawing = open_[-1]
            whole = _TAG.fullmatch(parts[start])
            is_alone = start == at - 1 and at + 1 < len(parts) and parts[at + 1].startswith(f"</{name_}")
            if is_alone and whole and "lang=" not in whole[3] and _is_foreign(part):
                parts[start] = _saying(whole)
            elif name_ not in _BARE and (not is_drawing or name_ in _WRITTEN):
                holder = "tspan" if is_drawing else "span"
                parts[at] = _RUN.sub(rf'<{holder} lang="{SOURCE}">\g<0></{holder}>', part)
    return "".join(parts)


def _saying(tag: re.Match[str]) -> str:
    """Return a tag with its ``lang`` attribute."""
    return f'<{tag[2]}{tag[3].rstrip()} lang="{SOURCE}"{tag[4]}>'


def _is_foreign(text: str) -> bool:
    """Return whether a text is mainly Japanese: at least a third of its letters."""
    theirs = len(_FOREIGN.findall(text))
    return theirs * 3 >= theirs + len(re.findall(r"[A-Za-z]", text)) and theirs > 0
