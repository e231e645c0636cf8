"""Who has signed in, by what the identity provider vouches for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kpis.reporting.access import LOCAL_DOMAIN
from kpis.reporting.people import account_key
from kpis.settings import settings


def verified_email(claims: Mapping[str, Any], *, now: float) -> str:
    """Return the e-mail that a provider vouches for, or a blank.

    The signature of the token was checked when it came. What is checked here: the provider says that the e-mail is
    verified, and the sign-in is not older than ``SESSION_HOURS`` (Streamlit's own cookie would last thirty days).

    Args:
        claims: of the ID token.
        now: seconds since 1970.
    """
    # Microsoft writes true as a text in some tokens; anything else is no.
    if str(claims.get("email_verified")).lower() != "true":
        return ""
    signed_in_at = claims.get("iat")
    if not isinstance(signed_in_at, (int, float)) or not now - signed_in_at <= settings().session_hours * 3600:
        return ""
    email = account_key(str(claims.get("email") or ""))
    return "" if email.endswith(LOCAL_DOMAIN) else email
