"""Compressed answers: who takes them, and that those of files that never change are made once and kept within bounds."""

from __future__ import annotations

import gzip

import pytest

from api import packed
from api.packed import Packed, takes_gzip


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True), ("br, GZIP ;q=0.5", True), ("*", True), ("deflate, *;q=0.1", True), ("", False), ("identity", False), ("x-gzipped", False),
        ("gzip;q=0", False), ("gzip; q=0.000, br", False), ("gzip;q=0, *", False), ("*;q=0", False), ("*;q=0, gzip", True),
    ],
)  # fmt: skip
def test_a_client_that_refuses_gzip_is_believed(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


def test_what_many_ask_for_is_compressed_once_and_what_nobody_asks_for_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []
    monkeypatch.setattr(packed, "compressed", lambda body: made.append(body) or body)
    kept = Packed(most=100)
    for tag in ("a", "b", "c", "d", "a"):
        assert kept.of(tag, tag.encode() * 25) == tag.encode() * 25
    assert len(made) == 4
    kept.of("e", b"e" * 25)
    assert (kept.of("a", b"a" * 25), len(made)) == (b"a" * 25, 5), "asked for not long ago"
    kept.of("b", b"b" * 25)
    assert len(made) == 6, "the one longest not asked for gave way"
    for _ in range(2):
        kept.of("large", b"l" * 26)
    assert len(made) == 8, "what would take a quarter of all is not kept"


def test_what_is_kept_is_what_was_asked_for() -> None:
    kept, body = Packed(), b"<p>" * 1000
    assert [gzip.decompress(kept.of("a", body)) for _ in range(2)] == [body, body]
