"""Addresses that are none of ours, as people and programs come by them: they are told so, and nothing else is shown in their place."""

from __future__ import annotations

import gzip

import pytest

from kpis.languages import pair_shipped
from kpis.message import Message
from tests.web.served import Instance

pytestmark = pytest.mark.server
NOWHERE = [
    "/no-such-page", "/Indicator", "/bureau/x", "/API/v1/status", "/DATA/observations.csv", "/SITE/index.html", "/data", "/embed", "/editions",
    "/index.html", "/robots.txt", "/.env", "/pages/indicator", "/parts", "/FEED.atom", "/%E5%B1%80%E5%88%A5",
]  # fmt: skip
THERE = ["/", "/indicator", "/bureau", "/procedures", "/search", "/about?lang=en", "/five_less", "/favicon.png"]


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_no_address_of_ours_is_not_answered_with_a_page(local: Instance, public: Instance, path: str) -> None:
    for instance in (local, public):
        answer = instance.ask(path, Accept="text/html")
        said = answer.body.decode()
        assert answer.status == 404 and all(text in said for text in pair_shipped(Message("no_page_there"))), path
        assert '<a href="/">' in said and "<script" not in said and len(answer.body) < 2_500
        assert instance.ask(path, "HEAD").status == 404


def test_every_page_is_there_and_those_inside_only_where_there_is_an_inside(local: Instance, public: Instance) -> None:
    for instance in (local, public):
        assert {path: instance.ask(path).status for path in THERE} == dict.fromkeys(THERE, 200)
        assert instance.ask("/indicator/?code=x").one("location") == "/indicator?code=x"
        assert instance.ask("/feed.atom/").one("location") == "/feed.atom"
    assert (local.ask("/submit").status, public.ask("/submit").status) == (200, 404)


@pytest.mark.parametrize(
    "path", ["/site/indicators/paper_sheets", "/site/indicators/", "/site/none", "/editions/0001/bureaus/none/"]
)
def test_a_page_of_the_edition_that_is_not_there_is_said_as_a_page(public: Instance, path: str) -> None:
    answer = public.ask(path)
    assert (answer.status, answer.one("content-type")) == (404, "text/html; charset=utf-8")
    assert b"<base href=" in answer.body


@pytest.mark.parametrize("path", ["/data/observations.csv", "/api/v1/status", "/editions/0001/data/observations.csv"])
def test_large_answers_are_compressed_for_whoever_takes_it_and_not_taken_for_the_plain_ones(public: Instance, path: str) -> None:
    plain, packed = public.ask(path), public.ask(path, Accept_Encoding="gzip")
    assert gzip.decompress(packed.body) == plain.body and len(packed.body) * 2 < len(plain.body)
    assert "content-encoding" not in plain.headers and packed.one("content-encoding") == "gzip"
    refused = public.ask(path, Accept_Encoding="gzip;q=0, identity")
    assert "content-encoding" not in refused.headers and refused.body == plain.body
    assert packed.one("content-length") in ("", str(len(packed.body)))
    assert packed.one("vary").lower().split(", ").count("accept-encoding") == 1
    if tag := plain.one("etag"):
        assert packed.one("etag") == f"W/{tag}"
        assert [public.ask(path, If_None_Match=each, Accept_Encoding="gzip").status for each in (tag, f"W/{tag}")] == [304, 304]
    if path.endswith("observations.csv"):
        part = public.ask(path, Range="bytes=0-9", Accept_Encoding="gzip")
        assert (part.status, part.body) == (206, plain.body[:10]) and "content-encoding" not in part.headers
        whole = public.ask(path, Range="bytes=0-9", If_Range=f"W/{tag}")
        assert (whole.status, whole.body) == (200, plain.body), (
            "who holds the compressed bytes has no use for a part of the plain ones"
        )
    head = public.ask(path, "HEAD", Accept_Encoding="gzip")
    assert head.status == 200 and head.body == b""


def test_what_is_sent_line_by_line_is_compressed_too(public: Instance) -> None:
    plain, packed = (public.ask("/api/v1/procedures.csv", Accept_Encoding=each) for each in ("identity", "gzip"))
    assert packed.one("content-encoding") == "gzip" and len(packed.body) * 2 < len(plain.body)


def test_a_file_that_is_packed_already_is_sent_as_it_is(public: Instance) -> None:
    answer = public.ask("/data/observations.parquet", Accept_Encoding="gzip", Range="bytes=0-3")
    assert (answer.status, answer.body, answer.one("content-encoding")) == (206, b"PAR1", "")
    assert public.ask("/data/observations.parquet", Accept_Encoding="gzip").body[:4] == b"PAR1"


def test_a_part_of_a_file_of_open_data_is_answered_with_that_part(public: Instance) -> None:
    path = "/data/observations.csv"
    whole = public.ask(path)
    size, tag = len(whole.body), whole.one("etag")
    assert whole.one("accept-ranges") == "bytes"

    def part(asked: str, **headers: str) -> tuple[int, str, bytes]:
        answer = public.ask(path, Range=asked, **headers)
        return answer.status, answer.one("content-range"), answer.body

    assert part("bytes=0-9") == (206, f"bytes 0-9/{size}", whole.body[:10])
    assert part(f"bytes={size - 5}-") == (206, f"bytes {size - 5}-{size - 1}/{size}", whole.body[-5:])
    assert part("bytes=-7") == (206, f"bytes {size - 7}-{size - 1}/{size}", whole.body[-7:])
    assert part("bytes=0-99999999", If_Range=tag) == (206, f"bytes 0-{size - 1}/{size}", whole.body)
    assert part(f"bytes={size}-") == (416, f"bytes */{size}", b"")
    assert part("bytes=-0") == (416, f"bytes */{size}", b"")
    # The whole where a part is not certain: of another version, several at once, the wrong way round, or no range at all.
    for asked, more in (
        ("bytes=0-9", {"If_Range": '"other"'}),
        ("bytes=0-1,5-6", {}),
        ("bytes=9-2", {}),
        ("lines=1-2", {}),
        ("bytes=a-", {}),
    ):
        assert part(asked, **more) == (200, "", whole.body), asked
    assert public.ask(path, "HEAD", Range="bytes=0-9").status == 200
    assert public.ask(path, Range="bytes=0-9", If_None_Match=tag).status == 304


@pytest.mark.parametrize("wanted", ["bytes=0-", "bytes=0-9", "bytes=-5", "bytes=99999999-"])
def test_a_page_that_is_rewritten_is_sent_whole(public: Instance, wanted: str) -> None:
    """A part of it was counted in bytes of the page as Streamlit has it, and ten times as long as it said."""
    whole, part = public.ask("/about"), public.ask("/about", Range=wanted)
    assert (part.status, part.body, part.headers.get("content-range")) == (200, whole.body, None)
    assert int(part.one("content-length")) == len(part.body)
