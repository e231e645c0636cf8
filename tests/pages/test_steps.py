"""A run that draws on after a step that others overtook: it shows what they left, not what it began with."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from kpis.settings import settings
from kpis.store.store import Store


@pytest.mark.parametrize("end", ["refused", "not written"])
def test_a_run_looks_again_at_what_is_stored_when_its_step_did_not_count(
    store: Store, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", store.url)
    settings.cache_clear()

    def page(end: str) -> None:
        import streamlit as st  # the page is a text of its own to Streamlit

        from kpis.errors import StepRefused
        from kpis.reporting.people import COMMAND_LINE, add_person
        from pages.parts import cached, steps
        from pages.parts.text import settle_language

        settle_language("en")
        cached.settle_revision()
        before = cached.stored(), cached.step()

        def overtaken() -> None:
            add_person(cached.store(), actor=COMMAND_LINE, email="another@example.jp", role="reform_office")
            if end == "refused":
                raise StepRefused("period_not_in_calendar", period="FY2022")

        steps.take(overtaken, is_written=lambda _: False)
        st.text(" ".join(str(a != b) for a, b in zip(before, (cached.stored(), cached.step()), strict=True)))

    try:
        seen = AppTest.from_function(page, args=(end,)).run()
        assert not seen.exception and [text.value for text in seen.text] == ["True True"]
    finally:
        settings.cache_clear()
