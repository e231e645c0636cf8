"""Metrics for Prometheus on a separate address, never that of the pages, and only where METRICS_PORT is set."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import ProcessCollector, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import ThreadingWSGIServer
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlmodel import SQLModel

from api.hosts import place
from kpis.errors import MierukaError, SettingsRefused
from kpis.languages import both_shipped
from kpis.registers import REGISTERS
from kpis.reporting.hours import hours_of
from kpis.reporting.outbox import stuck
from kpis.seen import counts, journal
from kpis.settings import LOOPBACK, Settings, settings, software_version
from kpis.state import State, state_of
from kpis.store import tables
from kpis.store.fields import table_of
from kpis.store.store import utc_now
from kpis.store.unavailable import unavailable
from publishers.editions import on_disk

WAIT_SECONDS = 2.0
_TABLES: list[type[SQLModel]] = [tables.Observation, tables.Submission, tables.AuditEvent]
_COUNTED = tuple(map(table_of, [*_TABLES, *(register.table for register in REGISTERS.values())]))


class Instance(Collector):
    """A collector run at each scrape: queries the database for at most two seconds, else reports that it does not answer."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="numbers")
        self._asked: Future[list[Metric]] | None = None
        self._rows: tuple[object, dict[str, int]] = (None, {})
        self._fault = ""

    def describe(self) -> Iterable[Metric]:
        """Return nothing: metrics are known only at scrape time."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Return the current metrics."""
        version = GaugeMetricFamily("mieruka_version_info", "The program", labels=["version"])
        version.add_metric([software_version()], 1)
        yield version
        if self._asked is None or self._asked.done():
            self._asked = self._thread.submit(self._of_database)
        metrics: list[Metric] = []
        try:
            metrics = self._asked.result(WAIT_SECONDS)
            self._fault = ""
        except Exception as error:  # noqa: BLE001  # any error; logged where it is counted
            self._log(error)
        yield GaugeMetricFamily("mieruka_database_up", "The database answered within two seconds", value=float(bool(metrics)))
        yield from metrics

    def _log(self, error: Exception) -> None:
        """Log why the database does not answer, once until it does or does not for another reason; with a traceback only a fault of ours."""
        if self._asked is not None and not self._asked.done():
            fault = f"no answer within {WAIT_SECONDS:g} s"
            words, is_ours = fault, False
        else:
            named = error if isinstance(error, MierukaError) else unavailable(error)
            is_ours = named is None
            fault = named.message.key if named else type(error).__name__
            words = both_shipped(named.message) if named else fault
        if fault != self._fault:
            self._fault = fault
            journal.write("numbers", level=logging.WARNING, error=error if is_ours else None, why=words)

    def _of_database(self) -> list[Metric]:
        chosen = settings()
        edition = on_disk.current(chosen.editions_dir)
        in_public = chosen.mode == "public"
        state = state_of(edition.url if in_public and edition else chosen.database_url)
        if self._rows[0] != state.is_of:
            with state.store.reading() as session:
                counted = {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in _COUNTED}
            self._rows = (state.is_of, counted)
        rows = GaugeMetricFamily("mieruka_rows", "Rows of the database or edition that is shown", labels=["table"])
        for name, count in self._rows[1].items():
            rows.add_metric([name], count)
        metrics: list[Metric] = [GaugeMetricFamily("mieruka_data_revision", "Rises with every change", value=state.revision), rows]
        if not in_public:
            metrics.append(_outbox(state, chosen))
        if edition is not None:
            age = (utc_now() - edition.published_at).total_seconds()
            metrics += [
                GaugeMetricFamily("mieruka_edition_number", "The edition that the public sees", value=edition.number),
                GaugeMetricFamily("mieruka_edition_age_seconds", "Since it was published", value=age),
            ]
        return metrics


def _outbox(state: State, chosen: Settings) -> Metric:
    with state.store.reading() as session:
        seen = stuck(session, hours_of(chosen.notice_hours), now=utc_now(), by_mail=bool(chosen.smtp_host))
    notices = GaugeMetricFamily("mieruka_notices_stuck", "Notices that do not go out", labels=["how"])
    for how, count in (("late", seen.late), ("failing", seen.failing), ("failed", seen.failed)):
        notices.add_metric([how], count)
    return notices


class _Quiet(WSGIRequestHandler):
    timeout = 10  # seconds for request headers

    def log_message(self, *_: object) -> None:
        """Log nothing: scrapes come every few seconds."""


def begin(chosen: Settings) -> int | None:
    """Serve metrics at the configured address and port while this process lives; return the port, or ``None`` if not configured.

    Raises:
        SettingsRefused: the port is already in use.
    """
    if chosen.metrics_port is None:
        return None
    counts.REGISTRY.register(Instance())
    ProcessCollector(registry=counts.REGISTRY)
    given = make_wsgi_app(counts.REGISTRY)

    def answered(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        """Refuse foreign Host names, as sent by DNS rebinding."""
        host = place(environ.get("HTTP_HOST", ""))
        if chosen.metrics_address in LOOPBACK and (host is None or not host.is_this_machine):
            start("421 Misdirected Request", [("Content-Type", "text/plain")])
            return [b"ask 127.0.0.1"]
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ["PATH_INFO"] != "/metrics":
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"/metrics"]
        answer: Iterable[bytes] = given(environ, start)
        return answer

    class Server(ThreadingWSGIServer):
        address_family = socket.AF_INET6 if ":" in chosen.metrics_address else socket.AF_INET

    try:
        server = make_server(chosen.metrics_address, chosen.metrics_port, answered, Server, handler_class=_Quiet)
    except OSError as error:
        fault = os.strerror(error.errno or 0)
        raise SettingsRefused("port_taken", address=chosen.metrics_address, port=chosen.metrics_port, fault=fault) from error
    threading.Thread(target=server.serve_forever, name="numbers", daemon=True).start()
    return chosen.metrics_port
