"""A card per indicator that another page can embed as a picture: SVG with its own text, nothing fetched from anywhere."""

from __future__ import annotations

import re

from markupsafe import Markup

from charts.style import FONT, INK
from kpis.as_text import escaped
from kpis.figures.sentences import standing_word
from publishers.site.views import ICONS, TONES, IndicatorView

WIDTH, HEIGHT = 400, 280
COLOURS = {"good": "#115a36", "fine": "#0017c1", "warn": "#6d4b00", "bad": "#a90000", "plain": "#4d4d52"}


def card_svg(view: IndicatorView, cited: str) -> str:
    """Return the card: name, status as icon, word and colour, value with its day, target, the shape of the series, citation."""
    language = view.words.language
    is_past = view.scored.judgement.standing == "last_known"
    colour = COLOURS["plain" if is_past else TONES.get(view.status, "plain")]
    headline = _plain(view.headline)
    size = 34 if len(headline) <= 14 else 17
    lines = [
        f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="6" fill="#fff" stroke="#d8dae5"/>',
        *_text(view.name, x=16, y=30, size=16, weight=700, width=WIDTH - 32, most=2),
    ]
    y = 30 + 22 * (len(lines) - 1)
    lines += [
        f'<g transform="translate(16 {y - 13})"><path d="{ICONS[view.status]}" fill="{colour}"/></g>',
        f'<text x="38" y="{y}" font-size="14" font-weight="700" fill="{colour}">{escaped(standing_word(view.scored.judgement, language))}</text>',
        *_text(headline, x=16, y=y + (40 if size == 34 else 26), size=size, weight=700, width=WIDTH - 32, most=2),
        *_text(view.when, x=16, y=y + 66, size=13, width=WIDTH - 32, most=1),
    ]
    goal = view.comparisons[0]
    lines += _text(f"{goal[0]} {_plain(goal[1])}", x=16, y=y + 86, size=13, width=WIDTH - 32, most=1)
    spark = str(view.spark)
    if spark:
        lines.append(spark.replace("<svg ", f'<svg x="184" y="{y + 94}" ', 1))
    lines += _text(cited, x=16, y=HEIGHT - 22, size=10, width=WIDTH - 32, most=2)
    label = f"{view.name}: {standing_word(view.scored.judgement, language)}. {view.sentence}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'lang="{language}" aria-label="{escaped(label)}" font-family="{escaped(FONT)}" fill="{INK}">'
        f"<title>{escaped(label)}</title>{''.join(lines)}</svg>\n"
    )


def _plain(text: Markup | str) -> str:
    return Markup(text).striptags() if isinstance(text, Markup) else text


def _text(text: str, *, x: int, y: int, size: int, width: int, most: int, weight: int = 400) -> list[str]:
    """Return the text broken into lines that fit; what does not fit ends with an ellipsis."""
    rows: list[str] = [""]
    room = 0.0
    for word in re.findall(r"[ -~]+?(?:\s|$)|[ -~]+|.", text):
        need = sum(0.56 if ord(c) < 0x2E80 else 1.0 for c in word) * size
        if room + need > width and rows[-1]:
            rows.append("")
            room = 0.0
        rows[-1] += word
        room += need
    if len(rows) > most:
        rows = [*rows[: most - 1], rows[most - 1].rstrip()[:-1] + "…"]
    return [
        f'<text x="{x}" y="{y + n * round(size * 1.35)}" font-size="{size}" font-weight="{weight}">{escaped(row.strip())}</text>'
        for n, row in enumerate(rows)
    ]
