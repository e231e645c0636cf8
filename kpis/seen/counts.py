"""Counters and timers for monitoring an instance (Prometheus); names and labels are described in docs/operations.md.

No label contains text entered or requested by a person: each has few values, all named in the program. The numbers are those of this
process since its start.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
_PAGE = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STATEMENT = (0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)
_FILE = (0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 40.0, 120.0, 600.0)

REQUESTS = Histogram(
    "mieruka_request_seconds",
    "Requests over HTTP, by kind of address and status",
    ["kind", "status"],
    registry=REGISTRY,
    buckets=_PAGE,
)
RUNS = Histogram(
    "mieruka_page_run_seconds", "Runs of pages, by page and how they ended", ["page", "end"], registry=REGISTRY, buckets=_PAGE
)
MADE = Histogram("mieruka_made_seconds", "Values that were made, by sort", ["sort"], registry=REGISTRY, buckets=_PAGE)
HITS = Counter("mieruka_cache_hits", "Values that were found made before, by requests and runs", registry=REGISTRY)
DATABASE = Histogram(
    "mieruka_database_seconds",
    "Waiting for the database: to begin, to read, to write",
    ["what"],
    registry=REGISTRY,
    buckets=_STATEMENT,
)
SESSIONS = Gauge("mieruka_pages_open", "Pages open over a websocket", registry=REGISTRY)
UPLOAD_BYTES = Counter("mieruka_upload_bytes", "Bytes of files that came in over the web", registry=REGISTRY)
FILES = Histogram(
    "mieruka_file_read_seconds", "Files read in children, by how that ended", ["end"], registry=REGISTRY, buckets=_FILE
)
FAULTS = Counter(
    "mieruka_faults", "Lines of the log from warning upwards, those that were only counted included", ["level"], registry=REGISTRY
)
