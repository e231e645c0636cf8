"""Values that no widget of a page could have sent are as if they had not been: the page is shown, and nothing is a fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from kpis.languages import say
from tests.web.served import Instance
from tests.web.visitor import Tab, Visitor

pytestmark = pytest.mark.server

WRONG: dict[str, Callable[[WidgetState], object]] = {
    "true": lambda given: setattr(given, "bool_value", True),
    "pressed": lambda given: setattr(given, "trigger_value", True),
    "a number that is none": lambda given: setattr(given, "double_value", float("nan")),
    "JSON cut short": lambda given: setattr(given, "json_value", "{"),
    "numbers for words": lambda given: setattr(given, "json_value", "[1]"),
    "a list": lambda given: given.string_array_value.data.append("zz"),
    "places in a list": lambda given: given.int_array_value.data.append(10**6),
    "a file": lambda given: given.file_uploader_state_value.uploaded_file_info.add(file_id="../x", size=2**62),
    "a word once": lambda given: setattr(given.string_trigger_value, "data", "x"),
    "bytes": lambda given: setattr(given, "bytes_value", b"\xff"),
}


def widgets(tab: Tab) -> list[str]:
    """Return the names of the widgets that are shown, but of buttons: those are pressed."""
    parts = [(each.WhichOneof("type"), getattr(each, each.WhichOneof("type"))) for each in tab.shown]
    return [part.id for kind, part in parts if kind != "button" and isinstance(getattr(part, "id", None), str) and part.id]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_value_that_no_widget_could_have_sent_is_as_if_not_given(local: Instance, wrong: str, is_first: bool) -> None:
    """In the first word on a line, when no widget is known yet, and after all are."""
    tab = Visitor(local).tab()
    shown = tab.run("indicator", "code=electronic_decision_rate")
    names = widgets(tab)
    assert len(names) > 5
    if is_first:
        tab.close()
        tab = Visitor(local).tab()
        tab._page = ("indicator", "code=electronic_decision_rate")
    asked = tab.asked()
    for name in [*names, "viewer_email", "of no widget"]:
        WRONG[wrong](asked.rerun_script.widget_states.widgets.add(id=name))
    tab.say(asked)
    again = tab.wait()
    tab.close()
    assert say("page_failed", "ja") not in again and "電子決定率" in shown and "電子決定率" in again
    assert "Uncaught app execution" not in (local.folder / "server.log").read_text("utf-8")
