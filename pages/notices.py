"""The page of notifications: which ones a person receives and how often; for the office also the outbox and the channels."""

from __future__ import annotations

from pages.parts.entry import enter
from pages.parts.notices import channels, mine, outbox
from pages.parts.steps import show_view
from pages.parts.text import t

enter("choose_notices")

show_view(
    t("notices_view"),
    {"mine": ("choose_notices", mine), "outbox": ("manage_notices", outbox), "channels": ("manage_notices", channels)},
)
