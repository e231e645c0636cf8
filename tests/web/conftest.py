"""One instance of each mode, on figures that are read in a moment."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kpis.reporting import submissions
from kpis.settings import Settings
from kpis.store.store import Store, utc_now
from publishers.editions import publication
from tests.oidc import free_port, providing
from tests.shared import empty
from tests.small_government import (
    ADMIN,
    ALWAYS_OPEN,
    ANNA,
    AYA,
    CHIEF,
    CLERK,
    DAI,
    DIRECTOR,
    OFFICE,
    PERIOD,
    STRANGER,
    VICE,
    add_clerk_and_chief,
    figure,
    settle,
    write_small_government,
)
from tests.web.served import Instance, serving
from tests.web.visitor import Visitor


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    folder = tmp_path_factory.mktemp("local")
    catalogue, official = write_small_government(folder / "data")
    url = f"sqlite:///{folder / 'served.db'}"
    shutil.copy(empty(), folder / "served.db")
    given = {"CATALOGUE_DIR": str(catalogue), "OFFICIAL_DIR": str(official), "DATABASE_URL": url, "METRICS_PORT": str(free_port())}
    with serving(folder, MIERUKA_MODE="local", **given) as made:
        yield made


@pytest.fixture(scope="session")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    folder = tmp_path_factory.mktemp("public")
    store = settle(Store(f"sqlite:///{folder / 'working.db'}"), folder / "data")
    chosen = Settings(EDITIONS_DIR=folder / "editions", PUBLIC_URL="https://kpi.example.jp")  # type: ignore[call-arg]
    publication.publish(store, note="一", now=utc_now(), chosen=chosen)
    with serving(
        folder, "--public", PUBLIC_URL="https://kpi.example.jp", RATE_SEARCH="5 per hour", RATE_WORD="30 per 3 second"
    ) as made:
        yield made


@dataclass
class Office:
    """An office instance: served, with its database, and its users at the provider."""

    instance: Instance
    store: Store

    def visitor(self, subject: str = "") -> Visitor:
        """Return somebody who has signed in as a user of the provider, or has not."""
        visitor = Visitor(self.instance)
        return visitor.sign_in(subject) if subject else visitor


USERS = {
    "anna": {"email": ANNA, "email_verified": True}, "aya": {"email": AYA, "email_verified": True},
    "dai": {"email": DAI, "email_verified": True}, "office": {"email": OFFICE, "email_verified": True},
    "administrator": {"email": ADMIN, "email_verified": True}, "stranger": {"email": STRANGER, "email_verified": True},
    "clerk": {"email": CLERK, "email_verified": True}, "chief": {"email": CHIEF, "email_verified": True},
    "director": {"email": DIRECTOR, "email_verified": True}, "vice": {"email": VICE, "email_verified": True},
    "forged": {"email": ANNA, "email_verified": False},
}  # fmt: skip


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with new_office(tmp_path_factory.mktemp("office")) as made:
        yield made


@contextmanager
def new_office(folder: Path, store: Store | None = None, **more: str) -> Iterator[Office]:
    """Serve an office of its own from an empty folder: one report was uploaded, and nothing else done.

    Args:
        store: the small government with its people, of whatever kind; else a new SQLite file.
        more: settings.
    """
    port = free_port()
    if store is None:
        store = settle(Store(f"sqlite:///{folder / 'served.db'}"), folder / "data", calendar=ALWAYS_OPEN)
    else:
        write_small_government(folder / "data", calendar=ALWAYS_OPEN)
    add_clerk_and_chief(store, folder / "data" / "catalogue")
    submissions.upload(
        store,
        submissions.FilledWorkbook(
            rows=[figure(numerator=1.0, denominator=2.0)], content=b"the original of GENERAL", name="q3.xlsx"
        ),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )
    app = f"http://127.0.0.1:{port}"
    with providing(folder, USERS, app=app) as provider:
        environment = {
            "CATALOGUE_DIR": str(folder / "data" / "catalogue"), "OFFICIAL_DIR": str(folder / "data" / "official"),
            "DATABASE_URL": store.url, "MAX_UPLOAD_BYTES": "300000", "UPLOADS_PER_SESSION": "2", "UPLOADS_PER_PERSON": "3",
            "UPLOADS_BYTES": "1500000", "RATE_SIGN_IN": "3 per hour", "RATE_UPLOAD": "1000 per minute", "TRUSTED_PROXIES": "127.0.0.1", **provider.settings(app), **more,
        }  # fmt: skip
        with serving(folder, port=port, **environment) as made:
            yield Office(made, store)
