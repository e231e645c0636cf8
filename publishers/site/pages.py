"""The pages of the static edition: file, template and context of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

from markupsafe import Markup, escape

from kpis.figures.projects import MILESTONE_STATES, PROJECT_RULE, Milestone, ProjectReport, in_order
from kpis.figures.records import JUDGED, RULE_VERSION
from kpis.figures.scorecard import Scored, tally
from kpis.government import government
from kpis.grouped import grouped
from kpis.periods import parse_period
from kpis.registers import TOLD_BY_RECORD, Register
from kpis.store import tables
from kpis.text import format_date
from publishers.site import seen
from publishers.site.attention import leads, strip
from publishers.site.attention import listed as listed_attention
from publishers.site.block_views import BlockView, pairs
from publishers.site.front import CHANGED, band_to, front_page, near, theme_cards_to
from publishers.site.headed import folded
from publishers.site.labels import each
from publishers.site.pages_bureaus import bureau_pages, compared_by_bureau
from publishers.site.pages_registers import facilities, listed, procedures
from publishers.site.search import search_page
from publishers.site.site import Page, Pages, Site, themes_file
from publishers.site.views import IndicatorView, badge, badges
from telling import attention, commentary, definitions, examples, facts, needed, overview_projects, projects
from telling.blocks import Telling
from telling.bureaus import LATE
from telling.cards import card_of
from telling.changes import Difference
from telling.latest import latest
from telling.method import in_short, names, sections
from telling.overview import conclusion, coverage_lines, exclusions, lead, shown_first, theme_name, themes_told
from telling.quarters import quarters
from telling.words import Words, capital, has_page, what_changed, whose

# Milestone columns already stated on the project's page, or belonging to the source.
NOT_LISTED = ("project_code", "reported_in", "source", "report_is_sample")


def pages_of(site: Site, words: Words, sizes: Sequence[Mapping[str, Any]]) -> Pages:
    """Yield every page in one language."""
    every = [site.view(item, words) for item in site.moment.scored]
    own: dict[str, IndicatorView] = {}
    for view in every:
        if view.scored.entry.is_own_scope:
            own[view.code] = view
    made: dict[str, Callable[[], Iterable[Page]]] = {
        "index": lambda: [_front(site, words, own)],
        "overview": lambda: [_overview(site, words, own)],
        "themes": lambda: [_themes(site, words, own)],
        "definitions": lambda: [_definitions(site, words, own)],
        "standing": lambda: [_standing(site, words, own)],
        "indicators": lambda: (
            _indicator(site, words, row, [v for v in every if v.code == code]) for code, row in site.moment.indicators.items()
        ),
        "projects": lambda: _projects(site, words, every),
        "bureaus": lambda: bureau_pages(site, words, every),
        "procedures": lambda: [procedures(site, words)],
        "facilities": lambda: [facilities(site, words)],
        "near": lambda: [near(site, words)],
        **{sheet: partial(_register, site, words, register) for sheet, register in TOLD_BY_RECORD.items()},
        "method": lambda: [_method(site, words)],
        "revisions": lambda: [_revisions(site, words)],
        "data": lambda: [_data(words, sizes)],
        "search": lambda: [search_page(words)],
        "404": lambda: [_lost(words)],
    }
    for name, pages in made.items():
        if has_page(name, words.language):
            yield from pages()


def _register(site: Site, words: Words, register: Register) -> list[Page]:
    return [listed(site, words, register)]


def _size(count: int, words: Words) -> str:
    return f"{words.number(count / 1000, ',.0f')} kB" if count >= 1000 else f"{count} B"


def _data(words: Words, sizes: Sequence[Mapping[str, Any]]) -> Page:
    return (
        "data.html",
        "data.html",
        {
            "title": words("ed_data"),
            "has_public_facilities": bool(government().publisher.prefecture_ja),
            "resources": [
                {**r, "title": words.named(r, "title"), "sizes": {form: _size(n, words) for form, n in r["sizes"].items()}}
                for r in sizes
            ],
        },
    )


def _lost(words: Words) -> Page:
    return "404.html", "lost.html", {"title": words("ed_lost_title")}


def label_of(words: Words, units: Mapping[str, tables.Bureau]) -> Any:
    """Return a function that names the subject of a change."""

    def label(change: Mapping[str, Any]) -> str:
        return what_changed(change, words, whose(change, words, units))

    return label


def _shown(changes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**asdict(Difference(c["kind"])), **c} for c in changes if c["kind"] != "first_edition"]


def _front(site: Site, words: Words, own: Mapping[str, IndicatorView]) -> Page:
    scored = [v.scored for v in own.values()]
    return front_page(
        site, words, own, _shown(site.changes), partial(_latest, site, words, scored, CHANGED), label_of(words, site.moment.units)
    )


def _latest(site: Site, words: Words, scored: Sequence[Scored], count: int, home: Callable[[str], str]) -> Markup:
    changes = latest(scored, site.moment.book.sources, words, as_of=site.moment.as_of, count=count)
    return seen.latest(changes, lambda code: f"{home('indicators')}indicators/{code}.html", words)


def _overview(site: Site, words: Words, own: Mapping[str, IndicatorView]) -> Any:
    scored = [v.scored for v in own.values()]
    shown = shown_first(scored)
    lead_in = lead(scored, words, as_of=site.moment.as_of)
    title = conclusion(scored, words)
    core = projects.core_with_goals(site.moment.projects)
    off = attention.rows(site.telling(words))
    return "overview.html", "overview.html", {
        "attention_heading": attention.heading(off, words), "attention_sentence": attention.sentence(off, words),
        "attention": lambda home: listed_attention(off, partial(leads, home), words, caption=attention.heading(off, words)),
        "title": title, "lead": lead_in,
        "counts": partial(band_to, words, tally(scored)),
        "cards": partial(theme_cards_to, site, words, scored),
        "trend": own[shown.trend.entry.definition.code] if shown.trend else None,
        "excluded": [exclusions(items, site.moment.indicators.values(), words) for items in (shown.of_themes, shown.below)],
        "projects_note": projects.names_note(core, words),
        "projects": lambda home: seen.projects(
            overview_projects.lines(site.telling(words), core), lambda code: f"{home('projects')}projects/{code}.html", words,
            caption=projects.overview_heading(core, site.moment.rows(tables.StrategyVersion), words),
        ) if core else "",
        "projects_heading": projects.overview_heading(core, site.moment.rows(tables.StrategyVersion), words),
        "others": lambda home: seen.table(
            [card_of(s, words, as_of=site.moment.as_of) for s in shown.others], lambda code: f"{home('indicators')}indicators/{code}.html", words,
            caption=words("other_headlines"),
        ) if shown.others else "",
        "changes": _shown(site.changes), "first": any(c["kind"] == "first_edition" for c in site.changes),
        "latest": partial(_latest, site, words, scored, 6),
        "label": label_of(words, site.moment.units), "has_chart": True,
    }  # fmt: skip


def _themes(site: Site, words: Words, own: Mapping[str, IndicatorView]) -> Any:
    scored = [v.scored for v in own.values()]
    heading, theme_rows = themes_told(scored, list(site.moment.indicators.values()), words)
    themes = [
        (theme, theme_name(theme, words), notes, [own[s.entry.definition.code] for s in items])
        for theme, notes, items in theme_rows
    ]
    title = words("themes_title", text=heading)
    cards = partial(theme_cards_to, site, words, scored)
    return themes_file(), "themes.html", {"title": title, "lead": heading, "cards": cards, "themes": themes, "has_chart": True}


def _definitions(site: Site, words: Words, own: Mapping[str, IndicatorView]) -> Any:
    groups = [
        (project, mine)
        for project in (*site.moment.rows(tables.Project), None)
        if (mine := [v for v in own.values() if v.row.project_code == (project and project.project_code)])
    ]
    meant = folded(definitions.meanings(words), words, is_open=True)
    return (
        "definitions.html",
        "definitions.html",
        {"title": f"{words('ed_definitions')} ({len(own)})", "groups": groups, "meant": meant},
    )


def _indicator(site: Site, words: Words, row: tables.Indicator, views: Sequence[IndicatorView]) -> Any:
    code = row.indicator_code
    reported = None
    for view in views:
        if view.scored.rolled:
            newest = view.scored.rolled[-1]

            def names(codes: Sequence[str]) -> str:
                return words("list_comma").join(words.unit(site.moment.units[c]) for c in codes)

            period = parse_period(newest.period_code).label(words.language)
            reported = (words("reported_sum", period=period), coverage_lines(view.scored, newest, names, words))
    related = [
        (words(key), site.moment.indicators[other])
        for field, key in (("replaced_by_code", "successor"), ("paired_with_code", "pair_link"))
        if (other := getattr(row, field)) in site.moment.indicators
    ]
    telling = Telling(words, site.moment)
    return f"indicators/{code}.html", "indicator.html", {
        "title": words.named(row), "whose": attention.bureau_of(telling, views[0].scored)[1], "description": capital(views[0].sentence), "row": row,
        "views": views, "units": site.moment.units, "facts": facts.facts(telling, row),
        "inputs": {v.scored.entry.unit_code: pairs(facts.inputs(telling, v.scored), words) for v in views},
        "targets": {v.scored.entry.unit_code: BlockView(facts.targets(telling, v.scored), words) for v in views}, "related": related,
        "needed": {v.scored.entry.unit_code: BlockView(block, words) for v in views if (block := needed.block(v.scored, words))},
        "revisions": BlockView(facts.revisions(telling, [*(v.scored for v in views), *site.moment.parts.get(code, ())]), words),
        "readings": BlockView(facts.readings(telling, views[0].scored), words),
        "said": [BlockView(b, words) for b in commentary.blocks(telling, commentary.of_subject(telling, code), [code], signs=views[0].signs)],
        "notes": BlockView(commentary.notes(telling, [v.scored for v in views]), words), "has_chart": any(v.is_drawn for v in views),
        "section": "definitions.html", "reported": reported, "compared": compared_by_bureau(site, words, code), "last_quarters": _last_quarters,
    }  # fmt: skip


def _last_quarters(view: IndicatorView) -> Markup:
    """Return a table of the last quarters, and since when it is off track; only the strip if no quarter had a current figure."""
    words, item, moment = view.words, view.scored, view.moment
    if not item.entry.goals:
        return Markup("")
    heading = words("att_strip_heading")
    made = seen.quarters(quarters(item, moment.stood(item), words), words, caption=f"{view.name}: {heading}")
    since = attention.since_words(moment.off_since(item), words)
    note = Markup('<p class="small">{} {}</p>').format(words("att_strip_note"), since)
    return made + note if made else Markup("<p>{}: {}</p>").format(heading, view.strip)


def _states(milestones: Sequence[Milestone], words: Words) -> str:
    counts = {state: sum(1 for m in milestones if m.state == state) for state in MILESTONE_STATES}
    return words("comma").join(f"{words('state_' + state)}\u00a0{n}" for state, n in counts.items() if n)


def _states_linked(report: ProjectReport, words: Words) -> Markup | str:
    """Return the number of a project's milestones, linked, and how many have each state; a dash if there are none."""
    if not report.milestones:
        return "—"
    count = words("milestones_count", count=len(report.milestones))
    linked = Markup('<a href="projects/{}.html#milestones">{}</a>').format(report.code, count)
    return linked + words("in_brackets", text=_states(report.milestones, words))


def _standing(site: Site, words: Words, own: Mapping[str, IndicatorView]) -> Any:
    """List every indicator by status and every milestone by state: the lists behind the counts of other pages."""
    views_of = grouped((f"{view.scored.judgement.standing}-{view.status}", view) for view in own.values())
    lists = [
        (f"{group}-{s}", attention.list_word(group, s, words), views_of.get(f"{group}-{s}", [])) for group, s in attention.lists()
    ]
    milestones = [
        (f"milestone-{state}", attention.list_word("milestone", state, words),
         [(r, m) for r in site.moment.projects for m in r.milestones if m.state == state])
        for state in MILESTONE_STATES
    ]  # fmt: skip
    return "standing.html", "standing.html", {
        "title": f"{words('nav_standing')} ({len(own)})",
        "lead": words("standing_lead", as_of=format_date(site.moment.as_of, words.language), view=words("view_then")),
        "lists": [entry for entry in lists if entry[2]], "milestones": [entry for entry in milestones if entry[2]],
        "overdue": next((key for key, _, views_of in milestones if views_of and key.removeprefix("milestone-") in LATE), ""),
        "note": words("att_strip_note"),
    }  # fmt: skip


def _projects(site: Site, words: Words, every: Sequence[IndicatorView]) -> Pages:
    by_place = {(v.code, v.scored.entry.unit_code): v for v in every}
    listed: dict[str, list[list[Any]]] = {}
    sources = {row.source_code: row for row in site.moment.rows(tables.Source)}
    telling = Telling(words, site.moment)
    for report in site.moment.projects:
        row, code = report.row, report.code
        counts = badges(report.tally, words, "#indicators")
        link = Markup('<a href="projects/{}.html">{}</a>').format(code, projects.called(report, words))
        listed.setdefault(row.kind, []).append(
            [
                link,
                words.named(row, "category") or "—",
                badge(report.status, words),
                len(report.scored),
                badges(report.tally, words, f"projects/{code}.html#indicators") or "—",
                _states_linked(report, words),
            ]
        )
        timeline = projects.timeline(telling, report.milestones, chart=f"projects/{code}", without=NOT_LISTED)
        yield f"projects/{code}.html", "project.html", {
            "title": projects.project_name(row, words), "whose": attention.leads(Telling(words, site.moment), code)[1], "row": row,
            "strip": strip(attention.strip(site.moment.project_stood(report), words, name=projects.project_name(row, words))),
            "counts": counts, "status": badge(report.status, words), "description": projects.milestones_line(report.milestones, words),
            "views": [by_place[s.entry.definition.code, s.entry.unit_code] for s in report.scored],
            "goal_heading": projects.goal_heading(report, words),
            "goal_source": sources.get(projects.goal_source(row)),
            "bureaus": [
                (words(f"role_{m.role}"), unit, projects.times(m, unit.valid_to, words))
                for m in report.bureaus for unit in (site.moment.units[m.bureau_code],)
            ],
            "milestones": BlockView(timeline, words, words("milestones"), telling),
            "said": [BlockView(b, words) for b in commentary.blocks(telling, commentary.of_project(telling, report), [code], whose="both")],
            "versions": [(n.version_name(words.language), words.named(n.row)) for n in report.names], "has_chart": bool(report.milestones),
        }  # fmt: skip
    labels = ("project", "ed_category", "computed_status", "indicators", "statuses", "milestones")
    columns = [{"label": words(label), "number": label == "indicators"} for label in labels]
    groups = [(capital(projects.kind_name(government().project_kind(kind), None, words)), rows) for kind, rows in listed.items()]
    yield (
        "projects.html",
        "list.html",
        {
            "title": f"{words('ed_projects')} ({len(site.moment.projects)})",
            "groups": groups,
            "columns": columns,
            "lead": _counted(site, words),
            "notes": [note] if (note := projects.names_note(site.moment.projects, words)) else [],
            "folded": _strategy(site, words),
        },
    )


def _counted(site: Site, words: Words) -> str:
    """Return a sentence on how many projects are judged, with their milestones by state."""
    milestones = projects.milestones_line([m for r in site.moment.projects for m in r.milestones], words)
    judged = sum(r.status in JUDGED for r in site.moment.projects)
    return words("projects_table_sentence", total=len(site.moment.projects), judged=judged, milestones=milestones)


def _strategy(site: Site, words: Words) -> tuple[str, list[Markup]]:
    """Return the aims of each version of the strategy, and the number of unidentified projects by category, folded below a count."""
    from markdown_it import MarkdownIt  # noqa: PLC0415  # a tenth of a second, needed only to write a site

    versions = in_order(site.moment.rows(tables.StrategyVersion))
    notes = [MarkdownIt("commonmark", {"html": False}).renderInline(projects.version_line(v, words)) for v in versions]
    for kind in projects.listed_as("categories"):
        own = [r for r in site.moment.projects if r.row.kind == kind.kind_code]
        notes.append(str(escape(projects.unidentified(kind, own, site.moment.scored, versions, words))))
    notes.append(words("project_rule_named", rule=PROJECT_RULE))
    return words("strategy_versions", count=len(versions)), [Markup(note) for note in notes]


def _method(site: Site, words: Words) -> Any:
    from markdown_it import MarkdownIt  # noqa: PLC0415  # as above

    body = Markup("<h1>{}</h1>").format(words("method"))
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    worked = examples.text(site.moment.scored, words)
    if worked:
        body += Markup('<p><a href="#method-examples">{}</a></p>').format(words("method_examples"))
    body += Markup('<h2 id="method-short">{}</h2>{}<p class="small">{}</p>').format(
        words("method_short"), Markup(markdown.render(in_short(words))), words("method_rules_follow", rule=RULE_VERSION)
    )
    for section in sections(words):
        body += Markup('<h2 id="{}">{}</h2>').format(section.anchor, section.heading) + Markup(markdown.render(section.text))
    if worked:
        introduction = Markup('<h2 id="method-examples">{}</h2><p class="small">{}</p>').format(
            words("method_examples"), words("method_examples_said")
        )
        body += introduction + Markup(markdown.render(worked))
    body += Markup("<details><summary>{}</summary><p>{}</p>").format(words("method_names"), words("method_names_said"))
    body += Markup('<table><thead><tr><th scope="col">{}</th><th scope="col">{}</th></tr></thead><tbody>').format(
        words("method_word"), words("method_field")
    )
    body += each('<tr><th scope="row">{}</th><td><code>{}</code></td></tr>', names(words))
    body += Markup("</tbody></table></details>")
    in_a_sentence = in_short(words).splitlines()[0].removeprefix("- ")
    return "method.html", "text.html", {"title": words("method"), "description": in_a_sentence, "body": body}


def _revisions(site: Site, words: Words) -> Any:
    log = [(site.about["edition"], site.day(words), site.about["note"], _shown(site.changes), "")]
    log += [(e.number, format_date(e.as_of, words.language), e.note, _shown(changes), e.sha256) for e, changes in site.history]
    title = words("revisions_title", count=len(log))
    return "revisions.html", "revisions.html", {"title": title, "log": log, "label": label_of(words, site.moment.units)}
