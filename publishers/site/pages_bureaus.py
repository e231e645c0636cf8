"""The pages of bureaus in the static edition: one that compares all, and one per bureau, in both organisations.

当時の組織 and 現在の組織 are two pages with a plain link between them (``bureaus.html``, ``bureaus-now.html``); the page of one
bureau shows its figures in both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from markupsafe import Markup

from kpis.figures.bureaus import BureauReport
from kpis.figures.facilities import counted
from kpis.figures.projects import Milestone
from kpis.figures.scorecard import Tally
from kpis.registers import TOLD_BY_RECORD
from kpis.store import tables
from kpis.text import format_date, known_day
from publishers.site.block_views import BlockView
from publishers.site.matrix import table
from publishers.site.pages_registers import listed_procedures
from publishers.site.site import Page, Pages, Site
from publishers.site.views import IndicatorView, badges
from telling import attention, bureaus, listed, matrix, projects
from telling.blocks import Block, Link
from telling.commentary import blocks, of_bureau
from telling.matrix import Leads, Matrix
from telling.words import Words, capital

PROCEDURES = 50  # on the page of one bureau


def _day(row: tables.SQLModel, name: str, precision: str, words: Words) -> str:
    return known_day(getattr(row, name), getattr(row, precision), words.language) or words("ed_unknown")


def bureau_pages(site: Site, words: Words, every: Sequence[IndicatorView]) -> Pages:
    """Yield the two pages that compare all bureaus, and one page per bureau."""
    for view in ("then", "now"):
        yield _compared(site, words, view)
    for code, row in site.moment.units.items():
        yield _bureau(site, words, code, row, every)


def _compared(site: Site, words: Words, view: str) -> Page:
    reports, telling = site.moment.in_view(view).bureaus, site.telling(words, view)
    current = [r for r in reports if r.is_valid]
    catalogue = list(site.moment.indicators.values())
    gone = [r for r in reports if not r.is_valid]
    bureau_matrix = matrix.matrix(telling, current, gone=gone)

    def drawn(shown: Matrix, home: Callable[[str], str], caption: str) -> Markup:
        return table(
            shown, lambda code: f"{home('bureaus')}bureaus/{code}.html", lambda leads: _list_of(leads, home), words, caption=caption
        )

    def link(report: BureauReport) -> Link:
        return Link(words.unit(report.unit), f"bureaus/{report.code}.html")

    gone_heading = words("gone_bureaus" if view == "then" else "gone_bureaus_now")
    codes = {r.code for r in reports}
    # Not in lists of bureaus: current non-bureaus (the whole, parts of it, agencies), and ended units without data.
    apart: dict[bool, list[tuple[str, str]]] = {True: [], False: []}
    for code, row in site.moment.units.items():
        if code not in codes:
            is_there = site.moment.organisation.by_code[code].is_valid_on(site.moment.as_of)
            apart[is_there].append((words.unit(row), f"bureaus/{code}.html"))
    other = "now" if view == "then" else "then"
    return _file(view), "bureaus.html", {
        "title": words("ed_bureaus_title", view=words(f"view_{view}"), bureaus=bureau_matrix.title), "view": view,
        "other": (_file(other), words(f"ed_view_{other}")),
        "lead": words("bureaus_lead", as_of=format_date(site.moment.as_of, words.language), view=words(f"view_{view}")),
        "matrix": lambda home: drawn(bureau_matrix, home, words("matrix_caption")),
        "gone": (lambda home: drawn(matrix.of_gone(telling, gone), home, gone_heading)) if gone else None, "gone_heading": gone_heading,
        "coverage": BlockView(bureaus.coverage(telling, site.moment.scored, catalogue, reports), words),
        "lists": [BlockView(bureaus.listed(telling, rows, link), words) for rows in (current, gone)],
        "others": [(words("bureaus_beside"), apart[True]), (words("ed_former"), apart[False])], "section": "bureaus.html",
    }  # fmt: skip


def compared_by_bureau(site: Site, words: Words, code: str) -> list[BlockView]:
    """Return an indicator ranked by bureau for its newest period, in both organisations; only once if they agree."""
    units = site.moment.organisation.by_code

    def named(unit: str) -> str:
        return words.unit(units[unit])

    compared: list[BlockView] = []
    for view in ("then", "now"):
        whole = next((s for s in site.moment.own if s.entry.definition.code == code), None)
        parts = site.moment.in_view(view).parts.get(code)
        if whole is None or not parts:
            continue
        newest = max((f.period for s in parts for f in s.figures), key=lambda p: (p.end, p.start))
        block = bureaus.by_bureau(site.telling(words, view), whole, parts, newest, name=named)
        if compared and compared[0].block.rows == block.rows:
            compared.append(
                BlockView(
                    Block(key="by_bureau_now", title="", sentence=words("ed_same_now"), columns=(), rows=()),
                    words,
                    words("view_now"),
                )
            )
        else:
            compared.append(
                BlockView(replace(block, key=f"by_bureau_{view}"), words, words(f"view_{view}"), site.telling(words, view))
            )
    return compared


def _list_of(leads: Leads, home: Callable[[str], str]) -> str:
    """Return the address of the list behind a count: on the page of the bureau, or of all."""
    if leads.bureau:
        part = {"own": "indicators", "milestones": "milestones"}.get(leads.of, leads.of)
        return f"{home('bureaus')}bureaus/{leads.bureau}.html#{part}"
    if leads.of == "milestones":
        return f"{home('standing')}standing.html#milestone-{leads.narrowed}"
    return f"{home(leads.of)}{leads.of}.html#list"


def _file(view: str) -> str:
    return "bureaus.html" if view == "then" else "bureaus-now.html"


def _figures(site: Site, words: Words, code: str, view: str) -> list[IndicatorView]:
    """Return the judged indicators that a bureau itself reports, in one organisation."""
    return [site.view(s, words, view) for report in site.moment.in_view(view).bureaus if report.code == code for s in report.scored]


def _milestones(site: Site, words: Words, milestones: Sequence[Milestone], home: Callable[[str], str]) -> BlockView:
    """Return the milestones of a bureau, the earliest end first, each with its project, days and state."""
    names = {code: words.named(project) for code, project in site.moment.by_code(tables.Project).items()}
    ordered = sorted(milestones, key=lambda m: (m.last_day or date.max, m.code))
    without = ("slip_days", "milestone_stage", "reported_in", "source", "report_is_sample")
    block = projects.milestones(site.telling(words), ordered, project_names=names, without=without)
    rows = tuple(
        (Link(words.named(m), f"{home('projects')}projects/{m.project_code}.html#milestones"), named, *days)
        for m, (named, _, *days) in zip(ordered, block.rows, strict=True)
    )
    project, milestone, *others = block.columns
    return BlockView(replace(block, columns=(milestone, project, *others), rows=rows), words)


def _described(report: BureauReport | None, life: str, mine: Sequence[IndicatorView], words: Words) -> str:
    """Return what a shared card says of a unit: what it reports, else how long it exists, else its first indicator."""
    if report:
        return bureaus.title(report, words)
    return capital(life or (mine[0].sentence if mine else ""))


def _bureau(site: Site, words: Words, code: str, row: tables.Bureau, every: Sequence[IndicatorView]) -> Page:
    begins = _day(row, "valid_from", "valid_from_precision", words)
    ends = words("ed_now") if row.is_current else _day(row, "valid_to", "valid_to_precision", words)
    if row.valid_from is None:
        life = "" if row.is_current else words("ended_on", day=ends)
    else:
        life = words("ed_life", begins=begins, ends=ends)
    history = [
        words(
            "ed_succession", day=_day(s, "effective_date", "date_precision", words),
            before=words.named(site.moment.units[s.predecessor_code]), after=words.named(site.moment.units[s.successor_code]),
            relation=words(f"relation_{s.relation}"),
        )
        for s in site.moment.rows(tables.Succession)
        if code in (s.predecessor_code, s.successor_code)
    ]  # fmt: skip
    mine = [v for v in every if v.scored.entry.unit_code == code]
    now = _figures(site, words, code, "now")
    figures = [[(v.code, v.headline, v.status) for v in views] for views in (_figures(site, words, code, "then"), now)]
    report, telling = next((r for r in site.moment.bureaus if r.code == code), None), site.telling(words)
    facilities = [f for f in site.moment.facilities if f.bureau == code]
    return f"bureaus/{code}.html", "bureau.html", {
        "title": words.named(row), "description": _described(report, life, mine, words),
        "life": life, "history": history,
        "views": mine, "now": now if figures[0] != figures[1] else [], "is_same": bool(figures[0]) and figures[0] == figures[1],
        "counts": badges(report.tally if report else Tally(), words, "#indicators"),
        "projects": [
            (words(f"role_{m.role}"), site.moment.by_code(tables.Project)[m.project_code])
            for m in site.moment.rows(tables.ProjectBureau) if m.bureau_code == code
        ],
        "procedures": listed_procedures(site, words, code, most=PROCEDURES),
        "facilities": [(f.name, words(f"cashless_{f.status}"), words("col_class") if f.is_class else "") for f in facilities],
        "facilities_count": len(counted(facilities)),
        "milestones": (lambda home: _milestones(site, words, report.milestones, home)) if report and report.milestones else None,
        "said": [BlockView(b, words) for b in blocks(telling, of_bureau(telling, code), attention.subjects_of_bureau(telling, code), whose="subject")],
        "registers": [
            (listed.name(telling, TOLD_BY_RECORD[sheet]), f"{sheet}.html", listed.of_bureau(telling, TOLD_BY_RECORD[sheet], counts))
            for sheet, counts in (report.listed.items() if report else ()) if counts
        ],
        "section": "bureaus.html",
    }  # fmt: skip
