"""要対応 and the strip of the last quarters, as the pages of the dashboard show them."""

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
from pages.parts.text import language, named, t
from pages.parts.titled import section_heading
from pages.parts.viewer import for_viewer, viewer
from pages.parts.when import today
from publishers.site import seen
from publishers.site.attention import Lasted, listed, strip, strips
from publishers.site.headed import defined
from telling import attention
from telling.attention import OffTrackRow, since_words
from telling.bureaus import unit_label
from telling.quarters import quarters
from telling.words import Words

PLACES = {"indicator": "indicator", "milestone": "projects"}


@dataclass(frozen=True, slots=True)
class _Made:
    heading: str
    html: str


def leads(row: OffTrackRow) -> str:
    """Return the address of the page that a row leads to."""
    if row.kind != "report":
        return address.path(PLACES[row.kind], code=row.code)
    if viewer().may("take_template", row.code):
        return address.path("submit", bureau=row.code, period=row.period)
    return address.path("bureau", code=row.code)  # a director sees who it is, and takes no template


def overdue() -> list[OffTrackRow]:
    """Return the reports that are overdue and may still come, for those who may see where reports stand; in public none."""
    if settings().mode == "public" or not viewer().may("see_standings"):
        return []

    def make() -> list[OffTrackRow]:
        late = deadlines.overdue(cached.store(), viewer=viewer().email, today=today())
        return [
            attention.overdue_report(telling(), s.bureau_code, s.period_code, parse_period(s.period_code).label(language()), day)
            for s, day in late
        ]

    return for_viewer("overdue reports", make=make)


def _made(rows: Sequence[OffTrackRow], *, whose: str = "") -> _Made:
    words = Words(language())
    heading = words("att_heading_of", bureau=whose, count=len(rows)) if whose else attention.heading(rows, words)
    html = listed(rows, leads, words, caption=heading, is_public=settings().mode == "public")
    sentence_html = Markup('<p class="att-said">{}</p>').format(shown(attention.sentence(rows, words)))
    return _Made(markdown(heading), sentence_html + defined(html, words))


def needs_attention() -> None:
    """Show what is off track, the worst first, each with its page; overdue reports too to those who may see them.

    Whoever reports for single bureaus has those of their own in lists of their own, with the figures that are off track there.
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
    """Show a bureau's own people, and those who steer, which of its reports are overdue and which of its figures are off track."""
    if settings().mode == "public" or not viewer().may("see_standings", report.code):
        return
    late = [row for row in overdue() if row.code == report.code]
    made = _made(
        attention.in_order_of_weight(attention.rows_of(telling(), report.figures), late),
        whose=unit_label(report.unit, Words(language())),
    )
    section_heading(made.heading)
    draw_html(made.html)


def table_of_rows(rows: Sequence[OffTrackRow]) -> None:
    """Show rows that were gathered already, as those of a meeting."""
    made = _made(rows)
    section_heading(made.heading)
    draw_html(made.html)


def strip_shown(shape: Strip | None) -> None:
    """Show a strip alone; nothing where there is none."""
    if shape is not None:
        draw_html(f"{t('att_strip_heading')} {strip(shape)}")


def strip_of(stood: Sequence[Stood], name: str, *, since: str = "") -> None:
    """Show how something stood at the end of the last quarters, since when it has been off track, and how each quarter is judged."""
    shape = attention.strip(stood, Words(language()), name=name)
    if shape is not None:
        draw_html(f"{t('att_strip_heading')} {strip(shape)} {escape(since)}")
        prose.caption(t("att_strip_note"))


def last_quarters(item: Scored, name: str) -> None:
    """Show the last quarters of an indicator: status, figure, plan and gap of each; where no figure of now was known in any, their strip."""
    moment, words = cached.moment(), Words(language())
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
    """Show a strip for each indicator of a bureau or project that has a target; nothing where none has.

    Args:
        items: the indicators.
        key: what else they depend on.
        is_every: those without a target are listed too, without a strip.
    """
    moment, words = cached.moment(), Words(language())

    def has_target(item: Scored) -> bool:
        return bool(item.entry.goals or item.entry.goals_of)

    def make() -> str:
        rows = [
            Lasted(
                address.path("indicator", code=item.entry.definition.code), named(item.entry.definition), item.judgement.status,
                standing_word(item.judgement, language()), attention.strip(moment.stood(item) if has_target(item) else (), words, name=named(item.entry.definition)),
                attention.since_words(moment.off_since(item), words, is_short=True),
            )
            for item in items
            if is_every or has_target(item)
        ]  # fmt: skip
        return defined(strips(rows, words, caption=t("att_each_heading")), words)

    html = cached.made("strips", code=(key, *address.link().items()), make=make)
    if html:
        if not is_every:
            section_heading(t("att_each_heading"))
        draw_html(html)
        prose.caption(t("att_strip_note"))
