"""Whatever stands in a path where the server takes a part of it: an answer or a refusal, never a fault; byte by byte, as no client would send it."""

from __future__ import annotations

import re

import pytest

from api.placed import own_routes
from tests.web.conftest import Office
from tests.web.served import Instance

pytestmark = pytest.mark.server
PART = re.compile(r"\{.+?\}")
PATHS = sorted({route.path for route in own_routes if PART.search(route.path)})  # every one that the server puts together
ODD = [
    "%C2%B2", "²".encode().decode("latin-1"), "9" * 5_000, "0", "-1", "%00", "a%00b", "..", "%2e%2e", "../../etc/passwd", "..%2f..%2fetc%2fpasswd",
    "..\\..\\x", "x" * 8_000, "%", "%zz", "%ff", "%ed%a0%80", "", "/", "//", " ", "%20", "%0d%0aX-Odd:%201", "'", "C:", "?", "#", "%3f", ";", "{code}",
    "\x7f", "\x01", "%1b%5b31m", "%e2%80%ae",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_what_no_part_of_a_path_can_be_is_refused_and_never_a_fault(
    local: Instance, public: Instance, office: Office, path: str
) -> None:
    for instance in (local, public, office.instance):
        log = instance.folder / "server.log"
        before = len(log.read_text("utf-8"))
        for odd in ODD:
            answer = instance.ask(PART.sub(lambda _, odd=odd: odd, path))  # type: ignore[misc]
            assert answer.status in (200, 301, 307) or 400 <= answer.status < 500, (path, odd[:40], answer.status)
            assert "x-odd" not in answer.headers
        assert instance.ask("/api/health").status == 200, "and the server goes on"
        assert "Traceback" not in log.read_text("utf-8")[before:]


def test_the_paths_that_take_a_part_are_many_and_of_every_kind() -> None:
    """The table of the test above cannot become empty unseen."""
    assert len(PATHS) >= 14 and {part for path in PATHS for part in PART.findall(path)} == {
        "{code}",
        "{name:path}",
        "{number:edition}",
    }
