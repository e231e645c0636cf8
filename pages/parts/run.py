"""One run of a page, noted: it has a number, which is shown where the page fails, and a line of the log when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.runtime.scriptrunner import RerunException, StopException

from kpis.seen import counts, doing, journal


@contextmanager
def noted() -> Iterator[None]:
    """Note what the run does that this block is, and say so when it is over."""
    run = doing.begun("page")
    end = "failed"
    try:
        yield
        end = "shown"
    except StopException:  # there was no more to show
        end = "shown"
        raise
    except RerunException:  # something else was asked meanwhile
        end = "asked anew"
        raise
    finally:
        page = run.what
        counts.RUNS.labels(page, end).observe(run.seconds())
        journal.ended("page run", run, slow=run.seconds(), page=page, end=end)


def of(page: str) -> None:
    """Say which page runs, as soon as it is known."""
    if (run := doing.now()) is not None:
        run.what = page
