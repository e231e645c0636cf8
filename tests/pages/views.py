"""Every page of the menu, in an order in which each is left for the next, with what it says of itself in its address."""

from __future__ import annotations

VIEWS = {
    "/": "",
    "/five_less": "",
    "/procedures": "by=authority&q=使用&status=done",
    "/facilities": "by=kind",
    "/projects": "code=CP2",
    "/bureau": "code=GENERAL",
    "/changes": "since=2021-04-01",
    "/indicator": "code=electronic_decision_rate",
    "/about": "",
    "/revisions": "",
    "/submit": "bureau=GENERAL&period=FY2022-Q3",
    "/review": "period=FY2022-Q3",
    "/report": "period=FY2022-Q2",
    "/publish": "",
}
