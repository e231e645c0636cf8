"""What a page may say: every figure, worked out from the open API alone and written as the pages write it.

A number on a page is accounted for when it stands inside a fragment that the API gives (a value with its unit, a sentence, a
name), and that fragment belongs to what the box or line is about. ``NO_FIGURE`` is the whole list of numbers that are none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from charts.series import circled
from kpis import languages
from kpis.figures.records import Baseline, Definition, Figure, Goal, Judgement
from kpis.figures.sentences import short_sentence
from kpis.periods import parse_period
from kpis.text import Apart, format_count, format_value, known_day, status_word, told_apart
from telling.words import Words
from tests.publishers.shown import NUMBER, Shown

NO_FIGURE = (
    r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?", r"(?:令和|平成)(?:\d+|元)年度(?:第\d四半期)?",  # days, months, years, quarters
    r"\d{1,2} [A-Z][a-z]{2} \d{4}", r"[A-Z][a-z]{2} \d{4}", r"FY\d{4}(?:[ -]Q\d)?", r"\d{4}-\d{2}(?:-\d{2})?",
    r"\b(?:S\d)?[CL]PX?\d+(?!\d)", r"\b2026-\d\b",  # codes of projects, versions of the rules
)  # fmt: skip
_NONE = re.compile("|".join(NO_FIGURE))
_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)|(?<=\])\(/[^)\s]*\)|<https?:[^>]*>|https?:\S+|:material/\w+:")
_COUNT = re.compile(r"\[(:\w+-(?:badge|background)\[[^\]]*\])\]\(/[^)\s]*\)")  # a count that leads to its list
_MARK = re.compile(r":[a-z-]+\[|\*\*|^#+ |[\]`\\]", re.MULTILINE)


def plain(text: str) -> str:
    """Return a text without the marks of markdown, links and symbols."""
    text = _LINK.sub(
        " ", _COUNT.sub(r"\1", text).replace("\N{NO-BREAK SPACE}", " ").replace("<br>", " ").replace("<b>", "").replace("</b>", "")
    )
    return re.sub(r"[ \t]+", " ", _MARK.sub("", text)).strip()


def unexplained(text: str, *fragments: frozenset[str]) -> list[str]:
    """Return the numbers of a text that stand in none of the fragments (made plain) and are figures."""
    rest = plain(text)
    for known in fragments:
        for found in sorted((f for f in known if f in rest), key=len, reverse=True):
            before, after = r"(?<![\d.,])" if found[0].isdigit() else "", r"(?!\d|[.,]\d)" if found[-1].isdigit() else ""
            rest = re.sub(before + re.escape(found) + after, " ", rest)
    return [n for n in NUMBER.findall(_NONE.sub(" ", rest)) if any(c.isdigit() for c in n)]


def figures_in(text: str) -> list[re.Match[str]]:
    """Return where the figures of a text stand: numbers that are no day, no code and in no address."""
    apart = [m.span() for m in (*_NONE.finditer(text), *_LINK.finditer(text))]
    return [m for m in NUMBER.finditer(text) if not any(start < m.end() and m.start() < end for start, end in apart)]


def plainly(fragments: Iterable[str]) -> frozenset[str]:
    """Return fragments as a page shows them; those without a digit explain nothing."""
    return frozenset(p for f in fragments if any(c.isdigit() for c in f) and (p := plain(f)))


@lru_cache(maxsize=2)
def fixed_words(language: str) -> frozenset[str]:
    """Return the words of the pages that hold digits of their own and no figure is put into."""
    words = languages.language(language).words
    found = [text for key, text in words.items() if key != "language_order"]  # a place in a list, which no page says
    lines = [line for text in found if "{" not in text for line in (text, *text.splitlines())]
    return frozenset(line for line in lines if any(c.isdigit() for c in line))


def cell(value: Any) -> str:
    """Return a cell of a table as text: whole numbers without a point, nothing for nothing."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)


Item = Mapping[str, Any]
Table = tuple[list[str], list[list[str]]]


class Ledger:
    """The figures of an instance in one language, asked of its open API.

    Args:
        ask: gives the answer for a path under ``/api/v1/``.
        language: ``ja`` or ``en``.
        frame: what stands round every page, as the edition and how to cite it.
    """

    def __init__(self, ask: Callable[[str], Any], language: str, *, frame: Iterable[str] = ()) -> None:
        self._ask, self.language, self.words, self._frame = ask, language, Words(language), tuple(frame)
        self._kept: dict[str, Any] = {}

    def api(self, path: str) -> Any:
        """Return an answer of the API, asked once."""
        if path not in self._kept:
            self._kept[path] = self._ask(path)
        return self._kept[path]

    @cached_property
    def indicators(self) -> dict[str, dict[str, Any]]:
        """Return the catalogue by code."""
        return {r["indicator_code"]: r for r in self.api("indicators")}

    def items(self, view: str = "then") -> list[Item]:
        """Return every judgement."""
        found: list[Item] = self.api("status" if view == "then" else f"status?view={view}")["indicators"]
        return found

    @cached_property
    def own(self) -> dict[str, Item]:
        """Return the judgement of each indicator for its own scope."""
        return {s["code"]: s for s in self.items() if s["scope"] == self.indicators[s["code"]]["scope_code"]}

    @cached_property
    def units(self) -> dict[str, str]:
        """Return the name of every bureau, one that is gone with its last day."""
        return {r["code"]: self.unit_label(r) for r in self.api("units")}

    def unit_label(self, row: Item) -> str:
        """Write the name of a bureau."""
        gap = " " if self.language == "en" else ""
        ended = f"{gap}({self.words('ended_on', day=self.day(row['valid_to']))})" if row.get("valid_to") else ""
        return self.words.named(row) + ended

    def day_of(self, instant: str) -> str:
        """Return the day of the office on which an instant of the API falls: nine hours ahead of UTC."""
        return (datetime.fromisoformat(instant.rstrip("Z")) + timedelta(hours=9)).date().isoformat()

    def source(self, row: Item) -> str:
        """Write a source as a grid holds it: its address, with the title by which it is shown behind it."""
        title = quote(self.words.marked(row["title"]), safe="")
        return f"{row['url']}{'' if '#' in row['url'] else '#'}:~:title={title}"

    def source_of(self, url: str | None) -> str:
        """Write the source that has an address."""
        return next((self.source(row) for row in self.api("sources") if row["url"] == url), "")

    def day(self, text: str | None) -> str:
        """Write a day."""
        return known_day(date.fromisoformat(text), "day", self.language) if text else ""

    def period(self, code: str) -> str:
        """Write a period."""
        return parse_period(code).label(self.language)

    # Values ---------------------------------------------------------------------------------------------------------

    def measured(self, item: Item) -> Any:
        """Return what a value of an item needs to be written."""
        row = self.indicators[item["code"]]
        return SimpleNamespace(unit_ja=row["unit_ja"], unit_en=row["unit_en"], decimals=row["decimals"])

    def value(self, item: Item, value: float | None, *, worked_out: bool = False) -> str:
        """Write a value in the unit of an item; one that was worked out has the item's decimals."""
        return "―" if value is None else format_value(value, self.measured(item), self.language, is_worked_out=worked_out)

    def about(self, text: str, is_approximate: bool) -> str:
        """Put 約 before a number."""
        return ("about " if self.language == "en" else "約") + text if is_approximate else text

    def is_own(self, brief: Item) -> bool:
        """Say whether a brief judgement is that of an indicator's own scope."""
        return bool(brief["scope"] == self.indicators[brief["indicator"]]["scope_code"])

    def whose(self, brief: Item) -> str:
        """Write the name of an indicator; of a bureau also whose figure it is."""
        name, unit = self.words.named(self.indicators[brief["indicator"]]), self.units.get(brief["scope"], brief["scope"])
        return name if self.is_own(brief) else name + (f" ({unit})" if self.language == "en" else f"({unit})")

    def beside(self, item: Item) -> list[float]:
        """Return what stands beside a figure of an item: its targets, its plan and its baseline."""
        others = [g["value"] for g in item["targets"]], [item["planned_value"]], [(item["baseline"] or {}).get("value")]
        return [v for values in others for v in values if v is not None]

    def apart(self, item: Item, key: str, known: Any = None) -> Apart | None:
        """Return the figure of an item beside its ``target`` or ``planned_value``, told apart."""
        figure, is_planned = self.at(item, item["period"]), key == "planned_value"
        other = item[key] if is_planned else (item[key] or {}).get("value")
        if figure is None or figure["value"] is None or other is None:
            return None
        goal = item["target"] or {}
        marks = [v for v in (goal.get("value"), item["planned_value"], (item["baseline"] or {}).get("value")) if v is not None]
        return told_apart(
            figure["value"], other, known or self.measured(item), self.language, apart_from=marks,
            is_approximate=figure["is_approximate"],
            is_other_approximate=self.rough_plan(item) if is_planned else goal["is_approximate"],
            is_worked_out=self.derived(figure), is_planned=is_planned,
        )  # fmt: skip

    def derived(self, figure: Item) -> bool:
        """Say whether a figure's value was worked out."""
        return bool(figure["is_worked_out"] or figure["is_rolled_up"] or figure["is_recast"])

    def target(self, item: Item, known: Any = None) -> str:
        """Write the target of an item as it stands beside its figure."""
        if not item["target"]:
            return "―"
        apart = self.apart(item, "target", known)
        written = apart.other if apart else format_value(item["target"]["value"], known or self.measured(item), self.language)
        return self.about(written, item["target"]["is_approximate"])

    def planned(self, item: Item, known: Any = None) -> str:
        """Write the planned value of an item as it stands beside its figure."""
        apart = self.apart(item, "planned_value", known)
        return self.about(apart.other, self.rough_plan(item)) if apart else "―"

    def rough_plan(self, item: Item) -> bool:
        """Say whether the plan of an item runs to a target, or from a baseline, that is about."""
        return any(end and end["is_approximate"] for end in (item["target"], item["baseline"]))

    def variance(self, item: Item) -> str:
        """Write by how much the figure is above or below its plan."""
        apart = self.apart(item, "planned_value")
        return self.about(apart.signed_gap, item["is_approximate"] or self.rough_plan(item)) if apart else "―"

    def own_value(self, item: Item, *, is_bare: bool = False) -> str:
        """Write the value that an item is judged by, told apart from what stands beside it; bare without its unit."""
        figure = self.at(item, item["period"]) or {}
        known = SimpleNamespace(unit_ja="", unit_en="", decimals=self.measured(item).decimals) if is_bare else self.measured(item)
        return self.marked(self.number(item, figure, item["actual_value"], known), figure)

    def number(self, item: Item, figure: Item, value: float, known: Any) -> str:
        """Write the value of a figure, told apart from what stands beside it."""
        return format_value(value, known, self.language, apart_from=self.beside(item), is_worked_out=self.derived(figure))

    def marked(self, written: str, figure: Item) -> str:
        """Say of a number that it is about, more than or preliminary."""
        written = self.about(written, figure["is_approximate"])
        if figure["is_lower_bound"]:
            written = f"more than {written}" if self.language == "en" else f"{written}超"
        if figure.get("is_preliminary"):
            written = f"{written} (preliminary)" if self.language == "en" else f"速報値{written}"
        return written

    def figure(self, item: Item, figure: Item | None) -> str:
        """Write a figure as a card shows it."""
        if figure is None:
            return "―"
        if figure["value"] is None:
            return (figure["text_en"] if self.language == "en" else "") or figure["text_ja"] or "―"
        if item["kind"] in ("completion", "stock") and figure["denominator"]:
            whole = figure["denominator"]
            beyond = self.about(format_count(whole, self.language), figure["is_approximate"] and whole % 100 == 0)
            written, beyond = format_count(figure["value"], self.language), f" / {beyond}"
        else:
            written, beyond = self.number(item, figure, figure["value"], self.measured(item)), ""
        return self.marked(written, figure) + beyond

    def at(self, item: Item, period: str | None) -> Item | None:
        """Return the figure of a period."""
        return next((f for f in item["figures"] if f["period"] == period), None)

    def headline(self, item: Item) -> str:
        """Write the figure that an item is judged by."""
        return self.figure(item, self.at(item, item["period"]))

    def earlier(self, item: Item, word: str) -> str:
        """Write the figure before (``previous``), or that of the year before (``year_earlier``), with its period."""
        other = self.at(item, item[word]["period"]) if item[word] else None
        said = self.figure(item, other)
        return said + self.words("in_brackets", text=parse_period(other["period"]).brief(self.language)) if other else said

    def sentence(self, item: Item) -> str:
        """Return the sentence of a judgement."""
        return str(item[f"sentence_{self.language}"])

    def status(self, item: Item) -> str:
        """Return the word of a status; where its figure is old, with the day it was so."""
        word = status_word(item["status"], self.language)
        if item["standing"] != "last_known":
            return word
        day = self.day(item["period_end"])
        return f"{word} (as of {day})" if self.language == "en" else f"{word}({day}時点)"

    # What a text may say ----------------------------------------------------------------------------------------------

    def fragments(self, item: Item) -> set[str]:
        """Return everything that may be said of an item besides its bare value."""
        words, found = self.words, {self.words.named(item), self.sentence(item)}
        bare = self._bare(item)
        short = self._short(item)
        if item["period"]:
            found.add(f"{self.period(item['period'])} ・")  # what the line of a card begins with
        if item["target"]:
            known = [self.target(item), self.target(item, short), self.value(item, item["target"]["value"])]
            found |= {f"{words('target')} {w}" for w in known}
            found |= {words.named(item) + said for said in self.brief(item)}
        if item["planned_value"] is not None:
            found |= {f"{words('planned')} {w}" for w in (self.planned(item), self.planned(item, short))}
        for word in ("previous", "year_earlier"):
            other = self.at(item, item[word]["period"]) if item[word] else None
            found.add(f"{words(word)} {self.figure(item, other)}")
            if other is not None and other["value"] is not None:
                about = ("about " if self.language == "en" else "約") if other["is_approximate"] else ""
                when = parse_period(other["period"]).brief(self.language)
                found |= {
                    words(word) + " " + w + words("in_brackets", text=when)
                    for w in (self.figure(item, other), f"{about}{bare(other['value'])}")
                }
        if item["forecast"]:
            ahead = item["forecast"]
            found.add(
                words(
                    "forecast", method=words(f"forecast_{ahead['method']}"), level=f"{ahead['level_pct']:.0f}%",
                    coverage=f"{ahead['coverage_pct']:.1f}%", count=f"{ahead['back_test_count']:,}",
                )
            )  # fmt: skip
        return {f for f in found if f} | self._steps(item)

    def brief(self, item: Item) -> set[str]:
        """Return what the lead may say of an item behind its name."""
        figure, goal, base = self.at(item, item["period"]), item["target"], item["baseline"]
        judged = Judgement(
            item["status"], planned_value=item["planned_value"], variance=item["variance"],
            figure=Figure(
                figure["period"], figure["value"], text_ja=figure["text_ja"] or "", is_approximate=figure["is_approximate"],
                is_lower_bound=figure["is_lower_bound"], is_worked_out=self.derived(figure),
                is_preliminary=figure["is_preliminary"],
            ) if figure else None,
            goal=Goal(goal["period"], goal["value"], is_approximate=goal["is_approximate"]),
            baseline=Baseline(
                base["period"], base["value"], is_approximate=base["is_approximate"], is_first_figure=base["is_first_figure"]
            ) if base else None,
        )  # fmt: skip
        row = self.indicators[item["code"]]
        definition = Definition(
            item["code"], item["kind"], item["direction"], "", "", row["unit_ja"], row["unit_en"], row["decimals"]
        )
        return {short_sentence(definition, judged, language=self.language, is_last=last) for last in (True, False)}

    def _short(self, item: Item) -> Any:
        known = self.measured(item)
        return known if known.unit_ja == "%" else SimpleNamespace(unit_ja="", unit_en="", decimals=known.decimals)

    def _bare(self, item: Item) -> Callable[[float], str]:
        return lambda value: format_value(value, self._short(item), self.language)

    def _steps(self, item: Item) -> set[str]:
        found: dict[str, list[str]] = {}
        for goal in sorted(item["targets"], key=lambda g: (g["end_date"], g["set_order"])):
            found.setdefault(goal["period"], []).append(self.value(item, goal["value"]))
        return {f"{self.period(code)}: {' → '.join(values)}" for code, values in found.items() if len(values) > 1}

    def figures(self, item: Item) -> set[str]:
        """Return every figure, also before a correction, and every target of an item as written."""
        found = [*item["figures"], *self._vintages.get((item["code"], item["scope"]), [])]
        return {self.figure(item, f) for f in found} | {self.value(item, g["value"]) for g in item["targets"]}

    @cached_property
    def _vintages(self) -> dict[tuple[str, str], list[Item]]:
        found: dict[tuple[str, str], list[Item]] = {}
        for figure in self.api("observations?vintages=all"):
            found.setdefault((figure["indicator"], figure["unit"]), []).append(figure)
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """Return every text of the catalogue and the registers that holds digits: a name is no figure."""
        found: set[str] = set(fixed_words(self.language))

        def gather(value: Any, key: str = "") -> None:
            if isinstance(value, Mapping):
                for name, part in value.items():
                    gather(part, name)
            elif isinstance(value, list):
                for part in value:
                    gather(part, key)
            elif isinstance(value, str) and key.removesuffix("_ja").removesuffix("_en") in NAMES:
                found.update((value, *value.split(" / ")))  # a reason typed in both languages is read in one

        for path in ("indicators", "projects", "milestones", "bureaus", "facilities", "readings"):
            gather(self.api(path))
        gather([f for s in self.items() for f in s["figures"]])
        return plainly(found)

    @cached_property
    def marked_days(self) -> frozenset[str]:
        """Return every line that may stand beside a circled number of a chart, and these numbers."""
        from tests.publishers import marked_days  # it asks this module

        said = (line for item in (*self.items(), *self.items("now")) for line in marked_days.lines(self, item))
        return frozenset([*said, *(circled(n) for n in range(1, 51))])

    # Checks -----------------------------------------------------------------------------------------------------------

    def unaccounted(
        self,
        shown: Shown,
        *,
        about: Iterable[Item] = (),
        says: Iterable[str] = (),
        always: Iterable[Item] = (),
        lists: bool = False,
    ) -> list[str]:
        """Return every number in the texts of a page that the API does not account for, with its text.

        Args:
            shown: the page.
            about: items that a box may be about: one is, where its name stands in the box or line.
            says: what the page itself may say besides.
            always: items that the whole page is about.

        A line of a list (``- ``) that names an item may give any figure or target of it: old and new values stand there.
        """
        general = plainly([*self._frame, *says, *(f for item in always for f in self.fragments(item))])
        known = [(plain(self.words.named(item)), item) for item in about]
        kept: dict[tuple[int, bool], frozenset[str]] = {}
        missing = []
        for texts in shown.boxes.values():
            box = plain(" ".join(texts))
            inside = [item for name, item in known if name in box]
            for text in texts:
                for line in text.split("\n"):
                    if not any(c.isdigit() for c in line) or line in self.marked_days:
                        continue
                    line_about = [item for name, item in known if name in plain(line)] or inside
                    allowed = [general]
                    if plain(line) in {plain(self.headline(item)) for item in (*line_about, *always)}:
                        continue  # a value stands for itself only where it is the whole line
                    for item in line_about if len(line_about) < MANY else ():
                        key = (id(item), line.startswith("- "))
                        if key not in kept:
                            kept[key] = plainly(self.fragments(item) | (self.figures(item) if key[1] else set()))
                        allowed.append(kept[key])
                    mine: frozenset[str] = frozenset().union(*allowed)
                    missing += [f"{n} in {line[:160]!r}" for n in unexplained(line, self.names | mine)]
        return missing


NAMES = {
    "name", "definition", "base", "exclusions", "note", "goal", "category", "text", "reason_text", "reason", "stage", "municipalities",
}  # fmt: skip
MANY = 12  # a box that names more is a list of the whole page, not about any of them


def tables_of(shown: Shown) -> list[Table]:
    """Return the tables of a page, every cell as text."""
    return [([*header], [[cell(c) for c in row] for row in rows]) for header, rows in shown.tables]
