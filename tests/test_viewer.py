"""What a provider says is believed only where it vouches for the e-mail, and only for so long."""

from __future__ import annotations

import pytest

from pages.parts.viewer import verified_email

NOW = 1_700_000_000.0
CLAIMS = {"email": "Anna@General.example.jp", "email_verified": True, "iat": NOW - 60}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "anna@general.example.jp"),
        ({"email_verified": "true"}, "anna@general.example.jp"),
        ({"email_verified": False}, ""),
        ({"email_verified": "false"}, ""),
        ({"email_verified": None}, ""),
        ({"email_verified": 1}, ""),
        ({"email_verified": "yes"}, ""),
        ({"email": None}, ""),
        ({"email": "office@local.invalid"}, ""),
        ({"iat": NOW - 13 * 3600}, ""),
        ({"iat": None}, ""),
        ({"iat": "yesterday"}, ""),
    ],
)
def test_an_email_counts_only_where_the_provider_vouches_for_it(changed: dict[str, object], expected: str) -> None:
    assert verified_email({**CLAIMS, **changed}, now=NOW) == expected


def test_no_claims_are_nobody() -> None:
    assert verified_email({}, now=NOW) == ""
    assert verified_email({"email": "a@example.jp", "iat": NOW}, now=NOW) == "", "the claim itself must be there"
