"""The public process: read-only, unprivileged, always of one edition, with conditional requests."""

from __future__ import annotations

import email.utils
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPMessage
from pathlib import Path

import pytest

from kpis.settings import ROOT
from publishers.editions import on_disk
from publishers.editions.verify import verify
from tests.bench.viewer import Viewer
from tests.command import command
from tests.oidc import free_port
from tests.publishers.house import House
from tests.publishers.public_server import public_server
from tests.publishers.shown import unheld

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def public(published_port: int) -> int:
    return published_port


def asked(port: int, address: str, method: str = "GET", **headers: str) -> tuple[int, HTTPMessage, bytes]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{address}", headers=sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def text_of(port: int, page: str, query: str = "") -> str:
    viewer = Viewer(port)
    found = b"\n".join(viewer.answers(page, query)).decode("utf-8", "ignore")
    viewer.close()
    return unheld(found)


@pytest.mark.parametrize(
    "page", ["", "five_less", "procedures", "facilities", "projects", "bureau", "changes", "about", "revisions", "indicator"]
)
def test_every_page_names_the_edition_and_how_to_cite_it(public: int, page: str) -> None:
    assert "公表版 第2号" in text_of(public, page) and "https://reform.example.jp/editions/0002/" in text_of(public, page)
    english = text_of(public, page, "lang=en")
    assert "Cite as: Tokyo Metropolitan Government" in english and "CC BY 4.0" in english


def test_an_earlier_edition_is_shown_on_request_with_its_own_figures(public: int) -> None:
    shown = text_of(public, "five_less")
    was = re.compile(
        r"(?<![\d.])72\.0%(?![0-9A-F]{2})"
    )  # not 372.0 before a quotation mark, as in the address of a drawing for paper
    assert "71.0%" in shown and not was.search(shown)
    earlier = text_of(public, "five_less", "edition=1")
    assert "72.0%" in earlier and "公表版 第1号" in earlier


def test_the_log_of_revisions_gives_reason_and_size(public: int) -> None:
    for word in ("数値の訂正", "72.0%", "71.0%", "−1.0ポイント", "転記の誤り", "用紙の削減率を訂正"):
        assert word in text_of(public, "revisions"), word


def test_there_is_no_page_to_sign_in_submit_review_or_publish(public: int) -> None:
    for page in ("publish", "submit", "review"):
        found = text_of(public, page)
        assert "第3号として公表" not in found and "file_uploader" not in found and "form_submit" not in found


def test_the_api_answers_of_the_edition_and_of_its_day(public: int, published: House) -> None:
    status, _, body = asked(public, "/api/v1/status")
    held = on_disk.opened(published.folder, 2)
    found = json.loads(body)
    assert (status, found["edition"], found["as_of"]) == (200, 2, held.as_of.isoformat())
    value = {
        e: next(i["actual_value"] for i in json.loads(asked(public, f"/api/v1/status?edition={e}")[2])["indicators"])
        for e in (1, 2)
    }
    assert value == {1: 72.0, 2: 71.0}
    assert asked(public, "/api/v1/status?edition=9")[0] == 400
    status, _, body = asked(public, "/api/v1/nothing.csv")
    assert status == 404 and json.loads(body)["error"].startswith("/api/v1/nothing.csv: "), "named as it was asked for"
    listed = json.loads(asked(public, "/api/v1/editions")[2])
    assert [e["edition"] for e in listed["editions"]] == [2, 1] and listed["current"] == 2


@pytest.mark.parametrize(
    "address",
    ["/api/v1/status", "/api/v1/observations.csv", "/api/v1/datapackage.json", "/data/status.parquet", "/embed/paper_sheets.svg",
     "/feed.atom", "/sitemap.xml", "/site/index.html", "/editions/0001/en/index.html", "/editions/1/data/catalog.jsonld"],
)  # fmt: skip
def test_what_has_not_changed_is_not_sent_again(public: int, address: str) -> None:
    status, headers, body = asked(public, address)
    assert status == 200 and body and headers["ETag"].startswith('"')
    again = asked(public, address, If_None_Match=headers["ETag"])
    assert (again[0], again[2], again[1]["ETag"]) == (304, b"", headers["ETag"])
    assert asked(public, address, If_None_Match='"other"')[0] == 200
    if headers["Last-Modified"]:
        assert email.utils.parsedate_to_datetime(headers["Last-Modified"])
        assert asked(public, address, If_Modified_Since=headers["Last-Modified"])[0] == 304
        assert asked(public, address, If_Modified_Since="Mon, 01 Jan 2001 00:00:00 GMT")[0] == 200
        later = email.utils.format_datetime(
            email.utils.parsedate_to_datetime(headers["Last-Modified"]) + timedelta(days=1), usegmt=True
        )
        assert asked(public, address, If_Modified_Since=later)[0] == 200, "of a later edition, which was withdrawn since"


@pytest.mark.parametrize(
    "since",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 01 Jan 2022 99999999999999:00:00 GMT",
        "Mon, 01 Jan 2022 00:00:00 +99999999999999999999", f"Mon, 01 Jan {'9' * 4299} 00:00:00 GMT", "Mon, 01 Jan 2022 00:00:00 -0000",
        "garbage", "", "1",
    ],
)  # fmt: skip
def test_a_date_that_is_none_is_passed_over(public: int, since: str) -> None:
    for address in ("/site/index.html", "/data/status.parquet", "/feed.atom", "/editions/1/index.html"):
        assert asked(public, address, If_Modified_Since=since)[0] == 200


def test_hashed_names_and_numbered_editions_may_be_kept_for_ever(public: int, published: House) -> None:
    names = on_disk.opened(published.folder, 2).manifest["files"]
    style = next(n for n in names if n.endswith(".css")).removeprefix("site/")
    assert "immutable" in asked(public, f"/site/{style}")[1]["Cache-Control"]
    assert "immutable" in asked(public, "/editions/0001/index.html")[1]["Cache-Control"]
    assert "immutable" not in asked(public, "/site/index.html")[1]["Cache-Control"]


def test_the_language_of_a_static_page_is_its_own(public: int) -> None:
    assert b'<html lang="en" ' in asked(public, "/site/en/index.html")[2]
    assert b'<html lang="ja" ' in asked(public, "/site/index.html")[2]


@pytest.mark.parametrize("address", ["/site/../edition.db", "/editions/0001/../edition.db", "/data/..%2f..%2fedition.db", "/editions/0001/edition.db",
                                     "/editions/0003/index.html", "/site/manifest.json"])  # fmt: skip
def test_only_what_was_written_for_the_public_is_answered(public: int, address: str) -> None:
    status, _, body = asked(public, address)
    assert not body.startswith(b"SQLite") and b"previous_sha256" not in body
    assert status in (400, 404) or b"<title>Streamlit</title>" in body


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "address", ["/api/v1/status", "/api/v1/observations.csv", "/data/status.csv", "/site/index.html", "/editions/0001/index.html"]
)
def test_every_way_to_write_over_http_is_refused(public: int, method: str, address: str) -> None:
    assert asked(public, address, method)[0] in (404, 405)


def test_an_upload_has_nowhere_to_go(public: int) -> None:
    for method in ("PUT", "POST"):
        assert asked(public, "/_stcore/upload_file/session/file", method)[0] >= 400


def test_a_new_edition_is_shown_without_a_restart(small_house: House) -> None:
    small_house.publish("一")
    with public_server(small_house.folder) as port:
        assert "公表版 第1号" in text_of(port, "") and json.loads(asked(port, "/api/health")[2])["edition"] == 1
        _, headers, first = asked(port, "/data/observations.csv")
        etag = headers["ETag"]
        small_house.correct("electronic_decision_rate", "FY2022-Q2", numerator="705")
        small_house.publish("二")
        assert "公表版 第2号" in text_of(port, "") and json.loads(asked(port, "/api/health")[2])["edition"] == 2
        status, _, body = asked(port, "/data/observations.csv", If_None_Match=etag)
        assert status == 200 and b'"705"' in body and b'"705"' not in first


# The process cannot write -------------------------------------------------------------------------------------------

TRIES = """
import os, sqlite3, sys
from pathlib import Path
from kpis.settings import settings
from kpis.store.store import Store
from publishers.editions import on_disk as editions, publication
from kpis.store.store import utc_now
folder = settings().editions_dir
held = editions.current(folder)
done = []
def attempt(name, act):
    try:
        act()
    except Exception as error:
        print(name, "refused:", type(error).__name__)
    else:
        done.append(name)
def raw():
    c = sqlite3.connect(held.folder / "edition.db"); c.execute("UPDATE observation SET value = 1"); c.commit()
def through_engine():
    with Store(held.url).engine.begin() as c: c.exec_driver_sql("DELETE FROM observation")
def through_store():
    with Store(held.url).writing(): pass
attempt("working database", lambda: Store(f"sqlite:///{folder / 'new.db'}"))
attempt("memory database", lambda: Store("sqlite://"))
attempt("migrate", lambda: Store(held.url).migrate())
attempt("writing", through_store)
attempt("engine", through_engine)
attempt("database tool", raw)
attempt("new file", lambda: (held.folder / "x").write_text("x"))
attempt("new edition", lambda: (folder / "0009").mkdir())
attempt("pointer", lambda: (folder / "current.json").write_text("{}"))
attempt("remove", lambda: os.remove(held.folder / "edition.db"))
attempt("publish", lambda: publication.publish(Store(held.url), note="x", now=utc_now()))
attempt("rollback", lambda: publication.rollback(Store(held.url), 1, reason="x", now=utc_now()))
sys.exit(f"could write: {done}" if done else 0)
"""


@pytest.fixture
def unprivileged(published: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[str], dict[str, str]]]:
    """The editions in a read-only folder that anybody may read, the way to become nobody, and what that needs."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("needs root and setpriv to become an unprivileged user")
    place = Path("/tmp") / f"mieruka-readonly-{os.getpid()}"
    shutil.copytree(published.folder, place, symlinks=True)
    for path in [*place.rglob("*"), place]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    reading = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"]
    probe = subprocess.run([*reading, sys.executable, "-c", "import streamlit, kpis.store.store"], cwd=ROOT, capture_output=True)
    if probe.returncode:
        shutil.rmtree(place)
        pytest.skip(f"an unprivileged user cannot read this checkout or its Python: {probe.stderr.decode()[-200:]}")
    yield place, reading, {"HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    for path in [place, *place.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(place)


def test_on_a_read_only_folder_as_nobody_it_serves_everything_and_every_write_fails(
    unprivileged: tuple[Path, list[str], dict[str, str]],
) -> None:
    place, reading, around = unprivileged
    before = {p: p.stat().st_mtime_ns for p in place.rglob("*")}
    with public_server(place, before=reading, **around) as port:
        for page in ("", "five_less", "indicator", "revisions"):
            assert "公表版 第2号" in text_of(port, page)
        addresses = ("/api/v1/status", "/api/v1/observations.parquet", "/data/facilities.csv", "/site/index.html", "/editions/0001/feed.atom",
                     "/embed/paper_sheets-en.svg")  # fmt: skip
        assert [asked(port, a)[0] for a in addresses] == [200] * len(addresses)
    tried = subprocess.run(
        [*reading, sys.executable, "-c", TRIES], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, **around, "EDITIONS_DIR": str(place), "MIERUKA_MODE": "public", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert tried.stdout.count("refused") == 12, tried.stdout
    assert {p: p.stat().st_mtime_ns for p in place.rglob("*")} == before
    assert verify(place) == []


def test_a_public_process_opens_no_database_even_where_it_could(published: House, tmp_path: Path) -> None:
    """As root on a writable folder the product itself still refuses."""
    code = (
        "from kpis.store.store import Store\n"
        f"for url in ('sqlite:///{tmp_path}/new.db', 'sqlite://', 'postgresql://u@127.0.0.1/x'):\n"
        "    try: Store(url)\n"
        "    except Exception as error: print(type(error).__name__)\n"
    )
    around = {**os.environ, "MIERUKA_MODE": "public", "EDITIONS_DIR": str(published.folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=around, capture_output=True, text=True)
    assert done.stdout.split() == ["NotAllowed"] * 3, done.stderr
    assert not (tmp_path / "new.db").exists()


def test_an_edition_from_before_it_carried_the_government_is_read_by_the_catalogue_or_refused(
    published: House, tmp_path: Path
) -> None:
    """Its fiscal year and clock are not guessed: without a catalogue the process does not start, and says what to write."""
    folder = tmp_path / "editions"
    shutil.copytree(published.folder, folder, symlinks=True)
    (folder / "keys.json").unlink()  # nor was anything signed then
    shown = on_disk.shown(folder)
    (folder / "current.json").write_text(json.dumps({"edition": shown[0].number}))
    for edition in shown:
        assert edition.government is not None
        shutil.rmtree(edition.government)
        files = {name: entry for name, entry in edition.manifest["files"].items() if not name.startswith("government/")}
        (edition.folder / "manifest.json").chmod(0o644)
        (edition.folder / "manifest.json").write_text(json.dumps({**edition.manifest, "files": files}))
    refused = command("run", "--public", EDITIONS_DIR=str(folder), CATALOGUE_DIR=str(tmp_path / "none"), PORT=str(free_port()))
    assert refused.returncode == 2 and "Write an empty catalogue with manage.py new, copy" in " ".join(refused.stderr.split())
    with public_server(folder) as port:
        assert "5つのレス" in text_of(port, "five_less")


def test_a_start_without_the_words_of_its_edition_and_without_a_catalogue_says_what_is_missing(
    published: House, tmp_path: Path
) -> None:
    folder = tmp_path / "editions"
    shutil.copytree(published.folder, folder, symlinks=True)
    shutil.rmtree(folder / "0002" / "government")
    refused = command("run", "--public", EDITIONS_DIR=str(folder), CATALOGUE_DIR=str(tmp_path / "none"), PORT=str(free_port()))
    assert refused.returncode == 2 and "government/" in refused.stderr and "Traceback" not in refused.stderr


def test_a_database_tool_that_changes_an_edition_is_named_by_the_command(published: House, tmp_path: Path) -> None:
    folder = tmp_path / "editions"
    shutil.copytree(published.folder, folder, symlinks=True)
    around = {"EDITIONS_DIR": str(folder), "MIERUKA_MODE": "public"}
    assert command("verify", **around).returncode == 0
    (folder / "0002" / "edition.db").chmod(0o644)
    connection = sqlite3.connect(folder / "0002" / "edition.db")
    connection.execute("UPDATE observation SET value = value + 1 WHERE id = 1")
    connection.commit()
    connection.close()
    done = command("verify", **around)
    assert done.returncode == 1 and "0002 edition.db: observation" in done.stderr


@pytest.mark.parametrize(
    ("address", "base", "words"),
    [
        ("/site/nowhere.html", "/site/", "見つかりません"), ("/site/a/b/nowhere.html", "/site/", "見つかりません"),
        ("/site/en/nowhere.html", "/site/en/", "not"), ("/site/index.htm", "/site/", "見つかりません"),
        ("/site/en/x.php", "/site/en/", "not"), ("/site/index.html.", "/site/", "見つかりません"), ("/editions/0001/indicators/nowhere.html", "/editions/0001/", "見つかりません"),
    ],
)  # fmt: skip
def test_a_page_that_does_not_exist_is_answered_by_the_page_for_it(public: int, address: str, base: str, words: str) -> None:
    status, headers, body = asked(public, address)
    assert (status, headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert f'<base href="{base}">' in body.decode() and words in body.decode()
    assert asked(public, "/data/nowhere.csv")[1]["content-type"] == "application/json"
