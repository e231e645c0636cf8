"""What a screen reader would say of a page, in order, from the tree that the browser hands to it; and what is wrong with that.

A line is what is said in one breath: a heading, a control with its state, a paragraph, a row of a table with the headings of its columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

CONTROLS = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "slider", "spinbutton", "tab", "menuitem", "option",
    "DisclosureTriangle", "listbox", "PopUpButton",
}  # fmt: skip
LANDMARKS = {
    "banner",
    "navigation",
    "main",
    "contentinfo",
    "search",
    "form",
    "complementary",
    "region",
    "dialog",
    "alert",
    "status",
}
STATES = ("expanded", "checked", "pressed", "selected", "disabled", "required", "invalid", "current")
# What Streamlit's own widgets are called, in English and each time alike: the buttons above a table, of a list, of the field for a file.
FRAMEWORK = ("Show/hide columns", "Download as CSV", "Search", "Fullscreen", "Open", "file upload", "Clear", "Choose date")
# Japanese that stands in a page of another language without being marked as such; the names of languages are written in their own.
UNMARKED = """() => {
    const told = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode.data.trim(), e = walk.currentNode.parentElement;
        if (!/[ぁ-ゖァ-ヺ一-鿿]/.test(text) || e.closest('script, style, noscript') || e.closest('[lang]')?.getAttribute('lang').startsWith('ja')) continue;
        // Streamlit's words cannot be parted: within a sentence of another language a few may stand unmarked.
        const few = text.match(/[ぁ-ゖァ-ヺ一-鿿]/g).length * 2 < (text.match(/[a-z]/gi) || []).length;
        if (few && document.querySelector('[data-testid=stApp]')) continue;
        if (e.checkVisibility()) told.push(text.slice(0, 80));
    }
    return told;
}"""


@dataclass
class Line:
    """What is said in one breath.

    Args:
        role: what it is, as the browser calls it; ``text`` for what is only read.
        name: the words.
        states: what is said besides, as ``expanded false``.
        level: of a heading.
        place: where it stands: the landmark, the headings above it, the row or the point of a list; tells alike names apart.
        node: the number that the browser gave it.
    """

    role: str
    name: str
    states: list[str] = field(default_factory=list)
    level: int = 0
    place: tuple[str, ...] = ()
    node: int = 0


class Tree:
    """The accessibility tree of a page."""

    def __init__(self, nodes: list[dict[str, Any]]) -> None:
        self.nodes = {node["nodeId"]: node for node in nodes}
        self.top = nodes[0]
        self.landmark, self.headings, self.point = "", dict[int, str](), list[str]()
        self.after = ""  # the chart or table that was read last: what belongs to it follows it

    def children(self, node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield what stands below a node, and instead of what is ignored what stands below that."""
        for number in node.get("childIds", []):
            child = self.nodes.get(number)
            if child is None:
                continue
            if child["ignored"] or role(child) in (
                "none",
                "generic",
                "LayoutTable",
                "LayoutTableRow",
                "LayoutTableCell",
                "rowgroup",
            ):
                yield from self.children(child)
            else:
                yield child

    def text(self, node: dict[str, Any]) -> str:
        """Return all words below a node, as they are read when it is read as one."""
        if role(node) in ("StaticText", "image", "graphics-document", *CONTROLS) and name(node):
            return name(node)
        return re.sub(r"\s+", " ", " ".join(filter(None, (self.text(child) for child in self.children(node))))).strip()

    def lines(self, node: dict[str, Any] | None = None) -> Iterator[Line]:
        """Yield what is said, from the beginning of the page to its end."""
        words: list[str] = []
        for child in self.children(node or self.top):
            kind = role(child)
            if kind == "StaticText":
                words.append(name(child))
                continue
            if kind in (
                "LineBreak",
                "InlineTextBox",
                "ListMarker",
                "emphasis",
                "strong",
                "code",
                "superscript",
                "subscript",
                "mark",
                "time",
                "Abbr",
            ):
                words.append(self.text(child))
                continue
            if words:
                yield self.said("text", " ".join(words))
                words = []
            yield from self.part(child, kind)
        if words:
            yield self.said("text", " ".join(words))

    def part(self, node: dict[str, Any], kind: str) -> Iterator[Line]:
        """Yield what is said of one part of a page."""
        if kind in ("figure", "table") and name(node):
            self.after = name(node)
        if kind == "heading":
            self.after = ""
            level = int(prop(node, "level") or 0)
            self.headings = {depth: words for depth, words in self.headings.items() if depth < level} | {level: self.text(node)}
            line = self.said(kind, name(node) or self.text(node), node)
            line.level = level
            yield line
            yield from (line for line in self.lines(node) if line.role in CONTROLS)
        elif kind in CONTROLS:
            yield self.said(kind, name(node), node)
        elif kind in LANDMARKS:
            before, self.landmark = self.landmark, f"{kind} {name(node)}".strip()
            yield self.said(kind, name(node), node)
            yield from self.lines(node)
            self.landmark = before
        elif kind == "row":
            self.point.append(self.text(node)[:120])
            yield self.said("row", " | ".join(filter(None, (self.text(cell) for cell in self.children(node)))))
            for cell in self.children(node):
                yield from (line for line in self.lines(cell) if line.role in CONTROLS or line.role == "image")
            self.point.pop()
        elif kind in (
            "listitem",
            "term",
            "definition",
            "paragraph",
            "article",
            "group",
            "figure",
            "radiogroup",
            "table",
            "list",
            "blockquote",
        ):
            words = name(node) or (self.text(node)[:120] if kind in ("listitem", "paragraph", "article") else "")
            if words:
                self.point.append(words)
            if kind in ("listitem", "term", "definition", "paragraph", "blockquote"):
                yield self.said(kind, self.text(node), node)
                yield from (line for line in self.lines(node) if line.role in {*CONTROLS, "table"})
            else:
                if name(node) or kind in ("table", "list"):
                    yield self.said(kind, name(node), node)
                yield from self.lines(node)
            if words:
                self.point.pop()
        elif kind in ("image", "graphics-document", "img", "progressbar", "meter"):
            yield self.said("image", name(node), node)
            yield from (line for line in self.lines(node) if line.role in CONTROLS)
        else:
            yield from self.lines(node)

    def said(self, kind: str, words: str, node: dict[str, Any] | None = None) -> Line:
        """Return a line with the place where it stands."""
        states = [
            f"{state} {prop(node, state)}" for state in STATES if node and prop(node, state) not in (None, "", "false", False)
        ]
        if node and prop(node, "expanded") is False:
            states.append("expanded False")
        if node and kind in ("textbox", "searchbox", "combobox", "spinbutton") and node.get("value", {}).get("value"):
            states.append(f"value {node['value']['value']}")
        if node and node.get("description", {}).get("value"):
            states.append(f"described {node['description']['value']}")
        place = (self.landmark, *self.headings.values(), *([self.after] if self.after else []), *self.point)
        return Line(
            kind, re.sub(r"\s+", " ", words).strip(), states, place=place, node=int((node or {}).get("backendDOMNodeId", 0))
        )


def role(node: dict[str, Any]) -> str:
    """Return what a node is."""
    return str(node.get("role", {}).get("value", ""))


def name(node: dict[str, Any]) -> str:
    """Return what a node is called, without the signs that only say where a line may end: nobody hears them."""
    return re.sub(r"\s+", " ", re.sub("[\u2060\u200b]", "", str(node.get("name", {}).get("value", "")))).strip()


def prop(node: dict[str, Any], wanted: str) -> Any:
    """Return a property of a node."""
    return next((each["value"].get("value") for each in node.get("properties", []) if each["name"] == wanted), None)


def spoken(page: Page) -> list[Line]:
    """Return what a screen reader says of a page as it stands."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    lines: list[Line] = []
    for line in Tree(nodes).lines():
        before = lines[-1] if lines else Line("", "")
        if (
            line.role in ("link", "text", "paragraph")
            and line.name == before.name
            and before.role in ("paragraph", "listitem", "table")
        ):
            if line.role == "link":  # a paragraph that is a link and nothing else, and the caption of a table, are said once
                lines[-1] = line
        elif line.name or line.role in CONTROLS or line.role in LANDMARKS or line.role in ("image", "table"):
            lines.append(line)
    return lines


def wrong(page: Page) -> list[str]:
    """Return what somebody who listens would be lost by; what the framework says itself (``FRAMEWORK``) aside."""
    lines = spoken(page)
    told = [
        f"{line.role} without a name, {' > '.join(line.place)}"
        for line in lines
        if line.role in (*CONTROLS, "image") and not line.name
    ]
    levels = [(line.level, line.name) for line in lines if line.role == "heading"]
    if [level for level, _ in levels].count(1) != 1:
        told.append(f"{[level for level, _ in levels].count(1)} headings of level 1")
    told += [
        f"heading {level} {words!r} after {before}"
        for (before, _), (level, words) in pairwise([(1, ""), *levels])
        if level > before + 1
    ]
    told += [f"twice alike, and leading elsewhere: {line}" for line in alike(page, lines)]
    told += [f"Japanese that does not say so: {text}" for text in unmarked(page)]
    return told


def unmarked(page: Page) -> list[str]:
    """Return the Japanese texts of a page in another language that are not marked as Japanese."""
    language = page.evaluate("document.documentElement.lang")
    return [] if language.startswith("ja") else list(dict.fromkeys(page.evaluate(UNMARKED)))


def alike(page: Page, lines: list[Line]) -> list[str]:
    """Return the controls that are called alike at one place, under one heading, in one row or point, and are not one and the same link."""
    by: dict[tuple[str, str, tuple[str, ...]], list[Line]] = {}
    for line in lines:
        if line.role in CONTROLS and not any(line.name.startswith(known) for known in FRAMEWORK):
            by.setdefault((line.role, line.name, line.place), []).append(line)
    session = page.context.new_cdp_session(page)

    def leads(line: Line) -> str:
        told = session.send("DOM.describeNode", {"backendNodeId": line.node})["node"].get("attributes", [])
        return str(dict(zip(told[::2], told[1::2], strict=True)).get("href", line.node))

    return [
        f"{kind} {words!r} at {' > '.join(place)}"
        for (kind, words, place), same in by.items()
        if len(same) > 1 and len({leads(line) for line in same}) > 1
    ]
