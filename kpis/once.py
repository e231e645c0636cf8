"""What was made once and is kept for all who ask, as long as it is true: each thing is made by the first who asks, and the others wait for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Event, Lock, get_ident
from typing import Any, TypeVar

from kpis.seen import doing

WAIT_SECONDS = 60.0  # the longest that anybody waits for another; who waited in vain makes it for himself

T = TypeVar("T")
_Place = tuple[str, Hashable]


class _Making:
    """One thing that somebody is making now."""

    def __init__(self) -> None:
        self.by = get_ident()
        self.is_over = Event()
        self.made: list[Any] = []  # empty or one value
        self.error: Exception | None = None


class MadeOnce:
    """Values by sort and key; of each sort the latest used are kept, up to so many.

    Args:
        limits: by sort.
    """

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits
        self._values: dict[str, OrderedDict[Hashable, Any]] = {sort: OrderedDict() for sort in limits}
        self._making: dict[_Place, _Making] = {}
        self._lock = Lock()
        self._is_unsettled = False

    def kept(self, sort: str, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept, or make it; who asks while another makes it waits for that one, and no longer than ``WAIT_SECONDS``.

        An error is told to those who waited for it and is not kept. Nobody waits in a circle: what is made asks only for what it is
        made of.

        Args:
            sort: what people may ask for is endless, and so only the latest of each sort is kept.
            key: everything it depends on.
            make: makes it; called only where nothing is kept, outside the lock.
        """
        values, place = self._values[sort], (sort, key)
        with self._lock:
            if key in values:
                values.move_to_end(key)
                value: T = values[key]
                doing.hit()
                return value
            making = self._making.get(place)
            is_mine = making is None
            if making is None:
                making = self._making[place] = _Making()
        if is_mine:
            return self._make(sort, key, make, making)
        if making.by != get_ident() and making.is_over.wait(WAIT_SECONDS):
            if making.error is not None:
                raise making.error
            if making.made:
                doing.hit()
                return making.made[0]  # type: ignore[no-any-return]
        return doing.made(sort, key, make)  # who was to make it takes too long, or was stopped as its page was left

    def _make(self, sort: str, key: Hashable, make: Callable[[], T], making: _Making) -> T:
        try:
            value = doing.made(sort, key, make)
        except BaseException as error:
            making.error = error if isinstance(error, Exception) else None  # that a page was left is nobody else's affair
            with self._lock:
                del self._making[sort, key]
            raise
        else:
            with self._lock:
                self._is_unsettled = True
                values = self._values[sort]
                values[key] = value
                while len(values) > self._limits[sort]:
                    values.popitem(last=False)
                del self._making[sort, key]
            making.made.append(value)
            return value
        finally:
            making.is_over.set()

    def settled(self) -> bool:
        """Say whether nothing was made since this was asked last."""
        with self._lock:
            is_settled, self._is_unsettled = not self._is_unsettled, False
        return is_settled

    def count(self, sort: str) -> int:
        """Return how many values of a sort are kept."""
        return len(self._values[sort])
