"""Every downloadable chart of the pages by file name; the chart of an indicator is named by its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from kpis.figures.registers import DIMENSIONS, tally
from kpis.figures.scorecard import Scored
from kpis.periods import Period
from kpis.registers import TOLD_BY_RECORD
from telling import bureaus, facilities, listed, procedures, projects
from telling.blocks import Block, Telling
from telling.indicator import is_drawn
from telling.taken import name_of_indicator

Tell = Callable[[], Block]


def blocks(telling: Telling, period: str = "") -> Mapping[str, Tell]:
    """Return name → function that makes the block, for each chart of registers and bureaus, including empty ones.

    Args:
        period: of the comparison of bureaus; blank: the newest.
    """
    moment, made = telling.moment, dict[str, Tell]()
    register, places = moment.procedures, moment.facilities
    if (total := tally(register.groups)).procedures:
        for dimension in DIMENSIONS:
            made[f"registers/procedures_by_{dimension}"] = partial(procedures.comparison, telling, register, dimension)
        made["registers/procedure_steps"] = partial(procedures.paper_steps, telling, register)
        made["registers/procedure_plan"] = partial(procedures.planned_when, telling, register)
        made["registers/procedures_over_time"] = partial(procedures.over_time, telling, register, total)
    for field in facilities.FIELDS:
        made[f"registers/facilities_by_{field}"] = partial(facilities.where, telling, places, field)
    made["registers/facility_methods"] = partial(facilities.ways_of_paying, telling, places)
    made["registers/facilities_over_time"] = partial(facilities.over_time, telling, places)
    made["registers/facilities_map"] = partial(facilities.tiles, telling, places)
    for sheet, listed_register in TOLD_BY_RECORD.items():
        made[f"registers/{sheet}_by_bureau"] = partial(listed.compared, telling, listed_register, moment.listed(listed_register))
    whole = {item.entry.definition.code: item for item in moment.own}
    for code, parts in moment.parts.items():
        periods = {f.period_code: f.period for s in parts for f in s.figures}
        chosen = periods.get(period) if period else max(periods.values(), key=lambda p: (p.end, p.start))
        if code in whole and chosen is not None:
            made[f"bureaus/{code}"] = partial(_by_bureau, telling, whole[code], parts, chosen)
    for report in moment.projects:
        tell = partial(projects.timeline, telling, report.milestones, chart=f"projects/{report.code}")
        made[f"milestones/projects/{report.code}"] = tell
    for own in moment.bureaus:
        made[f"milestones/bureaus/{own.code}"] = partial(projects.timeline, telling, own.milestones, chart=f"bureaus/{own.code}")
    return made


def _by_bureau(telling: Telling, whole: Scored, parts: list[Scored], period: Period) -> Block:
    units = telling.moment.organisation.by_code
    return bureaus.by_bureau(telling, whole, parts, period, name=lambda code: telling.words.unit(units[code]))


def indicators(telling: Telling) -> Mapping[str, Scored]:
    """Return name of chart → judgement, for each series with a number to draw."""
    return {name_of_indicator(item): item for item in telling.moment.scored if is_drawn(item)}
