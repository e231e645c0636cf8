"""The drawing of a dashboard's chart for paper: an image, hidden on screens, since a chart drawn for a screen is unreadable when printed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from charts.series import Series
from charts.shapes import Shape
from charts.style import FONT
from charts.svg import series, shapes
from kpis.as_text import escaped

# Width and height in the drawing's units, of which 13 are the font size: on A4 upright both are printed at about 7.5 points.
SIZES = (((860, 270), "wide"), ((440, 250), "narrow"))
MOST = (
    420.0  # of the height of one image, about a third of a sheet: a higher chart would leave the rest of the sheet before it empty
)
_TOOLTIP = re.compile(r"<title>[^<]*</title>")
_IN_ADDRESS = re.compile(r'[%#"<>&]')


def printed_series(shape: Series, *, alt: str) -> str:
    """Return a series as HTML images for print, of which ``api/assets/print.css`` shows the one that fits the place."""
    return _images([[series.drawing(shape, alt="", size=size)] for size, _ in SIZES], alt)


def printed_shape(shape: Shape, *, alt: str, language: str) -> str:
    """Return a shape as ``printed_series`` does a series; many bars as several images, between which a sheet may end."""
    return _images(
        [shapes.pieces(shape, key="paper", language=language, size=size, name=name, most=MOST) for size, name in SIZES], alt
    )


def _images(drawings: Iterable[list[str]], alt: str) -> str:
    named = zip(drawings, SIZES, strict=True)
    return "".join(
        f'<img class="paper-chart paper-{name}" alt="{"" if at else escaped(alt)}" src="{_address(svg, width)}">'
        for svgs, ((width, _), name) in named
        for at, svg in enumerate(svgs)
    )


def _address(svg: str, width: int) -> str:
    """Return an SVG as a data address; characters are escaped singly, which is a quarter shorter than Base64."""
    tall = re.search(r'viewBox="0 [\d.]+ [\d.]+ ([\d.]+)"', svg)
    assert tall is not None
    head = f'<svg width="{width}" height="{tall[1]}" font-family="{escaped(FONT)}" '
    if "xmlns=" not in svg[:80]:
        head += 'xmlns="http://www.w3.org/2000/svg" '
    own = _TOOLTIP.sub("", svg).replace("<svg ", head, 1)
    return "data:image/svg+xml;charset=utf-8," + _IN_ADDRESS.sub(lambda sign: f"%{ord(sign[0]):02X}", own)
