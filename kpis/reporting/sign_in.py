"""Signed-in persons, from the identity provider's claims, until the sign-in is ended."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, timedelta
from math import isfinite
from typing import Any

from sqlalchemy import delete, select

from kpis.reporting import people
from kpis.reporting.access import LOCAL_DOMAIN, Viewer
from kpis.reporting.people import NOBODY, account_key, record, unverified, viewer_of
from kpis.settings import settings
from kpis.store import tables
from kpis.store.fields import table_of
from kpis.store.store import Store, utc_now

_TELLING = ("iss", "sub", "aud", "email", "iat", "exp", "auth_time", "nonce", "sid", "jti")  # claims that distinguish sign-ins
KEPT_DAYS = 40  # longer than any cookie: SESSION_HOURS ends at 30 days


def verified_email(claims: Mapping[str, Any], *, now: float) -> str:
    """Return the e-mail verified by a provider, or blank.

    The signature of the token was checked on receipt. Checked here: the provider marks the e-mail as
    verified, and the sign-in is not older than ``SESSION_HOURS`` (Streamlit's own cookie would last thirty days).

    Args:
        claims: of the ID token.
        now: seconds since 1970.
    """
    signed_in_at = claims.get("iat")
    if not isinstance(signed_in_at, (int, float)) or not now - signed_in_at <= settings().session_hours * 3600:
        return ""
    return _vouched(claims)


def _vouched(claims: Mapping[str, Any]) -> str:
    """Return the e-mail that the provider marks as verified, however long ago; blank where it does not."""
    # Microsoft sends true as a text in some tokens; anything else counts as false.
    if str(claims.get("email_verified")).lower() != "true":
        return ""
    email = claimed_email(claims)
    return "" if email.endswith(LOCAL_DOMAIN) or not email.isprintable() else email


def claimed_email(claims: Mapping[str, Any]) -> str:
    """Return the e-mail of the claims, which anybody may have written where the provider does not mark it as verified."""
    return account_key(str(claims.get("email") or ""))


def sign_in_id(claims: Mapping[str, Any]) -> str:
    """Return an id that distinguishes each sign-in, even of the same person, and does not reveal the claims."""
    return hashlib.sha256(json.dumps([claims.get(name) for name in _TELLING], sort_keys=True, default=str).encode()).hexdigest()


def end_sign_in(store: Store, claims: Mapping[str, Any]) -> None:
    """Record that a sign-in has ended: its cookie is refused from now on, by every process and after every restart."""
    ended, email, now = table_of(tables.EndedSignIn), _vouched(claims), utc_now()
    with store.writing(is_figures=False, any_clock=True) as session:
        session.execute(delete(ended).where(ended.c.ended_at < now - timedelta(days=KEPT_DAYS)))
        if session.get(tables.EndedSignIn, sign_in_id(claims)) is None:
            session.add(tables.EndedSignIn(sign_in_id=sign_in_id(claims), email=email, ended_at=now))
            record(session, email or NOBODY, "signed_out", email, detail="" if email else unverified(claimed_email(claims)))


def is_ended(store: Store, claims: Mapping[str, Any]) -> bool:
    """Return whether a sign-in was ended by signing out."""
    ended = table_of(tables.EndedSignIn)
    with store.reading() as session:
        return session.execute(select(ended.c.ended_at).where(ended.c.sign_in_id == sign_in_id(claims))).first() is not None


def record_sign_in(store: Store, claims: Mapping[str, Any], *, is_let_in: bool) -> None:
    """Record a sign-in in the audit trail: under its e-mail only where that is verified, else with it as what was claimed."""
    at = claims.get("iat")
    people.signed_in(
        store, _vouched(claims), signed_in_at=int(at) if isinstance(at, (int, float)) and isfinite(at) else 0, is_let_in=is_let_in,
        claimed=claimed_email(claims),
    )  # fmt: skip


def signed_in(store: Store, claims: Mapping[str, Any]) -> Viewer:
    """Return the person signed in by these claims, with their present roles; anonymous where the sign-in is no longer valid."""
    email = verified_email(claims, now=utc_now().replace(tzinfo=UTC).timestamp())
    return viewer_of(store, email) if email and not is_ended(store, claims) else Viewer()
