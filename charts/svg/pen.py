"""A drawing pen for SVG pictures of shapes: text, boxes, patterns, and rows of horizontal bars."""

from __future__ import annotations

from charts.style import INK, LOOKS
from charts.svg.series import EM
from charts.ticks import in_lines, width_of
from kpis.as_text import escaped
from kpis.text import format_number

EDGE = "#767676"
NAMES = 190.0  # width of names left of the bars in a wide picture; narrow ones have names above the bars
ROWS, BAR = (25, 36, 52, 66, 80), 14  # height of a row by number of lines of its name, one to five; height of its bar
BOLDER = 1.08  # bold words are wider


def clipped(text: str, room: float) -> str:
    """Return a text that fits into a width, truncated with an ellipsis if necessary."""
    if width_of(text) <= room:
        return text
    while text and width_of(text) + EM > room:
        text = text[:-1]
    return text + "…"


class Pen:
    """The elements drawn so far in one picture, and the patterns it uses."""

    def __init__(self, width: int, key: str, language: str, *, leads: str = "") -> None:
        self.width, self.key, self.language, self.leads = width, key, language, leads
        self.parts: list[str] = []
        self.rows: list[float] = []  # where each horizontal bar ends: a drawing may be cut there
        self._patterns: dict[str, str] = {}

    def number(self, value: float, form: str = ",") -> str:
        """Format a number, as ``format_number`` does."""
        return format_number(value, self.language, form)

    def text(self, x: float, y: float, words: str, *, anchor: str = "start", bold: bool = False, fill: str = INK) -> None:
        """Write text; ``y`` is the baseline."""
        weight = ' font-weight="700"' if bold else ""
        style = f' style="fill:{fill}"' if fill != INK else ""
        end = f' text-anchor="{anchor}"' if anchor != "start" else ""
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}"{end}{weight}{style}>{escaped(words)}</text>')

    def box(self, x: float, y: float, width: float, height: float, fill: str, *, edge: str = EDGE, title: str = "") -> None:
        """Draw a filled box with a border; ``title`` is its tooltip."""
        end = f"><title>{escaped(title)}</title></rect>" if title else "/>"
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" fill="{fill}" stroke="{edge}" '
            f'stroke-width=".8"{end}'
        )

    def row(self, top: float, name: str, end: str, ends: float) -> tuple[float, float, float, float]:
        """Write the name of a horizontal bar and the text at its end; ``ends`` is the width of the longest end text.

        Returns:
            The left edge of the bars, their right edge, the top of this bar, and the top of the next row.
        """
        right = self.width - (ends + 12 if ends else 8)
        if self.width < NAMES * 3:
            lines = in_lines(name, self.width - 12, most=3)
            for place, line in enumerate(lines):
                self.text(4, top + 12 + place * 16, line)
            bar = top + 2 + 16 * len(lines)
            left, after = 4.0, bar + 22
        else:
            lines = in_lines(name, NAMES, most=len(ROWS))
            height = ROWS[len(lines) - 1]
            for place, line in enumerate(lines):
                self.text(4, top + height / 2 + 4.5 + (place - (len(lines) - 1) / 2) * 14, line)
            left, bar, after = NAMES + 14, top + (height - BAR) / 2, top + height
        self.rows.append(after)
        if end:
            self.text(right + 8, bar + 11.5, end, bold=True)
        return left, right, bar, after

    def pattern(self, look: tuple[str, str, str]) -> str:
        """Return the fill of a look: its colour, or a pattern on it."""
        fill, shape, ink = look
        if not shape:
            return fill
        name = f"{self.key}-{LOOKS.index(look) if look in LOOKS else len(LOOKS)}"
        marks = {
            "/": f'<path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5" stroke="{ink}" stroke-width="1.4"/>',
            "\\": f'<path d="M-1 -1L7 7M-1 5L1 7M5 -1L7 1" stroke="{ink}" stroke-width="1.2"/>',
            "x": f'<path d="M0 0L6 6M6 0L0 6" stroke="{ink}" stroke-width=".9"/>',
            ".": f'<circle cx="3" cy="3" r="1.1" fill="{ink}"/>',
            "-": f'<path d="M0 3H6" stroke="{ink}" stroke-width="1.2"/>',
        }
        self._patterns[name] = (
            f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="{fill}"/>'
            f"{marks[shape]}</pattern>"
        )
        return f"url(#{name})"

    def defined(self) -> str:
        """Return the definitions of the patterns used."""
        return f"<defs>{''.join(self._patterns.values())}</defs>" if self._patterns else ""
