"""The page of all projects (plans and results), or of the one project named by the address."""

from __future__ import annotations

from pages.parts import cached
from pages.parts.entry import enter
from pages.parts.one_or_all import one_or_all
from pages.parts.project_list import listing
from pages.parts.project_page import detail

enter()

reports = cached.moment().projects
one_or_all(
    "projects", reports, one=lambda report: detail(report, reports), every=lambda: listing(reports),
    back="all_projects", unknown="project_unknown",
)  # fmt: skip
