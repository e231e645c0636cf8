"""What was wrong with a file, as the page says it."""

from __future__ import annotations

from typing import Any

import pytest

from kpis.message import Message
from loaders.files.problems import Problem
from pages.parts import problems, prose


def test_a_problem_of_a_whole_file_has_no_empty_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stood as four stars, which is how bold without a letter is shown."""
    drawn: list[str] = []

    def keep(text: str, **_: Any) -> None:
        drawn.append(text)

    monkeypatch.setattr(prose, "markdown", keep)
    monkeypatch.setattr(problems, "data_table", lambda *_: None)
    monkeypatch.setattr(problems, "save_button", lambda *_, **__: None)
    whole = Problem("file", "0 bytes", Message("xlsx"), Message("remedy_empty_file"))
    problems.problem_list(
        [whole, Problem("number", "many", Message("xlsx"), Message("remedy_empty_file"), sheet="S", cell="G3")], key="x"
    )
    assert "****" not in "".join(drawn) and any("**G3** " in text for text in drawn)
