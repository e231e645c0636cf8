"""Files on their way in: how many, how large, how often; and that what a page brought goes with it."""

from __future__ import annotations

import socket
import time

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.web.conftest import Office
from tests.web.served import Instance, read
from tests.web.visitor import Tab, Visitor, becomes, refused

pytestmark = pytest.mark.server
MOST = 300_000  # MAX_UPLOAD_BYTES of the office


def test_the_public_takes_no_file_and_no_word_about_one(public: Instance) -> None:
    tab = Visitor(public).tab()
    tab.run("")
    for content in (b"x", b"x" * 2_000_000):
        answer = tab.upload(content)
        assert answer.status == 403 and refused(answer)
    tab.close()


def test_a_page_a_person_and_all_have_so_much_room_and_get_it_back_at_once(office: Office) -> None:
    who = office.visitor("anna")
    one, two = who.tab(), who.tab()
    one.run("submit")
    two.run("submit")
    assert [one.upload(b"x" * MOST, file=name).status for name in ("a", "b", "c")] == [204, 204, 429]
    assert [two.upload(file=name).status for name in ("a", "b")] == [204, 429], "three of one person, over all pages and sign-ins"
    answer = two.upload(file="b")
    assert refused(answer) and answer.one("retry-after") == "60"
    one.close()
    becomes(lambda: two.upload(file="b").status == 204)  # freed when the page is left, not minutes later
    two.close()


def chunked(tab: Tab, pieces: int) -> tuple[int, int]:
    """Send a file without saying how long it is; return how many pieces of 64 kB were sent and the status."""
    visitor = tab.visitor
    cookies = "; ".join(f"{k}={v}" for k, v in visitor.cookies.items())
    head = (
        f"PUT /_stcore/upload_file/{tab.session}/long HTTP/1.1\r\nHost: 127.0.0.1:{visitor.instance.port}\r\nCookie: {cookies}\r\n"
        f"X-Xsrftoken: {visitor.cookies['_streamlit_xsrf']}\r\nContent-Type: multipart/form-data; boundary=part\r\n"
        "Transfer-Encoding: chunked\r\n\r\n"
    )
    first = b'--part\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
    with socket.create_connection(("127.0.0.1", visitor.instance.port), timeout=60) as line:
        line.sendall(head.encode() + b"%x\r\n%s\r\n" % (len(first), first))
        sent = 0
        try:
            while sent < pieces:
                line.sendall(b"%x\r\n%s\r\n" % (65536, b"x" * 65536))
                sent += 1
        except OSError:
            pass
        return sent, read(line).status


def test_what_streams_in_is_counted_and_cut_off(office: Office) -> None:
    tab = office.visitor("anna").tab()
    tab.run("submit")
    sent, status = chunked(tab, 400)
    assert sent < 399 and status in (413, 0), "cut off long before the end (the answer may be lost with the line)"
    assert tab.upload(b"x" * (MOST + 100_000)).status == 413
    becomes(lambda: tab.upload(b"x" * MOST).status == 204)  # nothing of it is kept, once the server has noticed that it was cut off
    tab.close()


def test_a_local_page_has_its_room_too(local: Instance) -> None:
    tab = Visitor(local).tab()
    tab.run("")
    assert [tab.upload(file=f"f{n}").status for n in range(5)] == [204] * 4 + [429]
    assert refused(tab.upload(session="no-such-session"))
    tab.close()


def test_sign_ins_that_fail_are_counted_by_address_which_only_a_named_proxy_may_tell(office: Office) -> None:
    who = Visitor(office.instance)
    answers = [who.ask("/oauth2callback?state=guessed&code=guessed", X_Forwarded_For="203.0.113.9") for _ in range(4)]
    assert [each.status for each in answers] == [302, 302, 302, 429]
    assert refused(answers[3]) and 1 <= int(answers[3].one("retry-after")) <= 3600
    assert who.ask("/auth/login?provider=x", X_Forwarded_For="203.0.113.9").status == 429
    assert who.ask("/auth/login?provider=x", X_Forwarded_For="203.0.113.10").status == 302
    assert "_streamlit_user" in office.visitor("office").cookies, "whoever signs in is not counted"


def test_searches_are_counted_and_an_address_that_is_merely_claimed_does_not_count(public: Instance) -> None:
    answers = [public.ask("/api/v1/procedures?q=x", X_Forwarded_For=f"203.0.113.{n}") for n in range(6)]
    assert [each.status for each in answers] == [200] * 5 + [429]
    assert answers[5].one("content-type") == "application/json" and refused(answers[5])
    assert 1 <= int(answers[5].one("retry-after")) <= 3600
    assert public.ask("/api/v1/procedures").status == 200, "what is no search is counted apart"


def test_a_page_that_asks_more_than_a_person_does_waits(public: Instance) -> None:
    tab = Visitor(public).tab()
    tab.run("")
    said = BackMsg()
    said.app_heartbeat = True
    began = time.monotonic()
    for _ in range(35):
        tab.say(said)
    for _ in range(35):
        while tab.hear().WhichOneof("type") != "heartbeat_ack":
            pass
    assert time.monotonic() - began > 1, "thirty in three seconds, the rest later; none is lost"
    tab.close()
