"""Colours of all drawings in the light and dark theme: one table of pairs, and the style sheets made from it.

Charts and SVG are drawn once, in light colours. In dark mode a style sheet overrides them: ``light-dark()`` follows the colour
scheme of the page, so that nothing is drawn twice and print, which is light, needs nothing.
"""

from __future__ import annotations

from functools import lru_cache

from charts.style import PAPER

DARK_PAPER = "#12141A"
DARK = {  # as drawn → in dark mode
    # text, plan, axis, grid, edge
    "#1A1A1C": "#F1F1F4", "#626264": "#B3B6C2", "#949497": "#8A8E9A", "#E8E9F1": "#2E313A", "#767676": "#8A8E9A",
    "#B4B4B8": "#6A6E7A", "#B0B0B8": "#6A6E7A", "#D8D8DB": "#454955", "#F8F8FB": "#1B1E26", PAPER: DARK_PAPER,
    # text and border of Plotly's light labels
    "#444444": "#F1F1F4",
    # bars and lines, forecast, fill, late, short
    "#0017C1": "#9DB7F9", "#3460FB": "#7096F8", "#7096F8": "#5B7FE0", "#D9E6FF": "#26335C", "#9DB7F9": "#3F5AA8", "#C16800": "#FF8D44",
    "#C5000F": "#FF7171",
}  # fmt: skip

# In print from a dark screen: all text dark, all backgrounds light, except marks and charts.
PRINTED = (
    ".stApp.stApp,.stApp :not(.mk,.js-plotly-plot *,svg,svg *){background-color:transparent!important;border-color:#D8DAE5!important}"
    ".stApp :not(.mk,.js-plotly-plot *,svg *){color:#1A1A1C!important}"
)


def light_or_dark(light: str, dark: str) -> str:
    """Return a CSS colour that follows the colour scheme."""
    return f"light-dark({light},{dark})"


def rgb(colour: str) -> str:
    """Return a colour in the notation Plotly uses in styles."""
    return f"rgb({int(colour[1:3], 16)}, {int(colour[3:5], 16)}, {int(colour[5:7], 16)})"


@lru_cache(maxsize=1)
def plotly_sheet() -> str:
    """Return the style sheet for Plotly figures in dark mode."""
    painted = "".join(
        f'[style*="{what}: {rgb(light)}"]{{{what}:{light_or_dark(light, dark)}!important}}pattern [{what}="{rgb(light)}"]{{{what}:{light_or_dark(light, dark)}}}'
        for light, dark in DARK.items()
        for what in ("fill", "stroke")
    )  # pattern swatches have their colours in attributes
    rules = [f".js-plotly-plot .main-svg{{{painted}}}"]
    # Print is always light; Streamlit's own colours are those of the screen.
    rules.append(f"@media print{{:root,body,.stApp,.stApp *{{color-scheme:light!important}}{PRINTED}}}")
    return "\n".join(rules) + "\n"


@lru_cache(maxsize=1)
def svg_sheet() -> str:
    """Return the style sheet for inline SVG in dark mode: colours of shapes are attributes, those of text are styles."""
    rules = [
        f"{_painted('svg ', light, what)}{{{what}:{light_or_dark(light, dark)}}}"
        for light, dark in DARK.items()
        for what in ("fill", "stroke")
    ]
    rules += [f'svg [style*="fill:{light}" i]{{fill:{light_or_dark(light, dark)}!important}}' for light, dark in DARK.items()]
    return "\n".join(rules) + "\n"


@lru_cache(maxsize=16)
def svg_own_style(used: tuple[str, ...]) -> str:
    """Return the embedded style of an SVG image outside the page's DOM, which queries the colour scheme itself.

    Args:
        used: the colours it is drawn in.
    """
    rules = "".join(f"{_painted('', light, what)}{{{what}:{DARK[light]}}}" for light in used for what in ("fill", "stroke"))
    return f"<style>@media(prefers-color-scheme:dark){{{rules}}}</style>"


def _painted(scope: str, light: str, what: str) -> str:
    short = f',{scope}[{what}="#fff" i]' if light == PAPER else ""
    return f'{scope}[{what}="{light}" i]{short}'
