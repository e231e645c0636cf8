"""What a citizen reads first: one plain sentence, a few procedures, the facilities near by with their ways of paying."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kpis.figures.facilities import CASHLESS, counted
from kpis.government import government
from kpis.kinds import KINDS
from kpis.store.queries import Filter
from kpis.text import format_value, text_of
from telling.blocks import Telling, published

EXAMPLES = ("done", "partly_done", "not_done", "planned")  # a procedure of each, in this order
ASKED = 50  # rows of a state, of which the first with a bureau is shown
GOOD_FOR = {"done": "reached", "partly_done": "on_track", "planned": "slightly_behind", "not_done": "slightly_behind"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """So many of a hundred procedures: the words before the number, the number, the words after it, and of when it is with its target."""

    before: str
    number: int
    after: str
    note: str


@dataclass(frozen=True, slots=True)
class Example:
    """A procedure (``is_japanese``: by its Japanese name, having none in the language), whose it is, and whether it can be done online: the status of a mark and its words."""

    name: str
    is_japanese: bool
    bureau: str
    mark: str
    word: str


@dataclass(frozen=True, slots=True)
class Near:
    """A place with its facilities (name, ways of paying or status): ``cashless`` of them take more than cash."""

    name: str
    cashless: int
    facilities: tuple[tuple[str, str], ...]


def sentence(telling: Telling) -> Sentence | None:
    """Say how many of a hundred procedures can be done online, by the newest published rate; nothing where none is published."""
    words = telling.words
    item = published(telling.moment.scored, "procedures", "ratio")
    judged = item.judgement if item else None
    if (
        item is None
        or judged is None
        or judged.figure is None
        or judged.figure.value is None
        or item.entry.definition.unit_ja != "%"
    ):
        return None
    number = int(judged.figure.value)  # never more than was reached
    before, _, after = words("front_of_hundred", publisher=words.named(government().publisher), number="|").partition("|")
    note = words("front_when", period=judged.figure.period.label(words.language))
    if judged.goal is not None and not KINDS[item.entry.definition.kind].is_cap:
        target = format_value(judged.goal.value, item.entry.definition, words.language)
        note = words.together((note, words("front_target", period=judged.goal.period.label(words.language), target=target)))
    return Sentence(before, number, after, note)


def examples(telling: Telling) -> list[Example]:
    """Return a procedure of each state that occurs, the first of the list."""
    words = telling.words
    found = []
    for status in EXAMPLES:
        _, rows = telling.moment.search(Filter(status=status), size=ASKED)
        rows = [row for row in rows if row.bureau_code][:1]
        found += [
            Example(
                words.named(row),
                not text_of(row, "name", words.language),
                telling.bureau(row.bureau_code or ""),
                GOOD_FOR[status],
                words(f"front_is_{status}"),
            )
            for row in rows
        ]
    return found


def near(telling: Telling) -> Iterator[Near]:
    """Yield the places of the government in their order, those with a facility only; facilities of several stand under each."""
    words, held = telling.words, list(counted(telling.moment.facilities))
    for place in government().places:
        own = [f for f in held if place.name_ja in f.places]
        if own:
            yield Near(
                words.named(place), sum(f.status in CASHLESS for f in own),
                tuple((f.name, words("list_comma").join(words(f"method_{m}") for m in f.methods) or words(f"cashless_{f.status}")) for f in own),
            )  # fmt: skip
