"""Text in SVG pictures, wrapped to a width: breaks between Japanese characters or at spaces."""

from __future__ import annotations

import re

from charts.style import INK
from kpis.as_text import escaped

LEADING = 1.35  # line height, in font sizes
_PARTS = re.compile(r"[ -~]+?(?:\s|$)|[ -~]+|.")


def broken(text: str, *, size: int, width: float, most: int) -> list[str]:
    """Return a text wrapped to a width; beyond ``most`` lines it ends with an ellipsis."""
    rows, room = [""], 0.0
    for word in _PARTS.findall(text):
        need = sum(0.56 if ord(c) < 0x2E80 else 1.0 for c in word) * size
        if room + need > width and rows[-1]:
            rows.append("")
            room = 0.0
        rows[-1] += word
        room += need
    if len(rows) > most:
        rows = [*rows[: most - 1], rows[most - 1].rstrip()[:-1] + "…"]
    return [row.strip() for row in rows]


def written(text: str, *, x: float, y: float, size: int, width: float, most: int, weight: int = 400, fill: str = INK) -> list[str]:
    """Return a text as lines of SVG; ``y`` is the baseline of the first."""
    colour = f' fill="{fill}"' if fill != INK else ""
    return [
        f'<text x="{x:g}" y="{y + n * round(size * LEADING):g}" font-size="{size}" font-weight="{weight}"{colour}>{escaped(row)}</text>'
        for n, row in enumerate(broken(text, size=size, width=width, most=most))
    ]
