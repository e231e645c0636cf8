"""A PostgreSQL connection with a client-side timeout: a server that hangs does not enforce its own time limits either."""

from __future__ import annotations

from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

T = TypeVar("T")


class Patient(psycopg.Connection[Any]):
    """A connection that waits ``patience`` seconds for an answer and is then closed."""

    patience: float = 30.0

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for an answer.

        Raises:
            psycopg.errors.ConnectionTimeout: no answer in time.
        """
        try:
            return super().wait(gen, interval, timeout or self.patience)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()
            raise psycopg.errors.ConnectionTimeout("no answer in time") from error
