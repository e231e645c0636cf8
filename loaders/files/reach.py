"""Effects of a formula beyond its own workbook (reads another workbook, requests an address, starts a program), and results that do not stay."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_FORMULA = 20_000  # maximum length; Excel's is 8,192 characters
# A string literal, or a quoted sheet name: neither is active, but a quoted name may contain the path of another workbook. Between
# brackets, as in ``Table1['#rows]``, an apostrophe quotes one character only, and a quotation mark none.
_QUOTED = re.compile(r"\"[^\"]*\"|'((?:[^']|'')*)'|\[(?:'.|[^\[\]'])*+", re.S)
_NAMED = re.compile(r"(?<![A-Za-z0-9_.])([A-Za-z_][A-Za-z0-9_.]*+)(\s*+\()?")
_PREFIXES = ("_XLFN.", "_XLWS.", "_XLETA.", "OF:", "COM.MICROSOFT.")
_ACTING = {
    "WEBSERVICE", "FILTERXML", "RTD", "DDE", "HYPERLINK", "IMAGE", "CALL", "REGISTER", "REGISTER.ID", "EXEC", "EXECUTE", "EVALUATE", "RUN",
    "SQL.REQUEST", "DDEAUTO", "STOCKHISTORY", "PY", "COPILOT", "TRANSLATE", "DETECTLANGUAGE", "INITIATE", "REQUEST", "POKE", "FOPEN", "FWRITE",
    # Of Excel since 2025, and of Google's sheets, in which a workbook may be opened too.
    "IMPORTTEXT", "IMPORTCSV", "IMPORTDATA", "IMPORTFEED", "IMPORTHTML", "IMPORTRANGE", "IMPORTXML", "GOOGLEFINANCE", "GOOGLETRANSLATE", "AI", "GEMINI",
}  # fmt: skip


# Functions with another result each time that the workbook is opened: who reviews the figure sees another than was stored.
_CHANGING = re.compile(r"(?<![A-Za-z0-9_.])(?:_xlfn\.)?(TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY)\s*+\(", re.I)


@dataclass(frozen=True, slots=True)
class Reach:
    """An effect of a formula beyond its workbook: a link to another one (``is_link``), or the named active function."""

    named: str
    is_link: bool = False


def reach_of(formula: str) -> Reach | None:
    """Return a formula's effect beyond its own workbook, or ``None``."""
    if len(formula) > LONGEST_FORMULA:
        return Reach(f"{formula[:20]}…")
    if "[" not in formula and "(" not in formula and "|" not in formula and "\\" not in formula and "/" not in formula:
        return None
    bare = _QUOTED.sub(lambda m: m[0] if m[0][0] == "[" else "_" if m[1] is not None else "", formula)
    if "|" in bare:
        return Reach("DDE")
    for quoted in _QUOTED.finditer(formula):
        if quoted[1] is not None and any(sign in quoted[1] for sign in "[\\/"):
            return Reach("[…]", is_link=True)
    for call in _NAMED.finditer(bare):
        name = call[1].upper()
        plain = name
        for prefix in _PREFIXES:
            plain = plain.removeprefix(prefix)
        if not call[2] and not name.startswith("_XLETA."):  # a function handed to another one is called by it
            continue
        if plain in _ACTING or plain.startswith("CUBE") or "_XLL." in name or "_XLDUDF" in name or "_UDF" in name:
            return Reach(plain[:40])
    return Reach("[…]", is_link=True) if _reads_another(bare) else None


def changing_in(formula: str) -> str:
    """Return the function of a formula whose result changes whenever the workbook is opened; blank if there is none."""
    if "(" not in formula:
        return ""
    call = _CHANGING.search(_QUOTED.sub("", formula[:LONGEST_FORMULA]))
    return call[1].upper() if call else ""


def _reads_another(bare: str) -> bool:
    """Return whether a formula, without its string literals, refers to another workbook: ``[1]Sheet!A1``, but not ``Table1[2022]``."""
    depth, before = 0, " "
    for sign in bare:
        if sign == "[":
            if not depth and not (before.isalnum() or before in "_.]"):
                return True
            depth += 1
        elif sign == "]":
            depth = max(0, depth - 1)
        before = sign
    return False
