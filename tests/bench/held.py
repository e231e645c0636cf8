"""What each element of a page holds, read from Streamlit's messages: for a floor of the same elements with the same texts.

Only what is read or drawn is taken: texts, hints, icons, choices, tables, charts, where a link leads. Keys, callbacks, the files behind
buttons and the like are the page's own affair, and so are charged to the page.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

_TEXTS = ("body", "label", "code_text", "help", "placeholder", "icon", "query_string", "spec", "columns")


def kind_of(delta: Delta) -> str:
    """Return the kind of what a delta draws, as the floor names it."""
    if delta.WhichOneof("type") == "add_block":
        return "block_" + str(delta.add_block.WhichOneof("type"))
    return str(delta.new_element.WhichOneof("type"))


def drawn(messages: Iterable[bytes]) -> list[Delta]:
    """Return what a run drew, in order; what was drawn before a run was cut short and begun again is left out."""
    deltas: list[Delta] = []
    for message in map(ForwardMsg.FromString, messages):
        if message.WhichOneof("type") == "delta":
            deltas.append(message.delta)
        elif message.WhichOneof("type") == "script_finished" and message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            deltas.clear()
    return deltas


def held(messages: Iterable[bytes]) -> list[dict[str, Any]]:
    """Return the elements of a run in order, each with its kind and what it holds."""
    return [_held(delta) for delta in drawn(messages)]


def _held(delta: Delta) -> dict[str, Any]:
    element = delta.add_block if delta.WhichOneof("type") == "add_block" else delta.new_element
    kind = element.WhichOneof("type")
    made: dict[str, Any] = {"kind": kind_of(delta)}
    if kind is None:
        return made
    part = getattr(element, kind)
    names = {field.name for field in part.DESCRIPTOR.fields}
    made |= {name: text for name in _TEXTS if name in names and (text := getattr(part, name)) and isinstance(text, str)}
    if "arrow_data" in names:
        made["arrow"] = base64.b64encode(part.arrow_data.data).decode()
    if "options" in names:
        made["options"] = [getattr(each, "content", each) for each in part.options]
    return made
