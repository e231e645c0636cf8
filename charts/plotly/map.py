"""Maps of places, by outlines and as tiles in approximate position; both drawn from data files without a map server."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from charts.outlines import BOX, areas
from charts.plotly.styled import Drawing, styled
from charts.shapes import Tile, Tiles
from charts.style import INK, MANY, NONE, PLAN, SOME, fill_of
from charts.ticks import in_lines, width_of

TILE_HEIGHT, NUMBERS = 122, 34  # size of a tile, and of the two lines of numbers in it
WIDE, PHONE = 1100, 250  # widths in pixels of the map by outlines; the narrowest phone (320) leaves it 251


def tile_map(shape: Tiles) -> go.Figure:
    """Draw each place as a tile with its name and numbers; darker where more is done, with numbers so that colour is not alone.

    Names that are not upright are rotated by 90 degrees. Numbers take two lines: a tile is 13 pixels wide on a small phone.
    """
    drawing = Drawing()
    for tile in shape.tiles:
        fill = fill_of(tile.done)
        edge = INK if tile.numbers else "#B0B0B8"
        drawing.box(
            x0=round(tile.column - 0.47, 2), x1=round(tile.column + 0.47, 2), y0=round(tile.row - 0.47, 2), y1=round(tile.row + 0.47, 2),
            fillcolor=fill, line={"color": edge},
        )  # fmt: skip
        room = TILE_HEIGHT * 0.94 - 4 - (NUMBERS if tile.numbers else 0)
        name = "<br>".join(tile.name) if shape.upright else in_lines(tile.name, room, 12, most=1)[0]
        drawing.notes.append({
            "x": tile.column, "y": round(tile.row - 0.44, 2), "text": name, "textangle": None if shape.upright else -90,
            "font": {"color": None if tile.numbers else "#626264"},
        })  # fmt: skip
        if tile.numbers:
            drawing.notes.append({
                "x": tile.column, "y": round(tile.row + 0.46, 2), "text": f"<b>{tile.numbers.replace('/', '<br>/')}</b>",
                "yanchor": "bottom", "font": {"color": INK},
            })  # fmt: skip
    across, down = [tile.column for tile in shape.tiles], [tile.row for tile in shape.tiles]
    drawing.scatter(
        x=across, y=down, mode="markers", marker={"size": 22, "opacity": 0}, customdata=list(map(_hover, shape.tiles)),
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    styled(drawing, height=TILE_HEIGHT * (max(down) - min(down) + 1) + 20)
    drawing.set(margin={"l": 2, "r": 2, "t": 6, "b": 6})
    drawing.across(visible=False, range=[min(across) - 0.55, max(across) + 0.55])
    drawing.down(visible=False, range=[max(down) + 0.55, min(down) - 0.55], automargin=False)
    figure = drawing.figure()
    # Common properties of tiles are set once: the map is sent at every view.
    figure.layout.template.layout.update(
        shapedefaults={"line_width": 1, "layer": "below"},
        annotationdefaults={"showarrow": False, "yanchor": "top", "font": {"size": 12, "color": INK}},
    )
    return figure


def _hover(tile: Tile) -> str:
    return f"{tile.place}: {tile.done} / {tile.total}"


def outline_map(tiles: Sequence[Tile], width: float = WIDE) -> go.Figure:
    """Draw each place by its outline, darker where more is done; with numbers if anything is listed.

    Args:
        tiles: places; those without an outline are drawn below as boxes.
        width: in pixels; numbers that have no room in their place are left out where it is not ``WIDE``.
    """
    drawn_places, boxes, height = areas(tiles, width)
    drawing = Drawing()
    for fill in (NONE, SOME, MANY):
        for is_listed in (False, True):
            areas_of_fill = [a for a in drawn_places if bool(a.tile.total) == is_listed and fill_of(a.tile.done) == fill]
            if areas_of_fill:
                points = [p for area in areas_of_fill for ring in area.rings for p in (*ring, ring[0], None)]
                drawing.scatter(
                    x=[None if p is None else round(p[0], 1) for p in points], y=[None if p is None else round(p[1], 1) for p in points],
                    mode="lines", fill="toself", fillcolor=fill, hoverinfo="skip", line={"width": 1, "color": INK if is_listed else "#B0B0B8"},
                )  # fmt: skip
    named = [(area.tile, area.middle, width == WIDE or area.room >= width_of(area.tile.numbers, 11)) for area in drawn_places]
    named += [
        (box.tile, (box.corner[0] + BOX[0] / 2, box.corner[1] + BOX[1] / 2), False) for box in boxes
    ]  # a box has its own text
    drawing.scatter(
        x=[round(x, 1) for _, (x, _), _ in named], y=[round(y, 1) for _, (_, y), _ in named], mode="text",
        text=[f"<b>{tile.numbers}</b>" if tile.total and has_room else "" for tile, _, has_room in named], textfont={"size": 11, "color": INK},
        customdata=[_hover(tile) for tile, _, _ in named], hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    for box in boxes:
        x, y = box.corner[0], round(box.corner[1])
        drawing.box(
            x0=x, y0=y, x1=x + BOX[0], y1=y + BOX[1], fillcolor=fill_of(box.tile.done), layer="below",
            line={"width": 1, "color": INK if box.tile.total else "#B0B0B8"},
        )  # fmt: skip
        drawing.note(
            x=x + BOX[0] / 2, y=y + BOX[1] / 2, font={"size": 12, "color": INK if box.tile.total else PLAN},
            text=in_lines(box.tile.name, BOX[0] - 4, 12, most=1)[0] + (f"<br><b>{box.tile.numbers}</b>" if box.tile.total else ""),
        )  # fmt: skip
    styled(drawing, height=round(height) + 16)
    drawing.set(margin={"l": 2, "r": 2, "t": 8, "b": 8}, hoverdistance=60)
    drawing.across(visible=False, range=[-2, width + 2], constrain="domain")
    drawing.down(visible=False, range=[height + 2, -2], scaleanchor="x", constrain="domain", automargin=False)
    return drawing.figure()
