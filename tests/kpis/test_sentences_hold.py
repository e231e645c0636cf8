"""Whatever the numbers: no sentence calls better worse, shows equal numbers for unequal ones, or more digits than its parts.

Sentences are read back by the small reader below, which shares nothing with what wrote them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from kpis.figures.measures import judge
from kpis.figures.records import Baseline, Definition, Figure, Goal, Judgement, value_of
from kpis.figures.sentences import sentence, short_sentence

pytestmark = pytest.mark.edition

AS_OF = date(2023, 4, 20)
WORDS = {"兆": 10**12, "億": 10**8, "万": 10**4, "trillion": 10**12, "billion": 10**9, "million": 10**6}
DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
NUMBER = re.compile(rf"(約|about )?([−-]?)((?:{DIGITS}[兆億万])+(?:{DIGITS})?|{DIGITS}(?: (?:trillion|billion|million))?)(超)?")
GOOD = {"ja": ("順調", "達成"), "en": ("on track", "reached")}
BAD = {
    "ja": ("やや遅れ", "遅れ", "後退", "未達", "達成後に後退"),
    "en": ("slightly behind", "behind", "moving away", "missed", "reached, then lost"),
}
UP, DOWN = {"ja": ("上回",), "en": (" above",)}, {"ja": ("下回",), "en": (" below",)}
SHORT, OVER = {"ja": ("届かず",), "en": ("short by", "missed ")}, {"ja": ("超過",), "en": (" over it", " over its")}
TOLERATED = {"ja": "許容の範囲", "en": "tolerated"}


@dataclass(frozen=True)
class Read:
    """A number as a reader takes it: its value, the place of its last written digit, and whether it is about."""

    value: Decimal
    step: Decimal
    is_about: bool


def read(text: str) -> Read:
    """Read one number with its thousands, its 万 or million."""
    found = NUMBER.search(text)
    assert found is not None, text
    value, step = Decimal(0), Decimal(1)
    for digits, word in re.findall(rf"({DIGITS}) ?(兆|億|万|trillion|billion|million)?", found[3]):
        scale = Decimal(WORDS.get(word, 1))
        value += Decimal(digits.replace(",", "")) * scale
        step = Decimal(1).scaleb(-len(digits.partition(".")[2])) * scale
    return Read(-value if found[2] else value, step, found[1] is not None)


def last_place(number: Read) -> Decimal:
    """Return the place of the last digit but zeros."""
    return Decimal(1).scaleb(int(number.value.normalize().as_tuple().exponent))


PATTERNS = {
    # what it is held against, the figure, the gap; and the gap may be missing
    "ja": re.compile(r"^(?:計画|目標|上限|維持する目標|一度達成した目標) (?P<other>.+?) に対し (?P<actual>.+?)(?:、(?P<gap>[^、(]*?\d[^、(]*))?(?:、基準 (?P<base>.+?) [もを]..る|、上限以内)?\("),
    "en": re.compile(r"^(?P<actual>.+?) against (?:an? (?:target|cap) of (?:keeping )?)?(?P<other>.+?)(?: that had been reached)?(?: planned)?(?:: (?P<gap>[^(]*?\d[^(]*))?(?:: within it)? \("),
}  # fmt: skip


def texts(definition: Definition, found: Judgement, language: str) -> tuple[str, str]:
    return sentence(definition, found, as_of=AS_OF, language=language), short_sentence(definition, found, language=language)


def status_of(said: str, language: str) -> str:
    """Return the status that stands in the brackets."""
    inside = re.search(r"\((" + "|".join(sorted((*GOOD[language], *BAD[language]), key=len, reverse=True)) + r")[、,]", said)
    return inside[1] if inside else ""


def check(definition: Definition, found: Judgement, language: str) -> None:
    """Read a sentence and its short form back, and hold them against the numbers they were made of."""
    said, brief = texts(definition, found, language)
    value = value_of(definition, found.figure) if found.figure else None
    assert value is not None and found.goal is not None
    for text in (said, brief):
        assert "e+" not in text and "e-0" not in text and not re.search(r"[-−]0(?:\.0+)?(?![\d.,])", text), text
    main = said.split("。")[0] if language == "ja" else said.split("). ")[0] + ")"
    parts = PATTERNS[language].search(main)
    against = found.planned_value if re.match(r"計画", main) or " planned" in main.split("(")[0] else found.goal.value
    assert against is not None
    sign = -1 if definition.direction == "lower" else 1
    fell = found.baseline is not None and (value - found.baseline.value) * sign < 0
    worse = (value - against) * sign < -1e-9
    word = status_of(main, language)
    if definition.direction != "keep":
        tolerated = TOLERATED[language] in main
        if word in GOOD[language]:
            assert not any(w in main for w in (*SHORT[language], *OVER[language])), said
            assert tolerated or not worse, said
            assert not tolerated or (value - found.goal.value) * sign < 0, said  # nothing short of its target to tolerate
        if word in BAD[language]:
            assert (fell if word in ("後退", "moving away") else worse) and not tolerated, said
        if any(w in main for w in (*SHORT[language][:1], *OVER[language])):
            assert worse, said
    for way, words in ((1, UP), (-1, DOWN)):
        if any(w in re.split(r"\(|、基準|, (?:and|but) ", main)[0] for w in words[language]):
            assert way * (value - against) > 0, said
    based = re.search(r"基準 (.+?) [もを](上|下)回る|(above|below) the baseline of (.+?) \(", main)
    if based is not None and found.baseline is not None:
        assert (value > found.baseline.value) == ((based[2] or based[3]) in ("上", "above")), said
        assert read(based[1] or based[4]).value != read(parts["actual"]).value if parts else True, said
    if parts is None:
        return
    actual, other = read(parts["actual"]), read(parts["other"])
    apart = abs(value - against) > 1e-9
    assert (actual.value != other.value) == apart, said
    if apart:
        assert (actual.value > other.value) == (value > against), said
    for shown, exact in ((actual, value), (other, against)):
        assert (shown.value == 0) == (abs(exact) < 1e-12), said
        # A plan is written as exactly as the figure beside it (beside 1,001,000 to the thousand); a figure as published.
        room = max(shown.step, last_place(actual)) if shown is other else shown.step
        assert abs(shown.value - Decimal(repr(exact))) <= room, said
    if parts["gap"] and any(c.isdigit() for c in parts["gap"]):
        gap = read(parts["gap"])
        assert gap.value > 0, said
        assert max(gap.step, last_place(gap)) >= min(actual.step, other.step), said
        assert gap.is_about == (actual.is_about or other.is_about), said
        if not gap.is_about:
            assert gap.value == abs(actual.value - other.value), said
        if brief and re.search(r"\d", brief):
            numbers = [read(m[0]).value for m in NUMBER.finditer(brief)]
            told = gap.value in numbers or (word in GOOD[language] and other.value in numbers)  # reached its target of 98%
            assert told or TOLERATED[language] in brief or not numbers, (said, brief)


def numbers_of(text: str) -> list[Decimal]:
    """Return every number of a text but days and periods, in order of size."""
    plain = re.sub(r"\d{4}年\d+月\d+日|\d+ [A-Z][a-z]{2} \d{4}|FY\d{4}(?: Q\d)?|(?:令和|平成)\S+?年度(?:第\d四半期)?", "", text)
    return sorted(read(m[0]).value for m in NUMBER.finditer(plain))


def check_both(definition: Definition, found: Judgement) -> None:
    """Hold the sentences of both languages against the numbers they were made of, and against each other."""
    for language in ("ja", "en"):
        check(definition, found, language)
    for ja, en in zip(*(texts(definition, found, language) for language in ("ja", "en")), strict=True):
        assert numbers_of(ja) == numbers_of(en), (ja, en)


scaled = some.builds(
    lambda digits, places, scale: float(Decimal(digits).scaleb(-places) * scale),
    some.integers(1, 99_999), some.integers(0, 4), some.sampled_from([1, 1, 1, 10, 10**4, 10**6, 10**8, 10**9]),
)  # fmt: skip
rates = some.one_of(
    some.integers(0, 1000).map(lambda n: n / 10),
    some.integers(1, 9999).map(lambda n: n / 100),
    some.tuples(some.integers(0, 30_000), some.integers(1, 30_000)).map(lambda p: min(p) / max(p) * 100),
)
near = some.sampled_from([0.0, 1e-7, 0.004, 0.04, 0.05, 0.3, 1.0, 7.0, 400.0, 500_000.0])


@some.composite
def pairs(draw: some.DrawFn, is_rate: bool) -> tuple[float, float]:
    """Return a value and one that it may be held against: often very near."""
    value = draw(rates if is_rate else scaled)
    if draw(some.booleans()):
        return value, draw(rates if is_rate else scaled)
    other = float(f"{value + draw(near) * draw(some.sampled_from([-1, 1])):.12g}")
    return value, other if other > 0 else value


KINDS = ("ratio", "reduction", "stock", "completion", "level", "ceiling")
WORSE = ("slightly_behind", "behind", "moving_away", "missed", "reached_then_lost")
UNITS = [("%", "%", 1), ("%", "%", 0), ("枚", "sheets", 0), ("円", "yen", 0), ("人", "people", 1)]


WALK = [
    (kind, direction, status)
    for kind, direction, status in product(KINDS, ("higher", "lower"), ("reached", "on_track", *WORSE, "not_due"))
    if kind != "ceiling" or (status not in ("moving_away", "reached_then_lost"))
]


@pytest.mark.parametrize(("kind", "direction", "status"), WALK)
@settings(max_examples=30, deadline=None)
@given(data=some.data())
def test_no_sentence_calls_better_worse_or_shows_equal_numbers_for_unequal_ones(
    kind: str, direction: str, status: str, data: some.DataObject
) -> None:
    unit = data.draw(some.sampled_from(UNITS[:2] if kind in ("ratio", "reduction") else UNITS[2:]))
    definition = Definition("x", kind, direction, "率", "Rate", *unit)
    value, other = data.draw(pairs(unit[0] == "%"))
    better = (value - other) * definition.sign
    if (status == "reached" and better < 0) or (status in WORSE and better > 0):
        value, other = other, value
    assume(status not in WORSE or abs(better) > 1e-9)
    far = other * 2 if kind == "ceiling" else other + definition.sign * abs(other or 1.0)  # a target further on than the plan
    assume(kind != "ceiling" or status in WORSE or value <= far)
    held = status in ("reached", "missed", "reached_then_lost")
    figure = Figure(
        "FY2022", value, is_approximate=data.draw(some.booleans()), is_worked_out=unit[0] == "%" and data.draw(some.booleans())
    )
    base = value + definition.sign * (abs(value) / 2 or 0.5) if status == "moving_away" else other - definition.sign * 10
    found = Judgement(
        status, figure=figure, goal=Goal("FY2022", other if held else far), planned_value=None if held else other,
        variance=None if held else value - other, baseline=Baseline("FY2020", base),
    )  # fmt: skip
    assume(abs(base - found.goal.value) > 1e-9)  # type: ignore[union-attr]
    check_both(definition, found)


CODES = ("2021-06", "FY2021-Q2", "2021-12", "FY2021", "FY2022-Q1", "2022-09", "FY2022")


@pytest.mark.parametrize(("kind", "direction"), list(product(KINDS, ("higher", "lower"))))
@settings(max_examples=60, deadline=None)
@given(data=some.data())
def test_the_sentences_of_the_engine_hold(kind: str, direction: str, data: some.DataObject) -> None:
    unit = data.draw(some.sampled_from(UNITS[:2] if kind in ("ratio", "reduction") else UNITS[2:]))
    definition = Definition("x", kind, direction, "率", "Rate", *unit)
    numbers = rates if unit[0] == "%" else scaled
    figures = [
        Figure(code, data.draw(numbers), is_year_to_date=kind == "ceiling", is_approximate=data.draw(some.booleans()))
        for code in sorted(data.draw(some.sets(some.sampled_from(CODES), min_size=1, max_size=4)))
    ]
    # Plans go any way: targets that ask for less than the one before, baselines beyond their target, or equal to it.
    steps = data.draw(some.lists(numbers, min_size=4, max_size=4))
    if data.draw(some.booleans()):
        steps = sorted(steps, reverse=direction == "lower")
    if data.draw(some.booleans()):
        steps[0] = steps[-1]  # kept at its baseline
    goals = [Goal(code, value) for code, value in zip(("FY2021", "FY2022", "FY2023"), steps[1:], strict=True)]
    baseline = Baseline("FY2020", steps[0]) if data.draw(some.booleans()) else None
    last = max(figure.period.end for figure in figures)
    found = judge(definition, figures, goals, baseline=baseline, as_of=last)
    assume(found.figure is not None and found.goal is not None and found.status not in ("unreported", "not_applicable"))
    value = value_of(definition, found.figure)  # type: ignore[arg-type]
    if (
        value is not None
        and found.planned_value is not None
        and kind != "ceiling"
        and (value - found.planned_value) * definition.sign >= 0
    ):
        assert found.status not in ("slightly_behind", "behind", "moving_away"), "better than its plan and called worse"
    check_both(definition, found)


def test_the_reader_reads() -> None:
    assert read("約1兆2,345億6,789万123円") == Read(Decimal(1_234_567_890_123), Decimal(1), True)
    assert read("5,695万枚") == Read(Decimal(56_950_000), Decimal(10_000), False)
    assert read("−0.04%") == Read(Decimal("-0.04"), Decimal("0.01"), False)
    assert read("about 56.95 million sheets") == Read(Decimal(56_950_000), Decimal(10_000), True)
