"""The matrix of bureaus: themes, procedures, facilities, milestones, and the state of each bureau's report.

A cell is tinted only where a figure falls short; a figure that is due and missing is hatched; not applicable is a dash. A theme for
which no bureau has a figure is reported in a sentence, not as a column, since an empty column would read as if all had failed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kpis.figures.bureaus import BureauReport, milestones_once
from kpis.figures.projects import Milestone
from kpis.figures.records import FELL_SHORT, JUDGED, value_of
from kpis.figures.scorecard import Scored, number_text, shown_figure
from kpis.figures.sentences import planned_text
from kpis.government import government
from kpis.grouped import grouped
from kpis.periods import Period
from kpis.store import tables
from kpis.text import status_word
from telling.blocks import BLANK, Telling
from telling.bureaus import LATE, PAST_DUE, known_count, of_themes
from telling.overview import theme_name
from telling.words import Words

QUIET, MISSING, NONE = "quiet", "missing", "none"
OVERDUE = "overdue"
IN_COLUMNS = ("done", *PAST_DUE)  # states of milestones that have a column


@dataclass(frozen=True, slots=True)
class Leads:
    """The list behind a count: register (``procedures``, ``facilities``, ``milestones``, ``own``), filter and bureau (blank: all)."""

    of: str
    narrowed: str = ""
    bureau: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """The content of a cell."""

    text: str
    # one of ``FELL_SHORT``, or ``QUIET`` (needs no mark), ``MISSING`` (due, not reported) or ``NONE`` (not applicable)
    status: str = QUIET
    share: float | None = None  # the length of a bar, 0 to 1
    period: str = ""  # where it differs from the column's
    title: str = ""  # the full text
    is_loud: bool = False
    leads: Leads | None = None  # the list behind a count
    # on phones, where the heads of columns are not shown: the label with the period, and the text with its unit
    label: str = ""
    written: str = ""


@dataclass(frozen=True, slots=True)
class MatrixColumn:
    """A column: heading, the line below it, group heading, and its name where it is shown alone."""

    key: str
    group: str
    name: str
    below: str
    alone: str


@dataclass(frozen=True, slots=True)
class Handed:
    """The state of a bureau's report of the newest period: code, word, and whether it is late."""

    state: str
    word: str
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A bureau with its cells in column order; ``short`` counts the cells that fall short of plan; ``handed`` is its report."""

    code: str
    name: str
    cells: tuple[Cell, ...]
    short: int
    handed: Handed | None


@dataclass(frozen=True, slots=True)
class Matrix:
    """The matrix: columns, summary rows above the bureaus (name, cells), bureaus by group, and notes on what it leaves out."""

    title: str
    columns: tuple[MatrixColumn, ...]
    heads: tuple[tuple[str, tuple[Cell, ...]], ...]
    groups: tuple[tuple[str, tuple[MatrixRow, ...]], ...]
    notes: tuple[str, ...]
    report: str  # heading of the column of reports; blank: no such column

    @property
    def rows(self) -> tuple[MatrixRow, ...]:
        """Return every bureau."""
        return tuple(row for _, rows in self.groups for row in rows)


def in_short(theme: str, words: Words) -> str:
    """Return the short name of a theme: without the explanation in brackets that やさしい日本語 adds."""
    name = theme_name(theme, words)
    return re.sub(r"(?<=.)[(\uff08].*[)\uff09]$", "", name)


def matrix(
    telling: Telling, reports: Sequence[BureauReport], handed: Mapping[str, Handed] | None = None, *, period: str = "",
    gone: Sequence[BureauReport] = (),
) -> Matrix:  # fmt: skip
    """Return the matrix of the bureaus of a day.

    Args:
        reports: the bureaus, in catalogue order.
        handed: state of each bureau's report of a period, for viewers who may see it.
        gone: bureaus that have ended, which count in the totals.
    """
    w, handed = telling.words, handed or {}
    every = {theme: row for theme, row in of_themes(list(telling.moment.indicators.values())).items()}
    themes = [(theme, every[theme]) for theme in government().cards if theme in every]
    shown = [(theme, row) for theme, row in themes if any(_item(r, row) is not None for r in reports)]
    usual = {row.indicator_code: _usual(reports, row) for _, row in shown}
    columns = [
        MatrixColumn(
            row.indicator_code, w("nav_themes"),
            in_short(theme, w) + (w("in_brackets", text=unit) if (unit := w.named(row, "unit")) not in BLANK else ""),
            usual[row.indicator_code].label(w.language), in_short(theme, w),
        )
        for theme, row in shown
    ]  # fmt: skip
    columns += [
        MatrixColumn("own", "", w("matrix_own"), "", w("matrix_own")),
        *(
            MatrixColumn(register, w(f"matrix_{register}"), w(name), w("matrix_of_all"), f"{w(f'matrix_{register}')}\n{w('matrix_of_all')}")
            for register, name in (("procedures", "matrix_digital"), ("facilities", "matrix_cashless"))
        ),
        *(
            MatrixColumn(f"milestones_{name}", w("matrix_milestones"), w(f"matrix_{name}"), "", w(f"matrix_alone_{name}"))
            for name in ("done", "late", "unseen")
        ),
    ]  # fmt: skip
    rows = [_row(telling, report, shown, usual, handed.get(report.code)) for report in reports]
    return Matrix(
        title=title(reports, rows, len(shown), w), columns=tuple(columns), heads=_heads(telling, reports, rows, shown, gone),
        groups=_grouped(reports, rows, w), notes=tuple(_notes(telling, reports, themes, shown)),
        report=w("matrix_report", period=period) if handed else "",
    )  # fmt: skip


def _notes(
    telling: Telling,
    reports: Sequence[BureauReport],
    themes: Sequence[tuple[str, tables.Indicator]],
    shown: Sequence[tuple[str, tables.Indicator]],
) -> list[str]:
    """Return what the table leaves out, and of what its totals are."""
    w = telling.words
    absent = [w.named(row) for theme, row in themes if (theme, row) not in shown]
    notes = [w("matrix_not_reported", names=w("list_comma").join(absent), bureaus=len(reports))] if absent else []
    wholes = {s.entry.definition.code: s.judgement.figure for s in telling.moment.own}
    figures = [wholes.get(row.indicator_code) for _, row in shown]
    notes += [w("matrix_published_whole")] if any(f is not None and not f.is_rolled_up for f in figures) else []
    notes += [w("matrix_as_listed")] if any(r.procedures or r.facilities for r in reports) else []
    by_class = sum(r.facilities.get("class_level_only", 0) for r in reports)
    notes += [w("matrix_by_class", count=by_class)] if by_class else []
    notes += [w("matrix_as_led")] if any(r.milestones for r in reports) else []
    rest = [others for r in reports if (others := [m for m in r.milestones if m.state not in IN_COLUMNS])]
    once = {m.code for others in rest for m in others}
    notes += [w("matrix_rest", count=w.number(len(once)), bureaus=len(rest))] if once else []
    return notes


def of_gone(telling: Telling, gone: Sequence[BureauReport]) -> Matrix:
    """Return the matrix of bureaus that ended by the day, without totals: they never existed together."""
    return replace(matrix(telling, gone), heads=(), notes=())


def title(reports: Sequence[BureauReport], rows: Sequence[MatrixRow], themes: int, words: Words) -> str:
    """Return the number of bureaus with data, and of those short of plan; the first ``themes`` cells of a row are themes."""
    short = sum(bool(row.short) for row in rows)
    common = sum(any(cell.status not in (MISSING, NONE) for cell in row.cells[:themes]) for row in rows)
    if common:
        judged = sum(any(s.judgement.status in JUDGED for s in r.figures) for r in reports)
        # They missed the last target with a known result, where another one applies now.
        missed = sum(any(s.judgement.missed_before is not None for s in r.figures) for r in reports)
        key = "matrix_title" if short else "matrix_title_none_short" if judged else "matrix_title_unjudged"
        if missed and not judged:
            key = "matrix_title_missed"
        return words(key, bureaus=len(reports), some=common, short=short, judged=judged, missed=missed, themes=words("nav_themes"))
    counts = {
        "procedures": (r.procedures for r in reports),
        "facilities": (r.facilities for r in reports),
        "milestones": (r.milestones for r in reports),
    }
    known = {name: sum(map(bool, rows)) for name, rows in counts.items()}
    return words("matrix_title_registers" if any(known.values()) else "matrix_title_nothing", bureaus=len(reports), **known)


def _item(report: BureauReport, row: tables.Indicator) -> Scored | None:
    return next(
        (s for s in report.scored if s.entry.definition.code == row.indicator_code and s.judgement.figure is not None), None
    )


def _usual(reports: Iterable[BureauReport], row: tables.Indicator) -> Period:
    """Return the most frequent period of bureaus' figures, the newest of several."""
    counted = Counter(item.judgement.figure.period for r in reports if (item := _item(r, row)) and item.judgement.figure)
    return max(counted, key=lambda p: (counted[p], p.end))


def _row(
    telling: Telling,
    report: BureauReport,
    themes: Sequence[tuple[str, tables.Indicator]],
    usual: Mapping[str, Period],
    handed: Handed | None,
) -> MatrixRow:
    w = telling.words
    cells = [_figure(report, theme, row, usual[row.indicator_code], words=w) for theme, row in themes]
    short = sum(s.judgement.status in FELL_SHORT for s in report.figures)
    code = report.code
    cells.append(_count(len(report.own), w, Leads("own", "", code)))
    cells += [
        _share(report.procedures, "done", w, Leads("procedures", "done", code)),
        _share(report.facilities, "introduced", w, Leads("facilities", "introduced", code)), *_milestones(report.milestones, w, code),
    ]  # fmt: skip
    return MatrixRow(report.code, w.unit(report.unit), tuple(cells), short, handed)


def _figure(report: BureauReport, theme: str, row: tables.Indicator, usual: Period, *, words: Words) -> Cell:
    item = _item(report, row)
    if item is None or item.judgement.figure is None:
        if not report.unit.is_valid_on(usual.end):
            return Cell("—", NONE, title=words("matrix_not_there_then", period=usual.label(words.language)))
        is_owed = row.indicator_code in report.owed
        return Cell(words("matrix_missing"), MISSING, title=words("no_report")) if is_owed else Cell("—", NONE)
    figure, status = item.judgement.figure, item.judgement.status
    definition = item.entry.definition
    value = value_of(definition, figure)
    text, written = words("matrix_text"), ""
    if value is not None:
        bare = definition.without_unit()
        text, written = (number_text(d, figure, value, words.language, apart_from=item.beside) for d in (bare, definition))
    period = "" if figure.period == usual else figure.period.short(words.language)
    shown = shown_figure(item, figure, words.language)
    description = shown if value is None else f"{status_word(status, words.language)} {item.sentence(words.language)}"
    name = in_short(theme, words)
    return Cell(
        text, status if status in FELL_SHORT else QUIET, period=period, title=description, written=written,
        label=name if period else f"{name}\n{usual.label(words.language)}",
    )  # fmt: skip


def _share(counts: Mapping[str, int], done: str, words: Words, leads: Leads) -> Cell:
    total, some = sum(counts.values()), known_count(counts, done)
    if not total:
        return Cell("—", NONE)
    if some is None:
        return Cell(f"— / {words.number(total)}", leads=replace(leads, narrowed="unknown" if leads.of == "procedures" else ""))
    return Cell(f"{words.number(some)} / {words.number(total)}", share=some / total, leads=leads)


def _count(count: int, words: Words, leads: Leads) -> Cell:
    return Cell(words.number(count), leads=leads) if count else Cell("·")


def _milestones(milestones: Iterable[Milestone], words: Words, bureau: str = "") -> list[Cell]:
    states = Counter(m.state for m in milestones)
    counts = (states["done"], sum(states[state] for state in LATE), states["not_seen"])
    return [
        Cell(
            words.number(count) if count else "·",
            is_loud=bool(count) and at == 1,
            title="" if count else words.number(0),
            leads=Leads("milestones", state, bureau) if count else None,
        )
        for at, (count, state) in enumerate(zip(counts, ("done", OVERDUE, "not_seen"), strict=True))
    ]


def _heads(
    telling: Telling, reports: Sequence[BureauReport], rows: Sequence[MatrixRow], themes: Sequence[tuple[str, tables.Indicator]],
    gone: Sequence[BureauReport],
) -> tuple[tuple[str, tuple[Cell, ...]], ...]:  # fmt: skip
    """Return the rows above the bureaus: the whole with bureaus that are gone, its plan, and of the bureaus of the day how many have what.

    A row in which nothing could be said is left out: where no figure is held against a plan, nobody falls short and nobody is at plan.
    """
    w, theme_count = telling.words, len(themes)
    whole, every = {s.entry.definition.code: s for s in telling.moment.own}, [*reports, *gone]
    items = [whole.get(row.indicator_code) for _, row in themes]
    procedures, facilities = (
        _share(sum((Counter(dict(counts)) for counts in counted), Counter()), done, w, Leads(register, done))
        for register, counted, done in (
            ("procedures", [r.procedures for r in every], "done"),
            ("facilities", [r.facilities for r in every], "introduced"),
        )
    )
    total = [_of_whole(item, w) for item in items]
    plan = [
        Cell(planned_text(item.entry.definition, item.judgement, w.language))
        if item is not None and item.judgement.planned_value is not None
        else Cell("—", NONE)
        for item in items
    ]
    covered = [
        *(sum(cell.status != MISSING for cell in (row.cells[at] for row in rows) if cell.status != NONE) for at in range(theme_count)),
        sum(bool(r.own) for r in reports),
        *(sum(map(bool, counts)) for counts in ([r.procedures for r in reports], [r.facilities for r in reports])),
    ]  # fmt: skip
    coverage = [_of_bureaus(some, reports, w) for some in covered]
    by_state = (Counter(at for at, cell in enumerate(_milestones(r.milestones, w)) if cell.leads is not None) for r in reports)
    having = sum(by_state, Counter[int]())
    coverage += [_of_bureaus(having[at], reports, w) if having[at] else Cell("·", title=w.number(0)) for at in range(3)]
    short, missed = [], []
    for _, row in themes:
        judged = [item.judgement for r in reports if (item := _item(r, row)) is not None]
        is_judged = any(j.status in JUDGED for j in judged)
        short.append(Cell(w.number(sum(j.status in FELL_SHORT for j in judged))) if is_judged else Cell("—", NONE))
        late = sum(j.missed_before is not None for j in judged)
        missed.append(Cell(w.number(late)) if late else Cell("—", NONE))
    # Each bureau's list is shown with its bureau, below.
    own = Cell(w.number(count) if (count := sum(len(r.own) for r in every)) else "·")
    nothing = Cell("", NONE)
    lines = [
        (w("matrix_whole_gone" if gone else "matrix_whole"), (*total, own, procedures, facilities, *_milestones(milestones_once(every), w))),
        (w("planned"), (*plan, *[nothing] * 6)),
        (w("matrix_covered"), tuple(coverage)),
        (w("matrix_short"), (*short, *[nothing] * 6)),
        (w("matrix_missed"), (*missed, *[nothing] * 6)),
    ]  # fmt: skip
    return tuple((name, cells) for name, cells in lines if any(cell.status != NONE for cell in cells))


def _of_bureaus(some: int, reports: Sequence[BureauReport], words: Words) -> Cell:
    return Cell(f"{words.number(some)} / {words.number(len(reports))}")


def _of_whole(item: Scored | None, words: Words) -> Cell:
    if item is None or item.judgement.figure is None:
        return Cell("—", NONE)
    figure = item.judgement.figure
    is_text = value_of(item.entry.definition, figure) is None
    text = words("matrix_text") if is_text else shown_figure(item, figure, words.language)
    return Cell(text, period=figure.period.short(words.language), title=item.sentence(words.language))


def _grouped(
    reports: Sequence[BureauReport], rows: Sequence[MatrixRow], words: Words
) -> tuple[tuple[str, tuple[MatrixRow, ...]], ...]:
    kinds = [government().unit_kinds[report.unit.kind] for report in reports]
    named = (words.named(kind, "group") or words.named(kind) for kind in kinds)
    return tuple((name, tuple(columns)) for name, columns in grouped(zip(named, rows, strict=True)).items())
