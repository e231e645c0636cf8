"""The page of notifications: which ones a person receives and how often; for the office also the outbox and the channels."""

from __future__ import annotations

from pages.parts import cached, steps
from pages.parts.choices import choose_part
from pages.parts.entry import enter
from pages.parts.notices import channels, mine, outbox
from pages.parts.text import t
from pages.parts.viewer import viewer

enter("choose_notices")

store, me = cached.store(), viewer()
VIEWS = {"mine": "choose_notices", "outbox": "manage_notices", "channels": "manage_notices"}
offered = [name for name, action in VIEWS.items() if me.may(action)]
shown = choose_part("part", offered, t("notices_view"), lambda v: t(f"part_{v}"), is_label_shown=False)
steps.show_result()
if shown == "mine":
    mine(store, actor=me.email)
elif shown == "outbox":
    outbox(store, actor=me.email)
else:
    channels(store, actor=me.email)
