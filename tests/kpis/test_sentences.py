"""Every sentence of the table, read in both languages, and that the table holds no other."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from kpis.figures import sentences
from kpis.figures.records import STATUSES, Baseline, Definition, Figure, Goal, Judgement, LastDue
from kpis.figures.sentences import planned_text, sentence, short_sentence, variance_text
from kpis.languages import read_catalogue
from kpis.settings import settings

TODAY = date(2022, 10, 20)
TABLE = {str(m.id) for m in read_catalogue(settings().text_dir / "ja" / "sentences.po") if m.id}


def of(kind: str = "ratio", direction: str = "higher", unit: str = "%", decimals: int = 1) -> Definition:
    unit_en = {"%": "%", "枚": "sheets", "円": "yen", "件": "cases"}[unit]
    return Definition("x", kind, direction, "率", "Rate", unit, unit_en, decimals)


def found(
    status: str, value: float, *, target: float | None = None, plan: float | None = None, base: float | None = None,
    **rest: object,
) -> Judgement:  # fmt: skip
    """Return a judgement of the figure of FY2022-Q2 against a target of FY2022."""
    marks = {k: rest.pop(k) for k in ("is_approximate", "is_lower_bound") if k in rest}
    return Judgement(
        status, figure=Figure("FY2022-Q2", value, **marks), goal=None if target is None else Goal("FY2022", target),  # type: ignore[arg-type]
        baseline=None if base is None else Baseline("FY2020", base), planned_value=plan,
        variance=None if plan is None else value - plan, **rest,  # type: ignore[arg-type]
    )  # fmt: skip


SHEETS, YEN = of("ceiling", "lower", "枚", 0), of("level", "lower", "円", 0)
TOTAL = of("ceiling", "higher", "件", 0)  # a yearly total to reach, not a cap
LOWER, KEEP = of("level", "lower"), replace(of("level", "keep"), tolerance=1.5)
DAY, DAY_EN = "2022年9月30日時点", "as of 30 Sep 2022"

CASES = [
    # (definition, judgement, Japanese, English): the dates stand in the brackets of each, see ends()
    (of(), found("reached", 98.5, target=98), "目標 98.0% に対し 98.5%(達成、", "98.5% against a target of 98.0% (reached, "),
    (LOWER, found("reached", 19, target=20), "目標 20.0% に対し 19.0%(達成、", "19.0% against a target of 20.0% (reached, "),
    (SHEETS, found("reached", 56.95e6, target=60e6, plan=60e6), "上限 6,000万枚 に対し 5,695万枚、上限以内(達成、",
     "56.95 million sheets against a cap of 60 million sheets: within it (reached, "),
    (of(), found("missed", 99.96, target=100), "目標 100.0% に対し 99.96%、0.04ポイント届かず(未達、",
     "99.96% against a target of 100.0%: short by 0.04 points (missed, "),
    (LOWER, found("missed", 25, target=20), "目標 20.0% に対し 25.0%、5.0ポイント上回る(未達、",
     "25.0% against a target of 20.0%: 5.0 points above it (missed, "),
    (YEN, found("missed", 12_345_679, target=12_345_678.9), "目標 1,234万5,678.9円 に対し 1,234万5,679円、0.1円上回る(未達、",
     "12,345,679 yen against a target of 12,345,678.9 yen: 0.1 yen above it (missed, "),
    (TOTAL, found("reached", 33, target=4), "目標 4件 に対し 33件(達成、", "33 cases against a target of 4 cases (reached, "),
    (TOTAL, found("missed", 45, target=46), "目標 46件 に対し 45件、1件届かず(未達、", "45 cases against a target of 46 cases: short by 1 case (missed, "),
    (TOTAL, found("not_due", 3, target=46), "3件、目標 46件 の期限は2023年3月31日(期限前、",
     "3 cases; the target of 46 cases is due on 31 Mar 2023 (not due, "),
    (LOWER, found("on_track", 68, target=70, plan=50), "目標 70.0% に対し 68.0%、2.0ポイント下回る(順調、",
     "68.0% against a target of 70.0%: 2.0 points below it (on track, "),
    (SHEETS, found("missed", 65e6, target=60e6, plan=60e6), "上限 6,000万枚 に対し 6,500万枚、500万枚超過(未達、",
     "65 million sheets against a cap of 60 million sheets: 5 million sheets over it (missed, "),
    (SHEETS, found("behind", 65e6, target=60e6, plan=30e6), "上限 6,000万枚 に対し 6,500万枚、500万枚超過(遅れ、",
     "65 million sheets against a cap of 60 million sheets: 5 million sheets over it (behind, "),
    (SHEETS, found("on_track", 30e6, target=90e6, plan=45_205_479), "計画 4,500万枚 に対し 3,000万枚、1,500万枚下回る(順調、計画の 66% のペース、",
     "30 million sheets against 45 million sheets planned: 15 million sheets below plan (on track, at 66% of the planned pace, "),
    (SHEETS, found("slightly_behind", 50e6, target=90e6, plan=45e6), "計画 4,500万枚 に対し 5,000万枚、500万枚上回る(やや遅れ、計画の 111% のペース、",
     "50 million sheets against 45 million sheets planned: 5 million sheets above plan (slightly behind, at 111% of the planned pace, "),
    (SHEETS, found("not_due", 1e6, target=90e6), "100万枚、上限 9,000万枚 の期間は2023年3月31日まで(期限前、",
     "1 million sheets; the cap of 90 million sheets is for the period up to 31 Mar 2023 (not due, "),
    (SHEETS, found("not_applicable", 1e6, target=90e6), "100万枚、上限 9,000万枚 に対して判定できない(",
     "1 million sheets, which cannot be judged against the cap of 90 million sheets ("),
    (of(), found("reached_then_lost", 97, target=98), "一度達成した目標 98.0% に対し 97.0%、1.0ポイント下回る(達成後に後退、",
     "97.0% against a target of 98.0% that had been reached: 1.0 points below it (reached, then lost, "),
    (LOWER, found("reached_then_lost", 25, target=20), "一度達成した目標 20.0% に対し 25.0%、5.0ポイント上回る(達成後に後退、",
     "25.0% against a target of 20.0% that had been reached: 5.0 points above it (reached, then lost, "),
    (of(), found("on_track", 91, target=98, plan=87.5), "計画 87.5% に対し 91.0%、3.5ポイント上回る(順調、",
     "91.0% against 87.5% planned: 3.5 points above plan (on track, "),
    (of(), found("on_track", 91, target=98, plan=95), "計画 95.0% に対し 91.0%、4.0ポイント下回るが許容の範囲(順調、",
     "91.0% against 95.0% planned: 4.0 points below plan, within what is tolerated (on track, "),
    (of(), found("on_track", 91, target=98, plan=91), "計画どおりの 91.0%(順調、", "91.0%, as planned (on track, "),
    (LOWER, found("on_track", 37, target=30, plan=38.7), "計画 38.7% に対し 37.0%、1.7ポイント下回る(順調、",
     "37.0% against 38.7% planned: 1.7 points below plan (on track, "),
    (LOWER, found("on_track", 39, target=30, plan=38.7), "計画 38.7% に対し 39.0%、0.3ポイント上回るが許容の範囲(順調、",
     "39.0% against 38.7% planned: 0.3 points above plan, within what is tolerated (on track, "),
    (of(), found("slightly_behind", 60, target=98, plan=70), "計画 70.0% に対し 60.0%、10.0ポイント下回る(やや遅れ、",
     "60.0% against 70.0% planned: 10.0 points below plan (slightly behind, "),
    (of(), found("behind", 49.9, target=98, plan=70), "計画 70.0% に対し 49.9%、20.1ポイント下回る(遅れ、",
     "49.9% against 70.0% planned: 20.1 points below plan (behind, "),
    (LOWER, found("behind", 45, target=30, plan=38.7), "計画 38.7% に対し 45.0%、6.3ポイント上回る(遅れ、",
     "45.0% against 38.7% planned: 6.3 points above plan (behind, "),
    (of(), found("moving_away", 18, target=98, plan=35, base=20), "計画 35.0% に対し 18.0%、17.0ポイント下回り、基準 20.0% も下回る(後退、",
     "18.0% against 35.0% planned: 17.0 points below plan, and below the baseline of 20.0% (moving away, "),
    (of(), found("moving_away", 35, target=40, plan=40, base=60), "計画 40.0% に対し 35.0%、5.0ポイント下回り、基準 60.0% も下回る(後退、",
     "35.0% against 40.0% planned: 5.0 points below plan, and below the baseline of 60.0% (moving away, "),
    (LOWER, found("moving_away", 45, target=20, plan=30, base=40), "計画 30.0% に対し 45.0%、15.0ポイント上回り、基準 40.0% も上回る(後退、",
     "45.0% against 30.0% planned: 15.0 points above plan, and above the baseline of 40.0% (moving away, "),
    (of(), found("on_track", 45, target=50, base=50, plan=40), "計画 40.0% に対し 45.0%、5.0ポイント上回る(順調、",
     "45.0% against 40.0% planned: 5.0 points above plan (on track, "),
    (of(), found("moving_away", 0.4557885, target=1, plan=0.7, base=0.5335112), "計画 0.70% に対し 0.46%、0.24ポイント下回り、基準 0.53% も下回る(後退、",
     "0.46% against 0.70% planned: 0.24 points below plan, and below the baseline of 0.53% (moving away, "),
    (of(), found("on_track", 75, target=70), "目標 70.0% に対し 75.0%、5.0ポイント上回る(順調、",
     "75.0% against a target of 70.0%: 5.0 points above it (on track, "),
    (LOWER, found("on_track", 15, target=20), "目標 20.0% に対し 15.0%、5.0ポイント下回る(順調、",
     "15.0% against a target of 20.0%: 5.0 points below it (on track, "),
    (of(), found("on_track", 70, target=70), "目標どおりの 70.0%(順調、", "70.0%, as the target asks (on track, "),
    (KEEP, found("on_track", 80, target=80), "維持する目標どおりの 80.0%(順調、", "80.0%, kept as the target asks (on track, "),
    (KEEP, found("on_track", 79, target=80), "維持する目標 80.0% に対し 79.0%、1.0ポイント下回るが許容の範囲(順調、",
     "79.0% against a target of keeping 80.0%: 1.0 points below it, within what is tolerated (on track, "),
    (KEEP, found("reached", 81, target=80), "維持する目標 80.0% に対し 81.0%、1.0ポイント上回るが許容の範囲(達成、",
     "81.0% against a target of keeping 80.0%: 1.0 points above it, within what is tolerated (reached, "),
    (KEEP, found("missed", 70, target=80), "維持する目標 80.0% に対し 70.0%、10.0ポイント下回る(未達、",
     "70.0% against a target of keeping 80.0%: 10.0 points below it (missed, "),
    (of(), found("on_track", 82, target=80, base=80, plan=80), "維持する目標 80.0% に対し 82.0%、2.0ポイント上回る(順調、",
     "82.0% against a target of keeping 80.0%: 2.0 points above it (on track, "),
    (of(), found("not_due", 29, target=90), "29.0%、目標 90.0% の期限は2023年3月31日(期限前、",
     "29.0%; the target of 90.0% is due on 31 Mar 2023 (not due, "),
    (of(), found("not_applicable", 40, target=90, is_lower_bound=True), "40.0%超、目標 90.0% に対して判定できない(",
     "more than 40.0%, which cannot be judged against the target of 90.0% ("),
    (of(), found("not_applicable", 40), "40.0%、数値目標なし(", "40.0%, no numeric target ("),
    (of(), found("behind", 40, target=98, plan=70, is_lower_bound=True), "計画 70.0% に対し 40.0%超、最大30.0ポイント下回る(遅れ、",
     "more than 40.0% against 70.0% planned: at most 30.0 points below plan (behind, "),
    (of(), found("on_track", 80, target=98, plan=70, is_lower_bound=True), "計画 70.0% に対し 80.0%超、10.0ポイント超上回る(順調、",
     "more than 80.0% against 70.0% planned: more than 10.0 points above plan (on track, "),
    (SHEETS, found("on_track", 80e6, target=165e6, plan=82_876_712, is_approximate=True), "計画 8,300万枚 に対し 約8,000万枚、約300万枚下回る(順調、計画の 97% のペース、",
     "about 80 million sheets against 83 million sheets planned: about 3 million sheets below plan (on track, at 97% of the planned pace, "),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "judgement", "ja", "en"), CASES)
def test_each_sentence(definition: Definition, judgement: Judgement, ja: str, en: str) -> None:
    assert sentence(definition, judgement, as_of=TODAY) == f"{ja}{DAY})"
    assert sentence(definition, judgement, as_of=TODAY, language="en") == f"{en}{DAY_EN})"


def test_an_old_figure_is_called_the_last_one_published() -> None:
    old = replace(found("behind", 40, target=98, plan=70), is_stale=True)
    assert sentence(of(), old, as_of=TODAY).endswith("(遅れ、2022年9月30日時点、最後に公表された値)")
    assert sentence(of(), old, as_of=TODAY, language="en").endswith("(behind, as of 30 Sep 2022, the last figure published)")


def test_no_figure_and_words_instead_of_one() -> None:
    none = Judgement("no_data")
    assert sentence(of(), none, as_of=TODAY) == "2022年10月20日までに終わった期間の数値はない"
    assert sentence(of(), none, as_of=TODAY, language="en") == "No figure for a period ended by 20 Oct 2022"
    words = Judgement("qualitative", figure=Figure("FY2021", None, text_ja="拡大", text_en="Extended"))
    assert sentence(of(), words, as_of=TODAY) == "拡大(2022年3月31日時点)"
    assert sentence(of(), words, as_of=TODAY, language="en") == "Extended (as of 31 Mar 2022)"


def test_a_target_whose_day_has_passed_without_a_result() -> None:
    goals = (Goal("FY2020", 90), Goal("FY2021", 95), Goal("2022-06", 100))
    rate = of(decimals=0)
    one = Judgement("unreported", figure=Figure("FY2019", 67), goal=goals[0], unreported_goals=goals[:1])
    assert sentence(rate, one, as_of=TODAY) == (
        "目標 90% の期限(2021年3月31日)を過ぎたが、公表された結果を確認できていない。最後の値は 67%(2020年3月31日時点)"
    )
    assert sentence(rate, one, as_of=TODAY, language="en") == (
        "The target of 90% fell due on 31 Mar 2021, but no published result has been found. The last figure is 67% (as of 31 Mar 2020)"
    )
    three = Judgement("unreported", goal=goals[0], unreported_goals=goals)
    assert sentence(rate, three, as_of=TODAY) == (
        "目標 90% の期限(2021年3月31日)を過ぎたが、公表された結果を確認できていない(その後さらに2件の目標が期限を迎えた)。公表された数値を一つも確認できていない"
    )
    assert sentence(rate, three, as_of=TODAY, language="en").endswith(
        "(2 more fell due after it). No figure of it has been found at all"
    )
    cap = replace(one, figure=Figure("FY2019-Q2", 30e6), unreported_goals=(Goal("FY2020", 60e6),))
    assert sentence(SHEETS, cap, as_of=TODAY).startswith(
        "上限 6,000万枚 の期間(2021年3月31日まで)が終わったが、公表された結果を確認できていない。"
    )
    assert "cap of 60 million sheets ended on 31 Mar 2021" in sentence(SHEETS, cap, as_of=TODAY, language="en")


PATH = found("on_track", 99.4, target=100, plan=100)
DUE = [
    (of(), LastDue(Goal("FY2021", 98), "met", Figure("FY2021", 99), 1.0), "2022年3月31日の目標 98.0% は達成",
     "The target of 98.0% due on 31 Mar 2022 was met"),
    (of(), LastDue(Goal("FY2021", 100), "missed", Figure("FY2021", 99.2), -0.8), "2022年3月31日の目標 100.0% は未達(0.8ポイント届かず)",
     "The target of 100.0% due on 31 Mar 2022 was missed (short by 0.8 points)"),
    (LOWER, LastDue(Goal("FY2021", 20), "missed", Figure("FY2021", 25), 5.0), "2022年3月31日の目標 20.0% は未達(5.0ポイント上回る)",
     "The target of 20.0% due on 31 Mar 2022 was missed (5.0 points above it)"),
    (KEEP, LastDue(Goal("FY2021", 80), "missed", Figure("FY2021", 70), -10.0), "2022年3月31日の目標 80.0% は未達(10.0ポイント下回る)",
     "The target of 80.0% due on 31 Mar 2022 was missed (10.0 points below it)"),
    (SHEETS, LastDue(Goal("FY2021", 60e6), "missed", Figure("FY2021", 65e6, is_approximate=True), 5e6),
     "2022年3月31日までの上限 6,000万枚 は未達(約500万枚超過)",
     "The cap of 60 million sheets up to 31 Mar 2022 was missed (about 5 million sheets over it)"),
    (TOTAL, LastDue(Goal("FY2021", 46), "missed", Figure("FY2021", 45), -1.0), "2022年3月31日の目標 46件 は未達(1件届かず)",
     "The target of 46 cases due on 31 Mar 2022 was missed (short by 1 case)"),
    (of(), LastDue(Goal("FY2021", 70), "met", Figure("2022-09", 80, is_lower_bound=True), 10.0),
     "2022年3月31日の目標 70.0% は達成(期限後の2022年9月30日の値で確認)",
     "The target of 70.0% due on 31 Mar 2022 was met (confirmed by the figure of 30 Sep 2022, after its due day)"),
    (of(), LastDue(Goal("FY2021", 100), "missed", Figure("2022-09", 99.2), -0.8),
     "2022年3月31日の目標 100.0% は未達(0.8ポイント届かず、期限後の2022年9月30日の値による)",
     "The target of 100.0% due on 31 Mar 2022 was missed (short by 0.8 points, by the figure of 30 Sep 2022, after its due day)"),
    (of(), LastDue(Goal("FY2021", 98), "unknown"), "2022年3月31日の目標 98.0% について、公表された結果を確認できていない",
     "No published result has been found for the target of 98.0% due on 31 Mar 2022"),
    (of(), LastDue(Goal("FY2021", 98), "unknown", Figure("FY2021", 90, is_lower_bound=True)),
     "2022年3月31日の目標 98.0% を達成したかどうかは、公表された値からは決まらない",
     "Whether the target of 98.0% due on 31 Mar 2022 was met cannot be told from the published figure"),
    (of(), LastDue(Goal("2022-09", 98), "awaiting"), "結果待ち: 2022年9月30日に期限が来た目標 98.0% の結果はまだ確認できていない",
     "Result awaited: the target of 98.0% fell due on 30 Sep 2022 and no result has been found yet"),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "last", "ja", "en"), DUE)
def test_what_came_of_the_last_target_stands_beside_the_path_to_the_next(
    definition: Definition, last: LastDue, ja: str, en: str
) -> None:
    value = 40e6 if definition.kind == "ceiling" else 50.0
    path = replace(found("on_track", value, target=value * 2, plan=value), last_due=last)
    assert sentence(definition, path, as_of=TODAY).split("。")[1:] == [ja]
    assert sentence(definition, path, as_of=TODAY, language="en").split("). ")[1:] == [en]


def test_a_figure_after_the_last_cap_is_not_said_to_be_without_any() -> None:
    after = replace(found("not_applicable", 40e6), last_due=LastDue(Goal("FY2021", 60e6), "met", Figure("FY2021", 50e6), -10e6))
    ja, en = (sentence(SHEETS, after, as_of=TODAY, language=language) for language in ("ja", "en"))
    assert ja == f"4,000万枚、この期間の上限は見つかっていない({DAY})。2022年3月31日の上限 6,000万枚 は達成"
    assert en.startswith(f"40 million sheets; no cap is known for its period ({DAY_EN}). The cap of 60 million sheets")


def test_the_target_that_is_judged_is_not_told_twice() -> None:
    goal = Goal("FY2022", 98)
    same = replace(found("missed", 97, target=98), last_due=LastDue(goal, "missed", Figure("FY2022", 97), -1.0))
    assert sentence(of(), same, as_of=TODAY).count("目標") == 1


def test_a_target_judged_by_a_figure_after_its_day_says_so() -> None:
    late = replace(found("reached", 20, target=15), goal=Goal("2021-12", 15))
    assert sentence(of(), late, as_of=TODAY).endswith("。目標の期限(2021年12月31日)より後の値による判定")
    assert sentence(of(), late, as_of=TODAY, language="en").endswith(
        ". The target fell due on 31 Dec 2021; it is judged by this later figure"
    )


def test_a_missed_target_stays_in_sight_behind_one_whose_result_is_not_known() -> None:
    goal, earlier = Goal("FY2025", 100), Goal("FY2022", 100)
    missed = LastDue(earlier, "missed", Figure("2023-03", 99.8), -0.2)
    open_ = Judgement("unreported", Figure("2023-03", 99.8), goal=goal, unreported_goals=(goal,))
    open_ = replace(open_, last_due=LastDue(goal, "unknown"), last_settled=missed)
    assert sentence(of(), open_, as_of=TODAY).endswith("。2023年3月31日の目標 100.0% は未達(0.2ポイント届かず)")
    assert sentence(of(), open_, as_of=TODAY, language="en").endswith(
        ". The target of 100.0% due on 31 Mar 2023 was missed (short by 0.2 points)"
    )
    assert open_.missed_before is missed
    assert replace(open_, status="missed", goal=earlier).missed_before is None, "it is the one that is judged"
    assert replace(open_, last_settled=replace(missed, result="met")).missed_before is None


def test_a_plan_that_runs_to_an_approximate_target_is_about_as_well() -> None:
    plan = replace(found("on_track", 41e6, plan=45e6), goal=Goal("FY2022", 60e6, is_approximate=True))
    assert sentence(SHEETS, plan, as_of=TODAY).startswith("計画 約4,500万枚 に対し 4,100万枚、約400万枚下回る(順調")
    assert sentence(SHEETS, plan, as_of=TODAY, language="en").startswith(
        "41 million sheets against about 45 million sheets planned: about 4 million sheets below plan"
    )
    assert short_sentence(SHEETS, plan) == "は計画を約400万枚下回る" and planned_text(SHEETS, plan) == "約4,500万枚"
    assert variance_text(SHEETS, plan) == "約−400万枚"


def test_a_part_of_a_period_a_rounding_and_a_first_figure_are_said() -> None:
    part = replace(PATH, is_part=True)
    assert sentence(of(), part, as_of=TODAY).endswith("。年度途中の値のため、目標の達成・未達はまだ決まらない")
    assert "a part of the fiscal year" in sentence(of(), part, as_of=TODAY, language="en")
    other = replace(part, goal=Goal("CY2022", 100))
    assert sentence(of(), other, as_of=TODAY).endswith("。期間途中の値のため、目標の達成・未達はまだ決まらない")
    assert "a part of the period" in sentence(of(), other, as_of=TODAY, language="en")
    rough = replace(found("behind", 30, target=70, plan=50, is_approximate=True), could_be=("slightly_behind", "on_track"))
    assert sentence(of(), rough, as_of=TODAY).endswith("。約の値のため、丸めの幅によっては「やや遅れ」「順調」にもなりうる")
    assert sentence(of(), rough, as_of=TODAY, language="en").endswith("the status could also be slightly behind or on track")
    goal = replace(found("missed", 97, target=98), goal=Goal("FY2021", 98, is_approximate=True), could_be=("reached",))
    assert sentence(of(), goal, as_of=TODAY).startswith("目標 約98.0% に対し 97.0%、約1ポイント届かず")
    assert sentence(of(), goal, as_of=TODAY).endswith("。目標が約のため、丸めの幅によっては「達成」にもなりうる")
    bound = replace(found("behind", 30, target=70, plan=50, is_lower_bound=True), could_be=("slightly_behind",))
    assert sentence(of(), bound, as_of=TODAY).endswith("。「超」の値のため、実際は「やや遅れ」でもありうる")
    first = replace(found("behind", 30, target=70, plan=50), baseline=Baseline("2020-09", 5, is_first_figure=True))
    assert sentence(of(), first, as_of=TODAY).endswith(
        "。基準が公表されていないため、最初の値(2020年9月30日の 5.0%)を計画の起点とした"
    )
    assert sentence(of(), first, as_of=TODAY, language="en").endswith("starts from the first figure (5.0% on 30 Sep 2020)")
    assert sentence(of(), replace(PATH, is_awaiting=True), as_of=TODAY).endswith("。結果待ち")


SHORT = [
    (of(), found("on_track", 91, target=98, plan=87.5), "は計画を3.5ポイント上回る", " 3.5 points above plan"),
    (SHEETS, found("on_track", 30e6, target=90e6, plan=45e6), "は計画を1,500万枚下回る", " 15 million sheets below plan"),
    (of(), found("on_track", 91, target=98, plan=91), "は計画どおり", " on plan"),
    (of(), found("on_track", 91, target=98, plan=95), "は計画に対し許容の範囲で順調", " on track within what is tolerated"),
    (KEEP, found("on_track", 79, target=80, plan=80), "は順調", " on track"),
    (LOWER, found("on_track", 68, target=70, plan=50), "は順調", " on track"),
    (TOTAL, found("reached", 33, target=4), "は目標4件を達成", " reached its target of 4 cases"),
    (TOTAL, found("missed", 45, target=46), "は目標46件に1件届かず", " missed 46 cases by 1 case"),
    (of(), found("reached", 98.5, target=98), "は目標98.0%を達成", " reached its target of 98.0%"),
    (SHEETS, found("reached", 50e6, target=60e6), "は上限6,000万枚以内", " within its cap of 60 million sheets"),
    (of(), found("missed", 99.96, target=100), "は目標100.0%に0.04ポイント届かず", " missed 100.0% by 0.04 points"),
    (LOWER, found("missed", 25, target=20), "は目標20.0%を5.0ポイント上回り未達", " missed 20.0%: 5.0 points above it"),
    (KEEP, found("missed", 70, target=80), "は目標80.0%を10.0ポイント下回り未達", " missed 80.0%: 10.0 points below it"),
    (SHEETS, found("missed", 65e6, target=60e6), "は上限6,000万枚を500万枚超過", " 5 million sheets over its cap of 60 million sheets"),
    (of(), found("behind", 49.9, target=98, plan=70), "は計画を20.1ポイント下回り遅れ", " 20.1 points below plan (behind)"),
    (LOWER, found("behind", 45, target=30, plan=38.7), "は計画を6.3ポイント上回り遅れ", " 6.3 points above plan (behind)"),
    (KEEP, found("behind", 70, target=80, plan=80), "は維持する目標80.0%を10.0ポイント下回り遅れ", " 10.0 points below the 80.0% to be kept (behind)"),
    (KEEP, found("slightly_behind", 82, target=80, plan=80), "は維持する目標80.0%を2.0ポイント上回りやや遅れ",
     " 2.0 points above the 80.0% to be kept (slightly behind)"),
    (of(), found("reached_then_lost", 97, target=98), "は達成後に目標98.0%を1.0ポイント下回る", " back below 98.0% by 1.0 points after reaching it"),
    (LOWER, found("reached_then_lost", 25, target=20), "は達成後に目標20.0%を5.0ポイント上回る", " back above 20.0% by 5.0 points after reaching it"),
    (of(), Judgement("unreported", unreported_goals=(Goal("FY2020", 90),)), "は目標90.0%の結果を確認できていない",
     ": no published result found for its target of 90.0%"),
    (of(), found("not_due", 29, target=90), "", ""),
    (of(), found("not_applicable", 29), "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("definition", "judgement", "ja", "en"), SHORT)
def test_each_short_sentence(definition: Definition, judgement: Judgement, ja: str, en: str) -> None:
    assert (short_sentence(definition, judgement), short_sentence(definition, judgement, language="en")) == (ja, en)


def test_a_short_sentence_that_goes_on() -> None:
    for judgement, definition, said in ((SHORT[0][1], of(), "上回り"), (SHORT[1][1], SHEETS, "下回り")):
        assert short_sentence(definition, judgement, is_last=False).endswith(said)


def test_the_table_holds_no_text_that_no_case_above_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every case of this file again, with the texts that are taken from the table written down."""
    said: set[str] = set()
    original = sentences.say

    def noted(key: str, language: str, **values: object) -> str:
        said.add(key)
        return original(key, language, **values)

    monkeypatch.setattr(sentences, "say", noted)
    for definition, judgement, _, _ in (*CASES, *SHORT):
        sentence(definition, judgement, as_of=TODAY)
        for is_last in (True, False):
            short_sentence(definition, judgement, is_last=is_last)
    for definition, last, _, _ in DUE:
        sentence(definition, replace(PATH, last_due=last), as_of=TODAY)
    test_an_old_figure_is_called_the_last_one_published()
    test_no_figure_and_words_instead_of_one()
    test_a_target_whose_day_has_passed_without_a_result()
    test_a_part_of_a_period_a_rounding_and_a_first_figure_are_said()
    test_a_target_judged_by_a_figure_after_its_day_says_so()
    test_a_figure_after_the_last_cap_is_not_said_to_be_without_any()
    assert said == TABLE


@pytest.mark.parametrize(
    ("kind", "direction", "status", "language"),
    list(product(
        ("ratio", "reduction", "stock", "completion", "level", "ceiling"), ("higher", "lower", "keep"),
        [s for s in STATUSES if s not in ("qualitative", "no_data")], ("ja", "en"),
    )),
)  # fmt: skip
def test_every_kind_direction_and_status_has_a_sentence_on_either_side_of_the_plan(
    kind: str, direction: str, status: str, language: str
) -> None:
    for value in (40.0, 50.0, 60.0):
        judgement = replace(found(status, value, target=50, plan=50, base=45), unreported_goals=(Goal("FY2020", 50),))
        said = sentence(of(kind, direction), judgement, as_of=TODAY, language=language)
        assert said and not re.search(r"[{}]|\(\)|  ", said)
