"""Signing out ends the sign-in everywhere; so do a role taken away and a page that is left."""

from __future__ import annotations

import json

import pytest
from itsdangerous import URLSafeTimedSerializer

from kpis.errors import NotAllowed
from kpis.languages import say
from kpis.reporting import people
from kpis.store import tables
from tests.small_government import AYA, DAI
from tests.web.conftest import Office
from tests.web.served import Instance
from tests.web.visitor import Visitor, becomes, refused

pytestmark = pytest.mark.server


def test_signing_out_ends_every_page_the_cookie_and_no_other_sign_in(office: Office) -> None:
    here, elsewhere = office.visitor("aya"), office.visitor("aya")
    replayed = Visitor(office.instance, dict(here.cookies))
    first, second, other = here.tab(), here.tab(), elsewhere.tab()
    for tab in (first, second, other):
        assert say("step_upload", "ja") in tab.run("submit")
    address = next(each.url for each in second.parts("download_button") if each.url)
    offer = next(each.deferred_file_id for each in second.parts("download_button") if each.deferred_file_id)
    assert here.ask(address).status == 200

    for elsewhere_on_the_web in ("cross-site", "same-site"):
        linked = here.ask("/auth/logout", **{"Sec-Fetch-Site": elsewhere_on_the_web})
        assert linked.status == 403 and not linked.headers.get("set-cookie"), "a link or a picture of another site"
    assert say("step_upload", "ja") in second.run("submit")
    answer = here.ask("/auth/logout", **{"Sec-Fetch-Site": "same-origin"})
    assert answer.status == 302 and "_streamlit_user" not in here.cookies
    assert say("sign_in_first", "ja")[:20] in second.wait(), "the other page shows nothing any more, unasked"
    assert say("step_upload", "ja") not in second.text
    assert say("step_upload", "ja") not in second.run("submit")
    assert second.deferred(offer).error_msg and refused(replayed.ask(address)) and refused(here.ask(address))
    assert refused(second.upload(visitor=replayed))
    again = replayed.tab()
    text = again.run("submit")
    assert say("step_upload", "ja") not in text and say("sign_in", "ja") in text
    assert refused(again.upload(visitor=replayed))

    assert say("step_upload", "ja") in other.run("submit"), "the sign-in elsewhere goes on"
    assert other.upload().status == 204
    (ended,) = [row for row in office.store.all_of(tables.EndedSignIn) if row["email"] == AYA]
    assert len(ended["sign_in_id"]) == 64, "kept where every process asks, and after a restart"
    assert [e["actor"] for e in office.store.all_of(tables.AuditEvent, action="signed_out") if e["actor"] == AYA] == [AYA]
    for tab in (first, second, other, again):
        tab.close()


def test_a_role_taken_away_closes_uploads_and_downloads_of_open_pages(office: Office) -> None:
    who = office.visitor("dai")
    tab = who.tab()
    tab.run("submit")
    offer = next(each.deferred_file_id for each in tab.parts("download_button") if each.deferred_file_id)
    address = tab.deferred(offer).deferred_file.url
    assert who.ask(address).status == 200 and tab.upload().status == 204
    log = office.instance.folder / "server.log"
    before = len(log.read_text("utf-8"))  # of other tests at the same office
    people.remove_person(office.store, actor=people.COMMAND_LINE, email=DAI)
    try:
        assert refused(who.ask(address)) and refused(tab.upload(file="f2"))
        assert tab.deferred(offer).error_msg == NotAllowed("role_not_permitted").in_language("ja"), (
            "why, where Streamlit says that it failed"
        )
        assert "Traceback" not in log.read_text("utf-8")[before:], "a refusal is no fault"
        assert say("step_upload", "ja") not in tab.run("submit")
    finally:
        people.add_person(office.store, actor=people.COMMAND_LINE, email=DAI, role="bureau_manager", bureau_code="DIGITAL")
    tab.close()


def test_a_file_goes_with_the_page_that_offered_it_and_its_address_tells_nothing(local: Instance) -> None:
    visitor = Visitor(local)
    one, two = visitor.tab(), visitor.tab()
    for tab in (one, two):
        tab.run("indicator", "code=electronic_decision_rate")
    first, second = (next(each.url for each in tab.parts("download_button") if each.url) for tab in (one, two))
    assert first != second and local.ask(first).body == local.ask(second).body
    assert local.ask(first).one("cache-control") == "private, no-store"
    one.close()
    becomes(lambda: local.ask(first).status == 404)
    assert local.ask(second).status == 200
    assert refused(local.ask("/media/" + "0" * 48 + ".csv"))
    two.close()


def test_a_cookie_of_another_instance_with_the_same_secret_does_nothing(office: Office) -> None:
    """At another port of the same host, where browsers send it too."""
    who = office.visitor("aya")
    signer = URLSafeTimedSerializer(office.instance.environment["COOKIE_SECRET"], salt="_streamlit_user")
    claims = json.loads(signer.loads(who.cookies["_streamlit_user"]))
    assert claims["origin"] == office.instance.origin
    elsewhere = {**claims, "origin": "http://127.0.0.1:1"}
    other = Visitor(office.instance, {**who.cookies, "_streamlit_user": signer.dumps(json.dumps(elsewhere))})
    tab, ended = who.tab(), len(office.store.all_of(tables.EndedSignIn))
    tab.run("submit")
    address = next(each.url for each in tab.parts("download_button") if each.url)
    assert refused(tab.upload(visitor=other)) and refused(other.ask(address))
    other.ask("/auth/logout")
    assert len(office.store.all_of(tables.EndedSignIn)) == ended
    assert say("step_upload", "ja") in tab.run("submit"), "the sign-in here goes on"
    tab.close()
