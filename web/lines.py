"""Route Streamlit's log through that of the process; by default it writes lines in its own format."""

from __future__ import annotations

import logging

from streamlit import logger as streamlits


def through_the_log() -> None:
    """Route all present and future loggers of Streamlit to the log of the process."""
    streamlits.setup_formatter = _handed_on
    streamlits.update_formatter()


def _handed_on(logger: logging.Logger) -> None:
    logger.handlers[:] = []
    logger.propagate = True
