"""The sentence of a judgement, in Japanese and English. Pure."""

from __future__ import annotations

from datetime import date

from kpis.figures import NEAR, Definition, Judgement, value_of
from kpis.text import format_date, format_difference, format_value, status_word


def sentence(definition: Definition, found: Judgement, *, as_of: date, language: str = "ja") -> str:
    """Say a judgement in one sentence: the figure against its target or plan, by how much, and of what day."""
    ja = language == "ja"
    figure, goal = found.figure, found.goal
    if figure is None:
        return f"{format_date(as_of, language)}までに終わった期間の数値はない" if ja else (
            f"No figure for a period ended by {format_date(as_of, language)}"
        )  # fmt: skip
    day = format_date(figure.period.end, language)
    value = value_of(definition, figure)
    if value is None:
        text = (figure.text_ja if ja else figure.text_en) or figure.text_ja
        return f"{text}({day}時点)" if ja else f"{text} (as of {day})"
    actual = (("約" if ja else "about ") if figure.is_approximate else "") + format_value(value, definition, language)
    if figure.is_lower_bound:
        actual += "超" if ja else " or more"
    if goal is None:
        return f"{actual}、数値目標なし({day}時点)" if ja else f"{actual}, no numeric target (as of {day})"
    target = format_value(goal.value, definition, language)
    gap = format_difference(value - goal.value, definition, language)
    due = format_date(goal.period.end, language)
    if found.status == "reached":
        return (
            f"目標 {target} に対し {actual}、達成({day}時点)"
            if ja
            else f"{actual} against a target of {target}: reached (as of {day})"
        )
    if found.status == "missed":
        return (
            f"目標 {target} に対し {actual}、{gap}届かず({day}時点)" if ja
            else f"{actual} against a target of {target}: missed by {gap} (as of {day})"
        )  # fmt: skip
    if found.status == "reached_then_lost":
        return (
            f"一度達成した目標 {target} に対し {actual}、{gap}下回る({day}時点)" if ja
            else f"{actual} against a target of {target} that had been reached: {gap} short (as of {day})"
        )  # fmt: skip
    if found.planned_value is None or found.variance is None or found.status in ("not_due", "not_applicable"):
        return (
            f"{actual}、目標 {target} の期限は{due}({day}時点)" if ja
            else f"{actual}; the target of {target} is due on {due} (as of {day})"
        )  # fmt: skip
    planned = format_value(round(found.planned_value, max(definition.decimals, 1)), definition, language)
    off = format_difference(found.variance, definition, language)
    ahead = definition.sign * found.variance >= -NEAR
    if ja:
        return f"計画 {planned} に対し {actual}、{off}{'上回る' if ahead else 'の遅れ'}({day}時点)"
    return f"{actual} against {planned} planned: {off} {'ahead' if ahead else 'behind'} (as of {day})"


def standing_word(found: Judgement, language: str = "ja") -> str:
    """Return the word of a status; of a figure that is no longer current with the day it was so."""
    word = status_word(found.status, language)
    if found.standing != "last_known" or found.figure is None:
        return word
    day = format_date(found.figure.period.end, language)
    return f"{word} (as of {day})" if language == "en" else f"{word}({day}時点)"
