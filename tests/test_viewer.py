"""What a provider says is believed only where it vouches for the e-mail, and only for so long."""

from __future__ import annotations

import time

import pytest

from kpis.errors import FigureRefused, NotFound
from kpis.reporting import people
from kpis.reporting.sign_in import end_sign_in, record_sign_in, signed_in, verified_email
from kpis.store import tables
from kpis.store.store import Store

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
        ({"iat": float("nan")}, ""),
    ],
)
def test_an_email_counts_only_where_the_provider_vouches_for_it(changed: dict[str, object], expected: str) -> None:
    assert verified_email({**CLAIMS, **changed}, now=NOW) == expected


@pytest.mark.parametrize("verified", [False, None, "false"])
def test_the_trail_names_nobody_whose_email_is_not_verified(reporting: Store, verified: object) -> None:
    """A provider that lets anybody write an e-mail would put another's name before a line of the trail."""
    claims = {**CLAIMS, "email_verified": verified, "email": " ANNA@general.example.jp\x00\n" + "x" * 600}
    for _ in range(2):
        record_sign_in(reporting, claims, is_let_in=False)
    end_sign_in(reporting, claims)
    lines = [line for line in reporting.all_of(tables.AuditEvent) if line["action"] in ("sign_in_refused", "signed_out")]
    assert [(line["actor"], line["subject"], line["action"]) for line in lines] == [
        ("system", "", "sign_in_refused"),
        ("system", "", "signed_out"),
    ]
    assert lines[0]["detail"].startswith(f"{int(NOW) - 60} anna@general.example.jp") and len(lines[0]["detail"]) <= 500
    assert lines[1]["detail"].startswith("anna@general.example.jp") and "\x00" not in lines[0]["detail"] + lines[1]["detail"]


@pytest.mark.parametrize("at", [NOW, None, "yesterday", float("nan"), float("inf")])
def test_a_verified_sign_in_is_recorded_under_its_email_whenever_it_was(reporting: Store, at: object) -> None:
    record_sign_in(reporting, {**CLAIMS, "iat": at}, is_let_in=False)
    end_sign_in(reporting, {**CLAIMS, "iat": at})
    lines = [line for line in reporting.all_of(tables.AuditEvent) if line["action"] in ("sign_in_refused", "signed_out")]
    assert {(line["actor"], line["subject"]) for line in lines} == {("anna@general.example.jp",) * 2} and len(lines) == 2


def test_no_claims_are_nobody() -> None:
    assert verified_email({}, now=NOW) == ""
    assert verified_email({"email": "a@example.jp", "iat": NOW}, now=NOW) == "", "the claim itself must be there"


@pytest.mark.parametrize(
    "look_alike",
    ["\N{KELVIN SIGN}en@city.example.jp", "\N{FULLWIDTH LATIN SMALL LETTER K}en@city.example.jp",
     "\N{CYRILLIC SMALL LETTER KA}en@city.example.jp", "k\N{CYRILLIC SMALL LETTER IE}n@city.example.jp", "ken@c\N{LATIN SMALL LETTER DOTLESS I}ty.example.jp",
     "ken\N{ZERO WIDTH SPACE}@city.example.jp"],
)  # fmt: skip
def test_an_address_that_only_looks_like_an_account_is_nobody(reporting: Store, look_alike: str) -> None:
    people.add_person(reporting, actor=people.COMMAND_LINE, email="KEN@City.example.jp", role="administrator")
    assert people.viewer_of(reporting, " Ken@city.example.jp ").grants, "the account itself, however its letters are written"
    claimed = verified_email({**CLAIMS, "email": look_alike}, now=NOW)
    assert people.viewer_of(reporting, claimed).grants == ()
    with pytest.raises(FigureRefused, match="look like"):
        people.add_person(reporting, actor=people.COMMAND_LINE, email=look_alike, role="administrator")
    with pytest.raises(NotFound):
        people.remove_person(reporting, actor=people.COMMAND_LINE, email=look_alike)


@pytest.mark.skipif(
    not hasattr(time, "tzset"),
    reason="Windowsではタイムゾーンを変えられません / the zone of a process cannot be changed on Windows",
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_a_sign_in_lasts_as_long_wherever_the_clock_stands(reporting: Store, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    people.add_person(reporting, actor=people.COMMAND_LINE, email="anna@general.example.jp", role="administrator")
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for hours, may in ((1, True), (11, True), (13, False), (20, False)):
            assert bool(signed_in(reporting, {**CLAIMS, "iat": time.time() - hours * 3600}).grants) is may
    finally:
        monkeypatch.undo()
        time.tzset()
