"""Logging of page runs: each run has a number, shown if the page fails, and a line in the log when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.runtime.scriptrunner import RerunException, StopException

from kpis.seen import counts, doing, journal


@contextmanager
def logged() -> Iterator[None]:
    """Log the run in this block when it ends, with page, duration and how it ended (``shown``, ``asked anew``, ``failed``)."""
    run = doing.begun("page")
    end = "failed"
    try:
        yield
        end = "shown"
    except StopException:  # the page ended early by ``st.stop``
        end = "shown"
        raise
    except RerunException:  # a newer request replaced this run
        end = "asked anew"
        raise
    finally:
        page = run.what
        counts.RUNS.labels(page, end).observe(run.seconds())
        journal.ended("page run", run, slow=run.seconds(), page=page, end=end)


def set_page(page: str) -> None:
    """Record which page runs, as soon as it is known."""
    if (run := doing.now()) is not None:
        run.what = page
