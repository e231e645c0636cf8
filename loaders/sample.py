"""The sample organisation: made-up figures of every bureau that add up to the published totals, through the real upload.

Each bureau's template is issued, filled in, read, kept as a draft, submitted by one person and approved by another, as in
production. The totals are the store's official figures; only their division among bureaus is made up, deterministically.
The store itself is flagged as a sample, so every row of a report is marked, and nothing can be published.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import delete

from kpis.errors import FigureRefused
from kpis.figures.commented import NEEDING
from kpis.figures.records import Figure, value_of
from kpis.figures.scorecard import Book, Entry
from kpis.government import government
from kpis.grouped import grouped
from kpis.kinds import KINDS
from kpis.languages import both, say
from kpis.message import Message
from kpis.periods import fiscal_year_of, parse_period, periods_asked
from kpis.reporting.commentaries import asked_of, needing, standing
from kpis.reporting.comparison import figure_of
from kpis.reporting.deadlines import window
from kpis.reporting.people import COMMAND_LINE, add_person, record
from kpis.reporting.reports import warnings_of
from kpis.reporting.submissions import approve, confirm, give_back, submit
from kpis.store import tables
from kpis.store.store import Store
from kpis.store.tables import table_of
from loaders.sample_words import act, places, say_why
from loaders.workbook.door import issue_template
from loaders.workbook.layout import ACTIONS, COMMENTARIES, Layout, load_layout
from loaders.workbook.submit import receive

OFFICE = "office@sample.example.org"
_MADE = "sample_made"  # audit action at the end
Progress = Callable[[int, int], None]
Totals = dict[tuple[str, str], dict[str, float]]


@dataclass(frozen=True, slots=True)
class SampleMade:
    """The counts of a sample: uploaded workbooks, approved ones, and the rows they contained."""

    workbooks: int
    approved: int
    rows: int


def weight(*words: str) -> float:
    """Return a made-up weight between 0.2 and 1.8, deterministic for the given words."""
    return 0.2 + int(hashlib.sha256(" ".join(words).encode()).hexdigest()[:8], 16) / 0xFFFFFFFF * 1.6


def divide(total: int, weights: Sequence[float], *, most: Sequence[int] | None = None) -> list[int]:
    """Divide an integer by weights into parts that add up to it exactly; no part exceeds its ``most``.

    Raises:
        FigureRefused: the maxima add up to less than the total.
    """
    if most is not None and sum(most) < total:
        raise FigureRefused("sample_not_divided", total=total, most=sum(most))
    parts = [0] * len(weights)
    open_ = list(range(len(weights)))
    left = total
    while left > 0 and open_:
        whole = sum(weights[i] for i in open_)
        given = 0
        for i in list(open_):
            share = int(left * weights[i] / whole)
            room = share if most is None else min(share, most[i] - parts[i])
            parts[i] += room
            given += room
            if most is not None and parts[i] == most[i]:
                open_.remove(i)
        left -= given
        if given == 0:
            for i in sorted(open_, key=lambda i: -weights[i])[:left]:
                parts[i] += 1
                left -= 1
                if most is not None and parts[i] == most[i]:
                    open_.remove(i)
    return parts


def at_period(entry: Entry, period_code: str) -> float | None:
    """Return the published value for the last day of a period, interpolated linearly by days between two published values."""
    end = parse_period(period_code).end
    value_on: dict[date, float] = {}
    for figure in entry.figures:
        value = value_of(entry.definition, figure)
        if value is not None and (
            not KINDS[entry.definition.kind].is_cap or figure.is_year_to_date or figure.period.kind == "year"
        ):
            value_on[figure.period.end] = value
    if KINDS[entry.definition.kind].is_cap:  # a yearly counter restarts with each fiscal year
        year = parse_period(period_code).fiscal_year
        value_on = {day: v for day, v in value_on.items() if fiscal_year_of(day) == year} | {parse_period(f"FY{year - 1}").end: 0.0}
    if end in value_on:
        return value_on[end]
    before, after = [d for d in value_on if d < end], [d for d in value_on if d > end]
    if not before or not after:
        return value_on[max(before)] if before and not KINDS[entry.definition.kind].is_cap else None
    low, high = max(before), min(after)
    return value_on[low] + (value_on[high] - value_on[low]) * (end - low).days / (high - low).days


def official(entry: Entry, period_code: str) -> Figure | None:
    """Return the published figure whose period ends with this one, the longest of several."""
    end = parse_period(period_code).end
    figures_then = [f for f in entry.figures if f.period.end == end]
    return max(figures_then, key=lambda f: (f.period.end - f.period.start).days) if figures_then else None


def totals(book: Book, sizes: Mapping[str, Mapping[str, Any]], keys: Sequence[tuple[str, str]]) -> Totals:
    """Return the totals that the sample's bureaus must add up to, by indicator and period.

    Args:
        sizes: of ``sample.toml``: numbers that are not published.
        keys: (indicator, period) required.
    """
    entries = {e.definition.code: e for e in book.entries if e.is_own_scope}
    sums: Totals = {}
    for code, period in keys:
        entry, size = entries[code], sizes.get(code, {})
        kind, stated = entry.definition.kind, official(entries[code], period)
        value = at_period(entry, period)
        if "value_of" in size and (size["value_of"], period) in sums:
            n, d = (sums[size["value_of"], period][name] for name in ("numerator", "denominator"))
            sums[code, period] = {"value": n, "denominator": d}
            continue
        if value is None or not KINDS[kind].is_additive:
            continue
        if KINDS[kind].divisor == "denominator":
            d = round((stated.denominator if stated and stated.denominator else None) or size["denominator"])
            n = round(stated.numerator if stated and stated.numerator is not None else d * value / 100)
            sums[code, period] = {"numerator": n, "denominator": d}
        elif KINDS[kind].divisor == "base_value":
            if "numerator_of" in size:
                other = at_period(entries[size["numerator_of"]], period)
                if other is None:
                    continue
                n = round(other)
                sums[code, period] = {"numerator": n, "base_value": round(n / (1 - value / 100))}
            else:
                base = round(size["base_value"])
                sums[code, period] = {"numerator": round(base * (1 - value / 100)), "base_value": base}
        elif KINDS[kind].is_cap:
            sums[code, period] = {"value": round(value)}
        else:
            denominator = (stated.denominator if stated else None) or size.get("denominator")
            sums[code, period] = {"value": round(value), **({"denominator": round(denominator)} if denominator else {})}
    return sums


def parts_of(whole: Mapping[str, float], code: str, bureaus: Sequence[str]) -> dict[str, dict[str, int]]:
    """Divide a total among bureaus; the size and progress of each bureau are stable over time."""
    sizes = [weight(code, bureau) for bureau in bureaus]
    varied = [weight(code, bureau, "reach") for bureau in bureaus]
    below = next((name for name in ("denominator", "base_value") if name in whole), None)
    top = "numerator" if "numerator" in whole else "value"
    if below is None:
        divided = {top: divide(int(whole[top]), [s * (0.9 + v / 10) for s, v in zip(sizes, varied, strict=True)])}
    else:
        bottoms = divide(int(whole[below]), sizes)
        # The smaller side is divided: dividing the larger would fill most bureaus and leave the rest to a few.
        reached, short = int(whole[top]), int(whole[below] - whole[top])
        small = divide(min(reached, short), [b * v for b, v in zip(bottoms, varied, strict=True)], most=bottoms)
        tops = small if reached <= short else [b - s for b, s in zip(bottoms, small, strict=True)]
        divided = {below: bottoms, top: tops}
    return {bureau: {name: numbers[n] for name, numbers in divided.items()} for n, bureau in enumerate(bureaus)}


def parts_alike(whole: Mapping[str, float], code: str, other: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Divide a total whose numbers are partly those of another indicator, so that each bureau reports the same in both.

    Args:
        whole: a count beside its rate, or a reduction beside the amount that is left.
        other: the other indicator's parts by bureau.
    """
    if "base_value" not in whole:
        return {bureau: {"value": parts["numerator"], "denominator": parts["denominator"]} for bureau, parts in other.items()}
    left = {bureau: parts["value"] for bureau, parts in other.items()}
    saved = divide(
        int(whole["base_value"] - whole["numerator"]), [max(n, 1) * weight(code, bureau, "reach") for bureau, n in left.items()]
    )
    return {bureau: {"numerator": n, "base_value": n + s} for (bureau, n), s in zip(left.items(), saved, strict=True)}


def divided(
    sums: Totals, sizes: Mapping[str, Mapping[str, Any]], bureaus: Sequence[str]
) -> dict[tuple[str, str], dict[str, dict[str, int]]]:
    """Divide totals among bureaus; return bureau → numbers by (indicator code, period code)."""
    parts: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
    followed = {code: size.get("value_of") or size.get("numerator_of") for code, size in sizes.items()}
    for (code, period), whole in sorted(sums.items(), key=lambda item: bool(followed.get(item[0][0]))):
        other = parts.get((followed.get(code) or "", period))
        is_fall = whole.get("base_value", 0) >= whole.get("numerator", 0)
        parts[code, period] = parts_alike(whole, code, other) if other and is_fall else parts_of(whole, code, bureaus)
    return parts


def fill(
    template: bytes,
    given: Mapping[tuple[str, str], Mapping[str, Any]],
    *,
    layout: Layout,
    write: Callable[[Workbook], None] = lambda _: None,
) -> bytes:
    """Fill in the figures of a template cell by cell, as a person would, and return the workbook.

    Args:
        given: (indicator, period) → our column → value; other cells stay unchanged.
        write: writes everything else into the workbook.
    """
    book = load_workbook(io.BytesIO(template))
    sheet = book[layout.sheets["observations"]]
    assert isinstance(sheet, Worksheet)
    at = places(sheet, "observations", layout)
    for number in range(2, sheet.max_row + 1):
        key = (str(sheet.cell(number, at["indicator_code"]).value), str(sheet.cell(number, at["period_code"]).value))
        for name, value in given.get(key, {}).items():
            sheet.cell(number, at[name]).value = value
    write(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _given(
    book: Book, sizes: Mapping[str, Any], indicators: Sequence[Mapping[str, Any]], period: str, reporting: Sequence[str]
) -> Callable[[str], dict[tuple[str, str], dict[str, Any]]]:
    """Divide the totals of a quarter among its bureaus; return bureau → input values by (indicator code, period code)."""
    keys = [(i["indicator_code"], p) for i in indicators for p in periods_asked(i["frequency"], parse_period(period))]
    divided_totals = divided(totals(book, sizes, keys), sizes, reporting)
    are_texts = {i["indicator_code"] for i in indicators if KINDS[i["kind"]].is_text}
    texts = {key: {"text_ja": say("sample_text")} for key in keys if key[0] in are_texts}
    return lambda bureau: {key: dict(parts[bureau]) for key, parts in divided_totals.items()} | texts


def make_sample(
    store: Store,
    sizes_file: Path,
    *,
    quarters: Sequence[str] | None = None,
    open_quarter: str | None = "",
    folder: Path | None = None,
    progress: Progress | None = None,
) -> SampleMade:
    """Fill a store with catalogue and official figures with the sample organisation, or resume an interrupted run.

    Args:
        store: its database becomes a sample permanently.
        sizes_file: ``sample.toml``.
        quarters: quarters reported by every bureau and approved; those of the file if left out.
        open_quarter: a quarter in the middle of reporting, that of the file if left out; none if ``None``.
        folder: where filled workbooks are kept for inspection; not kept if left out.
        progress: called with (workbooks done, workbooks in all).

    Raises:
        FigureRefused: the store holds reports of a production instance, or no figure to start from.
    """
    if is_made(store):
        raise FigureRefused("sample_made_before")
    if not store.is_sample():
        if store.count(tables.Submission):
            raise FigureRefused("sample_beside_reports")
        store.become_sample()
    sizes = tomllib.loads(sizes_file.read_text(encoding="utf-8"))
    when = sizes.pop("reporting")
    quarters = when["complete"] if quarters is None else quarters
    open_quarter = when["open"] if open_quarter == "" else open_quarter
    issued_at = datetime.combine(when["issued_on"], time())
    book, organisation, layout = store.book(), store.organisation(), load_layout()
    indicators = [i for i in store.all_of(tables.Indicator) if i["is_reported_by_bureaus"]]
    if not indicators:
        raise FigureRefused("sample_without_indicators")
    scope = next(u.code for u in organisation.units if u.kind == "whole")
    periods = (*quarters, *([open_quarter] if open_quarter else ()))
    bureaus = {period: organisation.owing(scope, parse_period(period).end) for period in periods}
    every = sorted({b for codes in bureaus.values() for b in codes})
    _leave_out(store, every, [i["indicator_code"] for i in indicators])
    _people(store, every)
    total, made, approved, rows = sum(map(len, bureaus.values())), 0, 0, 0
    for period, reporting in bureaus.items():
        given_by = _given(book, sizes, indicators, period, reporting)
        for bureau in reporting:
            made += 1
            stage = _stage(bureau, reporting) if period == open_quarter else "approved"
            if stage != "not_begun":
                done, count = _reported(
                    store, bureau, period, given_by(bureau), stage=stage, layout=layout, folder=folder, issued_at=issued_at
                )
                approved, rows = approved + done, rows + count
            if progress:
                progress(made, total)
    if not store.count(tables.Assessment):
        _confidences(store, when["reviewed_on"])
    with store.writing(is_figures=False) as session:
        record(session, COMMAND_LINE, _MADE, sizes_file.name, detail=f"{made} workbooks")
    return SampleMade(made, approved, rows)


def _leave_out(store: Store, bureaus: Sequence[str], indicators: Sequence[str]) -> None:
    """Take out what was published of single bureaus: what is made up for them would be held against real targets and figures of theirs."""
    with store.writing() as session:
        for table in (table_of(tables.Target), table_of(tables.Baseline), table_of(tables.Observation)):
            theirs = [table.c.bureau_code.in_(bureaus), table.c.indicator_code.in_(indicators)]
            theirs += [table.c.is_sample.is_(False)] if "is_sample" in table.c else []
            session.execute(delete(table).where(*theirs))


def is_made(store: Store) -> bool:
    """Return whether the sample of a store is complete."""
    return bool(store.all_of(tables.AuditEvent, action=_MADE))


def _stage(bureau: str, reporting: Sequence[str]) -> str:
    place = list(reporting).index(bureau)
    return {3: "not_begun", 7: "draft", 11: "submitted", 15: "returned", 19: "not_begun"}.get(place, "approved")


def _people(store: Store, bureaus: Sequence[str]) -> None:
    add_person(
        store, actor=COMMAND_LINE, email=OFFICE, role="reform_office", name=say("sample_person", name=government().office.name_ja)
    )
    names = {unit.code: unit.name_ja for unit in store.organisation().units}
    for bureau in bureaus:
        name, email = say("sample_person", name=names[bureau]), manager_of(bureau)
        add_person(store, actor=COMMAND_LINE, email=email, role="bureau_manager", bureau_code=bureau, name=name)


def manager_of(bureau: str) -> str:
    """Return the e-mail address of the sample's person in a bureau."""
    return f"{bureau.lower()}@sample.example.org"


def _reported(
    store: Store, bureau: str, period: str, given: Mapping[tuple[str, str], Mapping[str, Any]], *, stage: str, layout: Layout,
    folder: Path | None, issued_at: datetime,
) -> tuple[int, int]:  # fmt: skip
    actor, days = manager_of(bureau), window(store, bureau, period)
    today = days.due_on or parse_period(period).end + timedelta(days=30)
    begun = store.all_of(tables.Submission, bureau_code=bureau, period_code=period)
    if begun:  # before the run was interrupted
        return _steps(store, begun[-1]["id"], begun[-1]["revision"], begun[-1]["state"], actor=actor, stage=stage, today=today)
    template, _ = issue_template(store, bureau, period, actor=actor, issued_at=issued_at)
    name = f"{bureau}_{period}.xlsx"
    content = fill(template, given, layout=layout, write=_words(store, bureau, period, given, layout=layout, today=today))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    received = receive(store, content, actor=actor, name=name, today=today)
    if received.uploaded is None:
        faults = "; ".join(f"{p.sheet} {p.cell} {both(p.found)}" for p in received.reading.problems[:3])
        raise FigureRefused("sample_unreadable", name=name, faults=faults)
    return _steps(
        store,
        received.uploaded.report_id,
        received.uploaded.revision,
        received.uploaded.state,
        actor=actor,
        stage=stage,
        today=today,
    )


def _words(
    store: Store, bureau: str, period: str, given: Mapping[tuple[str, str], Mapping[str, Any]], *, layout: Layout, today: date
) -> Callable[[Workbook], None]:
    """Return a function that writes causes and actions into a workbook with these figures."""
    figures = grouped(
        ((code, bureau), figure_of((code, bureau, asked_period), values)) for (code, asked_period), values in given.items()
    )
    standings = list(standing(store, bureau, asked_of(store, bureau, period), as_of=today, figures=figures).values())
    silent = [item.entry.definition.code for item in standings if item.judgement.status in NEEDING]
    silent += [subject.code for subject in needing(store, bureau, as_of=min(today, parse_period(period).end), figures=figures)]

    def write(book: Workbook) -> None:
        commentaries, actions = book[layout.sheets[COMMENTARIES]], book[layout.sheets[ACTIONS]]
        assert isinstance(commentaries, Worksheet) and isinstance(actions, Worksheet)
        say_why(commentaries, layout, silent, bureau=bureau, period=period)
        act(actions, layout, standings, bureau=bureau, today=today)

    return write


def _steps(store: Store, number: int, revision: int, state: str, *, actor: str, stage: str, today: date) -> tuple[int, int]:
    """Advance a report to its state in the sample; return whether it was approved, and its number of rows."""
    if state == "draft" and stage != "draft":
        with store.reading() as session:
            row = session.get(tables.Submission, number)
            assert row is not None
            doubts = {w.id: both(Message("sample_doubt")) for w in warnings_of(session, row) if w.confirmed_by is None}
        if doubts:
            confirm(store, number, actor=actor, revision=revision, reasons=doubts)
        submit(store, number, actor=actor, revision=revision, today=today)
        state = "submitted"
    if state != "submitted" or stage in ("draft", "submitted"):
        return int(state == "approved"), 0
    if stage == "returned":
        give_back(store, number, actor=OFFICE, revision=revision, reason=both(Message("sample_returned")))
        return 0, 0
    return 1, approve(store, number, actor=OFFICE, revision=revision)


def _confidences(store: Store, reviewed_on: date) -> None:
    """Record a confidence for each numbered project, including one that contradicts its status, as an example."""
    with store.writing() as session:
        projects = [
            p for p in store.all_of(tables.Project) if government().project_kind(p["kind"]).shown_as == "cards" and p["goal_ja"]
        ]
        for place, project in enumerate(projects):
            session.add(
                tables.Assessment(
                    project_code=project["project_code"], confidence=("high", "medium", "high")[place % 3],
                    reason_ja=say("sample_remark"), reason_en=say("sample_remark", "en"),
                    reviewer=say("sample_person", name=government().office.name_ja), reviewed_on=reviewed_on, is_sample=True,
                )
            )  # fmt: skip
