"""The pages of projects and of the data themselves, accounted for by the open API. Each function returns what is wrong."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from kpis.figures.projects import MILESTONE_STATES
from kpis.figures.records import STATUSES
from kpis.government import government
from kpis.settings import ROOT
from kpis.text import known_day, status_word
from telling.method import names, sections
from telling.projects import kind_name
from telling.words import Words
from tests.publishers import attended, overviewed, spoken, tabled, worked
from tests.publishers.accounts import BAD, GOOD, milestones_line, series, timeline
from tests.publishers.accounts_bureaus import in_boxes
from tests.publishers.ledger import Item, Ledger, Table, plain
from tests.publishers.shown import Shown


def projects(ledger: Ledger, shown: Shown) -> list[str]:
    """Check the list of all projects."""
    w, rows = ledger.words, ledger.api("projects")["projects"]
    milestones = ledger.api("milestones")["milestones"]
    versions = ledger.api("projects")["versions"]
    alike = numbered_alike(versions)
    core = [[p for p in rows if p["kind"] == "core" and p["first_version"] in codes] for codes in alike]
    first = core[0]
    good, slow, bad = (sum(p["status"] in kinds for p in first) for kinds in (GOOD, ("slightly_behind",), BAD))
    both = sum(bool(m["planned"] and m["actual"]) for m in milestones)
    by_code = {v["code"]: v for v in versions}
    says = [
        *w("projects_title", which=heading(w, first, [by_code[c] for c in alike[0]]), parts=w("list_comma").join(
            w(f"projects_{name}", count=count) for name, count in
            (("good", good), ("slow", slow), ("bad", bad), ("unjudged", len(first) - good - slow - bad)) if count
        )).split("|"),
        w("projects_lead", as_of=ledger.day(ledger.api("projects")["as_of"]), rule=rows[0]["project_rule_version"], milestones=len(milestones), both=both),
        w("contradictions_none", count=sum(bool(p.get("confidence")) for p in rows)),
    ]  # fmt: skip
    adopted = {v["code"]: known_day(date.fromisoformat(v["adopted_on"]), v["adopted_precision"], ledger.language) for v in versions}
    for codes, held in zip(alike, core, strict=True):
        says += heading(w, held, [by_code[c] for c in codes]).split("|")
        says.append(w("core_renumbered_note", version=w.named(by_code[codes[0]]), day=adopted[codes[0]]))
    says += [w("strategy_versions", count=len(versions)), w("name_not_official_note")]
    leading = [p for p in rows if p["kind"] == "leading"]
    says += [w.named(p, "goal") for p in rows if w.named(p, "goal")]
    stated, oldest = ledger.own["leading_projects"]["actual_value"], versions[0]
    named_first = sum(p["first_version"] == oldest["code"] for p in leading)
    says.append(
        w("leading_note", stated=f"{stated:,.0f}", known=len(leading), first=named_first, missing=max(int(stated) - named_first, 0),
          version=w.named(oldest), day=adopted[oldest["code"]], kind=kind_name(government().project_kinds["leading"], None, w))
    )  # fmt: skip
    titles = {s["source_code"]: w.marked(s["title"]) for s in ledger.api("sources")}
    for v in versions:
        # Its pieces too: a goal of the programme is said in the same words as its concept, and is explained first.
        says += [w("version_horizon", year=v["horizon_year"]), w("version_years", first=v["first_year"], last=v["last_year"])]
        says += [version_line(w, v, adopted[v["code"]]), titles[v["source"]], *re.findall(r"\S*\d\S*", w.named(v, "concept"))]
    for category, n in Counter(w.named(p, "category") or w("category_unknown") for p in leading).items():
        says.append(f"{category} ({n})")
    judged = sum(p["status"] in (*GOOD, *BAD, "slightly_behind") for p in rows)
    states_of = Counter(m["state"] for m in milestones)
    says.append(w("projects_table_sentence", total=len(rows), judged=judged, milestones=milestones_line(w, states_of)))
    names = {u["code"]: w.named(u) for u in ledger.api("units")}
    is_public = "confidence" not in rows[0]
    keys = ["project", "statuses_one", *([] if is_public else ["confidence"]), "project_indicators", "milestones", *(f"state_{s}" for s in MILESTONE_STATES),
            "who_leads", "reported_in"]  # fmt: skip
    table = [
        [f"{p['code']} {tabled.full_name(ledger, p)}", status_word(p["status"], ledger.language), *([] if is_public else [w("confidence_" + ((p["confidence"] or {}).get("confidence") or "none"))]),
         str(len(p["indicators"])), str(sum(p["milestones"].values())), *(str(p["milestones"][s]) for s in MILESTONE_STATES),
         bureaus_line(w, p, names), tabled.quarter(ledger, p["last_reported"])]
        for p in rows
    ]  # fmt: skip

    def about(p: Item) -> str:
        return " ・ ".join(filter(None, (p["code"], bureaus_line(w, p, names))))

    kinds = {kind: [p for p in rows if p["kind"] == kind] for kind in dict.fromkeys(p["kind"] for p in rows)}
    groups = [*core, *([p for p in leading if p["category_ja"] == c] for c in dict.fromkeys(p["category_ja"] for p in leading))]
    groups += [held for kind, held in kinds.items() if kind not in ("core", "leading")]
    for held in groups:
        unnamed = [p for p in held if not bureaus_line(w, p, names)]
        of_core = kind_name(government().project_kinds["core"], None, w)
        remark = w("bureau_unknown_whole", kind=of_core) if held and held[0]["kind"] == "core" else w("bureau_unknown")
        says += [w("bureau_unknown_of", remark=remark, count=len(unnamed), all=len(held))] if 0 < len(unnamed) < len(held) else []
    listed = [overviewed.projects(ledger, held, about) for held in groups if held]
    return tabled.wrong_tables(shown, [([w(k) for k in keys], table), *listed]) + in_boxes(ledger, shown, {}, says)


def heading(w: Words, held: list[Item], versions: list[Item]) -> str:
    """Head a list of core projects, with a bar for the names of versions, which are explained apart."""
    return w(
        "core_seen_of_versions" if versions[0]["is_renumbered"] else "core_of_versions",
        count=len(held),
        kind=kind_name(government().project_kinds["core"], len(held), w),
        versions="|",
    )


def bureaus_line(w: Words, p: Item, names: dict[str, str]) -> str:
    """Name the bureaus that lead a project, then those that take part."""
    leads, members = (in_turn(w, [b for b in p["bureaus"] if b["role"] == role], names) for role in ("lead", "member"))
    return " ・ ".join([*([leads] if leads else []), *([w("with_members", names=members)] if members else [])])


def in_turn(w: Words, bureaus: list[Item], names: dict[str, str]) -> str:
    """Name bureaus of one role: in brackets whoever was there only until others, who came later, had begun."""
    rest, turns = list(bureaus), []
    while rest:  # the last ones first: none left came after them
        last = [
            b for b in rest
            if not b["valid_to"] or not any(
                o["valid_from"] and (b["valid_from"] or "") < o["valid_from"] and b["valid_to"] < (o["valid_to"] or "9999") for o in rest
            )
        ]  # fmt: skip
        turns.append(w("list_comma").join(dict.fromkeys(names[b["bureau"]] for b in last)))
        rest = [b for b in rest if b not in last]
    if len(turns) < 2:
        return "".join(turns)
    before = turns[1]
    for earlier in turns[2:]:
        before = w("turn_before_that", before=before, earlier=earlier)
    return w("turn_before", now=turns[0], before=before)


def version_line(w: Words, v: Item, day: str) -> str:
    """Say what a version of the strategy wants, as the page does."""
    said = [w("version_head", name=w.named(v), day=day), w.named(v, "concept")]
    said += [w("version_horizon", year=v["horizon_year"])] if v["horizon_year"] else []
    said += [w("version_years", first=v["first_year"], last=v["last_year"])] if v["first_year"] else []
    said += [w("version_keywords", keywords=w.named(v, "keywords"))] if v["keywords_ja"] else []
    return " ".join(filter(None, said if any(said[1:]) else [said[0], w("version_unsummed")]))


def numbered_alike(versions: list[Item]) -> list[list[str]]:
    """Group the codes of versions that share their project numbers."""
    found: list[list[str]] = []
    for version in versions:
        if version["is_renumbered"] or not found:
            found.append([])
        found[-1].append(version["code"])
    return found


def one_project(ledger: Ledger, shown: Shown, p: Item) -> list[str]:
    """Check the page of one project: status, names, indicators with charts, every figure and target, milestones."""
    w = ledger.words
    items = [s for s in ledger.own.values() if s["project"] == p["code"]]
    judged = {s: n for s, n in p["counts"]["current"].items() if s in (*GOOD, *BAD, "slightly_behind")}
    says = [q["code"] for q in ledger.api("projects")["projects"]]
    if judged:
        good, bad = (sum(judged.get(s, 0) for s in kinds) for kinds in (GOOD, BAD))
        says.append(
            w(
                "project_rule_line",
                judged=sum(judged.values()),
                good=good,
                slow=judged.get("slightly_behind", 0),
                bad=bad,
                rule=p["project_rule_version"],
            )
        )
    rest = [
        s for s in items if sum(f["value"] is not None for f in s["figures"]) < 2 and (s["figures"] or s["kind"] != "qualitative")
    ]
    says.append(
        w(
            "more_indicators",
            count=len(rest) - max(0, 6 - min(6, sum(sum(f["value"] is not None for f in s["figures"]) > 1 for s in items))),
        )
    )
    drawn_all = [s for s in items if sum(f["value"] is not None for f in s["figures"]) > 1]
    beyond = len(drawn_all) - 6 if len(drawn_all) > 6 else 0
    says.append(w("more_indicators", count=len(rest) + beyond - max(0, 6 - min(6, len(drawn_all)))))
    listed = ledger.api("projects")
    says += [f"{p['code']} {q}" for q in (w.named(p), tabled.project_name(ledger, p))]
    says += [f"{q['code']} {w.named(q)}" for q in listed["projects"]]
    says += [w.named(v) for v in listed["versions"]]
    says += [w.named(n) for q in listed["projects"] for n in q["names"]]
    says += [w("project_goal_by", version=w.named(v), year=v["horizon_year"]) for v in listed["versions"] if v["horizon_year"]]
    says += [w("project_goal_of", version=w.named(v)) for v in listed["versions"]]
    says += in_time(ledger, p)
    says += [ledger.period(s["period"]) for s in items if s["period"]]  # beside its value
    says += [
        source
        for b in p["bureaus"]
        for s in ledger.api("sources")
        if s["source_code"] == b["source"]
        for source in (w.marked(s["title"]), s["url"])
    ]
    figures = [(s, f) for s in items for f in s["figures"]]
    more: list[Table] = [([w("indicators_one"), w("period"), w("value"), w("unit"), w("source")],
                          [[w.named(s), ledger.period(f["period"]), ledger.figure(s, f), tabled.unit_apart(ledger, s, f), ""] for s, f in figures])]  # fmt: skip
    goals = [row for s in items for row in tabled.targets(ledger, s, lead=[w.named(s)])]
    more += [([w("indicators_one"), w("period"), w("target"), w("set_on"), w("source")], goals)] if goals else []
    milestones = [m for m in ledger.api("milestones")["milestones"] if m["project"] == p["code"]]
    more += [tabled.milestones(ledger, milestones)] if milestones else []
    more += spoken.tables(ledger, project=[p["code"], *(s["code"] for s in items)])
    more += attended.strips(ledger, items)
    free = (w("source"), w("confidence"), w("reviewed_on"), w("confidence_reason"), w("confidence_reviewer"))
    wrong, others = series(ledger, shown, items, more=more, free=free)
    found, texts = timeline(ledger, others, milestones)
    said = [" ".join(plain(t).strip() for t in box) for box in shown.boxes.values()]
    if not any(f"{w('computed_status')} {status_word(p['status'], ledger.language)}" in texts for texts in said):
        wrong.append(f"the computed status is not {p['status']}")
    return wrong + found + ledger.unaccounted(shown, about=items, says=[*says, *texts])


def in_time(ledger: Ledger, p: Item) -> list[str]:
    """Return from when to when each bureau led or took part, as the page says it."""
    said = []
    for b in p["bureaus"]:
        for key, edge in (("seen_from", "valid_from"), ("ended_on", "valid_to")):
            if b[edge]:
                day = known_day(date.fromisoformat(b[edge]), b[f"{edge}_precision"], ledger.language)
                said.append(ledger.words(key, day=day))
    return said


def about(ledger: Ledger, shown: Shown) -> list[str]:
    """Check the page on the data: definitions, sources, method."""
    w, rows, sources = ledger.words, list(ledger.indicators.values()), ledger.api("sources")
    targeted = {s["code"] for s in ledger.items() if s["targets"]}
    projects_ = {p["code"]: w.named(p) for p in ledger.api("projects")["projects"]}
    primary = sum(s["grade"] == "primary" for s in sources)
    says = [
        w("about_title", indicators=len(rows), sources=len(sources)),
        w("about_definitions_sentence", total=len(rows), targeted=len(targeted), qualitative=sum(r["kind"] == "qualitative" for r in rows)),
        w("about_sources_sentence", primary=primary, secondary=len(sources) - primary, dated=sum(bool(s["published_on"]) for s in sources),
          bounded=sum(not s["published_on"] and bool(s["published_by"]) for s in sources)),
    ]  # fmt: skip
    said = w("method_short_text", **{status: status_word(status, ledger.language) for status in STATUSES})
    says += [*said.splitlines(), w("method_rules_follow", rule=next(iter(ledger.own.values()))["rule_version"])]
    for section in sections(w):
        says += [section.heading, *section.text.splitlines()]
    says += [word for pair in names(w) for word in (pair[0], f"`{pair[1]}`")]
    says += worked.steps(ledger)
    japanese, english = (  # published word for word
        (ROOT / "docs" / "accessibility.md").read_text(encoding="utf-8").split("\n## 日本語\n", 1)[1].split("\n## English\n", 1)
    )
    says += (english if ledger.language == "en" else japanese).splitlines()
    says += w("about_open_text", base="").splitlines()
    keys = ("about_name", "about_definition", "project", "kind", "unit", "about_direction", "about_thresholds", "about_code")
    table = [
        [w.named(r), w.named(r, "definition"), projects_.get(r["project_code"], ""), w(f"kind_{r['kind']}"), w.named(r, "unit"),
         w(f"direction_{r['direction']}"), f"{r['threshold_on_track']} / {r['threshold_behind']}", r["indicator_code"]]
        for r in rows
    ]  # fmt: skip
    listed = [[ledger.source(s), w(f"grade_{s['grade']}"), public_day(ledger, s), w(f"basis_{s['published_basis']}") if s["published_basis"] else ""]
              for s in sorted(sources, key=ahead)]  # fmt: skip
    tables = [
        ([w(k) for k in keys], table),
        ([w("source"), w("about_grade"), w("about_published"), w("about_basis")], listed),
        ([w("method_word"), w("method_field")], [list(pair) for pair in names(w)]),
    ]
    return tabled.wrong_tables(shown, tables) + ledger.unaccounted(shown, about=ledger.own.values(), says=says)


def ahead(source: Item) -> tuple[bool, int]:
    """A government's own before those of others, the newest first, those without a day last."""
    day = source["published_on"] or source["published_by"]
    return source["grade"] == "secondary", -date.fromisoformat(day).toordinal() if day else 0


def public_day(ledger: Ledger, source: Item) -> str:
    """Write the day of publication, else the last day by which the source was public."""
    if source["published_on"] or not source["published_by"]:
        return ledger.day(source["published_on"])
    return known_day(date.fromisoformat(source["published_by"]), "unknown", ledger.language)
