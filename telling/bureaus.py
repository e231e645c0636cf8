"""Blocks of bureaus' figures: the grid of bureaus by theme, coverage, and one indicator by bureau."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from charts.shapes import Bar, Ranked
from kpis.figures.bureaus import BureauReport, milestones_once
from kpis.figures.measures import stand
from kpis.figures.projects import MILESTONE_STATES
from kpis.figures.records import FELL_SHORT, JUDGED, Figure, Judgement, value_of
from kpis.figures.rollup import RollUp
from kpis.figures.scorecard import Scored, figure_text, number_text
from kpis.figures.sentences import standing_word
from kpis.government import government
from kpis.kinds import KINDS
from kpis.periods import Period, parse_period
from kpis.store import tables
from kpis.text import format_count, format_date, format_value, large_unit, texts_of
from telling.blocks import Block, Cell, Flat, Number, Telling
from telling.overview import coverage_lines, theme_name
from telling.words import Words

LATE = ("late", "missed")
PAST_DUE = (*LATE, "not_seen")  # states of a milestone that is past due without result


def of_themes(indicators: Sequence[tables.Indicator]) -> dict[str, tables.Indicator]:
    """Return theme → first headline indicator, for themes with a card, that bureaus report."""
    return {
        row.theme: row
        for row in reversed(indicators)
        if row.is_reported_by_bureaus and row.is_headline and row.theme in government().cards
    }


def heat_file() -> str:
    """Return the name of the table of bureaus by theme, which is derived from the address of the page of themes."""
    return f"bureau_{government().page.address}"


def heat(telling: Telling, reports: Sequence[BureauReport], indicators: Sequence[tables.Indicator]) -> Block:
    """Return every bureau by theme as flat rows: value, period and status. The table for people is ``telling.matrix``."""
    by_theme = of_themes(indicators)
    flat: list[Flat] = []
    for report in reports:
        scored_of = {s.entry.definition.code: s for s in report.scored}
        for row in (by_theme[theme] for theme in government().cards if theme in by_theme):
            item = scored_of.get(row.indicator_code)
            figure = item.judgement.figure if item else None
            flat.append(
                {
                    "organisation": telling.view, "bureau_code": report.code, "indicator_code": row.indicator_code,
                    "period_code": figure.period_code if figure else None,
                    "value": value_of(item.entry.definition, figure) if item and figure else None,
                    **texts_of(row, "unit"), "status": item.judgement.status if item else "no_data", "is_sample": bool(figure and figure.is_sample),
                }
            )  # fmt: skip
    return Block(key="heat", columns=(), rows=(), flat=tuple(flat), file=heat_file())


def coverage(
    telling: Telling, wholes: Iterable[Scored], indicators: Sequence[tables.Indicator], reports: Sequence[BureauReport]
) -> Block:
    """Return for each theme with a card how many bureaus reported the newest period, and the roll-up of their reports.

    Args:
        wholes: judgements; those for an indicator's own scope hold the roll-ups.
        reports: the bureaus of the day; before any report, those that owe one.
    """
    w, by_code = telling.words, {s.entry.definition.code: s for s in wholes if s.entry.is_own_scope}
    owing = sum(1 for r in reports if r.is_valid)
    rows: list[tuple[Cell, ...]] = []
    flat: list[Flat] = []
    notes: list[str] = []
    current = {r.code for r in reports if r.is_valid}
    for theme in government().cards:
        row = of_themes(indicators).get(theme)
        if row is None:
            continue
        item = by_code.get(row.indicator_code)
        # One bureau's figure on a page is no coverage; several published ones are.
        counted = [r for r in item.rolled if r.reported_count > 1 or not r.is_published_only] if item else []
        newest = counted[-1] if counted else None
        total = value_of(item.entry.definition, newest.figure) if item and newest and newest.figure else None
        owed, reported = (newest.owing_count, newest.reported_count) if newest else (owing, 0)
        if newest and (owed != owing or not current.issuperset(newest.with_figures)):
            gone = len(set(newest.with_figures) - current)
            counts = {"owing": owed, "reported": reported, "gone": gone, "today": owing}
            of = {"theme": theme_name(theme, w), "period": period_label(newest.period_code, w)}
            notes.append(w("cov_then_gone" if gone else "cov_then", **of, **counts))
        shown: Cell = "―"
        if item is not None and total is not None:
            definition = item.entry.definition
            shown = Number(total, format_value(total, definition, w.language, is_worked_out=True))
        period = period_label(newest.period_code, w) if newest else "―"
        complete = w("answer_yes") if newest and newest.is_complete else w("answer_no")
        rows.append((theme_name(theme, w), w.named(row), period, reported, owed, shown, complete))
        flat.append(
            {
                "indicator_code": row.indicator_code, "period_code": newest.period_code if newest else None,
                "reported_count": reported, "owing_count": owed, "value": total, **texts_of(row, "unit"),
                "is_complete": bool(newest and newest.is_complete),
            }
        )  # fmt: skip
    heads = ("themes", "ed_indicators", "period", "cov_reported", "cov_owing", "cov_sum", "cov_complete")
    sentence = w("cov_sentence", some=sum(1 for f in flat if f["reported_count"]), all=len(flat))
    return Block(
        key="coverage", title=w("cov_title"), sentence=sentence, columns=tuple(w(h) for h in heads), rows=tuple(rows),
        flat=tuple(flat), is_table_open=True, notes=tuple(notes), file="bureau_coverage",
    )  # fmt: skip


def period_label(code: str, words: Words) -> str:
    """Return a period's display name."""
    return parse_period(code).label(words.language)


def shown_value(item: Scored, figure: Figure, words: Words) -> str:
    """Format a bureau's value."""
    definition = item.entry.definition
    value = value_of(definition, figure)
    if value is None:
        return figure_text(definition, figure, words.language)
    return number_text(definition, figure, value, words.language, apart_from=item.beside)


def value_label(item: Scored, figure: Figure, words: Words) -> str:
    """Format a bureau's value with numerator and denominator, where it has them; of a reduction, from what to what."""
    definition = item.entry.definition
    value, text = value_of(definition, figure), shown_value(item, figure, words)
    if value is None:
        return text
    kind = KINDS[definition.kind]
    parts = (figure.numerator if kind.divisor else value, getattr(figure, kind.against))
    if None in parts or kind.is_cap:
        return text
    shares = [format_count(p, words.language) for p in parts if p is not None]
    return f"{text} ({shares[1]} → {shares[0]})" if kind.divisor == "base_value" else f"{text} ({shares[0]} / {shares[1]})"


def by_bureau(
    telling: Telling, whole: Scored, parts: Sequence[Scored], period: Period, *, name: Callable[[str], str],
) -> Block:  # fmt: skip
    """Rank the bureaus by one indicator for a period, with coverage and limits of comparability.

    Args:
        whole: the indicator for its own scope, with the roll-up of reports.
        name: returns the name of an organisation unit.
    """
    w, definition = telling.words, whole.entry.definition
    figures_of = [(s, f) for s in parts for f in s.figures if f.period_code == period.code]
    valued = sorted(
        [(s, f, v) for s, f in figures_of if (v := value_of(s.entry.definition, f)) is not None],
        key=lambda p: -p[2] * definition.sign,
    )
    rolled = next((r for r in whole.rolled if r.period_code == period.code), None)
    owing, reported = (rolled.owing_count, rolled.reported_count) if rolled else (len(figures_of), len(figures_of))
    notes = _hard_to_compare(telling, whole, figures_of, rolled, name=name, is_ranked=len(valued) > 1)
    sentence = _ends_of_ranking(valued, period, owing=owing, reported=reported, name=name, words=w)
    shape = _ranked(valued, name, w) if len(valued) > 1 else None
    rows = tuple(
        (
            name(s.entry.unit_code), Number(value_of(s.entry.definition, f), value_label(s, f, w)),
            standing_word(s.judgement, w.language), f.numerator, _denominator(s, f),
        )
        for s, f in figures_of
    )  # fmt: skip
    flat = tuple(
        {
            "indicator_code": definition.code, "unit_code": s.entry.unit_code, "period_code": f.period_code, "value": f.value,
            "unit": definition.unit_en, "numerator": f.numerator, "denominator": f.denominator, "base_value": f.base_value,
            "text_ja": f.text_ja, "is_recast": f.is_recast, "is_sample": f.is_sample, "organisation": telling.view,
        }
        for s, f in figures_of
    )  # fmt: skip
    is_measured = shape is not None and (shape.target is not None or any(bar.planned is not None for bar in shape.bars))
    is_newest = period == max((f.period for s in parts for f in s.figures), key=lambda p: (p.end, p.start), default=period)
    return Block(
        key="by_bureau", sentence=sentence, columns=(w("bureau"), w("value"), w("statuses_one"), w("ed_numerator"), w("ed_denominator")), rows=rows,
        flat=flat, shape=shape,
        why_empty=w.together((w("compare_no_ranking"), *notes)) if valued else w("coverage_no_sum", owing=owing, reported=len(figures_of)),
        notes=(*([w("ranked_marks")] if is_measured else []), *notes), file="observations",
        chart=f"bureaus/{definition.code}" + ("" if is_newest else f".{period.code}"),  # the file is of the newest
        called=w("taken_called", of=w.named(telling.moment.indicators[definition.code]), what=w("by_bureau")),
        sources=telling.sources(f.source_code for _, f in figures_of),
    )  # fmt: skip


def _hard_to_compare(
    telling: Telling, whole: Scored, figures_of: Sequence[tuple[Scored, Figure]], rolled: RollUp | None, *, name: Callable[[str], str],
    is_ranked: bool,
) -> list[str]:  # fmt: skip
    """Return caveats on comparing bureaus: gaps in coverage, other sources, sizes, recast figures."""
    w = telling.words

    def names(codes: Sequence[str]) -> str:
        return w("list_comma").join(name(code) for code in codes)

    notes = coverage_lines(whole, rolled, names, w) if rolled else []
    notes += beside(telling, whole, [f.source_code for _, f in figures_of], name)
    denominators = [d for s, f in figures_of if (d := _denominator(s, f)) is not None]
    if denominators and min(denominators) != max(denominators):
        notes.append(w("denominators_differ", low=w.number(min(denominators), ",.0f"), high=w.number(max(denominators), ",.0f")))
    elif whole.entry.definition.unit_ja != "%" and is_ranked:
        notes.append(w("counts_differ"))
    if any(f.is_recast for _, f in figures_of):
        notes.append(w("recast_note"))
    return notes


def _ends_of_ranking(
    valued: Sequence[tuple[Scored, Figure, float]],
    period: Period,
    *,
    owing: int,
    reported: int,
    name: Callable[[str], str],
    words: Words,
) -> str:
    """Say which bureau has the highest value and which the lowest, or the value of the only one; blank where there is none."""
    if not valued:
        return ""
    if len(valued) == 1:
        ((item, figure, _),) = valued
        value = value_label(item, figure, words)
        return words("compare_alone", period=period.label(words.language), name=name(item.entry.unit_code), value=value)
    low, *_, top = sorted(valued, key=lambda p: p[2])
    return words(
        "compare_sentence", period=period.label(words.language), owing=owing, reported=reported, top=name(top[0].entry.unit_code),
        top_value=value_label(top[0], top[1], words), low=name(low[0].entry.unit_code), low_value=value_label(low[0], low[1], words),
    )  # fmt: skip


def _ranked(valued: Sequence[tuple[Scored, Figure, float]], name: Callable[[str], str], words: Words) -> Ranked:
    """Return a bar for each unit, with its plan for the period and whether it falls short, as judged at the end of the period."""
    definition = valued[0][0].entry.definition
    bars, aims = [], []
    for item, figure, value in valued:
        judged = _judged_at(item, figure)
        bars.append(
            Bar(
                name=name(item.entry.unit_code), value=value, text=shown_value(item, figure, words), label=value_label(item, figure, words),
                planned=judged.planned_value if judged.status in JUDGED else None, is_short=judged.status in FELL_SHORT, is_recast=figure.is_recast,
            )
        )  # fmt: skip
        aims += [judged.goal.value] if judged.goal and judged.status in JUDGED else []
    (big, divisor), shared = large_unit(words.language), aims[0] if len(set(aims)) == 1 else None
    bars = [replace(bar, planned=None) if bar.planned == shared else bar for bar in bars]  # stated at the target line
    label = "" if shared is None else f"{words('target')} {format_value(shared, definition, words.language)}"
    return Ranked(tuple(bars), words.named(definition, "unit"), big, divisor, target=shared, target_label=label)


def _judged_at(item: Scored, figure: Figure) -> Judgement:
    """Return the judgement of a unit at the end of a figure's period; ``None`` if another figure is judged then."""
    if item.judgement.figure == figure:
        return item.judgement
    entry, figures = item.entry, [f for f in item.figures if f.period.end <= figure.period.end]
    then = stand(entry.definition, figures, entry.goals, baseline=entry.baseline, as_of=figure.period.end)
    return then if then.figure == figure else Judgement("no_data")


def beside(telling: Telling, whole: Scored, source_codes: Iterable[str], name: Callable[[str], str]) -> list[str]:
    """Return caveats of bureaus' figures: a scope different from the whole, secondary sources."""
    w, scope = telling.words, telling.bureaus.get(whole.entry.scope_code)
    notes = [w("compare_other_scope", scope=name(whole.entry.scope_code))] if scope is not None and scope.kind == "scope" else []
    codes = set(source_codes)
    if codes and all(telling.is_secondary(code) for code in codes):
        notes.append(w("compare_secondary"))
    return notes


def _denominator(item: Scored, figure: Figure) -> float | None:
    denominator: float | None = getattr(figure, KINDS[item.entry.definition.kind].against)
    return denominator


def listed(telling: Telling, reports: Sequence[BureauReport], link: Callable[[BureauReport], Cell]) -> Block:
    """List bureaus with their reported indicators, registers and milestones."""
    w = telling.words
    heads = (
        "bureau", "reports_column", "matrix_own", "procedures_column", "facilities_column",
        *(f"matrix_alone_{name}" for name in ("done", "late", "unseen")), "milestones_column",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    flat: list[Flat] = []

    def counted(count: int, *, is_any: bool = False) -> Cell:
        return Number(count, w.number(count)) if count or is_any else "―"

    for r in reports:
        states = (("done",), LATE, ("not_seen",))
        milestones = [*(sum(m.state in some for m in r.milestones) for some in states), len(r.milestones)]
        rows.append(
            (
                link(r), share_of({"reported": len(r.reported), "": len(r.owed) - len(r.reported)}, "reported", w), counted(len(r.own)),
                share_of(r.procedures, "done", w), share_of(r.facilities, "introduced", w),
                *(counted(count, is_any=bool(r.milestones)) for count in milestones),
            )
        )  # fmt: skip
        flat.append(
            {
                "organisation": telling.view, "bureau_code": r.code, "name_ja": r.unit.name_ja, "name_en": r.unit.name_en,
                "is_valid": r.is_valid, "indicators_owed_count": len(r.owed), "indicators_reported_count": len(r.reported),
                "own_indicators_count": len(r.own),
                "procedures_count": sum(r.procedures.values()), "procedures_done_count": known_count(r.procedures, "done"),
                "facilities_count": sum(r.facilities.values()), "facilities_introduced_count": known_count(r.facilities, "introduced"),
                "milestones_count": len(r.milestones),
                **{f"milestones_{state}_count": sum(m.state == state for m in r.milestones) for state in ("done", *PAST_DUE)},
            }
        )  # fmt: skip
    alone = milestones_once(reports)
    shared = sum(len(r.milestones) for r in reports) - len(alone)
    counts = Counter(m.state for m in alone)
    parts = w("list_comma").join(f"{w(f'state_{state}')} {w.number(counts[state])}" for state in MILESTONE_STATES if counts[state])
    sentences = [w("milestones_once", total=len(alone), shared=shared, parts=parts)] if shared else []
    owed = [telling.moment.indicators[code] for code in next((r.owed for r in reports if r.is_valid), ())]
    if owed:
        sentences.append(w("common_named", count=len(owed), names=w("list_comma").join(map(w.named, owed))))
    return Block(
        key="bureaus", sentence=w.together(sentences) if sentences else "", columns=tuple(w(h) for h in heads), rows=tuple(rows), flat=tuple(flat),
        is_table_open=True, file="bureau_summary",
    )  # fmt: skip


def title(report: BureauReport, words: Words) -> str:
    """Return a one-sentence summary of a bureau: common indicators, its own, or none."""
    name, ended = words.named(report.unit), report.unit.valid_to
    if not report.is_valid and ended:
        return words("bureau_title_gone", name=name, day=format_date(ended, words.language))
    if not report.figures:
        return words("bureau_title_none", name=name)
    common = words("bureau_common", owed=len(report.owed), reported=len(report.reported))
    sentences = [common] if report.scored else []
    sentences += [words("bureau_own", count=len(report.own))] if report.own else []
    return words("bureau_title", name=name, said=words("list_comma").join(sentences))


def share_of(counts: Mapping[str, int], done: str, words: Words) -> Cell:
    """Format how many of a register's rows are done; a dash where there are none, and for the count where no state is known."""
    total, some = sum(counts.values()), known_count(counts, done)
    if not total:
        return "―"
    return f"— / {words.number(total)}" if some is None else Number(some, f"{words.number(some)} / {words.number(total)}")


def known_count(counts: Mapping[str, int], done: str) -> int | None:
    """Return how many of a register's rows are done; ``None`` where the state of none is known, which is not the same as none done."""
    return None if counts and counts.get("unknown", 0) == sum(counts.values()) else counts.get(done, 0)
