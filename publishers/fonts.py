"""Find installed fonts with Japanese glyphs, for the meeting pack and for charts as PNG, and the characters that no font has."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import typst

from kpis.errors import Unavailable
from kpis.settings import settings

# In order of preference; each has Japanese and Latin glyphs.
FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "BIZ UDPGothic",
    "BIZ UDGothic",
    "IPAexGothic",
    "IPAGothic",
    "Yu Gothic",
    "Hiragino Sans",
    "MS Gothic",
)
_PICTURE = b"""#set page(width: 1pt * float(sys.inputs.width), height: 1pt * float(sys.inputs.height), margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, alt: sys.inputs.alt)"""
_EACH = b"""#set document(title: "-")
#set text(font: sys.inputs.font)
#for sign in sys.inputs.text.codepoints() { par(sign) }"""
_LACKING = re.compile(r'the text `"(?:\\u\{([0-9a-f]+)\}|(.))"` could not be displayed', re.S)
DOTS = 144  # dpi: twice the picture's own units


def japanese() -> tuple[typst.Fonts, str]:
    """Return the fonts of this machine and of ``FONTS_DIR``, and the first family with Japanese glyphs; blank where there is none."""
    return _looked_for(str(settings().fonts_dir or ""))


def has_japanese() -> bool:
    """Return whether this machine has a font with Japanese glyphs."""
    return bool(japanese()[1])


@lru_cache(maxsize=2)
def _looked_for(folder: str) -> tuple[typst.Fonts, str]:
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[Path(folder)] if folder else [])
    there = set(fonts.families())
    return fonts, next((family for family in FONTS if family in there), "")


def family(refusal: str = "picture_without_font") -> str:
    """Return the font family of pictures and packs; ``refusal`` is the message key of what lacks it.

    Raises:
        Unavailable: the machine has no font with Japanese glyphs; the message says which to install.
    """
    font = japanese()[1]
    if not font:
        raise Unavailable(refusal, exit_code=78, fonts=", ".join(FONTS[:4]))
    return font


def lacking(text: str) -> set[str]:
    """Return the characters of a text that no font displays: a PDF that promises to be accessible (PDF/UA) is refused for a single one."""
    fonts, font = japanese()
    inputs = {"font": font, "text": "".join(sorted({*text}))}
    try:
        typst.compile(_EACH, format="pdf", font_paths=fonts, ignore_system_fonts=True, sys_inputs=inputs, pdf_standards="ua-1")
    except typst.TypstError as error:
        return {chr(int(code, 16)) if code else sign for code, sign in _LACKING.findall(error.diagnostic)}
    return set()


@lru_cache(maxsize=64)
def png(svg: str, *, width: float, height: float, alt: str) -> bytes:
    """Render a picture as PNG.

    Args:
        svg: set in ``family()``.
        width: in the picture's own units.
        height: in the picture's own units.
    """
    inputs = {"svg": svg, "width": f"{width:g}", "height": f"{height:g}", "alt": alt}
    made = typst.compile(_PICTURE, format="png", ppi=DOTS, font_paths=japanese()[0], ignore_system_fonts=True, sys_inputs=inputs)
    assert isinstance(made, bytes)
    return made
