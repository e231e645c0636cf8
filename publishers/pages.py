"""The pages of the static edition: for each its file, its template, and what it shows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

from kpis.periods import parse_period
from kpis.scorecard import count_by_status, figure_text
from kpis.settings import ROOT
from kpis.text import format_date, format_value, status_word
from publishers.edition import Pages, Site
from publishers.views import IndicatorView, badges
from publishers.words import Words

LESSES = {
    "paperless": (("pair", "break_note"), ("paper_reduction_rate", "paper_sheets", "copy_reduction_rate", "copy_count")),
    "faxless": (("fax_note",), ("fax_reduction_rate",)),
    "sealless": ((), ("electronic_decision_rate", "seal_abolished_procedures")),
    "cashless": ((), ("cashless_facilities",)),
    "touchless": (("touchless_note",), ("touchless_services",)),
}
TREND = "procedure_digitisation_rate"
GOOD, BAD = ("reached", "on_track"), ("behind", "missed", "moving_away", "reached_then_lost")
UNJUDGED = ("not_applicable", "qualitative", "no_data", "not_due")


def pages_of(site: Site, words: Words, sizes: Sequence[Mapping[str, Any]]) -> Pages:
    """Yield every page of one language."""
    every = site.views(words)
    own: dict[str, IndicatorView] = {}
    for view in every:
        own.setdefault(view.code, view)  # the first of an indicator is that of its own scope
    yield _overview(site, words, own)
    yield _five_less(words, own)
    yield _definitions(site, words, own)
    for code, row in site.indicators.items():
        yield _indicator(site, words, row, [v for v in every if v.code == code])
    yield from _projects(site, words, every)
    yield from _bureaus(site, words, every)
    yield _procedures(site, words)
    yield _facilities(site, words)
    yield _method(words)
    yield _revisions(site, words)
    titled = [{**r, "title": r[f"title_{words.language}"]} for r in sizes]
    yield "data.html", "data.html", {"title": words("ed_data"), "resources": titled}
    lost = Markup("<h1>{}</h1><p>{}</p>").format(words("ed_lost_title"), words("ed_lost"))
    yield "404.html", "text.html", {"title": words("ed_lost_title"), "body": lost}


def label_of(words: Words) -> Any:
    """Return a function that says what a change is about."""

    def label(change: Mapping[str, Any]) -> str:
        period = change.get("period_code")
        parts = [
            words.named({f"name_{n}": change.get(f"name_{n}", "") for n in ("ja", "en")}) or change.get("code", ""),
            change.get("unit_code"), change.get("field"), parse_period(period).label(words.language) if period else "",
        ]  # fmt: skip
        return " ・ ".join(part for part in parts if part)

    return label


def _shown(changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    blank = {
        "old_ja": "",
        "old_en": "",
        "new_ja": "",
        "new_en": "",
        "size_ja": "",
        "size_en": "",
        "reason_class": "",
        "reason_text": "",
    }
    return [{**blank, **c} for c in changes if c["kind"] != "first_edition"]


def _overview(site: Site, words: Words, own: Mapping[str, IndicatorView]) -> Any:
    scored = [v.scored for v in own.values()]
    counts = count_by_status(scored)
    judged = sum(n for status, n in counts.items() if status not in UNJUDGED)
    newest = max((s.judgement.figure.period.end for s in scored if s.judgement.figure), default=site.as_of)
    lead = words(
        "conclusion_lead", total=len(scored), as_of=format_date(site.as_of, words.language), judged=judged,
        no_target=counts.get("not_applicable", 0), qualitative=counts.get("qualitative", 0), no_data=counts.get("no_data", 0),
        newest=format_date(newest, words.language), age=f"{(site.as_of - newest).days:,}",
    )  # fmt: skip
    title = words("conclusion", judged=judged, good=sum(counts.get(s, 0) for s in GOOD), bad=sum(counts.get(s, 0) for s in BAD))
    heads = [(theme, own[codes[0]]) for theme, (_, codes) in LESSES.items() if codes[0] in own]
    named = {view.code for _, view in heads} | {TREND}
    projects = [
        (p, len(mine), badges(count_by_status(mine), words))
        for p in site.projects.values()
        if p["kind"] == "core" and not p["project_code"].startswith("S3")
        for mine in [[s for s in scored if s.entry.project_code == p["project_code"]]]
    ]
    with_figure = [v for v in own.values() if v.scored.judgement.figure is not None]
    with_figure.sort(key=lambda v: v.scored.judgement.figure.period.end, reverse=True)  # type: ignore[union-attr]
    latest = [
        {"view": v, "day": format_date(v.scored.judgement.figure.period.end, words.language)}  # type: ignore[union-attr]
        for v in with_figure[:6]
    ]
    return "index.html", "index.html", {
        "title": title, "lead": lead, "description": f"{title}。{lead}" if words.language == "ja" else f"{title}. {lead}",
        "counts": badges(counts, words), "lesses": heads, "trend": own.get(TREND), "projects": projects,
        "others": [v for v in own.values() if v.scored.entry.is_headline and v.code not in named],
        "changes": _shown(site.changes), "first": any(c["kind"] == "first_edition" for c in site.changes),
        "latest": latest, "label": label_of(words), "has_chart": True,
    }  # fmt: skip


def _five_less(words: Words, own: Mapping[str, IndicatorView]) -> Any:
    lesses = [(theme, notes, [own[c] for c in codes if c in own]) for theme, (notes, codes) in LESSES.items()]
    said = "、".join(f"{words(theme)} {status_word(views[0].status, words.language)}" for theme, _, views in lesses if views)
    title = words("five_less_title", text=said)
    return "five-less.html", "five-less.html", {"title": title, "lesses": lesses, "has_chart": True}


def _definitions(site: Site, words: Words, own: Mapping[str, IndicatorView]) -> Any:
    groups = [
        (project, mine)
        for project in site.projects.values()
        if (mine := [v for v in own.values() if v.row["project_code"] == project["project_code"]])
    ]
    return "definitions.html", "definitions.html", {"title": f"{words('ed_definitions')} ({len(own)})", "groups": groups}


def _indicator(site: Site, words: Words, row: Mapping[str, Any], views: Sequence[IndicatorView]) -> Any:
    code = row["indicator_code"]
    facts = [
        (words("project"), words.named(site.projects[row["project_code"]])), (words("scope"), words.named(site.units[row["scope_code"]])),
        (words("unit"), words.named(row, "unit")), (words("kind"), words("kind_" + row["kind"])),
        (words("frequency"), words("frequency_" + row["frequency"])), (words("base"), words.named(row, "base")),
        (words("exclusions"), words.named(row, "exclusions")),
    ]  # fmt: skip
    related = [
        (words(key), site.indicators[row[field]])
        for field, key in (("replaced_by_code", "successor"), ("paired_with_code", "pair_link"))
        if row[field] in site.indicators
    ]
    stored = [r for r in _corrections(site) if r["indicator_code"] == code]
    by_place = {(v.scored.entry.unit_code, f.period_code, f.vintage): (v, f) for v in views for f in v.scored.entry.figures}
    corrected = []
    for r in stored:
        view, figure = by_place[r["bureau_code"], r["period_code"], r["vintage"]]
        why = words(f"edition_reason_{r['reason_class']}") if r["reason_class"] else ""
        corrected.append(
            {
                "period": figure.period.label(words.language), "value": view.figure(figure), "vintage": r["vintage"],
                "known": format_date(r["known_at"].date(), words.language), "reason": f"{why} {r['reason_text']}".strip(),
            }
        )  # fmt: skip
    definition = views[0].scored.entry.definition
    readings = [
        {
            "period": parse_period(r["period_code"]).label(words.language) if r["period_code"] else words("undated"),
            "value": r["text_ja"] if r["value"] is None else format_value(r["value"], definition, words.language),
            "agrees": words("agrees") if r["agrees"] else words("differs"), "note": words.named(r, "note"),
            "source": site.book.sources.get(r["source_code"]),
        }
        for r in _readings(site)
        if r["indicator_code"] == code
    ]  # fmt: skip
    said = f"{figure_text(definition, views[0].scored.judgement.figure, words.language)}. {views[0].sentence}"
    return f"indicators/{code}.html", "indicator.html", {
        "title": words.named(row), "description": said, "row": row, "views": views, "units": site.units, "facts": [f for f in facts if f[1]],
        "related": related, "corrected": corrected, "readings": readings, "has_chart": any(v.has_series for v in views),
        "section": "definitions.html",
    }  # fmt: skip


def _corrections(site: Site) -> list[dict[str, Any]]:
    found = [r for r in site.rows("Observation") if r["vintage"] > 1]
    return sorted(found, key=lambda r: (r["known_at"], r["vintage"]), reverse=True)


def _readings(site: Site) -> list[dict[str, Any]]:
    return site.rows("Reading")


def _day(day: date | None, precision: str, words: Words) -> str:
    """Write a day no more exactly than its source does."""
    if day is None:
        return ""
    if precision == "year":
        return parse_period(f"FY{day.year - (day.month < 4)}").label(words.language)
    if precision == "month":
        return parse_period(f"{day.year}-{day.month:02d}").label(words.language)
    return format_date(day, words.language)


def _projects(site: Site, words: Words, every: Sequence[IndicatorView]) -> Pages:
    milestones = site.rows("Milestone")
    members = site.rows("ProjectBureau")
    versions = site.rows("ProjectVersion")
    listed: dict[str, list[list[Any]]] = {}
    for code, row in site.projects.items():
        mine = [v for v in every if v.row["project_code"] == code]
        counts = badges(count_by_status([v.scored for v in mine]), words)
        dated = [m for m in milestones if m["project_code"] == code]
        link = Markup('<a href="projects/{}.html">{}</a>').format(code, words.named(row))
        listed.setdefault(row["kind"], []).append([link, words.named(row, "category"), len(mine), len(dated), counts])
        yield f"projects/{code}.html", "project.html", {
            "title": words.named(row), "row": row, "views": mine, "counts": counts,
            "bureaus": [
                (words(f"ed_{m['role']}_role"), site.units[m["bureau_code"]]) for m in members if m["project_code"] == code
            ],
            "milestones": [
                {
                    "name": words.named(m), "planned": _day(m["planned_end"], m["planned_end_precision"], words),
                    "replanned": _day(m["replanned_end"], m["replanned_end_precision"], words),
                    "actual": _day(m["actual_end"], m["actual_end_precision"], words), "stage": m["stage_ja"],
                }
                for m in dated
            ],
            "versions": [v for v in versions if v["project_code"] == code],
        }  # fmt: skip
    columns = [
        {"label": words("project"), "number": False}, {"label": words("kind"), "number": False},
        {"label": words("indicators"), "number": True}, {"label": words("ed_milestones"), "number": True},
        {"label": words("statuses"), "number": False},
    ]  # fmt: skip
    groups = [(words(f"ed_kind_{kind}"), rows) for kind, rows in listed.items()]
    yield (
        "projects.html",
        "list.html",
        {"title": f"{words('ed_projects')} ({len(site.projects)})", "groups": groups, "columns": columns},
    )


def _bureaus(site: Site, words: Words, every: Sequence[IndicatorView]) -> Pages:
    members, procedures, facilities = site.rows("ProjectBureau"), site.rows("Procedure"), site.rows("Facility")
    successions = site.rows("Succession")
    now: list[list[Any]] = []
    former: list[list[Any]] = []
    for code, row in site.units.items():
        mine = [v for v in every if v.scored.entry.unit_code == code]
        own_procedures = [p for p in procedures if p["bureau_code"] == code]
        own_facilities = [f for f in facilities if f["bureau_code"] == code]
        link = Markup('<a href="bureaus/{}.html">{}</a>').format(code, words.named(row))
        counted = [link, len(mine), len(own_procedures), len(own_facilities)]
        (now if row["is_current"] else former).append(counted)
        begins = _day(row["valid_from"], row["valid_from_precision"], words) or words("ed_unknown")
        ends = (
            words("ed_now") if row["is_current"] else _day(row["valid_to"], row["valid_to_precision"], words) or words("ed_unknown")
        )
        history = [
            words(
                "ed_succession", day=_day(s["effective_date"], s["date_precision"], words) or words("ed_unknown"),
                before=words.named(site.units[s["predecessor_code"]]), after=words.named(site.units[s["successor_code"]]),
                relation=words(f"ed_relation_{s['relation']}"),
            )
            for s in successions
            if code in (s["predecessor_code"], s["successor_code"])
        ]  # fmt: skip
        yield f"bureaus/{code}.html", "bureau.html", {
            "title": words.named(row), "life": words("ed_life", begins=begins, ends=ends), "history": history, "views": mine,
            "projects": [
                (words(f"ed_{m['role']}_role"), site.projects[m["project_code"]]) for m in members if m["bureau_code"] == code
            ],
            "procedures": own_procedures, "facilities": own_facilities, "state": lambda state: words(f"ed_state_{state}"),
        }  # fmt: skip
    columns = [
        {"label": words("ed_bureau"), "number": False}, {"label": words("indicators"), "number": True},
        {"label": words("procedures"), "number": True}, {"label": words("ed_facilities"), "number": True},
    ]  # fmt: skip
    groups = [(words("ed_current"), now), (words("ed_former"), former)]
    yield "bureaus.html", "list.html", {"title": f"{words('ed_bureaus')} ({len(site.units)})", "groups": groups, "columns": columns}


def _by_state(rows: Sequence[Mapping[str, Any]], field: str, words: Words) -> tuple[str, list[list[Any]]]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[field]] = counts.get(row[field], 0) + 1
    return words("ed_by_state"), [[words(f"ed_state_{state}"), n] for state, n in sorted(counts.items(), key=lambda c: -c[1])]


def _unit(row: Mapping[str, Any], site: Site, words: Words) -> str:
    return words.named(site.units[row["bureau_code"]]) if row["bureau_code"] else row["organisation_ja"]


def _procedures(site: Site, words: Words) -> Any:
    rows = site.rows("Procedure")
    done = sum(1 for r in rows if r["digital_status"] == "done")
    listed = [
        [
            words.named(r), _unit(r, site, words), words(f"ed_state_{r['digital_status']}"),
            _day(r["digitised_date"], r["digitised_precision"], words), words("ed_yes") if r["is_priority"] else "",
        ]
        for r in rows
    ]  # fmt: skip
    labels = ("ed_name", "ed_bureau", "status", "ed_day", "ed_priority")
    return _register(
        words, "procedures.html", words("ed_procedures_title", total=len(rows), done=done), labels, listed, rows, "digital_status"
    )


def _facilities(site: Site, words: Words) -> Any:
    rows = site.rows("Facility")
    done = sum(1 for r in rows if r["cashless_status"] == "introduced")
    listed = [
        [
            r["name_ja"], _unit(r, site, words), r["municipality_ja"], words(f"ed_state_{r['cashless_status']}"),
            _day(r["cashless_since"], r["cashless_since_precision"], words), r["payment_methods"].replace(";", ", ").replace("_", " "),
        ]
        for r in rows
    ]  # fmt: skip
    labels = ("ed_name", "ed_bureau", "ed_municipality", "status", "ed_day", "ed_payment")
    return _register(
        words, "facilities.html", words("ed_facilities_title", total=len(rows), done=done), labels, listed, rows, "cashless_status"
    )


def _register(words: Words, path: str, title: str, labels: Sequence[str], listed: Any, rows: Any, field: str) -> Any:
    columns = [{"label": words(label), "number": False} for label in labels]
    counts = _by_state(rows, field, words)
    return path, "register.html", {
        "title": title, "columns": columns, "groups": [(words("ed_all"), listed)], "counts": counts,
    }  # fmt: skip


def _method(words: Words) -> Any:
    text = (ROOT / "docs" / "method.md").read_text(encoding="utf-8")
    heading = {"ja": "## 日本語\n", "en": "## English\n"}[words.language]
    part = text.split(heading, 1)[1] if heading in text else text
    part = re.split(r"^## ", part, maxsplit=1, flags=re.M)[0]
    body = Markup("<h1>{}</h1>").format(words("method")) + Markup(
        MarkdownIt("commonmark", {"html": False}).enable("table").render(part)
    )
    return "method.html", "text.html", {"title": words("method"), "body": body}


def _revisions(site: Site, words: Words) -> Any:
    log = [(site.about["edition"], site.day(words), site.about["note"], _shown(site.changes), "")]
    log += [(e.number, format_date(e.as_of, words.language), e.note, _shown(changes), e.sha256) for e, changes in site.history]
    title = words("revisions_title", count=len(log))
    return "revisions.html", "revisions.html", {"title": title, "log": log, "label": label_of(words)}
