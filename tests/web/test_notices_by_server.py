"""The server tells people by itself: to a real mail server, over TLS from the first byte, while it runs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from kpis.periods import local_day
from kpis.reporting import submissions
from kpis.store import tables
from kpis.store.store import Store, utc_now
from tests.posting import certificate, mail_server
from tests.small_government import ALWAYS_OPEN, ANNA, OFFICE, PERIOD, SECOND, figure, settle
from tests.web.served import serving

PASSWORD = "kV7w-Hq2z-Rt9m"


@pytest.mark.edition
def test_a_server_sends_what_waits_over_tls(tmp_path: Path) -> None:
    store = settle(Store(f"sqlite:///{tmp_path / 'served.db'}"), tmp_path / "data", calendar=ALWAYS_OPEN)
    facts = tmp_path / "data" / "catalogue" / "government.toml"
    lines = facts.read_text(encoding="utf-8").splitlines()
    facts.write_text(
        "\n".join(line for line in lines if not line.startswith(("holidays", "closed"))), encoding="utf-8"
    )  # this is run on any day
    rows = [figure(numerator=700.0, denominator=1000.0)]
    number = submissions.upload(
        store,
        submissions.FilledWorkbook(rows=rows, content=b"1", name="a.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    ).report_id
    submissions.submit(store, number, actor=ANNA, revision=1, today=local_day(utc_now()))
    waiting = store.count(tables.Notice)
    assert waiting >= 2
    paths = certificate(tmp_path)
    with mail_server(tmp_path, tls=paths, is_tls_from_the_start=True, password=PASSWORD) as took:
        environment = {
            "DATABASE_URL": store.url, "CATALOGUE_DIR": str(facts.parent), "OFFICIAL_DIR": str(tmp_path / "data" / "official"),
            "NOTICES_BY_SERVER": "true", "NOTICE_HOURS": "00:00-23:59", "SMTP_HOST": "localhost", "SMTP_PORT": str(took.port),
            "SMTP_SECURITY": "tls", "SMTP_USER": "mieruka", "SMTP_PASSWORD": PASSWORD, "MAIL_FROM": "kpi@example.jp",
            "SSL_CERT_FILE": str(paths[0]),
        }  # fmt: skip
        with serving(tmp_path, **environment):
            until = time.monotonic() + 120
            while {str(m["To"]) for m in took.mails()} < {OFFICE, SECOND} and time.monotonic() < until:
                time.sleep(0.05)
        assert sorted(str(m["To"]) for m in took.mails() if "提出されました" in str(m["Subject"])) == sorted((OFFICE, SECOND))
    assert {row["state"] for row in store.all_of(tables.Notice)} <= {"sent", "waiting"}, "ended in between, nothing is lost"
