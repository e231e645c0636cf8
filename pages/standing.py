"""The page of indicators or milestones by status: the lists behind the counts on other pages."""

from __future__ import annotations

import streamlit as st

from kpis.as_text import markdown
from kpis.figures.projects import MILESTONE_STATES, Milestone
from kpis.figures.scorecard import Scored
from kpis.store import tables
from kpis.text import format_date
from pages.parts import cached, prose
from pages.parts.attention import strips_of
from pages.parts.choices import choose, settle_choice
from pages.parts.entry import enter
from pages.parts.registers import block, telling
from pages.parts.text import language, named, t, viewer_words
from pages.parts.titled import page_heading
from pages.parts.when import as_of
from telling import attention as told_attention
from telling import projects
from telling.bureaus import LATE
from telling.matrix import OVERDUE

enter()

EVERY = "every"


def word(code: str) -> str:
    """Return the name of a list; ``code`` is ``every`` or ``group.status``."""
    if code == EVERY:
        return t("standing_every")
    group, status = code.split(".")
    return told_attention.list_word(group, status, viewer_words())


def of(scored: list[Scored], code: str) -> list[Scored]:
    """Return the judgements that belong to a list, in the order given."""
    return [s for s in scored if code in (EVERY, f"{s.judgement.standing}.{s.judgement.status}")]


moment = cached.moment()
project_names = cached.made("project names", make=lambda: {c: named(row) for c, row in moment.by_code(tables.Project).items()})
bureau_names = cached.made("unit names", make=lambda: {code: named(row) for code, row in moment.units.items()})
project = settle_choice("project", ["", *project_names], t("project"), lambda c: project_names.get(c, ""), default="")
bureau = settle_choice("bureau", ["", *bureau_names], t("bureau"), lambda c: bureau_names.get(c, ""), default="")
reports = [r for r in moment.projects if project in ("", r.code)]
scored: list[Scored] = [s for r in reports for s in r.scored] if project else moment.own
milestones: list[Milestone] = [m for r in reports for m in r.milestones]
if bureau:
    own = next((r for r in moment.bureaus if r.code == bureau), None)
    scored, milestones = (list(own.figures), list(own.milestones)) if own else ([], [])

codes = [
    EVERY,
    *(f"{group}.{status}" for group, status in told_attention.lists()),
    *(f"milestone.{s}" for s in (*MILESTONE_STATES, OVERDUE)),
]
above = st.container()
chosen = choose("list", codes, t("standing_choose"), word, default=EVERY)
whose = project_names.get(project) or bureau_names.get(bureau, "")
if chosen.startswith("milestone."):
    state = chosen.split(".")[1]
    shown = [m for m in milestones if m.state in (LATE if state == OVERDUE else (state,))]
    count = len(shown)
    if shown:
        block(
            lambda: projects.milestones(telling(), shown, project_names=project_names), key="milestones",
            suffix=f"{chosen} {project} {bureau}",
        )  # fmt: skip
else:
    listed = of(scored, chosen)
    count = len(listed)
    strips_of(listed, key=f"{chosen} {project} {bureau} {moment.view}", is_every=True)
key = "standing_title_whose" if whose else "standing_title"
with above:
    page_heading(markdown(t(key, whose=whose, word=word(chosen), count=count) if whose else t(key, word=word(chosen), count=count)))
    prose.caption(t("standing_lead", as_of=format_date(as_of(), language()), view=t("view_" + moment.view)))
