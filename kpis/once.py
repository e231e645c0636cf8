"""A cache shared between threads: each value is computed by the first caller, while the others wait for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Event, Lock, get_ident
from typing import Any, TypeVar

from kpis.seen import doing

WAIT_SECONDS = 60.0  # longest wait for another caller; then the waiting one computes the value itself

T = TypeVar("T")
_Place = tuple[str, Hashable]


class Same:
    """A part of a key that is equal only where it is of the same object: for what is derived from a cached object."""

    def __init__(self, whole: object) -> None:
        self.whole = whole

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.whole is other.whole

    def __hash__(self) -> int:
        return id(self.whole)


class _Making:
    """A value being computed."""

    def __init__(self) -> None:
        self.by = get_ident()
        self.is_over = Event()
        self.made: list[Any] = []  # empty or one value
        self.error: Exception | None = None


class MadeOnce:
    """Cached values by sort and key; of each sort the most recently used are kept, up to a limit.

    Args:
        limits: maximum number by sort.
    """

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits
        self._values: dict[str, OrderedDict[Hashable, Any]] = {sort: OrderedDict() for sort in limits}
        self._making: dict[_Place, _Making] = {}
        self._lock = Lock()
        self._is_unsettled = False

    def kept(self, sort: str, key: Hashable, make: Callable[[], T]) -> T:
        """Return the cached value, or compute it; concurrent callers wait for the first, at most ``WAIT_SECONDS``.

        An error is raised for every waiting caller and is not cached. There is no deadlock: a computation only requests the values
        it depends on.

        Args:
            sort: category of the value: keys are unlimited, so only the latest of each sort are kept.
            key: everything the value depends on.
            make: computes it; called only on a miss, outside the lock.
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
        return doing.made(sort, key, make)  # the computing caller takes too long, or was stopped as its page was left

    def _make(self, sort: str, key: Hashable, make: Callable[[], T], making: _Making) -> T:
        try:
            value = doing.made(sort, key, make)
        except BaseException as error:
            making.error = error if isinstance(error, Exception) else None  # a page that was left does not affect the others
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
        """Return whether nothing was computed since the last call."""
        with self._lock:
            is_settled, self._is_unsettled = not self._is_unsettled, False
        return is_settled

    def count(self, sort: str) -> int:
        """Return the number of cached values of a sort."""
        return len(self._values[sort])
