"""The mark of a status: one square, the same wherever a status is drawn small, alone or eight in a strip.

Good statuses are quiet (pale, with a coloured sign), bad ones loud (filled, with a white sign), unknown ones dashed and empty.
Marks are background images of a style sheet, so that a strip is eight empty elements with text beside them. All signs share one
image, of which each mark shows a part: a browser makes a document of each SVG file, which delays the first paint by 1 to 2 ms each.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from charts.themes import light_or_dark

SIZE, GAP = 16, 2
GOOD, FINE, WARN, BAD, WORST, FAINT = "#197A4B", "#0017C1", "#C74700", "#CE0000", "#A90000", "#626264"
_UP, _DOWN = "M4.5 11.5L11 5M6.5 4.8h4.7v4.7", "M4.5 4.5L11 11M6.5 11.2h4.7V6.5"
_CHECK, _CROSS, _BANG = "M4 8.3l2.7 2.9L12 5.2", "M4.8 4.8l6.4 6.4M11.2 4.8l-6.4 6.4", "M8 3.8v5M8 11.2v1.2"
_DASH, _BACK, _AWAY = "M5 8h6", "M11.5 11.5V8.2a3 3 0 0 0-3-3H4.6M6.8 3L4.4 5.2l2.4 2.2", "M8 3.8v8M4.8 8.8L8 12l3.2-3.2"
_ASK = "M5.8 6.2a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.8-1.1 1.6M8 11.6v1.1"
_LINES = "M4.5 5.5h7M4.5 8h7M4.5 10.5h4.5"
# Status → (fill, colour of the sign, sign); no fill: dashed.
LOOK = {
    "reached": ("#E6F5EC", GOOD, _CHECK), "on_track": ("#E8F1FE", FINE, _UP), "slightly_behind": (WARN, "#FFF", _BANG),
    "behind": (BAD, "#FFF", _DOWN), "moving_away": (WORST, "#FFF", _AWAY), "missed": (WORST, "#FFF", _CROSS),
    "reached_then_lost": (BAD, "#FFF", _BACK), "late": (BAD, "#FFF", _DOWN), "overdue": (BAD, "#FFF", _DOWN), "slipped": (WARN, "#FFF", _BANG),
    "unreported": ("", FAINT, _ASK), "qualitative": ("", FAINT, _LINES),
}  # fmt: skip
UNKNOWN = "unknown"
_UNKNOWN = ("", FAINT, _DASH)


def mark(status: str) -> str:
    """Return the picture of a mark as SVG; the word is written beside it."""
    fill, ink, sign = LOOK.get(status, _UNKNOWN)
    edge = f'fill="{fill}"' if fill else f'fill="#fff" stroke="{FAINT}" stroke-dasharray="2.2 1.8"'
    inset, size = (0, SIZE) if fill else (0.5, SIZE - 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}"><rect x="{inset}" y="{inset}" width="{size}" height="{size}" '
        f'rx="3" {edge}/><path d="{sign}" fill="none" stroke="{ink}" stroke-width="1.7"/></svg>'
    )


def look_of(status: str) -> str:
    """Return the CSS class of a status's mark."""
    return f"mk mk-{status if status in LOOK else UNKNOWN}"


# Dark colours: of a sign or loud fill; a loud sign is dark on its light fill, a quiet fill a tint.
DARK = {
    GOOD: "#71C598", FINE: "#9DB7F9", WARN: "#FF8D44", BAD: "#FF7171",
    WORST: "#FF9696", FAINT: "#A9ACB8", "#E6F5EC": "#12352A", "#E8F1FE": "#1B2747", "#FFF": "#12141A",
}  # fmt: skip


@lru_cache(maxsize=1)
def sheet() -> str:
    """Return the style sheet of all marks and of strips; marks are also printed, and unchanged in forced colours mode."""
    keep = "print-color-adjust:exact;-webkit-print-color-adjust:exact;forced-color-adjust:none"
    looks = {**LOOK, UNKNOWN: _UNKNOWN}
    signs = list(dict.fromkeys(sign for _, _, sign in looks.values()))
    rules = [
        f".mk{{display:inline-block;flex:none;box-sizing:border-box;width:{SIZE}px;height:{SIZE}px;border-radius:3px;position:relative;{keep}}}",
        f'.mk::before{{content:"";position:absolute;left:50%;top:50%;width:{SIZE}px;height:{SIZE}px;margin:-{SIZE // 2}px;mask:{_picture(signs)} var(--sign) 0 no-repeat;{keep}}}',
        f".strip{{display:inline-flex;gap:{GAP}px;padding-bottom:4px;vertical-align:middle}}",
        f".strip .mk:last-child{{box-shadow:0 2px 0 {light_or_dark('#fff', '#12141A')},0 4px 0 {light_or_dark('#1a1a1c', '#F1F1F4')}}}",
    ]
    alike: dict[str, list[str]] = {}  # common rules are merged, since every page loads this sheet
    for name, (fill, ink, sign) in looks.items():
        edge = f"border:1px dashed {light_or_dark(FAINT, DARK[FAINT])}"
        alike.setdefault(f"background:{light_or_dark(fill, DARK[fill])}" if fill else edge, []).append(f".mk-{name}")
        alike.setdefault(f"--sign:-{signs.index(sign) * SIZE}px", []).append(f".mk-{name}")
        alike.setdefault(f"background:{light_or_dark(ink, DARK[ink])}", []).append(f".mk-{name}::before")
    rules += [f"{','.join(selectors)}{{{rule}}}" for rule, selectors in alike.items()]
    return "\n".join(rules) + "\n"


def _picture(signs: Sequence[str]) -> str:
    """Return all signs side by side as the address of one image."""
    paths = "".join(f"<path d='{sign}' transform='translate({n * SIZE})'/>" for n, sign in enumerate(signs))
    wide = len(signs) * SIZE
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' width='{wide}' height='{SIZE}' fill='none' stroke='#000' stroke-width='1.7'>{paths}</svg>"
    return f"""url("data:image/svg+xml,{quote(svg, safe="/:=,. '")}")"""


def strip(statuses: Sequence[str]) -> str:
    """Return the marks of a strip as one picture, the last underlined, for use without the style sheet."""
    step, wide = SIZE + GAP, len(statuses) * (SIZE + GAP) - GAP
    marks = "".join(
        mark(status).replace("<svg ", f'<svg x="{n * step}" y="0" width="{SIZE}" height="{SIZE}" ', 1)
        for n, status in enumerate(statuses)
    )
    under = f'<rect x="{wide - SIZE}" y="{SIZE + 2}" width="{SIZE}" height="2" fill="#1A1A1C"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {SIZE + 4}">{marks}{under}</svg>'
