"""Everything drawn holds on light and on dark: each colour has its pair, and each pair has the contrast that WCAG asks for."""

from __future__ import annotations

import re
import tomllib
from base64 import b64decode
from collections.abc import Iterator
from datetime import date

import pytest

from charts.style import ACTUAL, FORECAST, INK, PLAN, SHORTFALL
from charts.svg.sparkline import COLOURS, card_address, card_picture
from charts.svg.strip import DARK as MARKS
from charts.svg.strip import FAINT, LOOK
from charts.themes import DARK, DARK_PAPER, PAPER, plotly_sheet, rgb, svg_own_style, svg_sheet
from kpis.settings import ROOT

TEXT, GRAPHIC = 4.5, 3.0
PAIR = re.compile(r"light-dark\((#\w+),(#\w+)\)")
NOT_PAINTED = {"charts/svg/strip.py", "charts/themes.py"}  # painted by its own sheet; the table


def full(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(letter * 2 for letter in colour[1:])


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(full(colour)[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_that_of_wcag() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21) and contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(
    ("colour", "least"), [(INK, TEXT), (PLAN, TEXT), (ACTUAL, TEXT), (SHORTFALL, TEXT), (FORECAST, GRAPHIC), ("#949497", GRAPHIC)]
)
def test_what_is_drawn_stands_out_of_the_page_in_both(colour: str, least: float) -> None:
    assert contrast(colour, PAPER) >= least and contrast(DARK[colour], DARK_PAPER) >= least


def test_text_stands_out_of_the_fills_it_is_written_on_in_both() -> None:
    for fill in ("#FFFFFF", "#D9E6FF", "#9DB7F9"):  # of the map
        assert contrast(INK, fill) >= TEXT and contrast(DARK[INK], DARK[fill]) >= TEXT, fill


def test_each_mark_shows_its_sign_in_both() -> None:
    for status, (fill, ink, _) in LOOK.items():
        assert contrast(ink, fill or PAPER) >= GRAPHIC, status
        assert contrast(MARKS[ink], MARKS[fill] if fill else DARK_PAPER) >= GRAPHIC, status
        if fill and ink == "#FFF":
            assert contrast(fill, PAPER) >= GRAPHIC and contrast(MARKS[fill], DARK_PAPER) >= GRAPHIC, status
    assert contrast(MARKS[FAINT], DARK_PAPER) >= GRAPHIC


def colours_drawn() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "charts").rglob("*.py")):
        if (name := path.relative_to(ROOT).as_posix()) not in NOT_PAINTED:
            yield from (
                (name, colour) for colour in re.findall(r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b", path.read_text(encoding="utf-8"))
            )


def test_every_colour_that_is_drawn_has_its_pair_and_a_rule_in_each_sheet() -> None:
    drawn = list(colours_drawn())
    assert len(drawn) > 20, "the search can see"
    for name, colour in drawn:
        light = full(colour).upper()
        assert light in DARK, f"{name}: {colour} has no pair in charts/themes.py"
        assert rgb(light) in plotly_sheet() and f'[fill="{light}"' in svg_sheet() and f'[style*="fill:{light}"' in svg_sheet(), name


def test_the_picture_of_a_card_is_painted_in_dark_within_a_page_and_behind_an_address() -> None:
    day = date(2022, 3, 31)
    pictures = [
        card_picture([[(day, 1.0)]], [[(day, 1.0), (day, 2.0)]], value=1.0, target=2.0, is_short=short) for short in (False, True)
    ]
    drawn = {(what, colour) for picture in pictures for what, colour in re.findall(r'(fill|stroke)="(#\w+)"', picture)}
    assert {colour for _, colour in drawn} == set(COLOURS)
    behind = b64decode(card_address(pictures[0]).split(",", 1)[1]).decode()
    for what, colour in drawn:
        assert f'svg [{what}="{colour}" i]' in svg_sheet() and f'[{what}="{colour}" i]' in behind


def test_a_picture_behind_an_address_holds_what_it_uses() -> None:
    style = svg_own_style((ACTUAL, PLAN, SHORTFALL, INK))
    for colour in (ACTUAL, PLAN, SHORTFALL, INK):
        assert f"{{fill:{DARK[colour]}}}" in style and f"{{stroke:{DARK[colour]}}}" in style


def test_text_and_ground_of_the_static_edition_hold_in_both() -> None:
    sheet = (ROOT / "publishers" / "site" / "assets" / "site.css").read_text(encoding="utf-8")
    named = {name: pair for name, *pair in re.findall(r"--(\w+):light-dark\((#\w+),(#\w+)\)", sheet)}
    for name in ("ink", "soft", "key"):
        for ground in ("paper", "fill"):
            assert min(contrast(*sides) for sides in zip(named[name], named[ground], strict=True)) >= TEXT, (name, ground)
    every = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "publishers" / "site" / "assets").glob("*.css"))
    words = re.findall(r"(?<![-\w])color:light-dark\((#\w+),(#\w+)\)(?:;background:light-dark\((#\w+),(#\w+)\))?", every)
    assert len(words) > 3
    for light, dark, light_ground, dark_ground in words:  # on a ground of its own, else on paper
        grounds = (light_ground or named["paper"][0], dark_ground or named["paper"][1])
        assert contrast(light, grounds[0]) >= TEXT and contrast(dark, grounds[1]) >= TEXT, (light, dark)
    assert "color-scheme:light dark" in sheet and "@media print{:root{color-scheme:light}" in sheet
    assert "forced-colors:active" in sheet and "prefers-reduced-motion" in sheet
    outside = re.sub(PAIR, "", sheet)
    assert re.findall(r"#[0-9a-fA-F]{3,6}\b", re.sub(r"@media print\{.*", "", outside)) == [], "a colour that does not follow"


def test_the_dashboard_has_the_same_colours_in_both_themes() -> None:
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    assert "base" not in theme, "the reader's system decides"
    for side, paper, ink, key in (("light", PAPER, INK, ACTUAL), ("dark", DARK_PAPER, DARK[INK], DARK[ACTUAL])):
        told = theme[side]
        assert (told["backgroundColor"], told["textColor"], told["primaryColor"], told["linkColor"]) == (paper, ink, key, key)
        for ground in (paper, told["secondaryBackgroundColor"]):
            assert contrast(ink, ground) >= TEXT and contrast(key, ground) >= TEXT
