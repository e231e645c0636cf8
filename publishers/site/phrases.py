"""Line ends between the phrases of Japanese, for browsers that know no ``word-break: auto-phrase`` (Safari, Firefox), by Google's BudouX.

The styles are in ``attention.css``. A browser that finds phrases by itself loads nothing of this.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_ASSETS = Path(__file__).parent / "assets"


@lru_cache(maxsize=1)
def phrases_asked() -> bytes:
    """Return the script that every page has: it loads the other where that is needed."""
    return (_ASSETS / "phrases.js").read_bytes()


@lru_cache(maxsize=1)
def phrases_marked() -> bytes:
    """Return the script that marks the ends of phrases: BudouX with its model of Japanese (npm's budoux 0.9.2), applied to a page."""
    return (_ASSETS / "budoux-ja.min.js").read_bytes() + b"\n" + (_ASSETS / "phrase_marks.js").read_bytes()
