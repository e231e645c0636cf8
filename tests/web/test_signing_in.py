"""Whoever signs in comes back to the page that asked for it."""

from __future__ import annotations

import base64
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tests.web.conftest import Office
from tests.web.visitor import NoRedirect, Visitor

pytestmark = pytest.mark.server
PAGE = "/submit?lang=en&bureau=GENERAL&period=FY2022-Q3"


def led_to(visitor: Visitor, *, subject: str, referer: str, noted: str = "") -> str:
    """Sign in from a page; return where the app leads after it."""
    tab = visitor.tab()
    tab.run("submit")
    login = tab.press("サインイン")
    tab.close()
    to_provider = visitor.ask(login, Referer=referer, **{"X-Forwarded-For": f"192.0.2.{len(referer + noted)}"}).one("location")
    if noted:
        visitor.cookies["mieruka_from"] = base64.urlsafe_b64encode(noted.encode()).decode()
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(NoRedirect).open(to_provider, urllib.parse.urlencode({"sub": subject}).encode(), timeout=60)
    back = visitor.ask(answer.value.headers["location"].removeprefix(visitor.origin))
    assert "_streamlit_user" in visitor.cookies and "mieruka_from" not in visitor.cookies
    return back.one("location")


def test_signing_in_leads_back_to_the_page_with_its_language_bureau_and_period(office: Office) -> None:
    assert led_to(office.visitor(), subject="anna", referer=office.instance.origin + PAGE) == PAGE


@pytest.mark.parametrize("referer", ["https://elsewhere.example/submit?lang=en", ""])
def test_a_page_of_another_host_is_not_led_to(office: Office, referer: str) -> None:
    assert led_to(office.visitor(), subject="anna", referer=referer) == "/"


@pytest.mark.parametrize(
    "noted", ["//elsewhere.example/", "/\\elsewhere.example/", "https://elsewhere.example/", "/a\r\nSet-Cookie: x=y"]
)
def test_a_forged_note_leads_nowhere_else(office: Office, noted: str) -> None:
    visitor = office.visitor()
    assert led_to(visitor, subject="anna", referer=office.instance.origin + PAGE, noted=noted) == "/"
