"""The ASGI app around the dashboard: checks on every request, then health, the open API, editions, and the pages."""

from __future__ import annotations

import logging

from kpis.memory import NEEDED_TO_SERVE, enough

with enough(NEEDED_TO_SERVE):
    from api.base import Below, Outside
    from api.doors import Doors
    from api.headers import PageHeaders
    from api.hosts import Hosts
    from api.listening import serve
    from api.placed import own_routes
    from api.rates import Rates
    from api.seen import Seen, failed
    from api.warm import warmed
    from kpis.errors import MierukaError
    from kpis.seen import journal
    from kpis.settings import ROOT, settings
    from kpis.terminal import end, outlive_readers, refuse_missing
    from pages.parts.failure import show_failure
    from publishers.notices.rounds import by_server
    from web.app import App
    from web.lines import through_the_log
    from web.places import Nowhere


try:  # under another ASGI server too
    refuse_missing()
except MierukaError as refused:
    end(refused)
dashboard = App(
    ROOT / "dashboard.py",
    routes=[*own_routes, Nowhere(settings().base_path, own_routes)],
    secrets={"auth": settings().sign_in} if settings().sign_in else None,
    lifespan=warmed,
    on_script_error=show_failure,
    exception_handlers={Exception: failed},
)
# Middleware, outermost first; it wraps the whole app, so that error and refusal responses carry the common headers too.
app = Seen(
    Below(
        settings().base_path,
        PageHeaders(Hosts(Doors(Rates(dashboard.gated())))),
        outside=PageHeaders(Hosts(Outside(settings().base_path))),
    )
)
through_the_log()
if not logging.getLogger().handlers:  # the app may run under another ASGI server; its log is set up all the same
    journal.begin(serves=True)

if __name__ == "__main__":
    outlive_readers()
    with by_server():
        serve(app)
