"""The viewer of a run: selected on the page of a local instance, signed in through OpenID Connect in office mode.

The browser supplies only the identity. Roles are read from the database in each run, and again in each write.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextvars import ContextVar
from typing import Any, TypeVar

import streamlit as st

from kpis.as_text import markdown
from kpis.errors import NotAllowed
from kpis.reporting import people
from kpis.reporting.access import LOCAL_DOMAIN, Viewer
from kpis.reporting.people import viewer_of
from kpis.reporting.sign_in import is_ended, record_sign_in, sign_in_id, signed_in
from kpis.seen import doing, journal
from kpis.settings import settings
from pages.parts import address, cached, prose
from pages.parts.text import language, t
from pages.parts.titled import page_heading
from pages.parts.when import today

T = TypeVar("T")
_NOBODY = Viewer()
_viewer: ContextVar[Viewer] = ContextVar("viewer")
_CHOSEN = "viewer_email"
_SIGNED_IN = "signed_in_recorded"
_REFUSED = "refusals_recorded"


def settle_viewer() -> None:
    """Set the viewer of this run, and record a new sign-in."""
    mode, who = settings().mode, _NOBODY
    if mode == "local" and (email := str(st.session_state.get(_CHOSEN) or "")):
        who = cached.until_written("viewer", make=lambda: viewer_of(cached.store(), email), key=(email, today()))
    elif mode == "office" and st.user.is_logged_in:
        who = signed_in(cached.store(), dict(st.user))
    _viewer.set(who)
    doing.by(journal.person_id(who.email))
    if mode == "office" and st.user.is_logged_in:
        _record_sign_in(dict(st.user))


def _record_sign_in(claims: dict[str, Any]) -> None:
    """Record a sign-in in the audit trail, once per session."""
    sign_in = (sign_in_id(claims), bool(viewer().grants))
    if st.session_state.get(_SIGNED_IN) != sign_in and not is_ended(cached.store(), claims):
        record_sign_in(cached.store(), claims, is_let_in=sign_in[1])
        st.session_state[_SIGNED_IN] = sign_in


def viewer() -> Viewer:
    """Return the viewer of this run; one without e-mail and roles if nobody is selected or signed in."""
    return _viewer.get(_NOBODY)


def for_viewer(what: str, *, make: Callable[[], T], key: Hashable = ()) -> T:
    """Return what depends on reports and persons, cached per viewer, moment, day and language; made again after each write."""
    current = cached.moment()
    return cached.until_written(
        what, make=make, key=(viewer().email, today(), current.as_of, current.known_at, current.view, language(), key)
    )


def until_step(what: str, *, make: Callable[[], T], key: Hashable = ()) -> T:
    """As ``for_viewer``, for what changes with steps that raise no revision, such as those of questions: made again after each step."""
    return for_viewer(what, make=make, key=(cached.step(), key))


def is_let_in() -> bool:
    """Return True if the viewer may see any page: in office mode only persons who are signed in and have a role."""
    return settings().mode != "office" or bool(viewer().grants)


def gate() -> None:
    """In office mode, end the run for viewers who are not signed in or have no role, and offer to sign in or out."""
    if is_let_in():
        return
    page_heading(t("site"))
    if not st.user.is_logged_in or is_ended(cached.store(), dict(st.user)):
        prose.info(t("sign_in_first"), icon=":material/lock:")
        st.button(t("sign_in"), on_click=st.login, type="primary", icon=":material/login:")
        st.stop()
    email = viewer().email
    message = t("not_registered", email=email) if email else t("not_verified", hours=settings().session_hours)
    prose.error(message, icon=":material/lock:")
    st.button(t("sign_out"), on_click=st.logout, icon=":material/logout:", key="sign_out_gate")
    st.stop()


def refuse(needs: Sequence[str]) -> None:
    """Draw that the viewer may not use this page, and end the run; on a local instance, offer viewers who may.

    Args:
        needs: actions of ``kpis.reporting.access``, one of which is required.
    """
    record_page_refused()
    if settings().mode != "local":
        page_heading(t("not_for_you"))
        prose.error(t("ask_for_role"), icon=":material/lock:")
        st.stop()
    page_heading(t("not_for_you" if viewer().email else "act_as_whom"))
    prose.info(t("choose_viewer"), icon=":material/person:")
    for email in (people.LOCAL_MANAGER, people.LOCAL_OFFICE):
        if any(viewer_of(cached.store(), email).may(action) for action in needs):
            st.button(t("act_as", name=_local_label("", email)), on_click=_act_as, args=(email,), key=f"act_as_{email}")
    st.stop()


def _act_as(email: str) -> None:
    st.session_state[_CHOSEN] = email


def record_page_refused() -> None:
    """Record in the audit trail that a person was refused this page, once per session."""
    refused, recorded = (viewer().email, address.page_shown()), st.session_state.setdefault(_REFUSED, set())
    if viewer().email and refused not in recorded:
        people.record_refusal(cached.store(), viewer().email, "open_page", refused[1], NotAllowed("role_not_permitted"))
        recorded.add(refused)


def who() -> str:
    """Return the viewer's name for the view line: of a local person the name, else the e-mail; "" if nobody."""
    if settings().mode != "local":
        return viewer().email
    return next((_local_label(p.name, p.email) for p in cached.local_persons() if p.email == viewer().email), viewer().email)


def viewer_choice() -> None:
    """Draw the viewer: a selection on a local instance; e-mail, roles and sign-out in office mode."""
    mode = settings().mode
    if mode == "local":
        listed = {p.email: p for p in cached.local_persons()}
        address.set_widget(_CHOSEN, viewer().email if viewer().email in listed else "")
        st.selectbox(
            t("viewer"),
            ["", *listed],
            format_func=lambda email: _local_label(listed[email].name, email) if email else t("reader"),
            key=_CHOSEN,
        )
    elif mode == "office" and viewer().email:
        with st.container(gap="xsmall"):
            roles = dict.fromkeys(t(f"role_{grant.role}") for grant in viewer().grants)
            prose.caption(" ・ ".join([f":material/person: {markdown(viewer().email)}", *roles]))
            if viewer().grants:
                st.button(t("sign_out"), on_click=st.logout, icon=":material/logout:", key="sign_out")


def person_name(person: people.Person) -> str:
    """Return a person's name; for those created by a local instance, in the viewer's language."""
    return _local_label("", person.email) if person.email.endswith(LOCAL_DOMAIN) else person.name


def _local_label(name: str, email: str) -> str:
    return t("local_" + email.partition("@")[0]) if email.endswith(LOCAL_DOMAIN) else f"{name} {email}".strip()
