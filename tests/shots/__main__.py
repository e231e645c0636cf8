"""Every page as a picture: ``make shots``. What is wrong on one is told, and fails.

Narrowed by the environment: ``SETS`` (shipped, sample, public, static), ``PAGES`` (words of their names; ``print`` are the printed
sheets, alone: those of every page and nothing of the screen), ``LANGS``, ``WIDTHS``, ``SCHEMES``; ``SAMPLE_DB`` is a sample made before, ``SHOTS_DIR`` another folder than ``shots``.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from kpis.languages import codes
from kpis.settings import ROOT
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.shots import listed, printed
from tests.shots.listed import SETS, Asked
from tests.shots.places import Places
from tests.shots.sheet import contact_sheet
from tests.shots.taking import Tab, coloured, japanese_left, looked_over, pictured, shaped
from tests.shots.unsightly import patches, unsightly_on_paper

PRINT = "print"  # among the words of PAGES
TARGET = Path(os.environ.get("SHOTS_DIR") or ROOT / "shots")


def asked(name: str, all_: tuple[str, ...], others: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return what the environment narrows a list to; others are taken where they are named."""
    chosen = tuple(word for word in os.environ.get(name, "").replace(",", " ").split() if word)
    if unknown := set(chosen) - set(all_) - set(others):
        sys.exit(f"{name}: {', '.join(sorted(unknown))} is none of {', '.join(all_)}")
    return chosen or all_


@dataclass
class Taken:
    """What came of it."""

    pictures: int = 0
    wrong: dict[str, list[str]] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)

    def note(self, place: str, faults: list[str]) -> None:
        """Keep what is wrong at a place, each once."""
        for fault in faults:
            if fault not in self.wrong.setdefault(place, []):
                self.wrong[place].append(fault)
                print(f"  {place}: {fault}", flush=True)


def wanted(pages: list[Asked]) -> list[Asked]:
    """Return the pages of a set that were asked for, those of a role together."""
    words = [word for word in _words() if word != PRINT]
    chosen = [p for p in pages if not words or any(word in p.name for word in words)]
    return sorted(chosen, key=lambda p: p.role)  # nobody first; the sort keeps the order within a role


def _words() -> list[str]:
    return os.environ.get("PAGES", "").replace(",", " ").split()


def look(browser: Browser, name: str, address: str, taken: Taken) -> None:
    """Take every picture of a set."""
    is_app = name != "static"
    for code in asked("LANGS", listed.LANGUAGES, tuple(codes())):
        tab = Tab(browser, address, code, is_app=is_app)
        for page_asked in wanted(SETS[name]):
            place = f"{name}/{page_asked.name}-{code}"
            began = time.monotonic()
            try:
                page = tab.open(page_asked)
                for width in () if _words() == [PRINT] else asked("WIDTHS", tuple(map(str, listed.WIDTHS))):
                    shaped(page, int(width))  # dear, and the same in all colours
                    taken.note(f"{place}-{width}", list(looked_over(page)))
                    for scheme in asked("SCHEMES", listed.SCHEMES):
                        coloured(page, scheme)
                        if scheme == "dark":
                            taken.note(f"{place}-{width}", list(patches(page)))
                        pictured(page, TARGET / name / f"{page_asked.name}-{code}-{width}-{scheme}.png")
                        taken.pictures += 1
                if code == "en":
                    taken.left[place] = japanese_left(page)
                if PRINT in (_words() or [PRINT]):
                    coloured(page, "dark")  # as somebody whose system is dark prints: paper is light all the same
                    taken.pictures += printed.page(page, TARGET / "print", paper := f"{name}-{page_asked.name}-{code}")
                    taken.note(f"print/{paper}", [*printed.wasted(TARGET / "print", paper), *unsightly_on_paper(page)])
                taken.note(place, [w for w in tab.wrong if w.startswith("exception") or w[:1] == "5"])
            except Exception as error:  # the other pages are wanted all the same
                taken.note(place, [f"{type(error).__name__}: {str(error)[:300]}"])
                tab.close()
            tab.wrong.clear()
            print(f"{place} {time.monotonic() - began:.1f} s", flush=True)
        tab.close()


def told(taken: Taken) -> None:
    """Write what there is so far: the sheet of all pictures, what is wrong, and Japanese on pages of another language."""
    contact_sheet(TARGET)
    (TARGET / "wrong.txt").write_text("".join(f"{p}: {w}\n" for p, faults in taken.wrong.items() for w in faults), encoding="utf-8")
    (TARGET / "japanese-left.txt").write_text(
        "".join(f"{p}: {w}\n" for p, lines in taken.left.items() for w in lines), encoding="utf-8"
    )


def main() -> int:
    """Take the pictures; return 1 where something is wrong on one."""
    if CHROMIUM is None:
        print("Chromiumがありません / no Chromium on this machine")
        return 1
    began, taken = time.monotonic(), Taken()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        places = Places(Path(folder))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name in asked("SETS", tuple(SETS)):
            with places.served(name) as address:
                look(browser, name, address, taken)
            told(taken)
        if PRINT in (_words() or [PRINT]):
            taken.pictures += printed.meeting(browser, TARGET / "print", Path(folder))
        told(taken)
        browser.close()
    faults = sum(map(len, taken.wrong.values()))
    print(f"{taken.pictures} pictures in {(time.monotonic() - began) / 60:.1f} min, {faults} faults: {TARGET}/index.html")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
