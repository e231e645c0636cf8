"""Maps as SVG: places by outlines where those are known, otherwise as tiles."""

from __future__ import annotations

from charts.outlines import BOX, areas
from charts.shapes import Tile, Tiles
from charts.style import INK, PLAN, fill_of
from charts.svg.pen import NAMES, Pen, clipped
from charts.ticks import width_of
from kpis.as_text import escaped

NUMBERS, EDGES = 37.0, 12.0  # of a tile: the two lines of its numbers, the space above and below a name


def outlined(shape: Tiles, pen: Pen) -> float:
    """Draw each place by its outline with its numbers, those without one as tiles below; return the height."""
    drawn_places, boxes, height = areas(shape.tiles, pen.width - 4)
    for area in drawn_places:
        path = "".join("M" + " ".join(f"{x + 2:.1f} {y + 2:.1f}" for x, y in ring) + "Z" for ring in area.rings)
        edge = INK if area.tile.total else "#B0B0B8"
        area_marks = (
            f'<path d="{path}" fill="{fill_of(area.tile.done)}" stroke="{edge}" stroke-width=".8" fill-rule="evenodd">'
            f"<title>{escaped(tile_text(area.tile))}</title></path>"
        )
        pen.parts.append(_leading(area.tile, area_marks, pen))
    is_narrow = pen.width < NAMES * 3  # numbers without room are left out; wide pictures have them all
    for area in drawn_places:  # after all outlines: a number may overlap a neighbour
        if area.tile.total and (not is_narrow or area.room >= width_of(area.tile.numbers, 11)):
            x, y = area.middle
            pen.parts.append(
                f'<text x="{x + 2:.1f}" y="{y + 6:.1f}" text-anchor="middle" pointer-events="none" font-size="11" font-weight="700">{area.tile.numbers}</text>'
            )
    for box in boxes:
        tile, (x, y), before = box.tile, box.corner, len(pen.parts)
        pen.box(x + 2, y + 2, *BOX, fill_of(tile.done), edge=INK if tile.total else "#B0B0B8", title=tile_text(tile))
        pen.text(
            x + 2 + BOX[0] / 2,
            y + (17 if tile.total else 24),
            clipped(tile.name, BOX[0] - 4),
            anchor="middle",
            fill=INK if tile.total else PLAN,
        )
        if tile.total:
            pen.text(x + 2 + BOX[0] / 2, y + 33, tile.numbers, anchor="middle", bold=True)
        pen.parts[before:] = [_leading(tile, "".join(pen.parts[before:]), pen)]
    return height + 4


def tile_text(tile: Tile) -> str:
    """Return the tooltip of a place."""
    return f"{tile.place}: {tile.done} / {tile.total}"


def _leading(tile: Tile, svg: str, pen: Pen) -> str:
    """Return the drawing of a place, as a link if the map has link targets; a list beside it has the same links."""
    if not (pen.leads and tile.code and tile.total):
        return svg
    return f'<a href="{escaped(pen.leads + tile.code)}" tabindex="-1" aria-hidden="true">{svg}</a>'


def tiled(shape: Tiles, pen: Pen) -> float:
    """Draw each place as a tile at its approximate position; return the height."""
    lefts, tops = [t.column for t in shape.tiles], [t.row for t in shape.tiles]
    wide = (pen.width - 4) / (max(lefts) - min(lefts) + 1)
    longest = max(len(t.name) for t in shape.tiles)
    # Numbers take two lines: a tile is 13 pixels wide on a small phone. A vertical name uses the whole tile if nothing is listed.
    turned = max(width_of(t.name) + (NUMBERS if t.total else EDGES) for t in shape.tiles)
    tall = longest * 14 + NUMBERS + 2 if shape.upright else max(105.0, turned)
    for tile in shape.tiles:
        before = len(pen.parts)
        x, y = 2 + (tile.column - min(lefts)) * wide, 2 + (tile.row - min(tops)) * tall
        fill = fill_of(tile.done)
        edge = INK if tile.total else "#B0B0B8"
        pen.box(x + 1, y + 1, wide - 2, tall - 2, fill, edge=edge, title=f"{tile.place}: {tile.done} / {tile.total}")
        ink = INK if tile.total else PLAN
        middle = x + wide / 2
        if wide > width_of(tile.name) + 4:
            pen.text(middle, y + 20, tile.name, anchor="middle", fill=ink)
        elif shape.upright:
            for place, letter in enumerate(tile.name):
                pen.text(middle, y + 15 + place * 14, letter, anchor="middle", fill=ink)
        else:
            below = NUMBERS - 2 if tile.total else EDGES / 2
            pen.parts.append(
                f'<text transform="translate({middle + 4:.1f} {y + tall - below:.1f}) rotate(-90)" style="fill:{ink}">{escaped(tile.name)}</text>'
            )
        if tile.total:
            for line, below in ((str(tile.done), 20), (f"/{tile.total}", 7)):
                pen.text(middle, y + tall - below, line, anchor="middle", bold=True)
        pen.parts[before:] = [_leading(tile, "".join(pen.parts[before:]), pen)]
    return 4 + (max(tops) - min(tops) + 1) * tall
