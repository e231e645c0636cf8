"""What is said of bureaus and projects is so when it is read aloud."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import cast

import pytest

from kpis.figures.projects import MILESTONE_STATES, PROJECT_RULE, ProjectReport
from kpis.figures.records import FELL_SHORT, RULE_VERSION
from kpis.government import government
from kpis.moment import Moment
from kpis.periods import parse_period
from kpis.state import State
from kpis.store import tables
from kpis.store.fields import Record, records
from kpis.store.store import Store
from kpis.text import format_date
from telling import bureaus as told_bureaus
from telling import projects as told_projects
from telling.blocks import Telling
from telling.matrix import in_short, matrix
from telling.meeting import quarter_report
from telling.overview import coverage_lines, exclusions, headlines, lead, rule_line, table_word
from telling.words import Words, joined_lines
from tests.kpis.test_bureaus import TODAY, bureaus
from tests.kpis.test_projects import reports

pytestmark = pytest.mark.edition

LANGUAGES = pytest.mark.parametrize("language", ["ja", "en"])


def telling(store: Store, language: str) -> Telling:
    return Telling(Words(language), Moment(state=State(store), as_of=TODAY))


def sheets(store: Store, language: str, period: str) -> object:
    every = [s for s in Moment(state=State(store), as_of=TODAY).scored if s.entry.definition.code == "paper_sheets"]
    whole, *parts = every
    told = telling(store, language)
    return told_bureaus.by_bureau(told, whole, parts, parse_period(period), name=lambda code: told.words.named(told.bureaus[code]))


@LANGUAGES
def test_one_bureau_alone_is_not_ranked_and_nobody_is_called_missing(tokyo: Store, language: str) -> None:
    block = sheets(tokyo, language, "FY2018")
    said = f"{block.sentence} {block.why_empty}"  # type: ignore[attr-defined]
    assert block.shape is None and len(block.rows) == 1  # type: ignore[attr-defined]
    assert not any(word in said for word in ("最大", "最小", "報告がない局", "Highest", "lowest", "No report from"))
    name = Words(language).named({"name_ja": "水道局", "name_en": "Bureau of Waterworks"})
    assert said.count(name) == 2 and ("二次資料" in said if language == "ja" else "secondary" in said)
    assert ("本庁部門" if language == "ja" else "Headquarters departments") in said, "the overall figure has another scope"
    for other in ("総務局", "警視庁", "Bureau of General Affairs", "Metropolitan Police Department"):
        assert other not in said


@LANGUAGES
def test_a_period_without_a_report_names_only_those_whose_figures_were_published(tokyo: Store, language: str) -> None:
    whole = next(s for s in Moment(state=State(tokyo), as_of=TODAY).own if s.entry.definition.code == "paper_sheets")
    (first,) = [r for r in whole.rolled if r.period_code == "FY2018"]
    lines = coverage_lines(whole, first, ", ".join, Words(language))
    assert len(lines) == 1 and "WATERWORKS" in lines[0] and "POLICE" not in lines[0]
    assert len(first.missing) == 27, "who existed then without a figure stays known to the API"


@LANGUAGES
def test_bureaus_are_counted_by_what_there_is_of_them(tokyo: Store, language: str) -> None:
    found, words = bureaus(tokyo), Words(language)
    current = [r for r in found.values() if r.is_valid]
    told = matrix(Telling(words, Moment(state=State(tokyo), as_of=TODAY)), current)
    assert told.title == words("matrix_title_registers", bureaus=32, procedures=9, facilities=3, milestones=13)
    assert len(told.notes) == 5 and [len(rows) for _, rows in told.groups] == [20, 3, 7, 2]
    assert "6" in told_bureaus.title(found["URBAN"], words) and "0" not in told_bureaus.title(found["URBAN"], words)
    assert told_bureaus.title(found["POLICE"], words) == words("bureau_title_none", name=words.named(found["POLICE"].unit))


@pytest.mark.parametrize("language", ["ja", "en", "ja-Hira"])
def test_where_nothing_is_known_no_newest_figure_and_no_count_of_none_is_told(tokyo: Store, language: str) -> None:
    words, found = Words(language), [r for r in bureaus(tokyo).values() if r.is_valid]
    unknown = [replace(r, scored=(), own=(), milestones=(), procedures={}, facilities={}) for r in found]
    title = matrix(Telling(words, Moment(state=State(tokyo), as_of=TODAY)), unknown).title
    assert title == words("matrix_title_nothing", bureaus=32) and "0" not in title
    before = date(2000, 1, 1)  # every figure
    every = Moment(state=State(tokyo), as_of=before).own
    said = lead(every, words, as_of=before)
    assert words("conclusion_lead_none", total=len(every), as_of=format_date(before, language)) in said
    assert not any(word in said for word in ("最新の数値", "newest figure", "一番新しい数字"))


@pytest.mark.parametrize("language", ["ja", "en", "ja-Hira"])
def test_what_falls_short_is_named_as_often_as_it_is_counted(tokyo: Store, language: str) -> None:
    words, day = Words(language), date(2022, 9, 30)
    off = [
        s
        for s in Moment(state=State(tokyo), as_of=day).own
        if s.judgement.standing == "current" and s.judgement.status in FELL_SHORT
    ]
    assert any(s.judgement.status == "slightly_behind" for s in off), "which were counted and not named"
    said = lead(off[:3], words, as_of=day)
    assert all(words.named(s.entry.definition) in said for s in off[:3]) and words("conclusion_more_short", count=1) not in said
    assert words("conclusion_more_short", count=len(off) * 4 - 3) in lead(off * 4, words, as_of=day), "the rest is counted"
    told = " ".join(quarter_report(State(tokyo), "FY2022-Q2", language=language).sentences()[2:])
    assert all(words.named(s.entry.definition) in told for s in off), "the report of the quarter has a line for each"


@LANGUAGES
def test_what_is_published_in_words_is_told_no_ratio(tokyo: Store, language: str) -> None:
    words, own = Words(language), {s.entry.definition.code: s for s in Moment(state=State(tokyo), as_of=TODAY).own}
    item, other = own["touchless_services"], own["procedure_digitisation_rate"]
    assert rule_line(item, words) == words("rule_words", version=RULE_VERSION) and "0.95" in rule_line(other, words)
    assert [table_word(s, words) for s in (item, other)] == [words("table_words"), words("table")]


def test_a_theme_has_a_short_name_where_there_is_little_room() -> None:
    assert in_short("paperless", Words("ja-Hira")) == in_short("paperless", Words("ja")) == "ペーパーレス"


def test_a_sentence_of_a_document_has_no_space_where_its_file_ends_a_line() -> None:
    text = "## 見出し\n本文と背景の\n  コントラストは\n4.5:1 以上。\n1. 項目\n- 二つ目\n\n次の段落\nan English\nline"
    assert (
        joined_lines(text) == "## 見出し\n本文と背景のコントラストは\n4.5:1 以上。\n1. 項目\n- 二つ目\n\n次の段落\nan English\nline"
    )


@LANGUAGES
def test_a_total_over_bureaus_counts_a_milestone_once(tokyo: Store, language: str) -> None:
    found = [r for r in bureaus(tokyo).values() if r.is_valid]
    block = told_bureaus.listed(telling(tokyo, language), found, lambda r: r.code)
    alone = len({m.code for r in found for m in r.milestones})
    states = Counter(m.state for m in {m.code: m for r in found for m in r.milestones}.values())
    parts = [f"{Words(language)('state_' + state)} {states[state]}" for state in ("done", "not_seen", "coming", "undated")]
    assert sum(states.values()) == alone == sum(int(part.split()[-1]) for part in parts)
    said = Words(language)("milestones_once", total=alone, shared=2, parts=Words(language)("list_comma").join(parts))
    assert block.sentence.startswith(said)
    assert sum(int(row["milestones_count"]) for row in block.flat) == alone + 2
    for row in block.flat:
        past = sum(row[f"milestones_{state}_count"] for state in told_bureaus.PAST_DUE)
        assert row["milestones_done_count"] + past <= row["milestones_count"]


@LANGUAGES
def test_what_is_unknown_of_every_row_is_no_count_of_none_done(tokyo: Store, language: str) -> None:
    found, told = bureaus(tokyo), telling(tokyo, language)
    unknown, some = found["WATERWORKS"], found["ENVIRONMENT"]
    assert set(unknown.procedures) == {"unknown"} and some.procedures["unknown"] < sum(some.procedures.values())
    at = [column.key for column in matrix(told, [unknown, some]).columns].index("procedures")
    cells = [row.cells[at] for row in matrix(told, [unknown, some]).rows]
    total = sum(unknown.procedures.values())
    assert cells[0].text == f"— / {total}" and cells[0].share is None and cells[1].text.startswith("2 / ")
    block = told_bureaus.listed(told, [unknown, some], lambda r: r.code)
    assert f"— / {total}" in block.rows[0] and [row["procedures_done_count"] for row in block.flat] == [None, 2]


@LANGUAGES
def test_a_note_names_the_indicator_without_figures_of_bureaus_not_a_theme_of_which_another_has_one(
    tokyo: Store, language: str
) -> None:
    words, current = Words(language), [r for r in bureaus(tokyo).values() if r.is_valid]
    first, *_, rest = matrix(telling(tokyo, language), current).notes
    assert any(s.entry.definition.code == "paper_sheets" for r in current for s in r.scored)
    assert in_short("paperless", words) not in first
    assert words.named(telling(tokyo, language).moment.indicators["paper_reduction_rate"]) in first
    apart = [m.code for r in current for m in r.milestones if m.state in ("coming", "undated", "cancelled")]
    having = sum(any(m.code in apart for m in r.milestones) for r in current)
    assert apart and rest == words("matrix_rest", count=len(set(apart)), bureaus=having)


@pytest.mark.parametrize("of", ["own", "procedures", "facilities", "milestones_done", "milestones_unseen"])
def test_a_total_counts_bureaus_that_are_gone_and_is_the_same_in_the_organisation_of_today(tokyo: Store, of: str) -> None:
    totals = set()
    for view in ("then", "now"):
        found, told = list(bureaus(tokyo, view).values()), telling(tokyo, "en")
        shown = matrix(told, [r for r in found if r.is_valid], gone=[r for r in found if not r.is_valid])
        at = [column.key for column in shown.columns].index(of)
        name, cells = shown.heads[0]
        assert name == told.words("matrix_whole_gone")
        totals.add(cells[at].text)
    assert len(totals) == 1, "milestones done were 64 at the time and 71 today"


@LANGUAGES
def test_milestones_are_told_in_all_their_groups(tokyo: Store, language: str) -> None:
    words, held = Words(language), [m for r in reports(tokyo).values() for m in r.milestones]
    said = told_projects.milestones_line(held, words)
    counts = {state: sum(m.state == state for m in held) for state in MILESTONE_STATES}
    assert counts["not_seen"] > 50 and (counts["missed"], counts["cancelled"]) == (3, 4)
    assert sum(counts.values()) == len(held)
    for state, n in counts.items():
        assert (words(f"group_{state}", count=n) in said) == bool(n), state
    assert not re.search(r"(?<!\d)0(?!\d)", said), "a group without milestones is not told"
    assert told_projects.milestones_line([], words) == words("milestones_none")


@LANGUAGES
def test_a_list_of_core_projects_says_of_which_version_and_whether_it_is_whole(tokyo: Store, language: str) -> None:
    words, found = Words(language), reports(tokyo)
    versions = records(tables.StrategyVersion, tokyo.all_of(tables.StrategyVersion))
    shown = told_projects.core_with_goals(found.values())
    head = told_projects.overview_heading(shown, versions, words)
    names = {v.version_code: words.named(v) for v in versions}
    assert len(shown) == 7 and "7" in head and names["1"] in head and names["2"] in head and names["3"] not in head
    last = [v for v in versions if v.version_code == "X"]
    seen = told_projects.core_heading(government().project_kinds["core"], last, 1, words, is_all=False)
    assert names["X"] in seen and ("確認できたもの1件" in seen if language == "ja" else "1 core project identified" in seen)


@LANGUAGES
def test_a_project_that_a_later_version_renamed_has_both_names(tokyo: Store, language: str) -> None:
    words, found = Words(language), reports(tokyo)
    for report in found.values():
        said = told_projects.called(report, words)
        assert all(words.named(name.row) in said for name in report.names), report.code
        versions = {n.version_name(language) for n in report.names if words.named(n.row) != words.named(report.row)}
        assert all(version in said for version in versions), report.code
    assert words.named({"name_ja": "都政スピードアッププロジェクト", "name_en": "Speed-up Project"}) in told_projects.called(
        found["CP6"], words
    )


@LANGUAGES
def test_bureaus_that_take_part_are_named_beside_those_that_lead(tokyo: Store, language: str) -> None:
    words, found = Words(language), reports(tokyo)
    names = {row["bureau_code"]: words.named(row) for row in tokyo.all_of(tables.Bureau)}

    def line(report: ProjectReport) -> str:
        return told_projects.bureaus_line(report, names, words)

    for report in found.values():
        assert all(names[b.bureau_code] in line(report) for b in report.bureaus), report.code
    assert line(found["LPX13"]).startswith(names["GENERAL"]) and names["PERSONNEL"] in line(found["LPX13"])
    assert line(found["LPX02"]) == ""
    led, before = (
        names["INDUSTRY"],
        names["ENVIRONMENT"],
    )  # who led in turn is said in words, who does so together stands side by side
    assert line(found["LP05"]) == {"ja": f"{led}(前は{before})", "en": f"{led} (before: {before})"}[language]
    still = tuple(cast(tables.ProjectBureau, Record(**{**vars(b), "valid_to": None})) for b in found["LP05"].bureaus)
    assert line(replace(found["LP05"], bureaus=still)) == words("list_comma").join((before, led))
    in_turn = words("turn_before_that", before=names["WELFARE_HEALTH"], earlier=names["HOSPITALS"])
    assert words("turn_before", now=names["HEALTH"], before=in_turn) in line(found["LP02"])


@LANGUAGES
def test_only_core_projects_are_called_the_work_of_all_bureaus(language: str) -> None:
    words, core = Words(language), {"ja": "コア・プロジェクト", "en": "core projects"}[language]
    kind = government().project_kinds["core"]
    assert core in words("bureau_unknown_whole", kind=told_projects.kind_name(kind, None, words)) and core not in words(
        "bureau_unknown"
    )


@LANGUAGES
def test_a_list_in_which_some_projects_name_a_bureau_says_how_many_name_none(tokyo: Store, language: str) -> None:
    words, found = Words(language), reports(tokyo)
    remark = told_projects.no_bureau(found["LPX02"], words)
    both = [(found["LPX02"], ""), (found["LPX13"], "総務局")]
    said = {"ja": f"2件のうち1件は、{remark}", "en": f"1 of 2: n{remark[1:]}"}[language]
    assert told_projects.without_bureau(both, words) == [said]
    assert told_projects.without_bureau(both[:1], words) == [remark] and told_projects.without_bureau(both[1:], words) == []


def test_a_kind_of_project_is_called_by_its_name_where_a_language_has_no_plural() -> None:
    kind = government().project_kinds["core"]
    called = {language: told_projects.kind_name(kind, 7, Words(language)) for language in ("ja", "en", "ja-Hira")}
    assert called == {"ja": kind.name_ja, "en": kind.plural_en, "ja-Hira": kind.name_ja}


@LANGUAGES
def test_the_two_rules_are_named_apart(language: str) -> None:
    words = Words(language)
    judging, projects = {"ja": ("判定規則", "プロジェクト集計規則"), "en": ("Judging rule", "project rule")}[language]
    assert RULE_VERSION != PROJECT_RULE
    assert words("ed_rule") == judging and words("rule", version=RULE_VERSION, on_track=1, behind=0).startswith(
        f"{judging} {RULE_VERSION}"
    )
    line = words("project_rule_line", judged=1, good=1, slow=0, bad=0, rule=PROJECT_RULE)
    for said in (
        line,
        words("project_rule_named", rule=PROJECT_RULE),
        words("projects_lead", as_of="", rule=PROJECT_RULE, milestones=1, both=1),
    ):
        assert f"{projects} {PROJECT_RULE}" in said


@LANGUAGES
def test_the_overview_says_which_figures_leave_out_the_covid_response(tokyo: Store, language: str) -> None:
    catalogue = records(tables.Indicator, tokyo.all_of(tables.Indicator))
    every = headlines(Moment(state=State(tokyo), as_of=TODAY).own)
    said = exclusions(every, catalogue, Words(language))
    assert said.count({"ja": "感染症対応の特需を除く", "en": "without the extra volume of the covid response"}[language]) == 2
    assert exclusions([], catalogue, Words(language)) == ""
