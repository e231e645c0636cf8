"""Each chart of a page is made as a file when it is asked for, long after the run that showed it."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from kpis.languages import say
from kpis.reporting import people
from tests.small_government import AYA
from tests.web.conftest import Office

pytestmark = pytest.mark.server


def test_every_chart_of_a_page_can_be_taken_away(office: Office) -> None:
    who, held = office.visitor("office"), 0
    for page, query in (("bureau", "lang=en"), ("facilities", "lang=en"), ("procedures", "lang=en")):
        tab = who.tab()
        tab.run(page, query)
        assert not [each for each in tab.parts("download_button") if "taken_" in each.id], "nothing is sent before it is opened"
        charts = len([each for each in tab.parts("plotly_chart") if "wide_" not in each.id])
        assert len([each for each in tab.popovers if "taken_" in each]) == charts, page
        tab.open_all()
        offered = [each for each in tab.parts("download_button") if "taken_svg_" in each.id]
        assert len(offered) == charts, page
        for each in offered:
            made = tab.deferred(each.deferred_file_id)
            assert made.deferred_file.url, (page, made.error_msg)
            answer = who.ask(made.deferred_file.url)
            root = ET.fromstring(answer.body.decode())
            assert say("taken_inside", "en") in (root.get("aria-label") or ""), "an office shows what is not published"
            held += 1
        tab.close()
    assert held >= 2


def test_a_file_that_was_offered_is_gone_once_other_roles_are_held_until_its_page_runs_again(office: Office) -> None:
    who = office.visitor("aya")
    tab = who.tab()

    def offered() -> int:
        address = next(each.url for each in tab.parts("download_button") if each.url and each.label == say("csv", "ja"))
        return who.ask(address).status

    tab.run("submit")
    assert offered() == 200
    role = {"actor": people.COMMAND_LINE, "email": AYA, "role": "bureau_manager", "bureau_code": "DIGITAL"}
    people.add_person(office.store, **role)
    assert offered() == 404
    tab.run("submit")
    assert offered() == 200
    people.remove_person(office.store, **role)
    assert offered() == 404
    tab.close()


def test_a_file_is_of_whoever_it_was_offered_to_and_of_no_colleague_with_the_same_roles(office: Office) -> None:
    aya, anna = office.visitor("aya"), office.visitor("anna")
    tab = aya.tab()
    tab.run("submit")
    address = next(each.url for each in tab.parts("download_button") if each.url and each.label == say("csv", "ja"))
    assert (aya.ask(address).status, anna.ask(address).status) == (200, 404)
    tab.close()
