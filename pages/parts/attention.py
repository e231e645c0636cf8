"""The list of what needs attention (要対応) and the strip of the last quarters, as drawn on the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from charts.shapes import Strip
from kpis.as_text import markdown, shown
from kpis.figures.attention import Stood
from kpis.figures.bureaus import BureauReport
from kpis.figures.scorecard import Scored
from kpis.figures.sentences import standing_word
from kpis.periods import parse_period
from kpis.reporting import deadlines
from kpis.settings import settings
from pages.parts import address, cached, prose
from pages.parts.raw_html import draw_html
from pages.parts.registers import telling
from pages.parts.text import language, named, t, viewer_words
from pages.parts.titled import section_heading
from pages.parts.viewer import for_viewer, viewer
from pages.parts.when import today
from publishers.site import seen
from publishers.site.attention import Lasted, listed, strip, strips
from publishers.site.headed import defined
from telling import attention
from telling.attention import OffTrackRow, since_words
from telling.quarters import quarters

PLACES = {"indicator": "indicator", "milestone": "projects"}


@dataclass(frozen=True, slots=True)
class _Made:
    heading: str
    html: str


def row_address(row: OffTrackRow) -> str:
    """Return the address of the page that a row links to; an overdue report leads whoever may fill it in to the submission page."""
    if row.kind != "report":
        return address.path(PLACES[row.kind], code=row.code)
    if viewer().may("take_template", row.code):
        return address.path("submit", bureau=row.code, period=row.period)
    return address.path("bureau", code=row.code)  # a viewer without the right to report, as a director, goes to the bureau's page


def overdue() -> list[OffTrackRow]:
    """Return one row per report that is overdue and can still be submitted; none in public or for viewers without that right."""
    if settings().mode == "public" or not viewer().may("see_standings"):
        return []

    def make() -> list[OffTrackRow]:
        late = deadlines.overdue(cached.store(), viewer=viewer().email, today=today())
        return [
            attention.overdue_report(telling(), s.bureau_code, s.period_code, parse_period(s.period_code).label(language()), day)
            for s, day in late
        ]

    return for_viewer("overdue reports", make=make)


def _made(rows: Sequence[OffTrackRow], *, whose: str = "", is_for_paper: bool = False) -> _Made:
    leads = [row_address(row) for row in rows]  # they depend on the viewer

    def make() -> _Made:
        words, places = viewer_words(), dict(zip(map(id, rows), leads, strict=True))
        heading = words("att_heading_of", bureau=whose, count=len(rows)) if whose else attention.heading(rows, words)
        html = listed(rows, lambda row: places[id(row)], words, caption=heading, is_for_paper=is_for_paper)
        sentence_html = Markup('<p class="att-said">{}</p>').format(shown(attention.sentence(rows, words)))
        return _Made(markdown(heading), sentence_html + defined(html, words))

    return cached.drawn(("attention", tuple(rows), leads, whose, is_for_paper), make)


def needs_attention() -> None:
    """Draw the list of what is off track, the worst first, with links; overdue reports are included for those who may see them.

    For viewers who report for single bureaus, a separate list per own bureau shows its overdue reports and off-track figures.
    """

    def make() -> _Made:
        return _made(attention.in_order_of_weight(attention.rows(telling()), late))

    own = viewer().bureaus("see_standings")
    for report in cached.moment().bureaus:
        if own and report.code in own:
            of_bureau(report)
    late = overdue() if own is None else []
    made = make() if late else cached.made("attention", code=tuple(address.link().items()), make=make)
    section_heading(made.heading)
    draw_html(made.html)


def of_bureau(report: BureauReport) -> None:
    """Draw a bureau's overdue reports and off-track figures, for its own staff and for those who may see all reports' states."""
    if settings().mode == "public" or not viewer().may("see_standings", report.code):
        return
    late = [row for row in overdue() if row.code == report.code]
    made = _made(
        attention.in_order_of_weight(attention.rows_of(telling(), report.figures), late), whose=viewer_words().unit(report.unit)
    )
    section_heading(made.heading)
    draw_html(made.html)


def table_of_rows(rows: Sequence[OffTrackRow]) -> None:
    """Draw given rows as a list of what needs attention, as those of a meeting: all of them on paper."""
    made = _made(rows, is_for_paper=True)
    section_heading(made.heading)
    draw_html(made.html)


def strip_shown(shape: Strip | None) -> None:
    """Draw a strip alone; nothing if ``shape`` is ``None``."""
    if shape is not None:
        draw_html(f"{t('att_strip_heading')} {strip(shape)}")


def strip_of(stood: Sequence[Stood], name: str, *, since: str = "") -> None:
    """Draw the statuses at the end of the last quarters as a strip, since when it has been off track, and a note on the method."""
    shape = attention.strip(stood, viewer_words(), name=name)
    if shape is not None:
        draw_html(f"{t('att_strip_heading')} {strip(shape)} {escape(since)}")
        prose.caption(t("att_strip_note"))


def last_quarters(item: Scored, name: str) -> None:
    """Draw the last quarters of an indicator as a table: status, figure, plan and gap of each quarter.

    If none of the quarters had a current figure, their strip is drawn instead.
    """
    moment, words = cached.moment(), viewer_words()
    since = since_words(moment.off_since(item), words)

    def make() -> str:
        made = seen.quarters(quarters(item, moment.stood(item), words), words, caption=f"{name}: {t('att_strip_heading')}")
        return defined(made, words) if made else ""

    code = (item.entry.definition.code, item.entry.unit_code, *address.link().items())
    if not (html := cached.made("quarters", code=code, make=make)):
        strip_of(moment.stood(item), name, since=since)
        return
    draw_html(html)
    prose.caption(f"{t('att_strip_note')} {since}")


def strips_of(items: Sequence[Scored], *, key: str, is_every: bool = False) -> None:
    """Draw a strip for each indicator that has a target; nothing if none has.

    Args:
        items: the indicators, as of a bureau or project.
        key: part of the cache key: everything else that the list depends on.
        is_every: list indicators without a target too, without a strip.
    """
    moment, words = cached.moment(), viewer_words()

    def has_target(item: Scored) -> bool:
        return bool(item.entry.goals or item.entry.goals_of)

    def make() -> str:
        rows = [
            Lasted(
                address.path("indicator", code=item.entry.definition.code), named(item.entry.definition), item.judgement.status,
                standing_word(item.judgement, language()),
                attention.strip(moment.stood(item) if has_target(item) else (), words, name=named(item.entry.definition)),
                attention.since_words(moment.off_since(item), words),
            )
            for item in items
            if is_every or has_target(item)
        ]  # fmt: skip
        return cached.drawn(("strips", rows), lambda: defined(strips(rows, words, caption=t("att_each_heading")), words))

    html = cached.made("strips", code=(key, *address.link().items()), make=make)
    if html:
        if not is_every:
            section_heading(t("att_each_heading"))
        draw_html(html)
        prose.caption(t("att_strip_note"))
