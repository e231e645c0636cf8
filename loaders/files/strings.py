"""The texts of an .xlsx, shared or of a cell: their runs, and what is no text of theirs (furigana, parts for other programs)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable

from kpis.message import Message
from loaders.files.conditional import mark_of
from loaders.files.formats import Styled
from loaders.files.parts import Attributes, BookDamaged, Parsing

MAX_STRINGS = 400_000
_LAWFUL = {0x9, 0xA, 0xD, *range(0x20, 0xD800), *range(0xE000, 0xFFFE)}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Runs:
    """Notes of one text whether any of its runs with visible characters is crossed out, or raised or lowered; refuses one that is there twice.

    A text stands once, or in runs: of several, programs take the first, the last or all.
    """

    __slots__ = ("_has_text", "_is_run", "_marks", "_start", "_styles")

    def __init__(self) -> None:
        self._marks: set[str] = set()  # of the current run
        self._start = 0  # number of pieces before the current run
        self._styles: set[str] = set()
        self._is_run = False
        self._has_text: set[bool] = set()  # whether in a run

    def start(self, name: str, attributes: Attributes, count: int) -> None:
        """Note the start of an element, after so many pieces of text."""
        if name == "r":
            self._start, self._is_run = count, True
            self._marks.clear()
        elif mark := mark_of(name, attributes):
            self._marks.add(mark)

    def end_text(self, *, is_blank: bool) -> None:
        """Note the end of a piece of text, in a run or alone."""
        if not is_blank:
            if self._has_text - ({True} if self._is_run else set()):
                raise BookDamaged(Message("several_where_one", kind="<t>", count=2))
            self._has_text.add(self._is_run)

    def end(self, pieces: list[str]) -> None:
        """Note the end of a run."""
        self._is_run = False
        if self._marks and any(piece.strip() for piece in pieces[self._start :]):
            self._styles |= self._marks
        self._marks.clear()

    def text(self, joined: str) -> str:
        """Return the text, as ``Styled`` where it is, and begin the next."""
        self._has_text.clear()
        if not self._styles:
            return joined
        styles, self._styles = self._styles, set()
        return Styled(joined, "struck" in styles)


class _Strings(Parsing):
    """The shared strings, without phonetic readings (furigana)."""

    def __init__(self) -> None:
        super().__init__("sst")
        self.texts: list[str] = []

    def beyond(self) -> Message | None:
        return Message("shared_strings", count=len(self.texts)) if len(self.texts) > MAX_STRINGS else None

    def handlers(self, space: str) -> tuple[Callable[[str, Attributes], None], Callable[[str], None]]:
        entry, text, reading, run, length = space + "si", space + "t", space + "rPh", space + "r", len(space)
        parser, pieces, texts, runs = self.parser, self.text, self.texts, Runs()
        in_entry = is_text = False
        readings = foreign = before = 0

        def start(tag: str, attributes: Attributes) -> None:
            nonlocal in_entry, is_text, readings, foreign, before
            self.depth += 1
            if is_text or (tag == entry if in_entry else tag == text):
                raise BookDamaged(f"<{tag[length:]}>")
            if tag[:length] != space:
                foreign = foreign or self.depth
            elif foreign:
                raise BookDamaged(Message("found_in_alternatives", tag=tag[length:]))
            elif tag == text and not readings:
                is_text, before = True, len(pieces)
                parser.CharacterDataHandler = pieces.append
            elif tag == entry:
                in_entry = True
            elif tag == reading:
                readings += 1
            else:
                runs.start(tag[length:], attributes, len(pieces))

        def end(tag: str) -> None:
            nonlocal in_entry, is_text, readings, foreign
            self.depth -= 1
            if foreign:
                foreign = foreign if self.depth >= foreign else 0
            elif is_text:
                runs.end_text(is_blank=not any(map(str.strip, pieces[before:])))
                parser.CharacterDataHandler, is_text = None, False
            elif tag == entry:
                texts.append(runs.text(unescaped("".join(pieces))))
                pieces.clear()
                in_entry = False
            elif tag == reading:
                readings -= 1
            elif tag == run:
                runs.end(pieces)

        return start, end


def strings_of(archive: zipfile.ZipFile, part: str) -> list[str]:
    """Return the shared strings in order; ``Styled`` where some characters are crossed out, raised or lowered."""
    parsing = _Strings()
    parsing.parse(archive, part)
    return parsing.texts


def unescaped(text: str) -> str:
    """Decode the characters that Excel writes as ``_x000D_``."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escaped: re.Match[str]) -> str:
    """Return the escaped character; one not allowed in text (NUL, lone surrogate) stays escaped."""
    number = int(escaped[1], 16)
    return chr(number) if number in _LAWFUL else escaped[0]
