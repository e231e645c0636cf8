"""Search results: kind, title, context line, and the page that shows each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from kpis.as_text import shortened
from kpis.figures import finding
from kpis.figures.facilities import ENDED
from kpis.figures.projects import Milestone
from kpis.figures.registers import ONLINE, STEPS
from kpis.languages import SOURCE
from kpis.moment import Moment
from kpis.settings import ROOT
from kpis.store.queries import ProcedureOnDay
from kpis.text import format_date, texts_of
from telling.blocks import Telling
from telling.facilities import place_names
from telling.method import sections
from telling.projects import called, quarter_label
from telling.words import Words

KINDS = finding.KINDS
_rest = finding.Growing()  # of all entries except procedures, independent of day and database
CONTEXT = 90  # characters of the line below a title
# Dashboard pages found by name; pages of the office are internal.
PAGES = ("overview", "bureau", "projects", "procedures", "facilities", "standing", "changes", "revisions", "about")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One result."""

    kind: str
    code: str
    title: str  # in the reader's language
    context: str
    page: str  # of the dashboard; blank is the overview
    query: dict[str, str]  # further parameters of the address, as ``code``
    anchor: str = ""  # its place on the page; blank is the top
    score: float  # relevance; higher is better
    online: bool | None = None  # of a procedure, whether it is available online
    paper: tuple[str, ...] = ()  # of a procedure, the steps that stay on paper


def answers(telling: Telling, query: str, *, kinds: Sequence[str] = (), limit: int = 20) -> list[Result]:
    """Return the best results for a query, as of the moment's day and state of knowledge, best first."""
    moment = telling.moment
    hits = finding.search(indices_of(moment), query, day=moment.as_of.toordinal(), kinds=kinds, limit=limit)
    procedures = moment.some_procedures([hit.entry.code for hit in hits if hit.entry.kind == "procedure"])
    return [answer_of(telling, hit.entry, procedures, hit.score) for hit in hits]


def indices_of(moment: Moment) -> tuple[finding.Index, ...]:
    """Return the indices of all searchable entries, as of the day."""
    rest = moment.kept("indexed", ("names", moment.view), lambda: _rest.of(_entries(moment)))
    return (*rest, *moment.procedure_names)


def _entries(moment: Moment) -> list[finding.Searchable]:
    words, units = Words(SOURCE), moment.units
    entries = [
        finding.Searchable(kind="indicator", code=code, names=_all(row), beside=" ".join((code, *_all(row, "definition"))))
        for code, row in moment.indicators.items()
    ]
    before: dict[str, list[str]] = {}
    for entry in moment.organisation.successions:
        if entry.predecessor_code in units:
            before.setdefault(entry.successor_code, []).append(_all(units[entry.predecessor_code])[0])
    entries += [
        finding.Searchable(
            kind="bureau", code=entry.code, names=_all(units[entry.code]), beside=" ".join(before.get(entry.code, ())),
            is_past=not moment.organisation.by_code[entry.code].is_valid_on(moment.as_of),
        )
        for entry in moment.bureaus
    ]  # fmt: skip
    for report in moment.projects:
        row = report.row
        entries.append(
            finding.Searchable(
                kind="project", code=report.code, names=_all(row),
                beside=" ".join((report.code, called(report, words), *_all(row, "goal"))),
            )
        )  # fmt: skip
        entries += [
            finding.Searchable(
                kind="milestone", code=entry.code, names=(entry.name_ja, entry.name_en), beside=f"{entry.code} {words.named(row)}"
            )
            for entry in report.milestones
        ]
    entries += [
        finding.Searchable(kind="facility", code=entry.code, names=(entry.name,), beside=" ".join((entry.code, *entry.places)))
        for entry in moment.facilities
        if entry.status != ENDED
    ]
    entries += [
        finding.Searchable(kind="definition", code=english, names=(japanese, english), beside=meaning)
        for english, japanese, meaning in terms()
    ]
    entries += _help()
    entries += [
        finding.Searchable(kind="page", code=page, names=(words(f"nav_{page}"), Words("en")(f"nav_{page}"))) for page in PAGES
    ]  # fmt: skip
    return entries


# Further content of the page of data and definitions, by anchor, with its description.
ABOUT = {
    "method": "about_lead",
    "definitions": "",
    "sources": "",
    "open": "about_open_text",
    "accessibility": "",
    "terms": "about_terms_text",
}


def _help() -> list[finding.Searchable]:
    """Return sections and rules of the method, and other parts of the page of data and definitions; by anchor and rule number."""
    source, english = Words(SOURCE), Words("en")
    entries = [
        finding.Searchable(
            kind="help", code=anchor, names=(source(f"about_{anchor}"), english(f"about_{anchor}")),
            beside=" ".join(words(text, base="") for words in (source, english) if text),
        )
        for anchor, text in ABOUT.items()
    ]  # fmt: skip
    for here, there in zip(sections(source), sections(english), strict=True):
        entries.append(
            finding.Searchable(
                kind="help", code=here.anchor, names=(here.heading, there.heading), beside=f"{source('about_method')}"
            )
        )
        entries += [
            finding.Searchable(
                kind="help", code=f"{here.anchor}.{rule.number}", names=(rule.name, other.name), beside=f"{rule.text} {other.text}"
            )
            for rule, other in zip(here.rules, there.rules, strict=True)
        ]
    return entries


def help_line(code: str, words: Words) -> str:
    """Return the context line of a help entry."""
    anchor, _, number = code.partition(".")
    if anchor in ABOUT:
        return words(ABOUT[anchor], base="") if ABOUT[anchor] else words("nav_about")
    section = next(method_section for method_section in sections(words) if method_section.anchor == anchor)
    if not number:
        return words("list_comma").join(rule.name for rule in section.rules)
    return next(rule.text for rule in section.rules if rule.number == int(number))


def _all(row: object, field: str = "name") -> tuple[str, ...]:
    """Return a text of a row in every language, the source language first."""
    return tuple(texts_of(row, field).values())


@cache
def terms() -> tuple[tuple[str, str, str], ...]:
    """Return the terms of the glossary: English, Japanese, meaning."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", text, flags=re.M)
    entries = ((english, japanese, re.sub(r" \(`\w+`\)", "", meaning)) for english, japanese, meaning in rows[1:])
    return tuple(row for row in entries if not row[0].startswith("---"))


def answer_of(telling: Telling, entry: finding.Searchable, procedures: Mapping[str, ProcedureOnDay], score: float = 0.0) -> Result:
    """Return an entry as a result in the reader's language. ``procedures``: the full rows of procedures found, by code."""
    kind, code = entry.kind, entry.code
    w, moment = telling.words, telling.moment
    title, context, page, query = entry.names[0], "", "", {"code": code}
    if w.language.partition("-")[0] != SOURCE and len(entry.names) > 1 and entry.names[1]:  # plain Japanese uses the Japanese names
        title = entry.names[1]
    anchor = ""
    online: bool | None = None
    paper: tuple[str, ...] = ()
    if kind == "procedure":
        page, row = "procedures", procedures[code]
        online = row.status in ONLINE
        paper = tuple(step for step in STEPS if getattr(row, f"{step}_step") == "paper")
        context = _procedure_line(telling, row, paper)
    elif kind == "indicator":
        page, context = "indicator", w.named(moment.indicators[code], "definition")
    elif kind == "facility":
        page = "facilities"
        facility = next(facility for facility in moment.facilities if facility.code == code)
        context = w("list_comma").join((w(f"cashless_{facility.status}"), *place_names(w, facility)))
    elif kind == "bureau":
        unit, last = moment.organisation.by_code[code], moment.organisation.last_day(code)
        gone = w("search_bureau_until", day=format_date(last, w.language)) if last and not unit.is_valid_on(moment.as_of) else ""
        page, context = "bureau", gone or w("search_bureau_line")
    elif kind == "project":
        page, context = "projects", next((w.named(r.row, "goal") for r in moment.projects if r.code == code), "")
    elif kind == "milestone":
        report, milestone = next((r, m) for r in moment.projects for m in r.milestones if m.code == code)
        page, query, context = (
            "projects",
            {"code": report.code},
            " ・ ".join(filter(None, (_when(milestone, w), called(report, w)))),
        )
    elif kind == "definition":
        page, query, context = "about", {}, entry.beside
    elif kind == "help":
        page, query, anchor, context = "about", {}, code.partition(".")[0], help_line(code, w)
    else:
        page, query, context = "" if code == "overview" else code, {}, w("search_page_line")
    return Result(
        kind=kind, code=code, title=title, context=shortened(context, CONTEXT), page=page, query=query, anchor=anchor,
        score=round(score, 3), online=online, paper=paper
    )  # fmt: skip


def _when(milestone: Milestone, words: Words) -> str:
    """Return when a milestone was reached, is due or was reported: names as “11 procedures in Q3” leave it to the list they stand in."""
    if milestone.actual is not None:
        return f"{words('actual_day')} {milestone.actual.label(words.language)}"
    if milestone.due is not None:
        return words("att_due_on", day=milestone.due.label(words.language))
    if not milestone.reported_period:
        return ""
    return f"{words('reported_in')} {quarter_label(milestone.reported_period, words)}"


def _procedure_line(telling: Telling, row: ProcedureOnDay, paper: Sequence[str]) -> str:
    """Return whether a procedure is available online, its steps on paper, and its bureau."""
    w = telling.words
    facts = [w(f"digital_{row.status}")]
    if paper:
        facts.append(w("search_paper", steps=w("list_comma").join(w(f"step_{step}") for step in paper)))
    if row.bureau_code:
        facts.append(telling.bureau(row.bureau_code))
    elif row.organisation_ja:
        facts.append(row.organisation_ja)
    return " ・ ".join(facts)
