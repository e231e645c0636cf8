"""Translate pydantic's validation errors into message keys stating what was expected: pydantic's own messages are English only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kpis.errors import MierukaError
from kpis.message import Message

# By the prefix of pydantic's error type, the first that matches; its context fills the placeholders.
_KEYS = {
    "missing": "fault_blank", "string_too_short": "fault_blank", "string_too_long": "fault_too_long", "extra_forbidden": "fault_unknown_name",
    "string": "fault_text", "int": "fault_whole_number", "float": "fault_number",
    "finite": "fault_number", "greater_than_equal": "fault_at_least", "greater_than": "fault_more_than",
    "less_than_equal": "fault_at_most", "less_than": "fault_less_than", "bool": "fault_flag", "date": "date_as",
    "tuple": "fault_list", "list": "fault_list", "model": "fault_table", "path": "fault_text",
}  # fmt: skip


_FORMS: dict[str, str] = {}  # pattern → key


def in_form(key: str, pattern: str) -> str:
    """Return a pattern of texts; whoever writes another one is told the message of this key, which says the form in words."""
    _FORMS[pattern] = key
    return pattern


def expected_of(error: Mapping[str, Any]) -> Message:
    """Return the expectation behind a pydantic error; errors of an unknown type keep pydantic's own words."""
    context = error.get("ctx") or {}
    cause = context.get("error")
    if isinstance(cause, MierukaError):
        return cause.message
    if error["type"] == "literal_error":
        listed = re.findall("'([^']*)'", context["expected"])
        words = tuple(word or Message("blank") for word in listed) or (Message("none_there"),)
        return (
            Message("fault_one_of_file", words=words, file=context["file"])
            if "file" in context
            else Message("fault_one_of", words=words)
        )
    if error["type"] == "string_pattern_mismatch":
        return Message(_FORMS[context["pattern"]])
    key = next((key for kind, key in _KEYS.items() if error["type"].startswith(kind)), None)
    return Message(key, **context) if key else Message("as_told", text=cause or error["msg"])


def placed(error: Mapping[str, Any]) -> Message:
    """Return the expectation prefixed with the name of its field, where it has one."""
    place = ".".join(map(str, error["loc"]))
    expected = expected_of(error)
    return Message("fault_at", place=place, expected=expected) if place else expected
