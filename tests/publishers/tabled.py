"""The tables of the pages, worked out from the open API alone: header and rows as a reader sees them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from charts.series import circled
from kpis.errors import PeriodUnreadable
from kpis.figures.projects import GivenDay
from kpis.government import government
from kpis.languages import say
from kpis.periods import parse_period
from kpis.text import format_count, format_ratio, format_value, known_day
from telling.overview import theme_name
from tests.publishers.ledger import Item, Ledger, Table, cell, plain
from tests.publishers.shown import Shown

UNREAD = frozenset(say(key, language) for key in ("att_strip_heading", "source") for language in ("ja", "en"))
PROJECTS = frozenset(say("op_off_since", language) for language in ("ja", "en"))
TIES = frozenset(circled(n) for n in range(1, 51))


def wrong_tables(shown: Shown, expected: Iterable[Table], *, free: Sequence[str] = (), may: Iterable[Table] = ()) -> list[str]:
    """Return the tables of a page that are none of those expected, and those expected that the page does not show.

    Args:
        shown: the page.
        expected: tables that must be there.
        free: headers of columns that hold no figure of the API: notes of the office, addresses of sources.
        may: tables that may be there.
    """

    def kept(table: Table) -> Table:
        header, rows = table
        places = [n for n, name in enumerate(header) if name not in free]
        return [header[n] for n in places], [[row[n] for n in places] for row in rows]

    def read(table: tuple[Sequence[str], Sequence[Sequence[Any]]]) -> Table:
        header, rows = table
        return kept(([*header], [[_read(" ".join(plain(cell(c)).split())) for c in row] for row in rows]))

    there, wanted = [shown_columns(read(t)) for t in shown.tables], [said(read(t)) for t in expected]
    allowed = [*wanted, *(said(read(t)) for t in may)]
    wrong = []
    for table in there:
        if table in allowed or not table[0]:
            continue
        like = next((w for w in allowed if w[0] == table[0]), None)
        rows = [r for r in table[1] if like is None or r not in like[1]]
        missing = [r for r in like[1] if r not in table[1]] if like else []
        wrong.append(f"{table[0]}: {rows[:3]} {'for ' + str(missing[:3]) if like else 'is not expected'}")
    return wrong + [f"{w[0]} is not shown: {w[1][:2]}" for w in wanted if w not in there and w[1]]


def said(table: Table, *, but: Collection[str] | None = None) -> Table:
    """Return a table without the columns, but the first, in which no row says anything; ``but``: only those of these."""
    header, rows = table
    at = [
        n for n, name in enumerate(header)
        if not n or any(row[n] not in ("", "—", "―", "·") for row in rows) or (but is not None and name not in but)
    ]  # fmt: skip
    return ([header[n] for n in at], [[row[n] for n in at] for row in rows]) if rows else table


def shown_columns(table: Table) -> Table:
    """Return a table of a page as it is to be held against what is expected, which has no column in which no row says anything.

    So has no page one, but for what has no text to be read here (strips, titles of sources), and for tables of projects, which stand alike
    one below the other.
    """
    return said(table) if PROJECTS & set(table[0]) else said(table, but=UNREAD)


def _read(written: str) -> str:
    """Return a cell as it is read: a whole number stands with commas in a text and without in a grid, a dash for what a grid leaves blank.

    The number that ties a cause to its day in the chart is left out (``tests/charts/test_happened.py`` holds it).
    """
    if len(written) > 2 and written[1] == " " and written[0] in TIES:
        written = written[2:]
    return "" if written == "―" else written.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+", written) else written


def count(value: float | None) -> str:
    """Write a number of a column of numbers."""
    return cell(None if value is None else float(value))


def marks(ledger: Ledger, figure: Item) -> str:
    """Write what is marked on a figure."""
    names = ("preliminary", "approximate", "lower_bound", "year_to_date", "base_estimated", "worked_out")
    return ledger.words("list_comma").join(ledger.words(f"mark_{n}") for n in names if figure[f"is_{n}"])


def read_in(ledger: Ledger, text: str) -> str:
    """Return what stands before or behind the only stroke of a reason that is typed in both languages."""
    japanese, stroke, english = text.partition(" / ")
    return text if not stroke or re.search(r"[\u3041-\u9fff]", english) else english if ledger.language == "en" else japanese


def unit_apart(ledger: Ledger, item: Item, figure: Item | None) -> str:
    """Write the unit in a column of its own: only of numbers that stand before their whole, which have none."""
    is_part = figure is not None and figure["value"] is not None and " / " in ledger.figure(item, figure)
    return ledger.words.named(ledger.indicators[item["code"]], "unit") if is_part else ""


def series(ledger: Ledger, item: Item) -> Table:
    """Return the figures behind a chart."""
    w = ledger.words
    header = [w("period"), w("period_end"), w("value"), w("ed_numerator"), w("ed_denominator"), w("unit"), w("marks"), w("source")]
    figures = sorted(item["figures"], key=lambda f: (f["end_date"], f["start_date"]))
    return header, [
        [ledger.period(f["period"]), ledger.day(f["end_date"]), ledger.figure(item, f), count(f["numerator"]), count(f["denominator"]),
         unit_apart(ledger, item, f),
         marks(ledger, f), ledger.source_of(f["source_url"])]
        for f in figures
    ]  # fmt: skip


def written_share(value: float | None) -> str:
    """Write a share of the way."""
    return "―" if value is None else format_ratio(value)


def inputs(ledger: Ledger, item: Item) -> Table:
    """Return every number that a status was worked out from."""
    w, base = ledger.words, item["baseline"]
    told = [
        [w("actual"), ledger.headline(item)], [w("target"), ledger.target(item)],
        [w("planned"), ledger.planned(item)],
        [w("base"), ledger.value(item, base["value"] if base else None)],
        *([w(name), written_share(item[name])] for name in ("progress", "planned_progress")),
        [w("ratio_of_cap" if (item["kind"], item["direction"]) == ("ceiling", "lower") else "ratio"), written_share(item["ratio"])],
    ]  # fmt: skip
    return [w("item"), w("value")], [row for row in told if row[1] not in ("", "―")]


def facts(ledger: Ledger, code: str, projects: Mapping[str, str]) -> Table:
    """Return what an indicator is, but for whom it is of: the API names units by code."""
    w, row = ledger.words, ledger.indicators[code]
    found = [
        (w("project"), projects.get(row["project_code"], "")), (w("unit"), w.named(row, "unit")),
        (w("kind"), w("kind_" + row["kind"])), (w("frequency"), w("frequency_" + row["frequency"])), (w("base"), w.named(row, "base")),
        (w("exclusions"), w.named(row, "exclusions")),
        (w("col_note"), w.named(row, "note")),
    ]  # fmt: skip
    return [w("item"), w("value")], [[name, value] for name, value in found if value not in ("", "―")]


def targets(ledger: Ledger, item: Item, *, lead: Sequence[str] = ()) -> list[list[str]]:
    """Return the targets of an item in the order in which they were set."""
    w = ledger.words
    rows = []
    for g in sorted(item["targets"], key=lambda g: (g["end_date"], g["set_order"])):
        set_on = (
            known_day(date.fromisoformat(g["set_on"]), g["set_on_precision"], ledger.language) if g["set_on"] else w("unknown_day")
        )
        about = w("approximate") if g["is_approximate"] else ""
        rows.append([*lead, ledger.period(g["period"]), about + ledger.value(item, g["value"]), set_on, ""])
    return rows


def targets_table(ledger: Ledger, item: Item) -> Table:
    """Return the table of targets of the page of an indicator."""
    w = ledger.words
    return [w("period"), w("target"), w("set_on"), w("source")], targets(ledger, item)


def revisions(ledger: Ledger, item: Item, vintages: Sequence[Item]) -> Table:
    """Return the corrected figures, newest first."""
    w = ledger.words
    of = {s["scope"]: s for s in ledger.items() if s["code"] == item["code"]}
    mine = [v for v in vintages if v["indicator"] == item["code"] and v["unit"] in of]
    before = {(v["unit"], v["period"], v["vintage"]): v for v in mine}
    newest = sorted((v for v in mine if v["vintage"] > 1), key=lambda v: (v["known_at"] or "", v["vintage"]), reverse=True)[:50]
    header = [w(k) for k in ("whose_figure", "period", "previous", "value", "unit", "known", "reason", "vintage")]
    former = [before.get((v["unit"], v["period"], v["vintage"] - 1)) for v in newest]
    return header, [
        [ledger.units.get(v["unit"], v["unit"]), ledger.period(v["period"]),
         ledger.figure(of[v["unit"]], old), ledger.figure(of[v["unit"]], v), unit_apart(ledger, item, v) or unit_apart(ledger, item, old),
         ledger.day(ledger.day_of(v["known_at"])) if v["known_at"] else w("unknown_day"),
         (w("why_" + v["reason_class"]) + w("colon") + read_in(ledger, v["reason_text"])) if v["reason_class"] else "", str(v["vintage"])]
        for v, old in zip(newest, former, strict=True)
    ]  # fmt: skip


def readings(ledger: Ledger, item: Item) -> Table:
    """Return the same facts as other sources give them."""
    w = ledger.words
    mine = [s for s in ledger.items() if s["code"] == item["code"]]
    ends = {
        (key == "targets", row["end_date"])
        for s in mine
        for key in ("figures", "targets")
        for row in s[key]
        if not row.get("withdrawn_on")
    }
    aim = "cap" if item["kind"] == "ceiling" and item["direction"] != "higher" else "target"
    return [w("period"), w("value"), w("reading_kind"), w("checked_against"), w("marks"), w("source")], [
        [ledger.period(r["period"]) if r["period"] else w("undated"), r["text_ja"] if r["value"] is None else ledger.value(item, r["value"]),
         w(f"say_aim_{aim}") if r["is_target"] else w("reading_actual"),
         (w("agrees") if r["agrees"] else w("differs"))
         if r["period"] and (r["is_target"], parse_period(r["period"]).end.isoformat()) in ends else w("nothing_to_compare"), w.named(r, "note"), ledger.source_of(r["source_url"])]
        for r in ledger.api("readings")
        if r["indicator"] == item["code"]
    ]  # fmt: skip


def without_blank(table: Table) -> Table:
    """Leave out the columns in which nothing is written."""
    header, rows = table
    places = [n for n, _ in enumerate(header) if any(row[n] for row in rows)]
    return [header[n] for n in places], [[row[n] for n in places] for row in rows]


# Bureaus --------------------------------------------------------------------------------------------------------------


def denominator(item: Item, figure: Item) -> float | None:
    """Return what a figure of a bureau is measured against."""
    found: float | None = figure["base_value"] if item["kind"] == "reduction" else figure["denominator"]
    return found


def label(ledger: Ledger, item: Item, figure: Item) -> str:
    """Write the figure of a bureau with its parts."""
    value = figure["value"]
    if value is None:
        return ledger.figure(item, figure)
    words = format_value(
        value, ledger.measured(item), ledger.language, apart_from=ledger.beside(item), is_worked_out=ledger.derived(figure)
    )
    parts = (figure["numerator"] if item["kind"] in ("ratio", "reduction") else value, denominator(item, figure))
    if None in parts or item["kind"] == "ceiling":
        return words
    shares = [format_count(p, ledger.language) for p in parts if p is not None]
    return f"{words} ({shares[1]} → {shares[0]})" if item["kind"] == "reduction" else f"{words} ({shares[0]} / {shares[1]})"


def by_bureau(ledger: Ledger, found: Sequence[tuple[Item, Item]]) -> Table:
    """Return the table of one indicator by bureau."""
    w = ledger.words
    return [w("bureau"), w("value"), w("statuses_one"), w("ed_numerator"), w("ed_denominator")], [
        [ledger.units[s["scope"]], label(ledger, s, f), ledger.status(s), count(f["numerator"]), count(denominator(s, f))]
        for s, f in found
    ]


def listed(ledger: Ledger, bureaus: Sequence[Item]) -> Table:
    """Return the list of bureaus."""
    w = ledger.words

    def share(counts: Mapping[str, int], done: str) -> str:
        total = sum(counts.values())
        some = "—" if counts.get("unknown", 0) == total else f"{counts.get(done, 0):,}"
        return f"{some} / {total:,}" if total else "―"

    def states(m: Mapping[str, int]) -> list[str]:
        counts = (m["done"], m["late"] + m["missed"], m["not_seen"], sum(m.values()))
        return [str(n) if counts[-1] else "―" for n in counts]

    keys = ("bureau", "reports_column", "matrix_own", "procedures_column", "facilities_column")
    marks = ("matrix_alone_done", "matrix_alone_late", "matrix_alone_unseen", "milestones_column")
    return [w(key) for key in (*keys, *marks)], [
        [ledger.unit_label(b), f"{len(b['reported'])} / {len(b['owed'])}" if b["owed"] else "―", str(len(b["own_indicators"]) or "―"),
         share(b["procedures"], "done"), share(b["facilities"], "introduced"), *states(b["milestones"])]
        for b in bureaus
    ]  # fmt: skip


def coverage(ledger: Ledger) -> Table:
    """Return for each lesse of how many bureaus the newest period has a report, and what those add up to."""
    w, heads = ledger.words, lesses(ledger)
    owing = sum(b["is_valid"] for b in ledger.api("bureaus")["bureaus"])
    rows = []
    for theme in [t for t in government().cards if t in heads]:
        code = heads[theme]["indicator_code"]
        whole = ledger.own[code]
        newest = next((r for r in reversed(whole["rolled_up"]) if not r["is_published_only"]), None)
        total = newest["value"] if newest else None
        rows.append(
            [theme_name(theme, w), w.named(whole), ledger.period(newest["period"]) if newest else "―", str(newest["reported_count"] if newest else 0),
             str(newest["owing_count"] if newest else owing), "―" if total is None else ledger.value(whole, total, worked_out=True),
             w("answer_yes") if newest and newest["is_complete"] else w("answer_no")]
        )  # fmt: skip
    keys = ("themes", "ed_indicators", "period", "cov_reported", "cov_owing", "cov_sum", "cov_complete")
    return [w(k) for k in keys], rows


def lesses(ledger: Ledger) -> dict[str, Item]:
    """Return theme → the first headline indicator of a lesse that bureaus report."""
    rows = reversed(list(ledger.indicators.values()))
    return {r["theme"]: r for r in rows if r["is_reported_by_bureaus"] and r["is_headline"] and r["theme"] in government().cards}


def bureau_indicators(ledger: Ledger, items: Sequence[Item]) -> Table:
    """Return the table of all indicators of a bureau."""
    w = ledger.words
    return [w("indicators_one"), w("period"), w("value"), w("target"), w("previous"), w("year_earlier"), w("statuses_one")], [
        [w.named(s), ledger.period(s["period"]) if s["period"] else "―", ledger.headline(s),
         ledger.target(s), ledger.earlier(s, "previous"), ledger.earlier(s, "year_earlier"), ledger.status(s)]
        for s in items
    ]  # fmt: skip


# Projects -------------------------------------------------------------------------------------------------------------


def project_name(ledger: Ledger, p: Item) -> str:
    """Return the name of a project, marked where its title was not seen."""
    w = ledger.words
    mark = w("name_not_official")
    return w.named(p) + ("" if p["is_name_official"] else f" ({mark})" if w.language == "en" else f"({mark})")


def full_name(ledger: Ledger, p: Item) -> str:
    """Return the name of a project in a list, with a sign where its title was not seen, and what other versions of the strategy call it."""
    w, versions = ledger.words, {v["code"]: ledger.words.named(v) for v in ledger.api("projects")["versions"]}
    name = w.named(p) + ("" if p["is_name_official"] else "†" if w.language == "en" else "※")
    others: dict[str, list[str]] = {}
    for row in p["names"]:
        if w.named(row) != w.named(p):
            others.setdefault(w.named(row), []).append(versions[row["version"]])
    said = w("list_comma").join(w("called_in", versions=w("comma").join(v), name=n) for n, v in others.items())
    return name + (w("in_brackets", text=said) if said else "")


def given(ledger: Ledger, days: Iterable[Item]) -> str:
    """Write the days that a milestone was given."""
    labels = [GivenDay(date.fromisoformat(g["day"]), g["precision"]).label(ledger.language) for g in days if g]
    return " → ".join(labels) or "―"


def quarter(ledger: Ledger, code: str | None) -> str:
    """Write a quarter, or what stands in its place."""
    try:
        return ledger.period(code or "")
    except PeriodUnreadable:
        return code or ""


def slip(ledger: Ledger, m: Item) -> str:
    """Write the slip of a milestone."""
    if m["slip_days"] is None:
        return "―"
    days = f"{m['slip_days']:+,}"
    if m["is_slip_exact"]:
        return days if m["slip_days"] else "0"
    return ledger.words("slip_about", days=days) if m["slip_days"] else ledger.words("within_period")


def last_day(m: Item) -> str:
    """Return the latest day known of a milestone, for sorting."""
    days = [g["day"] for g in (*m["planned"], *m["replanned"], m["actual"]) if g]
    return max(days, default=m["planned_start"] or "9999-12-31")


def milestones(ledger: Ledger, found: Sequence[Item], *, projects: Mapping[str, str] | None = None) -> Table:
    """Return the table of milestones, in the order of the time line."""
    w = ledger.words
    header = [
        w(k)
        for k in (
            "milestones",
            "planned_day",
            "replanned_day",
            "actual_day",
            "slip_days",
            "milestone_state",
            "milestone_stage",
            "reported_in",
            "source",
        )
    ]
    rows = [
        [*([projects[m["project"]]] if projects else []), w.named(m), given(ledger, m["planned"]), given(ledger, m["replanned"]),
         given(ledger, [m["actual"]]), slip(ledger, m), w("state_" + m["state"]),
         (w(f"stage {m['stage_ja']}") if w.has(f"stage {m['stage_ja']}") else m["stage_ja"]) if m["stage_ja"] else "",
         quarter(ledger, m["reported_period"]), ""]
        for m in sorted(found, key=lambda m: (last_day(m), m["code"]))
    ]  # fmt: skip
    return [*([w("project")] if projects else []), *header], rows


# Registers ------------------------------------------------------------------------------------------------------------


def compared(ledger: Ledger, items: Iterable[Item]) -> Table:
    """Return every indicator with a figure against the period before, the year before and the plan."""
    w = ledger.words
    header = [
        w(k)
        for k in ("since_indicator", "period", "actual", "previous", "year_earlier", "planned", "compare_variance", "statuses_one")
    ]
    rows: list[list[Any]] = []
    for s in items:
        apart = difference(ledger, s)
        rows.append(
            [w.named(s), ledger.period(s["period"]), ledger.headline(s), ledger.earlier(s, "previous"), ledger.earlier(s, "year_earlier"),
             ledger.planned(s), apart, ledger.status(s)]
        )  # fmt: skip
    return header, rows


def difference(ledger: Ledger, item: Item) -> str:
    """Write by how much a figure is above or below its plan."""
    return ledger.variance(item)
