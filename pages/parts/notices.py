"""Notifications: personal settings, the outbox with the state of every message, and team channels."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from kpis.as_text import markdown
from kpis.languages import codes, own_name
from kpis.reporting import choices
from kpis.reporting import outbox as messages
from kpis.reporting.access import LOCAL_DOMAIN
from kpis.reporting_vocabulary import HowOften, NoticeState, WebhookKind
from kpis.settings import settings
from kpis.store.store import Store
from pages.parts import cached, prose
from pages.parts.choices import choose
from pages.parts.data_table import data_table
from pages.parts.reported import instant, reporting_names
from pages.parts.steps import form_key, pick, take
from pages.parts.text import escaped_labels, language, t
from pages.parts.titled import page_heading, section_heading
from pages.parts.viewer import until_step
from publishers.notices.hooks import looked_over
from publishers.notices.wording import page_address, subject_of

_OPENS = "calendar_secret"  # shown once, in the session that created it


def mine(store: Store, *, actor: str) -> None:
    """Draw a person's notification settings (occasions, frequency, language), and their secret calendar address."""
    page_heading(t("notices_mine_title"))
    choices_made = until_step("choices of notices", make=lambda: choices.chosen_by(store, actor))
    lead = "notices_mine_local" if actor.endswith(LOCAL_DOMAIN) else "notices_mine_lead"
    prose.markdown(t(lead, email=markdown(actor), hours=settings().notice_hours))
    if not settings().smtp_host:
        prose.info(t("notices_no_mail"), icon=":material/mail_off:")
    with st.form("notices_mine"):
        spoken = st.selectbox(
            t("notice_language"),
            codes(),
            index=codes().index(choices_made.language),
            format_func=own_name,
            width=280,
            key="notice_language",
        )
        left, right = st.columns(2, gap="medium")
        chosen = {}
        for number, (occasion, how) in enumerate(choices_made.how_often.items()):
            with left if number % 2 == 0 else right:
                chosen[occasion] = st.radio(
                    t(f"occasion_{occasion}"), HowOften.values(), index=HowOften.values().index(how), horizontal=True,
                    format_func=escaped_labels(lambda which: t(f"how_often_{which}")), key=f"notice_{occasion}",
                )  # fmt: skip
        if st.form_submit_button(t("notices_keep"), type="primary", icon=":material/save:"):
            take(lambda: choices.choose(store, actor=actor, language=spoken, how_often=chosen), t("notices_kept"))
    _calendar(store, actor=actor, is_made=choices_made.has_calendar)


def _calendar(store: Store, *, actor: str, is_made: bool) -> None:
    section_heading(t("calendar_mine"))
    prose.markdown(t("calendar_lead"))
    if secret := st.session_state.pop(_OPENS, ""):
        prose.success(t("calendar_here"), icon=":material/key:")
        address = page_address("calendar.ics", language(), settings()).partition("?")[0]
        st.code(f"{address}?{urlencode({'key': secret})}", language=None, wrap_lines=True)
    with st.container(horizontal=True):
        if st.button(
            t("calendar_make_again" if is_made else "calendar_make"), icon=":material/calendar_add_on:", key="calendar_make"
        ):
            take(lambda: st.session_state.update({_OPENS: choices.new_calendar(store, actor=actor)}))
            st.rerun()
        if is_made and st.button(t("calendar_end"), icon=":material/event_busy:", key="calendar_end"):
            take(lambda: choices.no_calendar(store, actor=actor), t("calendar_ended"))


def outbox(store: Store, *, actor: str) -> None:
    """Draw the counts of sent and unsent messages, the list of them, one row each, and a form to send one again."""
    by_state = messages.counts(store)
    not_sent = sum(by_state.get(state, 0) for state in messages.NOT_SENT)
    waiting = sum(by_state.get(state, 0) for state in messages.OPEN)
    page_heading(t("outbox_title", not_sent=not_sent, waiting=waiting, sent=by_state.get("sent", 0)))
    prose.markdown(t("outbox_lead", tries=len(messages.PAUSES)))
    if not by_state:
        prose.caption(t("outbox_none"))
        return
    if not settings().smtp_host:
        prose.info(t("notices_no_mail"), icon=":material/mail_off:")
    states = dict.fromkeys((*messages.NOT_SENT, *NoticeState.values()))
    options = {"": t("outbox_every"), **{s: f"{t(f'notice_is_{s}')} {by_state[s]}" for s in states if s in by_state}}
    state = choose("state", list(options), t("outbox_state"), options.__getitem__)
    listed = messages.lines(store, viewer=actor, states=[state] if state else [])
    about = {notice.id: subject_of(notice.occasion, notice.facts, language(), cached.moment()) for notice in listed}
    names = {f"webhook {notice.id}": notice.name for notice in choices.channels(store, viewer=actor)}
    rows = [
        {
            t("number"): notice.id, t("outbox_state"): t(f"notice_is_{notice.state}"), t("outbox_about"): about[notice.id],
            t("outbox_reader"): names.get(notice.reader, notice.reader.removeprefix("person ")), t("outbox_error"): _why(notice.last_error),
            t("outbox_attempts"): notice.attempts, t("when"): instant(notice.created_at),
            t("outbox_next"): instant(notice.next_try_at) if notice.state == NoticeState.WAITING else instant(notice.settled_at),
        }
        for notice in listed
    ]  # fmt: skip
    data_table(rows)
    again = {notice.id: f"{notice.id} {about[notice.id]} {names.get(notice.reader, notice.reader.removeprefix('person '))}"
             for notice in listed if notice.state in messages.NOT_SENT}  # fmt: skip
    if again:
        with st.form(key := form_key("send_again")):
            number = pick(t("outbox_again_pick"), again, key=f"number_{key}")
            pressed = st.form_submit_button(t("outbox_again"), icon=":material/forward_to_inbox:", key=f"now_{key}")
            if pressed and number is not None:
                done = t("outbox_again_done", number=number)
                take(lambda: messages.send_again(store, number, actor=actor), done, form="send_again")


def _why(error: str) -> str:
    return t(f"notice_error_{error}") if error in ("sender_ended", "put_aside") else error


def channels(store: Store, *, actor: str) -> None:
    """Draw the list of team channels (webhooks), with forms to add and to end one; addresses are never shown."""
    page_heading(t("channels_title"))
    prose.markdown(t("channels_lead"))
    listed = choices.channels(store, viewer=actor)
    names = reporting_names()
    rows = [
        {
            t("channel_name"): channel.name, t("channel_kind"): t(f"channel_{channel.kind}"),
            t("bureau"): names.get(channel.bureau_code or "", channel.bureau_code or t("channel_whole")),
            t("notice_language"): own_name(channel.language),
            t("channel_reach"): t("channel_reach_internal" if channel.is_internal else "channel_reach_public"),
            t("state"): t("channel_is_active" if channel.is_active else "channel_is_ended"), t("who"): channel.set_by,
            t("when"): instant(channel.set_at),
        }
        for channel in listed
    ]  # fmt: skip
    data_table(rows, empty=t("channels_none"))
    left, right = st.columns(2, gap="medium")
    with left, st.form(key := form_key("add_channel")):
        section_heading(t("channel_add"))
        kind = st.selectbox(
            t("channel_kind"), WebhookKind.values(), format_func=lambda channel: t(f"channel_{channel}"), key=f"kind_{key}"
        )
        name = st.text_input(t("channel_name"), key=f"name_{key}")
        address = st.text_input(t("channel_address"), type="password", autocomplete="off", key=f"address_{key}")
        bureau = st.selectbox(
            t("bureau"), [None, *names], format_func=lambda code: names[code] if code else t("channel_whole"), key=f"bureau_{key}"
        )
        spoken = st.selectbox(t("notice_language"), codes(), format_func=own_name, key=f"language_{key}")
        is_internal = st.checkbox(t("channel_is_internal"), key=f"internal_{key}")
        if st.form_submit_button(t("channel_add"), type="primary", icon=":material/add_comment:", key=f"now_{key}"):
            take(
                lambda: choices.add_channel(
                    store,
                    choices.NewChannel(
                        kind=kind, name=name, address=looked_over(kind, address), language=spoken, bureau_code=bureau, is_internal=is_internal
                    ),
                    actor=actor,
                ),
                t("channel_added"), form="add_channel",
            )  # fmt: skip
    active = {channel.id: channel.name for channel in listed if channel.is_active}
    if active:
        with right, st.form(key := form_key("end_channel")):
            section_heading(t("channel_end"))
            number = pick(t("channel_name"), active, key=f"number_{key}")
            pressed = st.form_submit_button(t("channel_end"), icon=":material/comments_disabled:", key=f"now_{key}")
            if pressed and number is not None:
                take(lambda: choices.end_channel(store, number, actor=actor), t("channel_ended"), form="end_channel")
