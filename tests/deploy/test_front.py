"""What visitors get through nginx as it is shipped: files of an edition, pages and websockets, uploads; and when a process is gone."""

from __future__ import annotations

import re
import socket
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
from playwright.sync_api import Error, Playwright, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from api.voices import SAID
from kpis import outgoing
from kpis.languages import say
from kpis.reporting import submissions
from kpis.store import tables
from kpis.store.store import Store, utc_now
from kpis.voices.store import Voices
from publishers.editions import publication, record, served
from publishers.editions.remote import verify_address
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.screen import WAIT
from tests.deploy.conftest import Installation
from tests.deploy.front import PUBLIC
from tests.small_government import ANNA, IN_TIME, PERIOD, figure
from tests.web.served import Answer
from tests.web.test_every_answer import held
from tests.web.visitor import Visitor, becomes, refused

pytestmark = pytest.mark.server
FILES = ["index.html", "en/index.html", "data/observations.csv", "data/datapackage.json", "feed.atom", "sitemap.xml", "robots.txt"]


def policies(answer: Answer) -> dict[str, str]:
    """Return the headers that say what a browser may do with an answer."""
    kept = (
        "access-control",
        "content-security",
        "content-type",
        "cross-origin",
        "permissions",
        "referrer",
        "strict-transport",
        "x-content",
        "x-frame",
    )
    return {
        name: answer.one(name).replace("; charset=utf-8", "").replace("text/xml", "application/xml")
        for name in answer.headers
        if name.startswith(kept)
    }


def test_the_edition_shown_comes_from_nginx_alone_with_the_headers_of_the_program(installation: Installation) -> None:
    public, site = installation.front.public, installation.editions / "0001" / "site"
    embedded = next((site / "embed").glob("*.svg")).name
    asset = next(path.name for path in (site / "assets").iterdir() if re.search(r"\.[0-9a-f]{12}\.css$", path.name))
    for name in [*FILES, f"embed/{embedded}", f"assets/{asset}"]:
        is_page = name.endswith((".html", ".txt", ".css"))
        ours, theirs = public.ask(f"/{name}"), public.ask(f"/app/site/{name}" if is_page else f"/app/{name}")
        assert ours.status == theirs.status == 200, name
        assert ours.body == (site / name).read_bytes() == theirs.body
        assert policies(ours) == policies(theirs), name
        again = public.ask(f"/{name}", If_None_Match=ours.one("etag"))
        assert again.status == 304, "what is unchanged is not sent again"
        numbered = public.ask(f"/editions/0001/{name}")
        assert numbered.body == ours.body
        assert policies(numbered) == policies(public.ask(f"/app/editions/0001/{name}")), name
    assert public.ask("/").body == public.ask("/index.html").body and public.ask("/en/").body == public.ask("/en/index.html").body
    assert "immutable" in public.ask(f"/assets/{asset}").one("cache-control") and public.ask("/").one("cache-control") == "no-cache"
    assert public.ask("/", Accept_Encoding="gzip").one("content-encoding") == "gzip"


def test_a_file_is_handed_out_whole_or_in_one_part_and_never_larger_than_it_is(installation: Installation) -> None:
    public = installation.front.public
    whole = public.ask("/index.html").body
    assert public.ask("/index.html", Range="bytes=0-9").body == whole[:10]
    for path in ("/index.html", "/app/site/index.html"):
        assert public.ask(path, Range="bytes=" + ",".join(["-1"] * 2_000)).body == whole


def test_nothing_but_what_is_public_is_offered_of_an_edition(installation: Installation) -> None:
    public = installation.front.public
    for path in (
        "edition.db",
        "changes.json",
        "government/government.toml",
        "site/index.html",
        "../0001/edition.db",
        "%2e%2e/%2e%2e/%2e%2e/keys.json",
    ):
        assert public.ask(f"/editions/0001/{path}").status in (400, 404), path
    for path in ("/served/", "/../../keys.json", "/editions/", "/editions/0002/", "/editions/served/", "/.htaccess"):
        assert public.ask(path).status in (400, 404), path
    assert public.ask("/", "POST", body=b"x").status in (403, 405)
    lost = public.ask("/en/a/b/none.html")
    assert lost.status == 404 and b'<base href="/en/">' in lost.body and "immutable" not in lost.one("cache-control")
    for folder in ("/assets/", "/data/"):
        there = public.ask(folder)
        assert (there.status, b'<base href="/">' in there.body) == (404, True), "a folder without a page"
    assert b'<base href="/">' in public.ask("/none/none.html").body
    assert public.ask("/site/en/index.html").one("location") == "/en/index.html"
    assert (public.ask("/site/").one("location"), public.ask("/site").one("location")) == ("/", "/")
    for elsewhere in ("\\evil.example", "%5cevil.example", "%5c%5cevil.example", "%2f%5cevil.example", "%09/evil.example"):
        answer = public.ask(f"/site/{elsewhere}")
        assert (answer.status, answer.one("location")) == (404, ""), elsewhere
    assert public.ask("/x", host="elsewhere.example.com").status == 421, "a name that is nobody's, on the line of another"


def test_what_a_reader_of_the_files_says_reaches_the_office(installation: Installation) -> None:
    """The form of a page that nginx alone answers goes to a public process, and what it holds to the database that the office reads."""
    public = installation.front.public
    page = public.ask("/indicators/electronic_decision_rate.html").body.decode()
    (form,) = re.findall(r'<form method="post" action="([^"]+)">', page)
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    said = urlencode({**fields, "grade": "4", "words": "よく分かりました"}).encode()
    kind = "application/x-www-form-urlencoded"
    answer = public.ask(
        form, "POST", body=said, Content_Type=kind, Origin=public.origin, Accept="text/html", Referer=f"{public.origin}/x.html"
    )
    assert (answer.status, answer.one("location")) == (303, f"/x.html#{SAID}"), answer.body
    (voice,) = Voices(installation.chosen.voices_url).listed()
    assert (voice.grade, voice.words, voice.subject_code) == (4, "よく分かりました", "electronic_decision_rate")
    assert public.ask(form, "POST", body=b"grade=9", Content_Type=kind, Origin=public.origin).status == 400


def test_a_publication_and_a_rollback_are_seen_at_once_and_proved_from_outside(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, store, chosen = installation.front.public, installation.store, installation.chosen
    installation.publish("二")
    assert public.ask("/").body == (installation.editions / "0002" / "site" / "index.html").read_bytes()
    assert public.ask("/editions/0002/").status == 200
    publication.rollback(store, 1, reason="誤り", now=utc_now(), chosen=chosen)
    assert public.ask("/").body == (installation.editions / "0001" / "site" / "index.html").read_bytes()
    assert public.ask("/editions/0002/").status == public.ask("/editions/0002/manifest.json").status == 404, "withdrawn"
    assert public.ask("/editions/0001/").status == 200
    assert public.ask("/editions/current.json").body == (installation.editions / "current.json").read_bytes()
    found = socket.getaddrinfo
    monkeypatch.setattr(httpx2, "create_ssl_context", lambda **_: public.trust)
    monkeypatch.setattr(outgoing, "is_meant", lambda _host, _address, **_: True)  # a public name leads to this machine here
    monkeypatch.setattr(socket, "getaddrinfo", lambda _name, *words, **more: found("127.0.0.1", *words, **more))
    proved = verify_address(public.origin)
    assert (proved.faults, proved.editions) == ((), (1,))


def test_pages_below_their_path_work_as_at_the_root(installation: Installation) -> None:
    """Page, websocket, links, files that pages offer, API, refusals: each carries the path, and the headers of every answer."""
    public = installation.front.public
    visitor = Visitor(public)
    tab = visitor.tab()
    assert "(/app/api/v1/indicators)" in tab.run("about")
    files = [each.url for each in tab.parts("download_button") if each.url]
    assert files and visitor.ask(f"/app{files[0].removeprefix('/app')}").status == 200
    assert "/app/procedures?" in tab.run("procedures", "page=1") or "/app/api/v1/procedures.csv" in tab.text
    assert refused(tab.upload())
    tab.close()
    for path, status in (
        ("/app/", 200), ("/app/bureau", 200), ("/app/api/health", 200), ("/api/health", 200), ("/api/v1/status", 200), ("/app/none", 404),
        ("/app/_stcore/metrics", 404), ("/app/media/none.csv", 404), ("/app/api/v1/none", 404),
    ):  # fmt: skip
        answer = public.ask(path)
        assert answer.status == status, path
        answer.headers.pop("server")
        held(answer, path, https=True)
    assert public.ask("/app").one("location") == "/app/" and public.ask("/app/overview?lang=en").one("location") == "/app/?lang=en"
    inner = next(made for _, made in installation.running.values() if made.base)
    assert [inner.ask(path).status for path in ("/", "/api/health", "/apple/")] == [404, 404, 404], (
        "there is nothing outside its path"
    )
    assert inner.ask("/app?lang=en").one("location") == "/app/?lang=en"


def test_a_page_goes_where_it_was_opened_and_to_the_other_process_when_that_is_gone(installation: Installation) -> None:
    """The file of an upload is in the memory of one process: it must get there, whoever else is asked meanwhile."""
    visitors = [installation.visitor("anna") for _ in range(3)]
    tabs = [visitor.tab() for visitor in visitors]
    for tab in tabs:
        assert say("step_upload", "ja") in tab.run("submit")
        assert tab.upload().status == 204
    cookie = installation.front.office.ask("/_stcore/health").headers["set-cookie"]
    assert any(re.fullmatch(r"mieruka_place=(one|two); Path=/; Secure; HttpOnly; SameSite=Lax", each) for each in cookie)
    gone = installation.place_of(visitors[0])
    installation.kill(gone)
    try:
        for visitor in visitors:
            again = visitor.tab()  # the browser's own reconnecting
            assert say("step_upload", "ja") in again.run("submit"), "signed in still: the cookie holds for every process"
            assert installation.place_of(visitor) != gone
            assert again.upload(file="f2").status == 204
            again.close()
    finally:
        installation.begin(gone)
    for visitor, tab in zip(visitors, tabs, strict=True):
        kept = visitor.tab()
        kept.run("submit")
        assert installation.place_of(visitor) != gone, "who was moved stays where the pages are"
        assert kept.upload(file="f3").status == 204
        kept.close()
        tab.close()


def test_who_asks_is_told_to_the_program_by_nginx_and_nobody_else(installation: Installation) -> None:
    """A visitor who claims to be this machine is not believed: names of this machine are answered to itself only."""
    office = installation.front.office
    assert office.ask("/api/health", host="localhost").status == 421
    assert office.ask("/api/health", X_Forwarded_For="10.9.9.9", X_Forwarded_Host="elsewhere.example.com").status == 200
    answer = office.ask("/no-such-page", Forwarded="for=10.0.0.1;host=elsewhere.example.com")
    assert "elsewhere" not in str(answer)
    with pytest.raises(InvalidStatus, match="403"):
        connect(**installation.front.public.opening(), origin="https://elsewhere.example.com", subprotocols=["streamlit"])


def test_an_approval_whose_process_dies_is_not_half_made_and_another_process_makes_it_once(installation: Installation) -> None:
    """It waits for another writer as its process is killed; the next one who looks sees the report as it was handed in."""
    store = installation.store
    made = submissions.upload(
        store,
        submissions.FilledWorkbook(rows=[figure(numerator=1.0, denominator=2.0)], content=b"original", name="q3.xlsx"),
        actor=ANNA,
        bureau_code="GENERAL",
        period_code=PERIOD,
    )
    submissions.submit(store, made.report_id, actor=ANNA, revision=made.revision, today=IN_TIME)
    office, address = installation.visitor("office"), f"report={made.report_id}"
    tab = office.tab()
    tab.run("review", address)
    gone = installation.place_of(office)
    with store.writing(is_figures=False):
        tab.push(say("approve", "ja"))
        becomes(lambda: is_waiting(store))
        installation.kill(gone)
    try:
        again = office.tab()
        again.run("review", address)
        assert installation.place_of(office) != gone
        assert counted(store) == (0, 0)
        again.press(say("approve", "ja"))
        again.run("review", address)
        assert say("approve", "ja") not in [each.label for each in again.parts("button")]
        again.close()
    finally:
        tab.close()
        installation.begin(gone)
    assert counted(store) == (1, 1)


def is_waiting(store: Store) -> bool:
    """Say whether a process waits for the one who writes; SQLite does not tell, and the process may be killed at any moment there."""
    if store.url.startswith("sqlite"):
        return True
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with store.engine.connect() as connection:
        return bool(connection.exec_driver_sql(asked).scalar())


def counted(store: Store) -> tuple[int, int]:
    """Return how many figures GENERAL has of the period, and how often an approval stands in the trail."""
    figures = [row for row in store.all_of(tables.Observation) if (row["bureau_code"], row["period_code"]) == ("GENERAL", PERIOD)]
    return len(figures), len(store.all_of(tables.AuditEvent, action="approved"))


def test_both_processes_gone_the_edition_is_read_and_the_pages_say_so(installation: Installation) -> None:
    inner = next(port for port, (_, made) in installation.running.items() if made.base)
    installation.kill(inner)
    try:
        public = installation.front.public
        assert public.ask("/").status == public.ask("/data/observations.csv").status == 200
        away = public.ask("/app/")
        assert away.status == 502 and refused(away) and away.one("cache-control") == "no-store"
    finally:
        installation.begin(inner)


def test_the_links_are_made_anew_where_they_were_lost(installation: Installation, tmp_path: Path) -> None:
    link = installation.editions / served.SERVED / served.CURRENT
    link.unlink()
    assert record.settle(installation.store, installation.editions) == [] and (link / "site" / "index.html").is_file()
    link.unlink()
    link.symlink_to(tmp_path)
    record.settle(installation.store, installation.editions)
    assert (link / "site" / "index.html").is_file() and len(list(link.parent.iterdir())) == 2


@pytest.mark.browser
@pytest.mark.skipif(
    CHROMIUM is None, reason="Chromiumがありません / no Chromium on this machine: apt-get install chromium-headless-shell"
)
def test_a_browser_opens_a_page_below_the_path_and_goes_to_another(installation: Installation, playwright: Playwright) -> None:
    public = installation.front.public
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, f"--host-resolver-rules=MAP {PUBLIC} 127.0.0.1"])
    page = browser.new_context(ignore_https_errors=True, bypass_csp=True).new_page()
    page.set_default_timeout(WAIT)
    lost: list[str] = []
    page.on("response", lambda answer: lost.append(answer.url) if answer.status >= 400 else None)
    # Each process of nginx takes what was gone for gone for two seconds: the test before this ends what answers here.
    becomes(lambda: (answer := page.goto(f"{public.origin}/app/bureau?lang=en")) is not None and answer.status == 200)
    lost.clear()
    try:
        page.get_by_role("button", name=say("nav_data", "en")).click()
    except Error as late:
        raise AssertionError(f"nothing to click: lost {lost}, drawn {page.locator('body').inner_text()!r}") from late
    page.get_by_test_id("stPageLink").get_by_role("link", name=say("nav_about", "en")).first.click()
    expect(page.get_by_role("link", name="/app/api/v1/indicators")).to_have_attribute("href", "/app/api/v1/indicators")
    expect(page).to_have_url(f"{public.origin}/app/about?lang=en")
    page.go_back()
    expect(page).to_have_url(f"{public.origin}/app/bureau?lang=en")
    browser.close()
    looking = [url for url in lost if not url.endswith(("/app/bureau/_stcore/health", "/app/bureau/_stcore/host-config"))]
    assert looking == [], "what a browser asks of the page first, to find out below which path it is, is not there"
