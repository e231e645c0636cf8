"""One embeddable card per indicator: an SVG picture with its own text and no external resource."""

from __future__ import annotations

from markupsafe import Markup

from charts.style import FONT, INK
from charts.svg.strip import SIZE, mark
from charts.svg.written import written
from kpis.as_text import escaped
from kpis.figures.sentences import standing_word
from publishers.site.views import TONES, IndicatorView
from telling.cards import picture_of

WIDTH, HEIGHT = 400, 280
COLOURS = {"good": "#115a36", "fine": "#0017c1", "warn": "#6d4b00", "bad": "#a90000", "plain": "#4d4d52"}


def card_svg(view: IndicatorView, cited: str) -> str:
    """Return the card: name, status as icon, word and colour, value with its date, target, sparkline, citation."""
    language = view.words.language
    is_past = view.scored.judgement.standing == "last_known"
    colour = COLOURS["plain" if is_past else TONES.get(view.status, "plain")]
    headline = _plain(view.headline)
    size = 34 if len(headline) <= 14 else 17
    lines = [
        f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="6" fill="#fff" stroke="#d8dae5"/>',
        *written(view.name, x=16, y=30, size=16, weight=700, width=WIDTH - 32, most=2),
    ]
    y = 30 + 22 * (len(lines) - 1)
    lines += [
        mark(view.status).replace("<svg ", f'<svg x="16" y="{y - 13}" width="{SIZE}" height="{SIZE}" ', 1),
        f'<text x="38" y="{y}" font-size="14" font-weight="700" fill="{colour}">{escaped(standing_word(view.scored.judgement, language))}</text>',
        *written(headline, x=16, y=y + (40 if size == 34 else 26), size=size, weight=700, width=WIDTH - 32, most=2),
        *written(view.when, x=16, y=y + 66, size=13, width=WIDTH - 32, most=1),
    ]
    goal = view.comparisons[0]
    lines += written(f"{goal[0]} {_plain(goal[1])}", x=16, y=y + 86, size=13, width=WIDTH - 32, most=1)
    picture = picture_of(view.scored, as_of=view.as_of)
    if picture:
        lines.append(picture.replace("<svg ", f'<svg x="184" y="{y + 94}" ', 1))
    lines += written(cited, x=16, y=HEIGHT - 22, size=10, width=WIDTH - 32, most=2)
    label = f"{view.name}: {standing_word(view.scored.judgement, language)}. {view.sentence}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'lang="{language}" aria-label="{escaped(label)}" font-family="{escaped(FONT)}" fill="{INK}">'
        f"<title>{escaped(label)}</title>{''.join(lines)}</svg>\n"
    )


def _plain(text: Markup | str) -> str:
    return Markup(text).striptags() if isinstance(text, Markup) else text
