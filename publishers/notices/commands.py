"""The command that sends reminders of due days, run by a timer or by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from kpis.errors import FigureRefused, SettingsRefused
from kpis.reporting import outbox
from kpis.reporting.people import COMMAND_LINE
from kpis.settings import settings
from kpis.store.store import utc_now
from kpis.terminal import err, localised, out, own_store
from publishers.notices import rounds
from publishers.notices.smtp import NotTaken, mail, message_id, post

app = typer.Typer()


@app.command("notify")
def notify_command(
    shows: Annotated[bool, typer.Option("--show", help="Only say how many messages are in which state")] = False,
    put_aside: Annotated[bool, typer.Option("--put-aside", help="Keep all that waits from being sent, as after `restore`")] = False,
    trial: Annotated[str, typer.Option("--try", help="Send one mail to this address now, to see whether mail arrives")] = "",
) -> None:
    """Tell everybody concerned what is due and was not told yet: once, at the hours of the office. Safe to repeat, also at the same moment."""
    store, chosen = own_store(), settings()
    if trial:
        _try(trial)
        return
    if put_aside:
        out.print(localised("notices_put_aside", count=outbox.put_aside(store, actor=COMMAND_LINE)))
        return
    if not shows:
        if not chosen.smtp_host:
            err.print(localised("notices_without_mail"))
        done = rounds.go(store, chosen, clock=utc_now)
        out.print(localised("notices_round", put_in=done.put_in, sent=done.sent, put_off=done.put_off, failed=done.failed))
    counts = outbox.counts(store)
    for state, count in counts.items():
        out.print(f"  {localised(f'notice_is_{state}')}: {count}")
    if shows and not counts:
        out.print(localised("notices_none"))


def _try(address: str) -> None:
    """Send a test mail."""
    chosen, now = settings(), utc_now()
    if not chosen.smtp_host:
        raise SettingsRefused("notices_without_mail")
    try:
        name = message_id([int(now.timestamp())], chosen)
        made = mail(address, localised("notice_trial"), localised("notice_trial"), chosen=chosen, name=name, language="ja", now=now)
        with post(chosen) as mails:
            mails.hand_over(address, made)
    except (NotTaken, ValueError) as why:
        raise FigureRefused("notice_trial_failed", why=str(why)) from why
    out.print(localised("notice_trial_sent", address=address))
