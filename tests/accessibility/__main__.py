"""axe-core on every page of every set, in each language, width and scheme of colours; fails beyond what Streamlit itself breaks.

``make axe``, or ``python -m tests.accessibility [shipped|sample|public|static …]``; ``PAGES``, ``LANGS``, ``WIDTHS``, ``SCHEMES`` narrow it as
they narrow ``make shots``. A page is opened once in a language, all that is folded is unfolded, and then the window is made narrower and the
system dark without loading again; ``FRESH=1`` also loads each view anew and says where that differs. What was seen is kept line by line: a
run that was broken off goes on where it stopped, and one of another commit begins anew, unless ``ON=any`` trusts views that broke nothing
then. ``python -m tests.accessibility.statement`` writes the table of ``docs/accessibility_results.md`` from it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Error, Page, sync_playwright

from charts.themes import DARK_PAPER, PAPER, rgb
from tests.accessibility.judging import Judged, beyond, criteria, floor, judged
from tests.accessibility.kept import Kept, View
from tests.browser.axe import FRAMEWORK
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.screen import at_rest
from tests.shots.__main__ import asked, wanted
from tests.shots.listed import LANGUAGES, SCHEMES, SETS, WIDTHS, Asked
from tests.shots.places import Places
from tests.shots.taking import GROUND, STILL, Tab

# What is folded is opened as a reader opens it; parts of the page that are drawn then may hold folds of their own.
FOLDED = "details:not([open]) > summary"


def unfold(page: Page) -> None:
    """Open all that is folded."""
    for _ in range(3):
        closed = page.evaluate(
            f"() => {{ const all = [...document.querySelectorAll('{FOLDED}')].filter(e => e.checkVisibility());"
            " all.forEach(e => e.click()); return all.length; }"
        )
        if not closed:
            return
        if page.locator("[data-testid=stApp]").count():
            page.evaluate(STILL)
            at_rest(page)


def shaped(page: Page, width: int, scheme: str) -> None:
    """Make the window as wide and the system as dark as is asked, and wait until the page follows."""
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 1200})
    page.wait_for_function(f"{GROUND} === '{rgb(DARK_PAPER if scheme == 'dark' else PAPER)}'", timeout=20_000)
    page.evaluate(STILL)


def look(browser: Browser, part: str, address: str, kept: Kept, below: dict[str, list[str]]) -> None:
    """Look at every page of a set that has a view to be looked at."""
    of_any = os.environ.get("ON") == "any"
    for code in asked("LANGS", LANGUAGES):
        tab = Tab(browser, address, code, is_app=part != "static")
        for each in wanted(SETS[part]):
            views = [
                View(part, each.name, code, int(width), scheme)
                for width in sorted(asked("WIDTHS", tuple(map(str, WIDTHS))), key=int, reverse=True)
                for scheme in asked("SCHEMES", SCHEMES)
            ]
            left = [view for view in views if not kept.is_done(view, of_any_commit=of_any)]
            try:
                if left:
                    look_at(tab, each, left, kept, below)
            except Error as stopped:  # a busy machine: the next run looks at what is left
                print(f"  {part}/{each.name}-{code}: not looked at to the end, {str(stopped).splitlines()[0]}", flush=True)
                tab.close()
        tab.close()


def look_at(tab: Tab, each: Asked, views: list[View], kept: Kept, below: dict[str, list[str]]) -> None:
    """Judge the views of one page, opened once."""
    began = time.monotonic()
    page = tab.open(each)
    unfold(page)
    kept.note_criteria(criteria(page))
    for view in views:
        shaped(page, view.width, view.scheme)
        told = judged(page)
        broken = beyond(told.broken, below)
        kept.note(view, told, broken)
        for rule, elements in broken.items():
            print(f"  {view}: {rule} × {len(elements)} {elements[0][:200]}", flush=True)
        if os.environ.get("FRESH"):
            again = freshly(tab, each, view)
            same = alike(again) == alike(told)
            print(
                f"  {view}: {'the same' if same else f'differs: {alike(told)} {alike(again)}'} when it is loaded anew", flush=True
            )
    print(f"{views[0].part}/{each.name}-{tab.code}: {len(views)} views, {time.monotonic() - began:.0f} s", flush=True)


def alike(told: Judged) -> tuple[dict[str, int], list[str], list[str]]:
    """Return what two ways to one view must have in common: how often each rule is broken, which found something and which are undecided."""
    return {rule: len(elements) for rule, elements in told.broken.items()}, sorted(told.passed), sorted(told.undecided)


def freshly(tab: Tab, each: Asked, view: View) -> Judged:
    """Return what axe says of a view where it is loaded with its width and colours from the beginning."""
    context = tab.browser.new_context(
        viewport={"width": view.width, "height": 1200}, locale="ja-JP", reduced_motion="reduce", bypass_csp=True,
        color_scheme="dark" if view.scheme == "dark" else "light",
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"{tab.address}{'' if tab.is_app else '/'}{tab.path(each.path)}")
    if tab.is_app:
        page.wait_for_selector("[data-testid=stMain] h1", timeout=120_000)
        at_rest(page)
    unfold(page)
    page.evaluate(STILL)
    told = judged(page)
    context.close()
    return told


def main() -> int:
    """Look at what is asked for, print a line for each page and each rule that is broken; return whether any is ours."""
    parts = sys.argv[1:] or list(SETS)
    kept = Kept()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        empty = floor(browser)
        print(f"what an empty Streamlit page breaks: {', '.join(sorted(empty)) or 'nothing'}", flush=True)
        for rule, place, why in FRAMEWORK:
            print(f"known of its widgets: {rule} at {place}: {why}", flush=True)
        places = Places(Path(name))
        for part in parts:
            with places.served(part) as address:
                look(browser, part, address, kept, {} if part == "static" else empty)
        browser.close()
    ours: dict[str, list[View]] = {}
    for line in kept.lines.values():
        for rule, elements in line.broken.items():
            ours.setdefault(f"{rule} {elements[0][:110]}", []).append(line.view)
    print("\nviews  set")
    for part in SETS:
        print(f"{sum(view.part == part for view in kept.lines):5}  {part}")
    missing = whole() - len(kept.lines)
    print(f"{missing:5}  not looked at\n\nbroken beyond the floor: {len(ours)}")
    for what, where in ours.items():
        print(f"{len(where):5}  {what}\n       first at {where[0]}")
    return bool(ours or (missing and not sys.argv[1:]))


def whole() -> int:
    """Return how many views there are."""
    return sum(map(len, SETS.values())) * len(LANGUAGES) * len(WIDTHS) * len(SCHEMES)


if __name__ == "__main__":
    sys.exit(main())
