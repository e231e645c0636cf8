"""A page that fails: our own sentence in the reader's language, nothing of what went wrong inside, and nobody outside asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.NewSession_pb2 import Config

from kpis.languages import say
from tests.bench.viewer import served
from tests.web.served import Instance
from tests.web.visitor import Visitor

pytestmark = pytest.mark.server


def test_a_page_that_fails_says_so_in_the_language_of_its_reader(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database at all" * 1000)
    with served("server:app", DATABASE_URL=f"sqlite:///{tmp_path / 'broken.db'}", MIERUKA_MODE="local") as port:
        for language in ("ja", "en"):
            tab = Visitor(Instance(port, tmp_path)).tab()
            text = tab.run("about", f"lang={language}")
            assert say("page_failed", language) in text
            assert say("refused_fault", language) in text and say("refused_first", language) in text, "a heading, and a way on"
            assert [button.label for button in tab.parts("button")] == [say("refused_again", language)]
            number = re.search(say("run_number", language, number="([0-9a-f]{12})"), text)
            assert number, "to be quoted"
            assert {"ja": "データベースではありません", "en": "is not a database"}[language] in text, "what happened is said"
            assert (
                "Traceback" not in text and "DatabaseError" not in text and "broken.db" not in text and tab.parts("exception") == []
            )
            tab.close()


def test_no_page_offers_to_ask_somebody_outside(local: Instance) -> None:
    tab = Visitor(local).tab()
    asked = BackMsg()
    asked.rerun_script.page_name = "about"
    tab.say(asked)
    while (message := tab.hear()).WhichOneof("type") != "new_session":
        pass
    assert message.new_session.config.show_error_links == Config.SHOW_ERROR_LINKS_FALSE
    tab.close()
