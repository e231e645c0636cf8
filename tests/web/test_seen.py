"""What an instance says of itself while it serves: a line for each request and each run, with a number that a person can quote."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kpis.languages import say
from tests.small_government import write_small_government
from tests.web.conftest import Office
from tests.web.served import Instance, serving
from tests.web.visitor import Visitor, becomes

pytestmark = pytest.mark.server


def lines(instance: Instance) -> list[dict[str, Any]]:
    """Return what an instance has logged; each line is JSON but the address that is printed for whoever starts it."""
    text = (instance.folder / "server.log").read_text(encoding="utf-8")
    whole = text[: text.rfind("\n") + 1].splitlines()
    return [json.loads(line) for line in whole if not line.startswith("http://")]


def line_of(instance: Instance, number: str) -> dict[str, Any]:
    """Return the line of a request by its number, as soon as it is written; where it was slow, another line says why."""
    becomes(lambda: any(line.get("id") == number for line in lines(instance)))
    (found,) = [line for line in lines(instance) if line.get("id") == number and line["event"] == "request"]
    return found


ASKED = [
    ("/api/health", "GET", 200), ("/api/v1/sources", "GET", 200), ("/api/v1/status?as_of=nonsense", "GET", 400), ("/", "GET", 200),
    ("/", "HEAD", 200), ("/_stcore/metrics", "GET", 404), ("/about", "POST", 405), ("/media/abcdef.csv", "GET", 404),
    ("/_stcore/upload_file/s1/f1", "PUT", 403),
]  # fmt: skip


@pytest.mark.parametrize(("path", "method", "status"), ASKED)
def test_an_answer_and_its_line_have_one_number(local: Instance, path: str, method: str, status: int) -> None:
    answer = local.ask(path, method)
    line = line_of(local, answer.one("x-request-id"))
    assert answer.status == status
    assert (line["event"], line["method"], line["status"]) == ("request", method, status)
    assert line["path"] == re.sub(r"(/media/|upload_file/).*", r"\1[…]", path.partition("?")[0]), (
        "no word of a search, no address of a file"
    )
    assert line["ms"] > 0 and {"rows", "cache_hits", "cache_made", "statements"} <= line.keys() and "client" not in line


def test_a_request_for_another_host_has_a_number_too(public: Instance) -> None:
    answers = [public.ask("/api/health", host="evil.example"), public.ask("/api/health", host="kpi.example.jp")]
    numbers = {answer.one("x-request-id") for answer in answers}
    assert [line_of(public, number)["event"] for number in numbers] == ["request"] * 2 and len(numbers) == 2


def runs(instance: Instance, page: str) -> list[dict[str, Any]]:
    return [line for line in lines(instance) if line["event"] == "page run" and line["page"] == page]


def test_a_run_of_a_page_is_a_line_with_what_it_made_and_found(local: Instance) -> None:
    tab = Visitor(local).tab()
    before = len(runs(local, "revisions"))
    for n in (1, 2, 3):  # the first of all notes who may be chosen at a local machine, which is a change
        tab.run("revisions", "as_of=2022-10-07")
        becomes(lambda n=n: len(runs(local, "revisions")) == before + n)  # type: ignore[misc]
    first, _, last = runs(local, "revisions")[before:]
    assert first["end"] == last["end"] == "shown" and first["id"] != last["id"]
    assert last["cache_made"] == 0 < last["cache_hits"] and last["ms"] > 0 and last["statements"] > 0
    assert "person" not in last
    tab.close()


def test_an_office_names_people_by_ids_and_nobody_by_e_mail(office: Office) -> None:
    visitors = [office.visitor("anna"), office.visitor("anna"), office.visitor("aya")]
    for visitor in visitors:
        tab = visitor.tab()
        tab.run("submit", "lang=en")
        tab.upload(b"x" * 10)
        tab.close()
    becomes(lambda: len([line for line in runs(office.instance, "submit") if line.get("person")]) >= 3)
    people = [line["person"] for line in runs(office.instance, "submit") if line.get("person")]
    assert people[-3] == people[-2] != people[-1] and re.fullmatch("[0-9a-f]{12}", people[-1])
    uploads = [
        line for line in lines(office.instance) if line.get("path", "").startswith("/_stcore/upload_file/") and line["status"] < 300
    ]
    assert uploads[-1]["person"] == people[-1] and uploads[-1]["client"] == "127.0.0.1"
    text = (office.instance.folder / "server.log").read_text(encoding="utf-8")
    environment = office.instance.environment
    secrets = [
        environment["COOKIE_SECRET"],
        environment["OIDC_CLIENT_SECRET"],
        *(c for v in visitors for c in v.cookies.values() if len(c) > 8),
    ]
    assert [secret for secret in secrets if secret in text] == [] and "@" not in text and "code=" not in text


def test_the_public_leaves_no_trace_of_who_asks(public: Instance) -> None:
    tab = Visitor(public).tab()
    tab.run("procedures", "q=secretword")
    tab.close()
    public.ask("/api/v1/procedures?bureau=secretword", X_Forwarded_For="192.0.2.7")
    becomes(lambda: bool(runs(public, "procedures")))
    told = [line for line in lines(public) if line["event"] != "serving"]
    assert not any({"person", "client"} & line.keys() for line in told)
    assert not re.search(r"127\.0\.0\.1|192\.0\.2\.7|secretword", json.dumps(told))


def test_a_server_out_of_files_says_so_once_and_goes_on_and_a_page_that_fails_is_found_by_its_number(tmp_path: Path) -> None:
    """As with ``ulimit -n 64`` and 60 viewers, which wrote 923,434 lines before; then the database is damaged."""
    catalogue, official = write_small_government(tmp_path / "data")
    given = {"CATALOGUE_DIR": str(catalogue), "OFFICIAL_DIR": str(official), "DATABASE_URL": f"sqlite:///{tmp_path / 'served.db'}"}
    with serving(tmp_path, files=64, **given) as made:
        begun = f"GET /api/health/live HTTP/1.1\r\nHost: 127.0.0.1:{made.port}\r\n".encode()
        held = [socket.create_connection(("127.0.0.1", made.port), timeout=60) for _ in range(60)]
        for line in held:
            line.sendall(begun)
        becomes(lambda: "Too many open files" in (tmp_path / "server.log").read_text())
        for line in held:
            line.close()
        becomes(lambda: _answers(made))
        (tmp_path / "broken.db").write_bytes(b"no database at all" * 1000)
        (tmp_path / "broken.db").replace(tmp_path / "served.db")
        tab = Visitor(made).tab()
        number = re.search(say("run_number", "en", number="([0-9a-f]{12})"), tab.run("about", "lang=en"))
        tab.close()
        answer = made.ask("/api/v1/sources")
    told = lines(made)
    assert number and answer.status == 503
    of_page = [line for line in told if line.get("id") == number[1]]
    assert {line["event"] for line in of_page} == {"Uncaught app execution", "page run"}
    assert any("Traceback" in line.get("exception", "") for line in of_page)
    assert sum(line.get("count", 0) for line in told if line["event"] == "repeated") > 100, "they are counted, and said at the end"
    assert len([line for line in told if line["level"] != "info"]) < 20


def test_numbers_are_given_at_an_address_of_their_own_and_nowhere_else(local: Instance) -> None:
    own = Instance(int(local.environment["METRICS_PORT"]), local.folder)
    tab = Visitor(local).tab()
    tab.run("about")
    numbers = {family.name: family for family in text_string_to_metric_families(own.ask("/metrics").body.decode())}

    def of(name: str, **labels: str) -> float:
        return sum(s.value for f in numbers.values() for s in f.samples if s.name == name and labels.items() <= s.labels.items())

    assert (
        of("mieruka_page_run_seconds_count", page="about", end="shown") >= 1
        and of("mieruka_request_seconds_count", kind="health") >= 1
    )
    assert of("mieruka_pages_open") >= 1 and of("mieruka_database_up") == 1 and of("mieruka_data_revision") > 0
    assert (
        of("mieruka_made_seconds_count") > 0 and of("mieruka_cache_hits_total") > 0 and of("mieruka_rows", table="observation") > 0
    )
    assert of("mieruka_database_seconds_count", what="read") > 0 and of("process_resident_memory_bytes") > 1e6
    tab.close()
    assert own.ask("/metrics", host="evil.example").status == 421 and own.ask("/other").status == 404
    assert [b"mieruka_" in local.ask(path).body for path in ("/metrics", "/_stcore/metrics", "/api/metrics")] == [False] * 3


@pytest.mark.parametrize("mode", ["local", "public", "office"])
def test_a_process_that_is_ready_says_so_in_every_mode(request: pytest.FixtureRequest, mode: str) -> None:
    made = request.getfixturevalue(mode)
    answer = (made.instance if isinstance(made, Office) else made).ask("/api/health/ready")
    told = json.loads(answer.body)
    assert (answer.status, told["status"]) == (200, "ok")
    assert set(told["checks"]) == {"database", "clock", "edition", "disk"} | ({"schema", "outbox"} if mode != "public" else set())
    assert all(check["ok"] is True and check["detail"] for check in told["checks"].values()) and "/tmp" not in str(told)


def _answers(instance: Instance) -> bool:
    try:
        return instance.ask("/api/health").status == 200
    except OSError:
        return False
