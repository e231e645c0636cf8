"""Commentary and actions of the sample organisation: made up, and marked as a sample wherever shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from openpyxl.worksheet.worksheet import Worksheet

from kpis.declared import ALWAYS
from kpis.figures.commented import NEEDING, commentary_code
from kpis.figures.records import value_of
from kpis.figures.scorecard import Scored
from kpis.languages import both, say
from kpis.message import Message
from loaders.workbook.layout import ACTIONS, COMMENTARIES, Layout

CAUSES = 4  # number of texts of each kind in the catalogues
STEP = 5.0  # points
FIRST_DUE, NEW_DUE = timedelta(days=150), timedelta(days=120)


def places(sheet: Worksheet, name: str, layout: Layout) -> dict[str, int]:
    """Return our column → column number in a sheet of a template; headings start with Japanese."""
    headings = {c.heading_ja: c.name for c in layout.columns[name]}
    return {headings[word]: cell.column for cell in sheet[1] if (word := str(cell.value).split("\n")[0]) in headings}


def say_why(sheet: Worksheet, layout: Layout, needing: Iterable[str], *, bureau: str, period: str) -> None:
    """Write cause, obstacle and response for each figure and project that requires them."""
    at = places(sheet, COMMENTARIES, layout)
    rows = {str(sheet.cell(number, at["commentary_code"]).value): number for number in range(2, sheet.max_row + 1)}
    for code in needing:
        number = rows.get(commentary_code(bureau, code, period))
        if number is None:
            continue
        which = sum(map(ord, bureau + code)) % CAUSES
        for part in ("cause", "obstacle", "response"):
            for language in ALWAYS:
                sheet.cell(number, at[f"{part}_{language}"]).value = say(f"sample_{part}_{which}", language)


def act(sheet: Worksheet, layout: Layout, standing: Iterable[Scored], *, bureau: str, today: date) -> None:
    """Update the actions of earlier quarters, and start one for each figure that requires an action and has none."""
    at = places(sheet, ACTIONS, layout)
    words = layout.choices["action_state"]
    free: list[int] = []
    about: set[str] = set()
    for number in range(2, sheet.max_row + 1):
        subject, measure = (str(sheet.cell(number, at[name]).value or "") for name in ("subject", "measure_ja"))
        if not measure:
            free.append(number)
            continue
        about.add(subject.rpartition("(")[2].rstrip(")"))
        due = sheet.cell(number, at["new_due_on"]).value or sheet.cell(number, at["due_on"]).value
        _answer(
            sheet,
            number,
            at,
            words,
            mark=sum(map(ord, bureau + subject)),
            is_due=due is None or due <= datetime.combine(today, time.min),
            today=today,
        )
    for item in standing:
        definition = item.entry.definition
        mark = sum(map(ord, bureau + definition.code))
        # One in seven has no action.
        if definition.code in about or item.judgement.status not in NEEDING or not free or mark % 7 == 0:
            continue
        number = free.pop(0)
        cells = {
            "subject": f"{definition.name_ja} ({definition.code})", "measure_ja": say(f"sample_measure_{mark % CAUSES}"),
            "measure_en": say(f"sample_measure_{mark % CAUSES}", "en"), "section_ja": say(f"sample_section_{mark % CAUSES}"),
            "role_ja": say("sample_role"), "person": say("sample_person", name=bureau), "due_on": today + FIRST_DUE,
            "effect_value": _effect(item),
        }  # fmt: skip
        for name, value in cells.items():
            sheet.cell(number, at[name]).value = value


def _effect(item: Scored) -> float | None:
    """Return what an action is to bring: the way to the target, of a rate at most ``STEP``; ``None`` where there is none to go."""
    definition, judged = item.entry.definition, item.judgement
    value = value_of(definition, judged.figure) if judged.figure is not None else None
    if value is None or judged.goal is None or definition.direction not in ("higher", "lower"):
        return None
    way = round(judged.goal.value - value, definition.decimals)
    if way * definition.sign <= 0:  # the target is reached: no action is to bring it back
        return None
    return max(-STEP, min(way, STEP)) if definition.unit_ja == "%" else way


def _answer(
    sheet: Worksheet,
    number: int,
    at: Mapping[str, int],
    words: Mapping[str, tuple[str, str]],
    *,
    mark: int,
    is_due: bool,
    today: date,
) -> None:
    """Update one action: most due ones are done, some continue with a new due date, a few are abandoned or left unanswered."""
    if not is_due:
        return
    answer = ("done", "done", "continued", "done", "", "given_up")[mark % 6]
    answers: dict[str, dict[str, Any]] = {
        "done": {"done_on": today}, "continued": {"new_due_on": today + NEW_DUE, "state_reason_ja": both(Message("sample_moved"))},
        "given_up": {"state_reason_ja": both(Message("sample_given_up"))},
    }  # fmt: skip
    for name, value in answers.get(answer, {}).items():
        sheet.cell(number, at[name]).value = value
    if answer:
        sheet.cell(number, at["action_state"]).value = words[answer][0]
