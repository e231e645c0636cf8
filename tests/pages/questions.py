"""The questions of the reform, each with the page that answers it and the words there that say so.

A question is answered within two clicks of the overview: the menu or a link leads to ``page``; a second link, or a choice on
that page, to the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

from kpis.languages import unfilled
from tests.bench.viewer import Viewer
from tests.pages.charts_seen import Seen, run

# page | second click: a link (page?query) or a choice (its words), blank where one click is enough | words that answer
QUESTIONS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "How much is digitised, by procedures and by applications?": ("procedures", "", ("card_rate", "card_cases")),
    "And per bureau?": ("procedures", "reg_by_bureau", ("cmp_heading",)),
    "And per type of procedure?": ("procedures", "reg_by_process_type", ("cmp_heading",)),
    "And per applicant?": ("procedures", "reg_by_applicant", ("cmp_heading",)),
    "And per legal authority?": ("procedures", "reg_by_authority", ("cmp_heading",)),
    "And per channel?": ("procedures", "reg_by_channel", ("cmp_heading",)),
    "How do the priority procedures stand?": ("procedures", "reg_by_priority", ("card_priority",)),
    "How much is used online?": ("procedures", "", ("card_usage",)),
    "Which steps are still on paper?": ("procedures", "", ("steps_heading",)),
    "What can be done on a smartphone?": ("procedures", "", ("card_phone",)),
    "What is planned when, and what is overdue?": ("procedures", "", ("plan_heading", "card_overdue")),
    "Which procedures are there, searched and filtered, as CSV?": ("procedures", "", ("list_heading", "reg_by_q", "list_csv")),
    "What is known of one procedure?": ("procedures", "procedures?code=", ("detail_facts", "detail_history")),
    "How did the rate develop?": ("procedures", "", ("time_heading",)),
    "How does the list differ from the published totals?": ("procedures", "", ("pub_heading", "col_difference")),
    "How far is cashless against its plan over time?": ("facilities", "", ("fac_trend", "fac_time")),
    "Cashless per bureau and kind of facility?": ("facilities", "fac_kind", ("fac_by",)),
    "Which ways of paying?": ("facilities", "", ("fac_methods",)),
    "Where is it still cash only, and until when?": ("facilities", "", ("fac_cash", "col_until")),
    "Where on the map?": ("facilities", "", ("fac_map", "fac_list")),
    "Which projects are there, by category, and how do they stand?": ("projects", "", ("projects_table", "reported_in")),
    "Which indicators has a project, and how were its targets raised?": ("projects", "projects?code=", ("project_indicators", "every_figure")),
    "What was planned, re-planned and done, with what slip?": (
        "projects", "projects?code=", ("planned_day", "replanned_day", "actual_day", "slip_days", "reported_in"),
    ),
    "How confident is the office, beside the computed status?": ("projects", "projects?code=", ("computed_status", "confidence")),
    "Which projects contradict?": ("", "", ("contradictions",)),
    "Who leads a project, and what was it called?": ("projects", "projects?code=", ("who_leads", "names_in_versions")),
    "What is a project to reach by about FY2025?": ("projects", "projects?code=", ("project_goal",)),
    "How does one bureau stand against plan?": ("bureau", "bureau?code=", ("bureau_indicators", "planned")),
    "Its procedures, facilities, milestones and reports?": (
        "bureau", "bureau?code=", ("bureau_procedures", "bureau_facilities", "bureau_milestones", "reporting_record"),
    ),
    "How do all bureaus compare, with coverage?": ("bureau", "", ("compare_heading",)),
    "Which bureaus report nothing?": ("bureau", "", ("matrix_covered", "matrix_show_all")),
    "In the organisation of then or of today?": ("bureau", "view_now", ("view",)),
    "As of any day, or as known then?": ("", "", ("as_of", "known_as")),
    "Against the period before, the year before and the plan?": ("changes", "", ("compare_all", "previous")),
    "What changed since, and why?": ("changes", "", ("since_choose", "since_reason")),
    "What goes into the quarterly meeting?": ("report", "", ("report_save_book", "report_save_page")),
}  # fmt: skip


def word(key: str, language: str) -> str:
    """Return the words for a key up to its first value."""
    return unfilled(key, language).split("{")[0].strip()


def unanswered(port: int, *, languages: tuple[str, ...] = ("ja", "en"), empty: tuple[str, ...] = ()) -> Iterator[str]:
    """Name every question that is not answered within two clicks of the overview.

    Args:
        port: of a served instance.
        languages: in which to ask.
        empty: headings of columns that no row of this instance fills, which are therefore no columns.
    """
    for language in languages:
        viewer = Viewer(port)
        seen: dict[str, Seen] = {}

        def at(address: str, viewer: Viewer = viewer, seen: dict[str, Seen] = seen, language: str = language) -> Seen:
            page, _, query = address.partition("?")
            if address not in seen:
                seen[address] = run(viewer, page, f"{query}&lang={language}".lstrip("&") if "lang=" not in query else query)
            return seen[address]

        overview = at("")
        for question, (page, second, keys) in QUESTIONS.items():
            if page not in overview.links():
                yield f"{language}: {question} No link of the overview leads to /{page}."
                continue
            shown = at(page)
            if "?" in second:
                # Of several pages alike, one that says everything is enough: not every project has milestones.
                there = [link for link in shown.links() if link.startswith(second.split("?")[0] + "?") and "code=" in link][:8]
                found = any(all(word(k, language) in at(link).words() for k in keys if k not in empty) for link in there)
            else:
                asked = (*keys, second) if second else keys
                found = all(word(k, language) in shown.words() for k in asked)
            if not found:
                yield f"{language}: {question} /{page} {second} does not say {', '.join(word(k, language) for k in keys)}."
        viewer.close()
