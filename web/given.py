"""Values that browsers give to the widgets of a page: those that no widget of it could have sent are as if not given.

Streamlit takes any value for any widget. One of another type, or one that it cannot read, ended the run of the page as a fault of the program.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import is_element_id
from streamlit.runtime.state.session_state import Serialized, WStates


@dataclass
class GivenValues(WStates):
    """The values of a session's widgets; a given one is read when its widget is known, and left out where it does not fit."""

    declared: dict[str, str] = field(default_factory=dict)  # type of the values of each widget, as its page declares it

    def __getitem__(self, k: str) -> Any:
        given = self.states.get(k)
        if isinstance(given, Serialized) and not self._fits(k, given.value):
            raise KeyError(k)  # as if the browser had not sent it
        return super().__getitem__(k)

    def set_widget_from_proto(self, widget_state: WidgetState) -> None:
        if is_element_id(widget_state.id) and self._fits(widget_state.id, widget_state):
            super().set_widget_from_proto(widget_state)

    def _fits(self, widget_id: str, given: WidgetState) -> bool:
        """Return whether a widget takes a value; of one that is not known yet, this is asked again when it is."""
        widget = self.widget_metadata.get(widget_id)
        if widget is None:
            return True
        if widget.value_type is not None:  # Streamlit forgets the type of a widget whose value was cleared
            self.declared.setdefault(widget_id, widget.value_type)
        kind = given.WhichOneof("value")
        if kind is None:
            return True
        if kind != self.declared.get(widget_id, kind):
            return False
        read = WStates({widget_id: Serialized(given)}, {widget_id: widget})
        try:
            read[widget_id]
        except Exception:  # noqa: BLE001 (whatever a widget makes of what it never sent)
            return False
        return True


@dataclass
class GivenState(SessionState):
    """The state of a session, with such values of its widgets."""

    _new_widget_state: WStates = field(default_factory=GivenValues)
