"""What the sources say and what the catalogue says of it: small excerpts, each able to contradict a shipped row."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

import pytest

from kpis.figures.scorecard import score_all, shown_figure
from kpis.figures.sentences import target_text
from kpis.periods import parse_period
from kpis.settings import ROOT
from kpis.store.store import Store
from kpis.text import with_unit
from tests.data.test_data_files import rows_of
from tests.method import shipped
from tests.method.recount import Case

INDICATORS = {r["indicator_code"]: r for r in rows_of("data/catalogue/indicators.csv")}
OBSERVATIONS = {(r["indicator_code"], r["bureau_code"], r["period_code"]): r for r in rows_of("data/official/observations.csv")}
READINGS = rows_of("data/official/readings.csv")
TARGETS = rows_of("data/catalogue/targets.csv")
PROJECTS = {r["project_code"]: r for r in rows_of("data/catalogue/projects.csv")}
NAMES = rows_of("data/catalogue/project_versions.csv")
MILESTONES = rows_of("data/official/milestones.csv")
BUREAUS = rows_of("data/catalogue/project_bureaus.csv")
SOURCES = {r["source_code"]: r for r in rows_of("data/catalogue/sources.csv")}
VERSIONS = [r["version_code"] for r in rows_of("data/catalogue/strategy_versions.csv")]

# Found since: indicator, unit, period, value as the page prints it.
FOUND_SINCE = [
    ("collaboration_projects", "TMG", "2021-09", "13"),
    ("collaboration_projects_new_in_period", "TMG", "FY2021-Q2", "2"),
    ("collaboration_projects_year", "TMG", "CY2022", "9"),
    ("collaboration_projects_year", "TMG", "CY2023", "153"),
    ("field_dialogue_startup_projects", "TMG", "2025-10", "20"),
    ("sushitech_startups", "TMG", "FY2024-Q1", "434"),
    ("open_data_files", "TMG", "2023-12", "63000"),
    ("hackathon_people", "TMG", "2025-10", "1327"),
    ("hackathon_finalists", "TMG", "2025-10", "24"),
    ("dx_award_entries", "TMG", "2024-06", "31"),
    ("dx_award_entries_with_bodies", "TMG", "2025-06", "43"),
    ("childcare_onestop_municipalities", "DIGITAL", "2025-11", "19"),
    ("toei_housing_online_share", "HOUSING", "FY2022-Q4", "90"),
    ("fill_monitoring_area", "URBAN", "FY2024-Q2", "700"),
    ("govtech_genai_municipalities", "GOVTECH", "2025-04", "20"),
    ("tokyo_app_downloads", "TMG", "2025-11", "320000"),
    ("childcare_onestop_facilities", "DIGITAL", "2024-10", "126"),
    ("staff_digital_satisfaction", "TMG", "2022-02", "25"),
    ("cashless_tax_rate", "TMG", "2020-05", "38"),
    ("paper_sheets_saved", "FIRE", "2020-03", "630000"),
    ("priority_procedures_national_date_set", "TMG", "2021-12", "7"),
    ("priority_procedures_national_pending", "TMG", "2021-12", "24"),
    ("smartphone_access_share", "TMG", "2021-01", "60"),
    ("billing_paper_sheets", "WATERWORKS", "FY2018", "58000000"),
    ("online_ticket_facilities", "CONSTRUCTION", "2021-07", "4"),
]


@pytest.mark.parametrize(("indicator", "unit", "period", "value"), FOUND_SINCE)
def test_a_fact_found_since_is_loaded_as_printed(indicator: str, unit: str, period: str, value: str) -> None:
    assert OBSERVATIONS[indicator, unit, period]["value"] == value


def test_a_plan_or_an_expected_number_is_no_result() -> None:
    planned = {r["indicator_code"]: r for r in TARGETS}
    assert planned["procedures_started_in_year"]["value"] == "12000" and "sushitech_booths" not in planned
    assert INDICATORS["sushitech_booths"]["replaced_by_code"] == "sushitech_startups", "the result was published there"
    assert ("sushitech_startups", "400", "1") in {(r["indicator_code"], r["value"], r["is_target"]) for r in READINGS}
    for code in ("sushitech_booths", "pitch_events", "procedures_started_in_year"):
        assert not [key for key in OBSERVATIONS if key[0] == code]
    assert "約8回の見込み" in INDICATORS["pitch_events"]["note_ja"]
    words = re.compile(r"\b(expected|forecast|preparation|planned)\b")
    beside = {
        ("sushitech_startups", "TMG", "FY2024-Q1"),
        ("hackathon_finalists", "TMG", "2025-10"),
    }  # results, with the plan beside them
    assert {key for key, row in OBSERVATIONS.items() if words.search(row["note_en"])} == beside


def test_what_the_whole_government_states_is_not_filed_under_headquarters() -> None:
    stated = [
        ("note-1fd1b3c2", "55"), ("note-1fd1b3c2", "50"), ("note-7ef6e45d", "50"), ("news-8990dc11", "73.9"), ("note-7ef6e45d", "200000000"),
        ("mag-40e93b44", "200000000"), ("mag-40e93b44", "100000000"), ("news-8990dc11", "35420000"), ("wwwmetrotokyolgj-29aaee38", "20"),
    ]  # fmt: skip
    paper = [r for r in [*READINGS, *TARGETS] if r["indicator_code"] in ("paper_reduction_rate", "paper_sheets")]
    for source, value in stated:
        assert [r["bureau_code"] for r in paper if (r["source_code"], r["value"]) == (source, value)] == ["TMG"], (source, value)


def test_two_ways_of_counting_are_two_indicators() -> None:
    cumulative, yearly = INDICATORS["collaboration_projects"], INDICATORS["collaboration_projects_year"]
    assert cumulative["replaced_by_code"] == cumulative["sibling_code"] == yearly["sibling_code"] == ""
    aims = {(r["indicator_code"], r["period_code"]): r["value"] for r in TARGETS}
    assert aims["collaboration_projects", "CY2030"] == aims["collaboration_projects_year", "CY2027"] == "100"
    assert INDICATORS["dx_award_entries"]["replaced_by_code"] == "dx_award_entries_with_bodies", (
        "other entrants: a break, not a line"
    )


def test_no_figure_is_of_a_quarter_or_year_that_had_not_ended_when_its_source_was_public() -> None:
    """An event, or what a page says in the middle of a year, is of its month: else the dashboard calls it newer than it is."""
    early = []
    for (code, _, period), row in OBSERVATIONS.items():
        source = SOURCES[row["source_code"]]
        public = source["published_on"] or source["published_by"]
        if public and public < parse_period(period).end.isoformat() and public[:7] != period:
            early.append((code, period, public))
    assert early == []
    assert not [key for key in OBSERVATIONS if key[2].startswith("FY2025")], "no source of the whole of FY2025 was found"


def test_the_newest_figure_is_of_the_end_of_2025(tokyo: Store) -> None:
    scored = score_all(tokyo.book(), as_of=date(2026, 11, 26))
    newest = max(scored, key=lambda s: s.judgement.figure.period.end if s.judgement.figure else date.min)
    assert newest.judgement.figure is not None
    assert (newest.entry.definition.code, newest.judgement.figure.period.end) == ("procedure_digitisation_rate", date(2025, 12, 31))


def test_a_number_without_a_day_starts_no_path(tokyo: Store) -> None:
    """11 startup projects, no day printed, and 13 three months later: no path to 100 in 2030 follows from them."""
    item = next(s for s in score_all(tokyo.book(), as_of=date(2026, 11, 26)) if s.entry.definition.code == "collaboration_projects")
    assert (item.judgement.status, item.judgement.planned_value, item.judgement.baseline) == ("not_due", None, None)
    assert ("collaboration_projects", "", "11") in {(r["indicator_code"], r["period_code"], r["value"]) for r in READINGS}


def test_a_result_that_another_series_tells_is_not_called_missing(tokyo: Store) -> None:
    judged = {s.entry.definition.code: s.judgement for s in score_all(tokyo.book(), as_of=date(2026, 11, 26))}
    totals = [2, 8, 25, 61]
    stored = [OBSERVATIONS["office_divisions_cumulative", "TMG", f"{year}-03"]["value"] for year in range(2021, 2025)]
    assert [float(v) for v in stored] == totals
    for year, size in zip((2021, 2022, 2023), (b - a for a, b in pairwise(totals)), strict=True):
        row = OBSERVATIONS["office_divisions_year", "TMG", f"FY{year}"]
        assert float(row["value"]) == size and "worked out" in row["note_en"] and "求めた" in row["note_ja"]
    assert [g.period_code for g in judged["office_divisions_year"].unreported_goals] == ["FY2024"], "no result of FY2024 was found"
    aims = {(r["indicator_code"], r["period_code"]) for r in TARGETS}
    assert ("procedures_digitised", "FY2023") not in aims and ("procedure_digitisation_rate", "FY2023") in aims, "one target"
    assert [g.period_code for g in judged["procedures_digitised"].unreported_goals] == ["FY2022"]
    assert ("priority_procedures_digitised_in_period", "FY2021") not in aims, "35 was what was left of the year"


def test_the_scope_and_the_precision_of_a_target_are_said() -> None:
    known = {(r["indicator_code"], r["period_code"]): r for r in TARGETS}
    limited = known["procedure_digitisation_rate", "FY2026"]
    for row in (limited, INDICATORS["procedure_digitisation_rate"]):
        assert "都の裁量" in row["note_ja"] and "discretion" in row["note_en"]
    every = known["priority_procedures_digitised", "FY2022"]
    assert (every["value"], every["is_approximate"]) == ("119", "0") and "目途" in every["note_ja"]
    assert INDICATORS["seal_abolition_rate"]["is_headline"] == "1", "its target stands beside the 7,000 of about 14,600"
    assert "約14,600" in INDICATORS["seal_abolition_rate"]["note_ja"]


def test_a_unit_can_stand_behind_a_number_and_in_english_changes_with_it() -> None:
    units = {row["unit_en"] for row in INDICATORS.values() if row["kind"] != "qualitative"} - {"%"}
    assert [unit for row in INDICATORS.values() for unit in (row["unit_ja"], row["unit_en"]) if unit[0].isdigit()] == []
    unchanged = {unit for unit in units if with_unit("1", unit, "en") == f"1 {unit}"}
    assert unchanged == {"km²", "yen"}


def test_english_names_are_whole_words() -> None:
    for code in ("textbooks", "training", "meetings"):
        assert code in INDICATORS[f"paper_sheets_saved_{code}"]["name_en"]


def test_a_contradiction_stands_on_both_sides() -> None:
    assert OBSERVATIONS["dx_award_entries", "TMG", "2022-08"]["value"] == "13"
    against = {(r["indicator_code"], r["value"]) for r in READINGS if r["agrees"] == "0"}
    assert {("dx_award_entries", "15"), ("tokyo_app_downloads", "3200000")} <= against


def test_the_goals_of_the_first_strategy_are_not_called_dateless_or_without_a_number() -> None:
    assert (
        "2025年度" in INDICATORS["cashless_facilities"]["note_ja"]
        and "記載がなく" not in INDICATORS["cashless_facilities"]["note_ja"]
    )
    goals = {r["indicator_code"]: r for r in TARGETS if r["period_code"] == "FY2025"}
    assert goals["seal_abolition_rate"]["value"] == "100" and INDICATORS["goal_cp2_seals"]["sibling_code"] == "seal_abolition_rate"
    for code in ("electronic_decision_rate", "priority_procedures_all"):
        assert goals[code]["is_approximate"] == "0", "the year is about, the value is not"
        assert "目途" in goals[code]["note_ja"] and goals[code]["strategy_version"] == "1"


def test_the_reduction_of_copies_is_worked_out_from_the_published_counts() -> None:
    row = OBSERVATIONS["copy_reduction_rate", "TMG", "FY2020"]
    assert (row["value"], row["numerator"], row["base_value"], row["is_approximate"]) == ("", "150000000", "220000000", "1")


def test_a_sibling_states_the_same_fact_of_the_same_scope() -> None:
    assert INDICATORS["procedures_digitised"]["sibling_code"] == "procedure_digitisation_rate"
    for code, row in INDICATORS.items():
        if sibling := row["sibling_code"]:
            assert INDICATORS[sibling]["scope_code"] == row["scope_code"], code


def test_a_use_of_a_cap_may_exceed_it_and_a_share_of_people_may_not() -> None:
    assert float(INDICATORS["paper_cap_usage_rate"]["maximum_value"]) > 100
    assert float(INDICATORS["resident_digital_satisfaction"]["maximum_value"]) == 100
    for (code, _, _), row in OBSERVATIONS.items():
        low, high = INDICATORS[code]["minimum_value"], INDICATORS[code]["maximum_value"]
        assert not row["value"] or float(low or "-inf") <= float(row["value"]) <= float(high or "inf"), code


def test_every_version_named_is_known_and_version_x_looks_to_2035() -> None:
    assert VERSIONS == ["1", "2", "3", "4", "X"]
    assert {r["strategy_version"] for r in NAMES} | {r["strategy_version"] for r in TARGETS if r["strategy_version"]} <= set(
        VERSIONS
    )
    made = {r["version_code"]: r for r in rows_of("data/catalogue/strategy_versions.csv")}
    assert (made["X"]["horizon_year"], made["X"]["published_by"], made["X"]["adopted_precision"]) == ("2035", "2025-03-28", "month")
    assert made["1"]["keywords_ja"] == "スピード、オープン、アジャイル、見える化、デザイン思考"
    assert (made["1"]["first_year"], made["1"]["last_year"], made["1"]["horizon_year"]) == ("2020", "2022", "2025")
    assert all(word in made["1"]["concept_ja"] for word in ("バーチャル都庁", "オープンガバメント", "デジタルシフト"))
    assert {c for c, r in PROJECTS.items() if r["kind"] == "programme"} == {"PROG", "PROG-X"}


def test_names_are_names_and_what_was_not_seen_is_a_mark() -> None:
    for row in [*PROJECTS.values(), *NAMES]:
        assert not re.search("未確認|not seen|not confirmed", row["name_ja"] + row["name_en"]), row["project_code"]
    unsure = {code for code, row in PROJECTS.items() if row["is_name_official"] == "0"}
    assert {"S3CP5", "LP34", "LP37", "LPX03", "LPX08", "LPX14", "UPCP7"} <= unsure


def test_eleven_of_the_thirty_one_leading_projects_are_unidentified_and_the_others_say_what_they_do() -> None:
    first = {r["project_code"] for r in NAMES if r["strategy_version"] == "1" and PROJECTS[r["project_code"]]["kind"] == "leading"}
    assert 31 - len(first) == 11
    text = PROJECTS["LP29"]["goal_ja"] + PROJECTS["LPX12"]["goal_ja"] + PROJECTS["LP05"]["goal_ja"]
    assert all(word in text for word in ("児童虐待のリスク評価", "総合アプリケーション", "エネルギーシェアリング"))
    silent = {code for code in first if not PROJECTS[code]["goal_ja"]}
    assert silent == {"LP03", "LP25"}, "the summary of the strategy does not name these two"
    assert all(PROJECTS[code]["goal_en"] for code in first - silent)


def test_a_goal_is_there_in_both_languages_or_in_neither() -> None:
    for code, row in PROJECTS.items():
        assert bool(row["goal_ja"]) == bool(row["goal_en"]), code
    assert "デジタルガバメント・都庁" in PROJECTS["PROG"]["goal_ja"] and "ToMuCo" in PROJECTS["LPX02"]["goal_ja"]
    assert not PROJECTS["S3CP1"]["goal_en"] and "Goal left empty" in PROJECTS["S3CP1"]["note"]


def test_every_bureau_that_a_source_names_for_a_project_is_there() -> None:
    named: dict[str, set[str]] = {}
    for row in BUREAUS:
        named.setdefault(row["project_code"], set()).add(row["bureau_code"])
    assert named["LPX13"] == {"GENERAL", "PERSONNEL"} and {"GENERAL", "HOSPITALS"} <= named["LP02"]
    assert named["CP5"] == {"POLICY", "GENERAL", "FINANCE", "DIGITAL", "INDUSTRY", "PORT"}
    lpx08 = {r["bureau_code"]: r for r in BUREAUS if r["project_code"] == "LPX08"}
    assert lpx08["CULTURE_2010"]["valid_to"] == "2022-03-31" and lpx08["POLICY"]["valid_from"] == "2022-04-01"


def test_who_leads_a_project_has_days_and_a_source() -> None:
    leads = {(r["project_code"], r["bureau_code"]): r for r in BUREAUS}
    assert all(r["source_code"] in SOURCES for r in BUREAUS)
    assert leads["LP05", "ENVIRONMENT"]["valid_from"] == "2021-03-30" and leads["LP05", "INDUSTRY"]["valid_from"] == "2021-10-01"
    assert leads["LP29", "WELFARE_HEALTH"]["valid_to"] < leads["LP29", "WELFARE"]["valid_from"]
    assert sum(bool(r["valid_from"] or r["valid_to"]) for r in BUREAUS) >= 28


def test_a_milestone_whose_result_fell_short_says_so() -> None:
    missed = {r["milestone_code"]: r for r in MILESTONES if r["is_missed"] == "1"}
    assert set(missed) == {"CP2-M012", "CP2-M013", "CP3-M005"}
    assert "99.2" in missed["CP2-M012"]["note_ja"] and "99.8" in missed["CP2-M013"]["note_en"]
    assert all(r["stage_ja"] == "未達" and not r["actual_end"] for r in missed.values())


def _restated(code: str, period: str, value: str) -> Iterator[dict[str, str]]:
    """Yield the milestones that write an indicator's target as their name: of its project (or the one that took over), its day and with its number."""
    project = INDICATORS[code]["project_code"]
    own = {project, PROJECTS[project]["successor_code"]} - {""}
    for row in MILESTONES:
        numbers = re.findall(r"[\d.]+", re.sub(r"\([^)]*年度\)|\d{4}年度|Q\d|(?<=\d),(?=\d)", "", row["name_ja"]))
        if row["project_code"] in own and row["planned_end"] == parse_period(period).end.isoformat() and value in numbers:
            yield row


def test_a_milestone_that_restates_a_target_says_of_it_what_its_indicator_says() -> None:
    """Held against the method recounted from the files: a published result is not "result not found" beside its own indicator."""
    compared: Counter[str] = Counter()
    for (code, unit), series in shipped.read().items():
        case = Case(series.measure, series.marks, series.aims, series.start, date(2026, 11, 28))
        for aim in case.aims:
            target, result, _ = case.came_of(aim.term.last) if aim.term.last <= case.as_of else (None, None, None)
            on_its_day = target == aim.code and any(m.term.last == aim.term.last for m in case.marks)
            for row in _restated(code, aim.code, f"{aim.value:g}") if on_its_day else ():
                says = "missed" if row["is_missed"] == "1" else "met" if row["actual_end"] else "no result found"
                assert says == result, f"{row['milestone_code']} says {says}, {code} of {unit} for {aim.code}: {result}"
                compared[says] += 1
    assert compared["met"] >= 8 and compared["missed"] >= 3, compared


def test_a_milestone_whose_target_was_raised_was_replaced_and_not_left_without_a_result() -> None:
    raised = 0
    for series in ((t["indicator_code"], t["period_code"]) for t in TARGETS if t["set_order"] == "2"):
        for target in TARGETS:
            if (target["indicator_code"], target["period_code"], target["set_order"]) != (*series, "1"):
                continue
            for row in _restated(*series, target["value"]):
                assert row["ended_reason"] == "replaced" and row["successor_code"], row["milestone_code"]
                raised += 1
    assert raised == 4


def test_a_last_day_has_a_basis_and_evidence_and_never_stands_beside_a_day() -> None:
    bases = Counter(r["published_basis"] for r in SOURCES.values() if r["published_by"])
    assert set(bases) == {"page", "source", "quarter"}
    for row in SOURCES.values():
        assert bool(row["published_by"]) == bool(row["published_basis"])
        assert not (row["published_by"] and row["published_on"]), row["source_code"]
    assert SOURCES["shintosei-e3c24f49"]["published_by"] == "2022-02-04", "the post of that day speaks of it"
    assert (SOURCES["shintosei-2092e689"]["published_by"], SOURCES["shintosei-2092e689"]["published_basis"]) == (
        "2022-03-31",
        "page",
    )


def test_a_target_had_been_set_by_the_first_day_a_source_stated_it() -> None:
    known = {(r["indicator_code"], r["bureau_code"], r["period_code"], r["value"]): r for r in TARGETS}
    seventy = known["paper_reduction_rate", "HQ", "FY2022", "70"]
    assert (seventy["set_on"], seventy["set_on_precision"]) == ("2022-02-04", "unknown")
    assert known["electronic_decision_rate", "TMG", "FY2020", "80"]["set_on"] == "2018-04-10"
    assert known["fax_reduction_rate", "TMG", "FY2021", "98"]["set_on"] == "2021-09-21"
    assert sum(not r["set_on"] for r in TARGETS) <= 26
    loose = ("paper_sheets", "HQ", "FY2022", "60000000"), ("electronic_decision_rate", "TMG", "FY2022", "100")
    assert [known[key]["set_on"] for key in loose] == ["", ""], (
        "only the quarter of a page would bound them: too late to say anything"
    )


def test_figures_count_as_known_from_the_day_their_page_was_public(tokyo: Store) -> None:
    book, day = tokyo.book(), date(2022, 3, 31)

    def silent(known_at: datetime | None) -> set[tuple[str, str]]:
        judged = score_all(book, as_of=day, known_at=known_at)
        return {(s.entry.definition.code, s.entry.unit_code) for s in judged if not s.figures}

    unknown_in_2025 = silent(datetime(2025, 1, 1, 23, 59, 59)) - silent(None)
    assert len(unknown_in_2025) <= 15 and ("electronic_decision_rate", "TMG") not in unknown_in_2025
    early = silent(datetime(2021, 12, 1))
    assert ("electronic_decision_rate", "TMG") not in early and ("collaboration_projects", "TMG") in early, "public by 2021-12-31"


def test_what_was_left_out_is_named_with_its_reason() -> None:
    text = (ROOT / "data" / "README.md").read_text(encoding="utf-8").split("## Left out, and why")[1].split("\n## ")[0]
    for word in ("31 needing", "+1.7", "`46`", "unlabelled bars", "Emissions", "7,000 counters", "Monthly users", "11 million"):
        assert word in text, word


def test_an_approximate_stock_of_an_approximate_whole_is_about_on_both_sides(tokyo: Store) -> None:
    judged = {s.entry.definition.code: s for s in score_all(tokyo.book(), as_of=date(2026, 11, 26))}
    written = {
        code: [shown_figure(judged[code], judged[code].judgement.figure, language) for language in ("ja", "en")]
        for code in ("seal_abolished_procedures", "cashless_facilities")
    }
    assert written["seal_abolished_procedures"] == ["約7,000 / 約14,600", "about 7,000 / about 14,600"]
    assert written["cashless_facilities"] == ["78 / 78", "78 / 78"]


def test_a_figure_published_as_a_whole_per_cent_gains_no_digit(tokyo: Store) -> None:
    judged = {s.entry.definition.code: s for s in score_all(tokyo.book(), as_of=date(2026, 11, 26))}
    for code, value, target in (("procedure_digitisation_rate", "91%", "100%"), ("copy_reduction_rate", "約50%", "50%")):
        item = judged[code]
        assert shown_figure(item, item.judgement.figure) == value
        assert target_text(item.entry.definition, item.judgement) == target
    sentence = judged["procedure_digitisation_rate"].sentence()
    assert sentence.startswith("計画 88% に対し 91%、3ポイント上回る"), "a plan is no finer than the figure beside it"
    assert sentence.endswith("2024年3月31日の目標 70% は達成(期限後の2024年9月30日の値で確認)")
    assert judged["electronic_decision_rate"].judgement.missed_before is not None


@pytest.mark.parametrize("name", ["observations", "readings", "milestones", "facilities", "procedures"])
def test_english_notes_write_days_and_terms_in_words(name: str) -> None:
    notes = [row["note_en"] for row in csv.DictReader((ROOT / "data" / "official" / f"{name}.csv").open(encoding="utf-8"))]
    assert any(notes)
    assert [
        note
        for note in notes
        if re.search(
            r"\bYTD\b|\bHQ\b|\bas-of\b|published_by|(?<![\w/-])(?:19|20)\d\d-\d\d\b|(?<![\d/-])\d\d-\d\d\b|\b\d+/\d+-\d", note
        )
    ] == []
