"""The pictures of the guides and of the README: what is opened, as whom, and which part of the page is shown. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from tests.shots.listed import LANGUAGES, MANAGER, OFFICE

THEN = "as_of=2023-06-30"  # the last day of the sample's figures
OPEN_PERIOD = "FY2023-Q1"  # that the sample has open (data/catalogue/sample.toml)
CITY_PERIOD = "FY2025-Q2"  # that the city has open once its calendar is cut


@dataclass(frozen=True)
class Scene:
    """A picture.

    Attributes:
        name: of the file, ``<name>.<language>.png``.
        place: what is served: ``sample`` and ``city`` are made up and say so; ``shipped``, ``static``.
        path: the address.
        role: as whom, of the persons of a local instance.
        since: begins with what says the text of this key; nothing: with the bar on top of the page.
        until: ends before what says the text of this key.
        tall: so many pixels at most.
        width: of the window.
        act: what is done first, by the name of a function of ``tests.shots.acts``.
    """

    name: str
    place: str
    path: str
    role: str = ""
    since: str = ""
    until: str = ""
    tall: int = 900
    width: int = 1280
    act: str = ""


_HOUSING, _WATER = f"/submit?bureau=HOUSING&period={OPEN_PERIOD}", f"/submit?bureau=WATERWORKS&period={OPEN_PERIOD}"
SCENES = [
    # A bureau manager
    Scene("submit-due", "sample", _HOUSING, MANAGER, until="step_changes"),
    Scene("submit-workbook", "sample", "", act="workbook"),
    Scene(
        "submit-problems",
        "sample",
        f"/submit?bureau=FINANCE&period={OPEN_PERIOD}",
        MANAGER,
        since="step_upload",
        tall=1000,
        act="faulty",
    ),
    Scene("submit-changes", "sample", _HOUSING, MANAGER, since="step_changes", tall=520),
    Scene("submit-asked", "sample", _HOUSING, MANAGER, since="warnings_lead", until="present_title"),
    Scene("submit-returned", "sample", _WATER, MANAGER, since="step_changes", tall=470),
    Scene("submit-in-place", "sample", _WATER, MANAGER, since="present_title", until="files_brought", act="in_place"),
    Scene("submit-now", "sample", _WATER, MANAGER, since="step_submit", until="deputies"),
    # Who approves
    Scene("review-queue", "sample", "/review?report=124", OFFICE, tall=640),
    Scene("review-report", "sample", "/review?report=124", OFFICE, since="what_changes", tall=430),
    Scene("review-decide", "sample", "/review?report=124", OFFICE, since="decide", tall=360),
    # The reform office
    Scene("office-attention", "sample", f"/?{THEN}", OFFICE, tall=820),
    Scene("office-persons", "sample", "/review?part=persons", OFFICE, tall=900),
    Scene("office-exceptions", "sample", "/review?part=exceptions", OFFICE, tall=620),
    Scene("office-questions", "sample", "/questions?part=ask", OFFICE, tall=900),
    Scene("office-meeting", "sample", f"/meeting?{THEN}", OFFICE, tall=900),
    Scene("office-notices", "sample", "/notices", OFFICE, tall=760),
    # Who publishes
    Scene("publish-preview", "city", "/publish", OFFICE, tall=760),
    Scene("publish-form", "city", "/publish", OFFICE, since="publish_note", until="publish_editions"),
    Scene("publish-editions", "city", "/publish", OFFICE, since="publish_editions", tall=520),
    Scene("publish-revisions", "city", "/revisions", tall=620),
    Scene("publish-phone", "static", "index.html", width=375, tall=760),
    # Another government
    Scene("adopt-overview", "city", "/?as_of=2025-05-31", tall=820),
    # The README
    Scene("overview", "shipped", "/", tall=1130),
    Scene("bureaus", "sample", f"/bureau?{THEN}", tall=900),
    Scene("indicator", "sample", f"/indicator?code=paper_reduction_rate&{THEN}", tall=1000),
]
PICTURES = [f"{scene.name}.{code}.png" for scene in SCENES for code in LANGUAGES]
FILM = "film.{code}.webp"
