"""What is pictured: the pages of each set, and who looks at them."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES, WIDTHS, SCHEMES = ("ja", "en"), (320, 375, 1280), ("light", "dark")
ROLES = ("", MANAGER := "manager", OFFICE := "office")  # in the order in which a local instance offers them


@dataclass(frozen=True)
class Asked:
    """A page: its name in the pictures, its address, and as whom it is opened."""

    name: str
    path: str
    role: str = ""


OPEN = [
    Asked("overview", "/"),
    Asked("five_less", "/five_less"),
    Asked("bureaus", "/bureau"),
    Asked("bureau", "/bureau?code=WATERWORKS"),
    Asked("projects", "/projects"),
    Asked("project", "/projects?code=CP2"),
    Asked("procedures", "/procedures"),
    Asked("procedure", "/procedures?code=P001"),
    Asked("facilities", "/facilities"),
    Asked("indicator", "/indicator?code=electronic_decision_rate"),
    Asked("indicator_amount", "/indicator?code=paper_sheets"),
    Asked("indicator_words", "/indicator?code=touchless_services"),
    Asked("standing", "/standing"),
    Asked("search", "/search?q=%E6%89%8B%E7%B6%9A"),
    Asked("search_nothing", "/search?q=xyzzy"),
    Asked("changes", "/changes?since=2022-10-01"),
    Asked("revisions", "/revisions"),
    Asked("about", "/about"),
]
INSIDE = [
    Asked("refused", "/submit"),
    Asked("report", "/report", OFFICE),
    Asked("submit", "/submit", MANAGER),
    Asked("review", "/review", OFFICE),
    Asked("review_persons", "/review?part=persons", OFFICE),
    Asked("review_audit", "/review?part=audit", OFFICE),
    Asked("meeting", "/meeting", OFFICE),
    Asked("publish", "/publish", OFFICE),
    Asked("questions", "/questions", OFFICE),
    Asked("notices", "/notices", OFFICE),
    Asked("voices", "/voices", OFFICE),
]
# What a bureau and the office see of reports that are under way; the numbers are those that the sample gives, always the same.
SAMPLE = [
    Asked("submit_draft", "/submit?bureau=HOUSING&period=FY2023-Q1", MANAGER),
    Asked("submit_returned", "/submit?bureau=WATERWORKS&period=FY2023-Q1", MANAGER),
    Asked("review_report", "/review?report=124", OFFICE),
]
EDITION = [
    "index.html", "overview.html", "near.html", "search.html", "five-less.html", "definitions.html",
    "indicators/electronic_decision_rate.html", "indicators/paper_sheets.html", "projects.html", "projects/CP2.html", "bureaus.html",
    "bureaus-now.html", "bureaus/GENERAL.html", "procedures.html", "facilities.html", "method.html", "revisions.html", "data.html", "404.html",
]  # fmt: skip
SETS: dict[str, list[Asked]] = {
    "shipped": [*OPEN, *INSIDE],
    "sample": [*OPEN, *INSIDE, *SAMPLE],
    "public": OPEN,
    "static": [Asked(page.removesuffix(".html").replace("/", "-"), page) for page in EDITION],
}
