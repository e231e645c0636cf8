"""A chart as a file: SVG, PNG or CSV."""

from __future__ import annotations

import re

from publishers.fonts import family, png
from telling.taken import Taken

_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


def file_of(taken: Taken, form: str) -> bytes:
    """Return a chart in one of ``telling.taken.FORMS``.

    Raises:
        Unavailable: a PNG is requested and the machine has no font with Japanese glyphs.
    """
    if form == "csv":
        return taken.csv()
    if form == "svg":
        return taken.svg().encode()
    svg = taken.svg(font=family())
    view = _VIEW.search(svg)
    assert view is not None
    return png(svg, width=float(view[1]), height=float(view[2]), alt=taken.label.alternative)
